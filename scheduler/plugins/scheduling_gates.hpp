#pragma once

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Keeps pods with spec.schedulingGates out of the queue until all gates are gone (kube-scheduler.md
// §1.3).
class SchedulingGates final : public Plugin, public PreEnqueuePlugin {
 public:
  void describe(const model::Pod& /*pod*/, Likeness& /*likeness*/) const override {}
  Status pre_enqueue(const model::Pod& pod) const override;
};

}  // namespace neuron_scheduler::scheduler
