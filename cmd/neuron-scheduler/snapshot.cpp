#include "cmd/neuron-scheduler/snapshot.hpp"

#include <algorithm>

#include "neuron/free_sets.hpp"
#include "scheduler/plugins/neuron_node.hpp"
#include "scheduler/registry.hpp"

namespace neuron_scheduler::cmd {
namespace {

std::uint64_t count(int number) { return static_cast<std::uint64_t>(number); }

void add_free_sets(const scheduler::NeuronNode& node, metrics::NeuronNodes& nodes) {
  const bool takes_pods = node.foreign().empty() && node.block().empty();
  for (int size = 1; size <= node.geometry().devices; ++size) {
    if (neuron::legal_stride(node.geometry(), size) == 0) continue;
    auto& with_free_set = nodes.with_free_set[size];
    if (!takes_pods || !neuron::has_free_set(node.state(), size)) continue;
    ++with_free_set;
    nodes.largest_free_set = std::max(nodes.largest_free_set, count(size));
  }
}

void add_node(const scheduler::NeuronNode& node, metrics::Snapshot& snapshot) {
  const scheduler::NeuronUsage usage = node.usage();
  snapshot.foreign_pods += count(usage.foreign_pods);
  snapshot.drifted_pods += count(usage.changed_pods);
  if (usage.devices == 0) return;
  metrics::NeuronNodes& nodes = snapshot.neuron[node.type_name()];
  // What a node that takes no Neuron pods has free is not to be had.
  auto* devices_free = &nodes.devices.free;
  auto* cores_free = &nodes.cores.free;
  if (!node.foreign().empty()) {
    devices_free = &nodes.devices.foreign;
    cores_free = &nodes.cores.foreign;
  } else if (!node.block().empty()) {
    devices_free = &nodes.devices.blocked;
    cores_free = &nodes.cores.blocked;
  }
  *devices_free += count(usage.devices_free);
  *cores_free += count(usage.cores_free);
  nodes.devices.shared += count(usage.devices_shared);
  nodes.devices.allocated += count(usage.devices_used);
  nodes.devices.cordoned += count(usage.devices_unusable);
  nodes.cores.allocated += count(usage.cores_used);
  nodes.cores.cordoned += count(usage.cores_unusable);
  add_free_sets(node, nodes);
}

}  // namespace

metrics::Snapshot take_snapshot(const scheduler::Scheduler& scheduler, model::SteadyTime now,
                                std::uint64_t log_lines_dropped) {
  metrics::Snapshot snapshot;
  snapshot.now = now;
  snapshot.queue = scheduler.queue_sizes();
  snapshot.nodes = scheduler.cache().node_count();
  snapshot.pods = scheduler.cache().pod_count();
  snapshot.assumed_pods = scheduler.cache().assumed_count();
  snapshot.pending_binds = scheduler.pending_binds();
  snapshot.pending_by_shape = scheduler.pending_by_shape();
  snapshot.plugin_calls = scheduler.plugin_calls();
  snapshot.plugin_rejections = scheduler.plugin_rejections();
  snapshot.log_lines_dropped = log_lines_dropped;
  const auto slot = scheduler::aggregate_slot("Neuron");
  if (!slot) return snapshot;
  for (const model::NodeView* node : scheduler.cache().nodes()) {
    add_node(dynamic_cast<const scheduler::NeuronNode&>(node->aggregate(*slot)), snapshot);
  }
  return snapshot;
}

}  // namespace neuron_scheduler::cmd
