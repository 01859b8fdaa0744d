#include "scheduler/score_plugin.hpp"

#include <algorithm>

namespace neuron_scheduler::scheduler {

void normalize_by_highest(std::span<std::int64_t> scores, const ScoreRange& all, bool reverse) {
  constexpr std::int64_t kMax = ScorePlugin::kScoreMax;
  if (all.highest == 0) {
    if (reverse) std::fill(scores.begin(), scores.end(), kMax);
    return;
  }
  for (std::int64_t& score : scores) {
    score = score * kMax / all.highest;
    if (reverse) score = kMax - score;
  }
}

}  // namespace neuron_scheduler::scheduler
