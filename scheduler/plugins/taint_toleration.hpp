#pragma once

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Keeps pods off nodes with a NoSchedule or NoExecute taint that they do not tolerate, and prefers
// nodes with fewer such PreferNoSchedule taints (kube-scheduler.md §1.3).
class TaintToleration final : public Plugin,
                              public FilterPlugin,
                              public PreScorePlugin,
                              public ScorePlugin,
                              public ScoreExtensions {
 public:
  void describe(const model::Pod& pod, Likeness& likeness) const override;
  Status filter(const PluginState* state, const model::Pod& pod,
                const model::NodeView& node) const override;
  // kSkip: no node has a PreferNoSchedule taint, so that all score the same.
  PreScoreResult pre_score(const model::Pod& pod, const model::Cache& cache) const override;
  std::int64_t score(const PluginState* state, const model::Pod& pod,
                     const model::NodeView& node) const override;
  [[nodiscard]] const ScoreExtensions* score_extensions() const override { return this; }
  void normalize(std::span<std::int64_t> scores, const ScoreRange& all) const override;
};

}  // namespace neuron_scheduler::scheduler
