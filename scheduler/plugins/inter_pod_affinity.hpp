#pragma once

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Keeps pods away from where a pod is whose required anti-affinity selects them
// (kube-scheduler.md §1.3). Pods with required affinity or anti-affinity of their own are kept
// pending by UnbuiltFeatures.
class InterPodAffinity final : public Plugin, public PreFilterPlugin, public FilterPlugin {
 public:
  // What the terms say of the pod is in the state: pods that no term selects are alike, whatever
  // their labels.
  void describe(const model::Pod& /*pod*/, Likeness& /*likeness*/) const override {}
  void describe_cluster(const PluginState* filter_state, const PluginState* score_state,
                        Likeness& likeness) const override;
  [[nodiscard]] bool wide() const override { return true; }
  // A pod that forbids, or a node with such pods, changed or went: other nodes may be free again.
  // So they may when a term lets go of a namespace whose labels changed. What changed on the node
  // itself is asked of Filter.
  [[nodiscard]] bool concerned_by(const Event& event) const override;
  [[nodiscard]] bool may_help(const Event& event, const model::Pod& pod) const override;

  PreFilterResult pre_filter(const model::Pod& pod, const model::Cache& cache) const override;
  Status filter(const PluginState* state, const model::Pod& pod,
                const model::NodeView& node) const override;
};

}  // namespace neuron_scheduler::scheduler
