#pragma once

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Keeps pods off nodes with a NoSchedule or NoExecute taint that they do not tolerate
// (kube-scheduler.md §1.3).
class TaintToleration final : public Plugin, public FilterPlugin {
 public:
  void describe(const model::Pod& pod, Likeness& likeness) const override;
  Status filter(const PluginState* state, const model::Pod& pod,
                const model::NodeView& node) const override;
};

}  // namespace neuron_scheduler::scheduler
