#pragma once

#include <memory>
#include <vector>

#include "scheduler/plugin.hpp"
#include "scheduler/plugins/resource_use.hpp"

namespace neuron_scheduler::scheduler {

// Prefers nodes whose resources the pod makes more equally used: 75 where it changes nothing, up to
// 100 where it mends, down to 50 where it spoils (kube-scheduler.md §1.3, the formula since 1.36).
class NodeResourcesBalancedAllocation final : public Plugin,
                                              public PreScorePlugin,
                                              public ScorePlugin {
 public:
  explicit NodeResourcesBalancedAllocation(std::vector<ScoredResource> resources);
  // NodeResourcesBalancedAllocationArgs: resources, each with weight 1 and no name twice.
  [[nodiscard]] static std::unique_ptr<Plugin> from_args(ArgsReader& args);

  void describe(const model::Pod& pod, Likeness& likeness) const override;
  // kSkip: the pod requests none of these resources.
  PreScoreResult pre_score(const model::Pod& pod, const model::Cache& cache) const override;
  std::int64_t score(const PluginState* state, const model::Pod& pod,
                     const model::NodeView& node) const override;

 private:
  std::vector<ScoredResource> resources_;
};

}  // namespace neuron_scheduler::scheduler
