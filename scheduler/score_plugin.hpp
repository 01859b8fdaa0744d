#pragma once

#include <cstdint>
#include <span>

#include "cluster/model/node_view.hpp"
#include "cluster/model/pod.hpp"
#include "scheduler/plugin_base.hpp"

// The extension points Score and NormalizeScore; plugin.hpp has the others.
namespace neuron_scheduler::scheduler {

// Of the scores that a plugin gave to the feasible nodes of a cycle.
struct ScoreRange {
  std::int64_t lowest = 0;
  std::int64_t highest = 0;

  friend bool operator==(const ScoreRange&, const ScoreRange&) = default;
};

// NormalizeScore.
class ScoreExtensions {
 public:
  // Brings scores into 0..kScoreMax, each by itself: it may look at nothing but the score and the
  // range of them all, so that what did not change need not be normalized again. Some of the scores
  // may be out of the range; nobody looks at what becomes of them.
  virtual void normalize(std::span<std::int64_t> scores, const ScoreRange& all) const = 0;

 protected:
  ~ScoreExtensions() = default;
};

class ScorePlugin {
 public:
  static constexpr std::int64_t kScoreMax = 100;

  // Within 0..kScoreMax, or any number if it has score extensions.
  virtual std::int64_t score(const PluginState* state, const model::Pod& pod,
                             const model::NodeView& node) const = 0;
  [[nodiscard]] virtual const ScoreExtensions* score_extensions() const { return nullptr; }

 protected:
  ~ScorePlugin() = default;
};

// kube-scheduler's DefaultNormalizeScore: the highest score becomes kScoreMax, the others in
// proportion, rounded down; reverse: kScoreMax minus that, and all kScoreMax if the highest is 0.
void normalize_by_highest(std::span<std::int64_t> scores, const ScoreRange& all, bool reverse);

}  // namespace neuron_scheduler::scheduler
