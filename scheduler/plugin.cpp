#include "scheduler/plugin.hpp"

#include <algorithm>

namespace neuron_scheduler::scheduler {

void normalize_by_highest(std::span<std::int64_t> scores, bool reverse) {
  constexpr std::int64_t kMax = ScorePlugin::kScoreMax;
  const auto highest = std::max_element(scores.begin(), scores.end());
  if (highest == scores.end() || *highest == 0) {
    if (reverse) std::fill(scores.begin(), scores.end(), kMax);
    return;
  }
  const std::int64_t divisor = *highest;
  for (std::int64_t& score : scores) {
    score = score * kMax / divisor;
    if (reverse) score = kMax - score;
  }
}

}  // namespace neuron_scheduler::scheduler
