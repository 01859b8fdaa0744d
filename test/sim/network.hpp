#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cluster/model/time.hpp"
#include "scheduler/api.hpp"
#include "test/sim/random.hpp"
#include "test/sim/server.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
class Scheduler;
}

namespace neuron_scheduler::sim {

// Between the scheduler and the server: delays, loses and repeats by the dice, until it is healed.
// What has arrived late is carried out late.
class Network final : public scheduler::ApiWriter {
 public:
  static constexpr std::chrono::milliseconds kTimeout{1'000};

  Network(const test::SimClock& clock, Server& server, Random& random)
      : clock_(clock), server_(server), random_(random) {}

  // Answers go to this one; null: nobody is there, and what has not reached the server yet is
  // fenced off.
  void connect(scheduler::Scheduler* to);
  void heal() { faulty_ = false; }

  // Everything that is due by now, in order.
  void run();
  [[nodiscard]] std::optional<model::SteadyTime> next() const;

  void send_binding(const model::Binding& binding) override;
  void read_pod(const model::Binding& binding) override;
  void patch_condition(const model::Pod& pod,
                       const scheduler::UnscheduledCondition& condition) override;
  void write_event(const model::Pod& pod, const scheduler::PodEvent& event,
                   model::Name reporter) override;

  // uid@node of every sending, in order: the same for the same seed.
  std::vector<std::string> sent;
  std::map<std::string, int> scheduled_events;  // By uid.

 private:
  using Action = std::function<void()>;

  void at(std::chrono::milliseconds after, Action action);
  void answer(std::chrono::milliseconds after, const model::Binding& binding,
              scheduler::BindAnswer answer);
  // Carries it out after some time and answers after some more.
  void carry_out(std::chrono::milliseconds arrives, std::chrono::milliseconds answers,
                 const model::Binding& binding);

  const test::SimClock& clock_;
  Server& server_;
  Random& random_;
  scheduler::Scheduler* scheduler_ = nullptr;
  bool faulty_ = true;
  std::map<std::pair<model::SteadyTime, std::uint64_t>, Action> actions_;
  std::uint64_t sequence_ = 0;
};

}  // namespace neuron_scheduler::sim
