#include "scheduler/plugins/node_unschedulable.hpp"

namespace neuron_scheduler::scheduler {

Status NodeUnschedulable::filter(const PluginState* /*state*/, const model::Pod& pod,
                                 const model::NodeView& node) const {
  static const model::Name kReason("node(s) were unschedulable");
  static const model::Taint kTaint{model::Name("node.kubernetes.io/unschedulable"), model::Name(),
                                   model::TaintEffect::kNoSchedule};
  if (!node.node().unschedulable || model::tolerated(kTaint, pod.tolerations)) return Status::ok();
  return Status::unresolvable(kReason);
}

}  // namespace neuron_scheduler::scheduler
