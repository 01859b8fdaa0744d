#pragma once

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/api.hpp"
#include "scheduler/observer.hpp"

// Fakes that write down what they are told.
namespace neuron_scheduler::test {

class RecordingApi final : public scheduler::ApiWriter {
 public:
  struct Condition {
    std::string pod;
    std::string reason;
    std::string message;
    friend bool operator==(const Condition&, const Condition&) = default;
  };
  struct Event {
    std::string pod;
    scheduler::PodEvent event;
    std::string reporter;
  };

  void send_binding(const model::Binding& binding) override { sent.push_back(binding); }
  void read_pod(const model::Binding& binding) override { reads.push_back(binding); }
  void patch_condition(const model::Pod& pod,
                       const scheduler::UnscheduledCondition& condition) override {
    conditions.push_back({pod.name, condition.reason, condition.message});
  }
  void write_event(const model::Pod& pod, const scheduler::PodEvent& event,
                   model::Name reporter) override {
    events.push_back({pod.name, event, reporter.str()});
  }

  // pod@node, in the order in which they were sent.
  [[nodiscard]] std::vector<std::string> sent_to() const {
    std::vector<std::string> list;
    for (const auto& binding : sent) {
      list.push_back(binding.pod_name + '@' + binding.node_name.str());
    }
    return list;
  }

  std::vector<model::Binding> sent;
  std::vector<model::Binding> reads;
  std::vector<Condition> conditions;
  std::vector<Event> events;
};

class RecordingObserver final : public scheduler::Observer {
 public:
  void attempt(scheduler::AttemptResult result, std::string_view /*profile*/,
               std::chrono::nanoseconds duration) override {
    attempts.push_back(result);
    durations.push_back(duration);
  }
  void pod_bound(std::chrono::nanoseconds since_first_queued, std::uint32_t count) override {
    waits.push_back(since_first_queued);
    attempts_of_bound.push_back(count);
  }
  void queued(scheduler::QueueName queue, scheduler::Cause cause) override {
    static constexpr std::array kNames = {"active", "backoff", "unschedulable", "gated"};
    moves.push_back(std::string(kNames.at(static_cast<std::size_t>(queue))) + ' ' +
                    std::string(scheduler::name_of(cause)));
  }
  void extension_point(std::string_view point, scheduler::Code status, std::string_view profile,
                       std::chrono::nanoseconds took) override {
    static constexpr std::array kCodes = {"ok", "skip", "unschedulable", "unresolvable", "error"};
    points.push_back(std::string(point) + ' ' + kCodes.at(static_cast<std::size_t>(status)));
    EXPECT_FALSE(profile.empty());
    EXPECT_GE(took.count(), 0);
  }
  void decided(std::chrono::nanoseconds /*took*/) override { ++decisions; }
  void bind_unknown() override { ++unknown; }
  void bind_conflict() override { ++conflicts; }
  void notice(std::string_view pod, std::string_view note) override {
    notices.push_back(std::string(pod) + ": " + std::string(note));
  }

  std::vector<scheduler::AttemptResult> attempts;
  std::vector<std::chrono::nanoseconds> durations;
  std::vector<std::chrono::nanoseconds> waits;
  std::vector<std::uint32_t> attempts_of_bound;
  std::vector<std::string> notices;
  std::vector<std::string> moves;   // QUEUE CAUSE
  std::vector<std::string> points;  // POINT CODE
  int decisions = 0;
  int unknown = 0;
  int conflicts = 0;
};

}  // namespace neuron_scheduler::test
