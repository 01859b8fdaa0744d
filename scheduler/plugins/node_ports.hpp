#pragma once

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Keeps pods that want a port of the node off nodes where a pod has it (kube-scheduler.md §1.3).
class NodePorts final : public Plugin, public PreFilterPlugin, public FilterPlugin {
 public:
  void describe(const model::Pod& pod, Likeness& likeness) const override;
  PreFilterResult pre_filter(const model::Pod& pod, const model::Cache& cache) const override;
  Status filter(const PluginState* state, const model::Pod& pod,
                const model::NodeView& node) const override;
};

}  // namespace neuron_scheduler::scheduler
