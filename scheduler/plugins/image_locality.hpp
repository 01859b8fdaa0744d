#pragma once

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Prefers nodes that already have the pod's large images, the less so the fewer nodes have them
// (kube-scheduler.md §1.3).
class ImageLocality final : public Plugin, public PreScorePlugin, public ScorePlugin {
 public:
  void describe(const model::Pod& pod, Likeness& likeness) const override;
  // What each of the pod's images is worth where it is, by how many of the nodes have it.
  void describe_cluster(const PluginState* filter_state, const PluginState* score_state,
                        Likeness& likeness) const override;
  // kSkip: no node has any of them.
  PreScoreResult pre_score(const model::Pod& pod, const model::Cache& cache) const override;
  std::int64_t score(const PluginState* state, const model::Pod& pod,
                     const model::NodeView& node) const override;
};

}  // namespace neuron_scheduler::scheduler
