#include "scheduler/plugins/node_unschedulable.hpp"

namespace neuron_scheduler::scheduler {
namespace {

bool tolerates_cordon(const model::Pod& pod) {
  static const model::Taint kTaint{model::Name("node.kubernetes.io/unschedulable"), model::Name(),
                                   model::TaintEffect::kNoSchedule};
  return model::tolerated(kTaint, pod.waiting->tolerations);
}

}  // namespace

void NodeUnschedulable::describe(const model::Pod& pod, Likeness& likeness) const {
  likeness.add(tolerates_cordon(pod) ? 1 : 0);
}

Status NodeUnschedulable::filter(const PluginState* /*state*/, const model::Pod& pod,
                                 const model::NodeView& node) const {
  static const model::Name kReason("node(s) were unschedulable");
  if (!node.node().unschedulable || tolerates_cordon(pod)) return Status::ok();
  return Status::unresolvable(kReason);
}

}  // namespace neuron_scheduler::scheduler
