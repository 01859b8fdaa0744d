#pragma once

#include <vector>

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Counts what pods request against what the node has, and prefers the node that is used least
// (strategy LeastAllocated, cpu and memory with weight 1 each): kube-scheduler.md §1.3, §2.
// Resources that another plugin of the profile owns are left to it, since there counting is not
// enough.
class NodeResourcesFit final : public Plugin, public FilterPlugin, public ScorePlugin {
 public:
  explicit NodeResourcesFit(std::vector<model::Name> owned_by_others);

  void describe(const model::Pod& pod, Likeness& likeness) const override;

  // All failing resources are named. Unresolvable if one request alone exceeds what the node has in
  // total.
  Status filter(const PluginState* state, const model::Pod& pod,
                const model::NodeView& node) const override;
  std::int64_t score(const PluginState* state, const model::Pod& pod,
                     const model::NodeView& node) const override;

 private:
  std::vector<model::Name> owned_by_others_;
};

}  // namespace neuron_scheduler::scheduler
