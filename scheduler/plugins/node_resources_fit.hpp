#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "scheduler/plugin.hpp"
#include "scheduler/plugins/resource_use.hpp"

namespace neuron_scheduler::scheduler {

// How NodeResourcesFit scores one resource by how much of it is used.
struct FitScoring {
  enum class Strategy : std::uint8_t { kLeastAllocated, kMostAllocated, kRequestedToCapacityRatio };
  // The score where this many per cent are used; in between it goes straight from point to point.
  struct Point {
    std::int64_t utilization = 0;
    std::int64_t score = 0;  // 0 to 100
  };

  Strategy strategy = Strategy::kLeastAllocated;
  std::vector<ScoredResource> resources = default_scored_resources();
  std::vector<Point> shape;  // Of kRequestedToCapacityRatio; utilization rises.
};

// Counts what pods request against what the node has, and scores by how much of it is used
// (kube-scheduler.md §1.3, §2). Resources that another plugin of the profile owns are left to it,
// since there counting is not enough.
class NodeResourcesFit final : public Plugin, public FilterPlugin, public ScorePlugin {
 public:
  // Resources that are not counted; of a group: extended resources with this part before the slash.
  struct Ignored {
    std::vector<model::Name> resources;
    std::vector<std::string> groups;
  };

  explicit NodeResourcesFit(std::vector<model::Name> owned_by_others, FitScoring scoring = {},
                            Ignored ignored = {});
  // NodeResourcesFitArgs: ignoredResources, ignoredResourceGroups, scoringStrategy.
  [[nodiscard]] static std::unique_ptr<Plugin> from_args(std::vector<model::Name> owned_by_others,
                                                         ArgsReader& args);

  void describe(const model::Pod& pod, Likeness& likeness) const override;

  // All failing resources are named. Unresolvable if one request alone exceeds what the node has in
  // total.
  Status filter(const PluginState* state, const model::Pod& pod,
                const model::NodeView& node) const override;
  std::int64_t score(const PluginState* state, const model::Pod& pod,
                     const model::NodeView& node) const override;

 private:
  [[nodiscard]] bool counts(const model::Name& resource) const;
  [[nodiscard]] std::int64_t score_of(const ResourceUse& use) const;

  std::vector<model::Name> owned_by_others_;
  FitScoring scoring_;
  Ignored ignored_;
};

}  // namespace neuron_scheduler::scheduler
