#include "scheduler/plugins/node_ports.hpp"

#include <algorithm>

namespace neuron_scheduler::scheduler {

void NodePorts::describe(const model::Pod& pod, Likeness& likeness) const {
  likeness.add(static_cast<std::int64_t>(pod.host_ports->size()));
  for (const auto& port : *pod.host_ports) {
    likeness.add(port.ip.view());
    likeness.add(port.protocol.view());
    likeness.add(port.port);
  }
}

PreFilterResult NodePorts::pre_filter(const model::Pod& pod, const model::Cache& /*cache*/) const {
  return {pod.host_ports->empty() ? Status::skip() : Status::ok(), nullptr, std::nullopt};
}

Status NodePorts::filter(const PluginState* /*state*/, const model::Pod& pod,
                         const model::NodeView& node) const {
  static const model::Name kReason("node(s) didn't have free ports for the requested pod ports");
  const auto used = node.used_ports();
  const auto taken = [&](const model::HostPort& wanted) {
    return std::any_of(used.begin(), used.end(),
                       [&](const auto& port) { return wanted.conflicts_with(port); });
  };
  const bool conflict = std::any_of(pod.host_ports->begin(), pod.host_ports->end(), taken);
  return conflict ? Status::unschedulable(kReason) : Status::ok();
}

}  // namespace neuron_scheduler::scheduler
