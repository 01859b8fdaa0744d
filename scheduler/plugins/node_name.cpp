#include "scheduler/plugins/node_name.hpp"

namespace neuron_scheduler::scheduler {

void NodeName::describe(const model::Pod& pod, Likeness& likeness) const {
  likeness.add(pod.node_name.view());
}

PreFilterResult NodeName::pre_filter(const model::Pod& pod, const model::Cache& /*cache*/) const {
  PreFilterResult result;
  if (pod.node_name.empty()) {
    result.status = Status::skip();
  } else {
    result.nodes.emplace({pod.node_name});
  }
  return result;
}

Status NodeName::filter(const PluginState* /*state*/, const model::Pod& pod,
                        const model::NodeView& node) const {
  static const model::Name kReason("node(s) didn't match the requested node name");
  if (pod.node_name.empty() || pod.node_name == node.node().name) return Status::ok();
  return Status::unresolvable(kReason);
}

}  // namespace neuron_scheduler::scheduler
