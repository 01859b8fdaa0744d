#include "scheduler/event.hpp"

namespace neuron_scheduler::scheduler {

std::string_view name_of(Cause cause) {
  switch (cause) {
    case Cause::kPodAdd:
      return "UnscheduledPodAdd";
    case Cause::kPodUpdate:
      return "TargetPodUpdate";
    case Cause::kScheduleAttemptFailure:
      return "ScheduleAttemptFailure";
    case Cause::kBackoffComplete:
      return "BackoffComplete";
    case Cause::kUnschedulableTimeout:
      return "UnschedulableTimeout";
    case Cause::kPopFromBackoff:
      return "PopFromBackoffQ";
    case Cause::kNodeAdd:
      return "NodeAdd";
    case Cause::kNodeUpdate:
      return "NodeUpdate";
    case Cause::kNodeDelete:
      return "NodeDelete";
    case Cause::kAssignedPodAdd:
      return "AssignedPodAdd";
    case Cause::kAssignedPodUpdate:
      return "AssignedPodUpdate";
    case Cause::kAssignedPodDelete:
      return "AssignedPodDelete";
    case Cause::kNamespaceUpdate:
      return "NamespaceUpdate";
  }
  return "Unknown";
}

}  // namespace neuron_scheduler::scheduler
