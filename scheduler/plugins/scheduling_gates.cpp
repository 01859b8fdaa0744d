#include "scheduler/plugins/scheduling_gates.hpp"

#include <string>

namespace neuron_scheduler::scheduler {

Status SchedulingGates::pre_enqueue(const model::Pod& pod) const {
  if (pod.waiting->scheduling_gates.empty()) return Status::ok();
  std::string reason = "waiting for scheduling gates: [";
  for (const auto& gate : pod.waiting->scheduling_gates) {
    if (reason.back() != '[') reason += ' ';
    reason += gate;
  }
  return Status::unresolvable(model::Name(reason + "]"));
}

}  // namespace neuron_scheduler::scheduler
