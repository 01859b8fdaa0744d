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
// - The condition is patched when it differs from what the pod shows and from what was sent in the
//   last minute.
// - An event goes out at each attempt. The client counts those about one version of the pod; of
//   other versions at most kVersionsBurst are told at once, and one more in each kVersionsPeriod.
//   kube-scheduler relies on its 50 requests a second for that; without a limit, tens of thousands
//   of pods whose message changes at each attempt would fill etcd with events.
class FailureReporter {
 public:
  static constexpr std::chrono::seconds kConditionResend{60};
  static constexpr int kVersionsBurst = 10;
  static constexpr std::chrono::minutes kVersionsPeriod{5};

  // Both must outlive it.
  FailureReporter(const model::Clock& clock, ApiWriter& api) : clock_(clock), api_(api) {}

  // pod: the newest object known. reporter: the profile's schedulerName.
  void report(const model::Pod& pod, const model::Name& reporter, std::string_view reason,
              const std::string& message);
  // The pod is bound or gone.
  void forget(const model::Uid& uid) { told_.erase(uid); }

 private:
  struct Told {
    UnscheduledCondition news;  // The last.
    std::optional<model::SteadyTime> patched;
    std::optional<std::string> version;  // resourceVersion in the last event.
    model::SteadyTime rested;            // When the allowance for versions is whole again.
  };

  // Whether another version may be told of now; takes it from the allowance.
  static bool may_tell_another(Told& told, model::SteadyTime now);

  const model::Clock& clock_;
  ApiWriter& api_;
  std::unordered_map<model::Uid, Told> told_;
};

}  // namespace neuron_scheduler::scheduler
