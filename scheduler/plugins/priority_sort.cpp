#include "scheduler/plugins/priority_sort.hpp"

namespace neuron_scheduler::scheduler {

bool PrioritySort::before(const QueueOrderKey& a, const QueueOrderKey& b) const {
  if (a.priority != b.priority) return a.priority > b.priority;
  if (a.queued_at != b.queued_at) return a.queued_at < b.queued_at;
  return a.sequence < b.sequence;
}

}  // namespace neuron_scheduler::scheduler
