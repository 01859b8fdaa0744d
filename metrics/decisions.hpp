#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/registered.hpp"
#include "scheduler/observer.hpp"

namespace neuron_scheduler::metrics {

// What the scheduler's core reports, in the registry's series. A series is looked up once and kept:
// reporting allocates nothing after that.
class Decisions {
 public:
  // The registry must outlive it. Profiles: their series exist from the start.
  Decisions(prometheus::Registry& registry, const std::vector<std::string>& profiles);

  void attempt(scheduler::AttemptResult result, std::string_view profile,
               std::chrono::nanoseconds duration);
  void pod_bound(std::chrono::nanoseconds since_first_queued, std::uint32_t attempts);
  void queued(scheduler::QueueName queue, scheduler::Cause cause);
  // Points that kube-scheduler does not have are not counted.
  void extension_point(std::string_view point, scheduler::Code status, std::string_view profile,
                       std::chrono::nanoseconds took);
  void decided(std::chrono::nanoseconds took) { algorithm_.Observe(seconds(took)); }
  void bind_unknown() { bind_unknown_.Increment(); }
  void bind_conflict() { bind_conflicts_.Increment(); }

 private:
  using Counter = prometheus::Counter;
  using Histogram = prometheus::Histogram;

  static constexpr std::array<std::string_view, 3> kResults = {"scheduled", "unschedulable",
                                                               "error"};
  static constexpr std::array<std::string_view, 7> kPoints = {
      "PreEnqueue", "PreFilter", "Filter", "PreScore", "Score", "Reserve", "Bind"};
  // By scheduler::Code.
  static constexpr std::array<std::string_view, 5> kStatuses = {
      "Success", "Skip", "Unschedulable", "UnschedulableAndUnresolvable", "Error"};
  // By scheduler::QueueName; kube-scheduler counts gated pods as unschedulable here.
  static constexpr std::array<std::string_view, 4> kQueues = {"active", "backoff", "unschedulable",
                                                              "unschedulable"};
  static constexpr std::size_t kCauses = 32;         // At least as many as there are.
  static constexpr std::uint32_t kAttemptsMax = 15;  // This many or more count as one.

  struct Attempts {
    Counter* count = nullptr;
    Histogram* duration = nullptr;
  };
  struct OfProfile {
    std::array<Attempts, kResults.size()> attempts{};
    // Null: did not happen yet.
    std::array<std::array<Histogram*, kStatuses.size()>, kPoints.size()> points{};
  };

  OfProfile& of_profile(std::string_view profile);
  Histogram& point_series(OfProfile& series, std::string_view profile, std::size_t point,
                          std::size_t status);

  prometheus::Family<Counter>& attempt_counts_;
  prometheus::Family<Histogram>& attempt_durations_;
  prometheus::Family<Histogram>& point_durations_;
  prometheus::Family<Counter>& incoming_;
  Histogram& algorithm_;
  Histogram& pod_attempts_;
  Counter& bind_conflicts_;
  Counter& bind_unknown_;
  std::array<Histogram*, kAttemptsMax> pod_durations_{};
  std::array<std::array<Counter*, kCauses>, kQueues.size()> incoming_series_{};
  std::map<std::string, OfProfile, std::less<>> profiles_;
};

}  // namespace neuron_scheduler::metrics
