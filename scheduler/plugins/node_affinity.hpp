#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "scheduler/args.hpp"
#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Node affinity that a profile adds to what its pods say.
struct AddedNodeAffinity {
  std::optional<std::vector<model::NodeSelectorTerm>> required;
  std::vector<model::PreferredNodeTerm> preferred;
};

// Node affinity and nodeSelector (kube-scheduler.md §1.3). PreFilter names the nodes when every
// term of the pod pins metadata.name. The score is the sum of the weights of the preferred terms
// that match.
class NodeAffinity final : public Plugin,
                           public PreFilterPlugin,
                           public FilterPlugin,
                           public PreScorePlugin,
                           public ScorePlugin,
                           public ScoreExtensions {
 public:
  explicit NodeAffinity(AddedNodeAffinity added = {});
  // NodeAffinityArgs: addedAffinity.
  [[nodiscard]] static std::unique_ptr<Plugin> from_args(ArgsReader& args);

  void describe(const model::Pod& pod, Likeness& likeness) const override;
  PreFilterResult pre_filter(const model::Pod& pod, const model::Cache& cache) const override;
  Status filter(const PluginState* state, const model::Pod& pod,
                const model::NodeView& node) const override;
  // kSkip: nothing is preferred.
  PreScoreResult pre_score(const model::Pod& pod, const model::Cache& cache) const override;
  std::int64_t score(const PluginState* state, const model::Pod& pod,
                     const model::NodeView& node) const override;
  [[nodiscard]] const ScoreExtensions* score_extensions() const override { return this; }
  void normalize(std::span<std::int64_t> scores, const ScoreRange& all) const override;

 private:
  model::RequiredNodeAffinity added_;
  std::vector<model::PreferredNodeTerm> added_preferred_;
};

}  // namespace neuron_scheduler::scheduler
