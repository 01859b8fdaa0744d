#include "cmd/neuron-scheduler/snapshot.hpp"

#include "scheduler/plugins/neuron_node.hpp"
#include "scheduler/registry.hpp"

namespace neuron_scheduler::cmd {
namespace {

std::uint64_t count(int number) { return static_cast<std::uint64_t>(number); }

void add_node(const scheduler::NeuronNode& node, metrics::Snapshot& snapshot) {
  const scheduler::NeuronUsage usage = node.usage();
  // What a node that takes no Neuron pods has free is not to be had.
  auto* devices_free = &snapshot.devices.free;
  auto* cores_free = &snapshot.cores.free;
  if (!node.foreign().empty()) {
    devices_free = &snapshot.devices.foreign;
    cores_free = &snapshot.cores.foreign;
  } else if (!node.block().empty()) {
    devices_free = &snapshot.devices.blocked;
    cores_free = &snapshot.cores.blocked;
  }
  *devices_free += count(usage.devices_free);
  *cores_free += count(usage.cores_free);
  snapshot.devices.shared += count(usage.devices_shared);
  snapshot.devices.allocated += count(usage.devices_used);
  snapshot.devices.cordoned += count(usage.devices_unusable);
  snapshot.cores.allocated += count(usage.cores_used);
  snapshot.cores.cordoned += count(usage.cores_unusable);
  snapshot.foreign_pods += count(usage.foreign_pods);
  snapshot.drifted_pods += count(usage.changed_pods);
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
  snapshot.log_lines_dropped = log_lines_dropped;
  const auto slot = scheduler::aggregate_slot("Neuron");
  if (!slot) return snapshot;
  for (const model::NodeView* node : scheduler.cache().nodes()) {
    add_node(dynamic_cast<const scheduler::NeuronNode&>(node->aggregate(*slot)), snapshot);
  }
  return snapshot;
}

}  // namespace neuron_scheduler::cmd
