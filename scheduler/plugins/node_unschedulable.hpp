#pragma once

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Keeps pods off cordoned nodes (spec.unschedulable) unless they tolerate it (kube-scheduler.md
// §1.3).
class NodeUnschedulable final : public Plugin, public FilterPlugin {
 public:
  void describe(const model::Pod& pod, Likeness& likeness) const override;
  Status filter(const PluginState* state, const model::Pod& pod,
                const model::NodeView& node) const override;
};

}  // namespace neuron_scheduler::scheduler
