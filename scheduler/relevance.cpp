#include "scheduler/relevance.hpp"

namespace neuron_scheduler::scheduler {
bool same_for_scheduling(const model::Pod& a, const model::Pod& b) {
  return a.priority == b.priority && a.labels == b.labels && a.annotations == b.annotations &&
         a.containers == b.containers && a.requests == b.requests &&
         a.nonzero_cpu_milli == b.nonzero_cpu_milli &&
         a.nonzero_memory_bytes == b.nonzero_memory_bytes &&
         a.waiting->tolerations == b.waiting->tolerations &&
         a.waiting->node_affinity == b.waiting->node_affinity &&
         a.waiting->preferred_nodes == b.waiting->preferred_nodes && a.host_ports == b.host_ports &&
         a.waiting->images == b.waiting->images &&
         a.waiting->scheduling_gates == b.waiting->scheduling_gates &&
         a.waiting->unbuilt_needs == b.waiting->unbuilt_needs && a.decode_error == b.decode_error;
}

bool same_for_scheduling(const model::Node& a, const model::Node& b) {
  return a.uid == b.uid && a.labels == b.labels && a.annotations == b.annotations &&
         a.taints == b.taints && a.unschedulable == b.unschedulable &&
         a.allocatable == b.allocatable && a.allocatable_pods == b.allocatable_pods &&
         a.extended_capacity == b.extended_capacity &&
         a.extended_allocatable == b.extended_allocatable && a.conditions == b.conditions &&
         a.decode_error == b.decode_error;
}

bool same_use(const model::Pod& a, const model::Pod& b) {
  return a.node_name == b.node_name && a.requests == b.requests && a.containers == b.containers &&
         a.annotations == b.annotations && a.anti_affinity->size() == b.anti_affinity->size() &&
         a.decode_error == b.decode_error;
}

}  // namespace neuron_scheduler::scheduler
