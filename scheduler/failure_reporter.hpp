#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cluster/model/pod.hpp"
#include "cluster/model/time.hpp"
#include "scheduler/api.hpp"

namespace neuron_scheduler::scheduler {

inline constexpr std::string_view kReasonUnschedulable = "Unschedulable";
inline constexpr std::string_view kReasonSchedulerError = "SchedulerError";

// Tells users why a pod was not placed: the condition PodScheduled and a FailedScheduling event.
// Remembers what it sent last, per pod, so that equal news is not written at each attempt:
// - the condition is patched when it differs from what the pod shows and from what was sent in the
// last minute;
// - an event follows at once if its note is new for the pod, but at most one in kEventInterval; an
// equal one is repeated
//   after kEventRepeat (kube-scheduler.md §5.4 does it by event series).
class FailureReporter {
 public:
  static constexpr std::chrono::seconds kConditionResend{60};
  static constexpr std::chrono::seconds kEventInterval{10};
  static constexpr std::chrono::minutes kEventRepeat{30};

  // Both must outlive it.
  FailureReporter(const model::Clock& clock, ApiWriter& api) : clock_(clock), api_(api) {}

  // pod: the newest object known. reporter: the profile's schedulerName.
  void report(const model::Pod& pod, const model::Name& reporter, std::string_view reason,
              const std::string& message);
  // The pod is bound or gone.
  void forget(const model::Uid& uid) { sent_.erase(uid); }

 private:
  struct Sent {
    UnscheduledCondition condition;
    std::optional<model::SteadyTime> condition_at;
    std::string note;
    std::optional<model::SteadyTime> event_at;
  };

  const model::Clock& clock_;
  ApiWriter& api_;
  std::unordered_map<model::Uid, Sent> sent_;
};

}  // namespace neuron_scheduler::scheduler
