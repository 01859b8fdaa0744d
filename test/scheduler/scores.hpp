#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::test {

[[nodiscard]] inline scheduler::ScoreRange range_of(std::span<const std::int64_t> scores) {
  if (scores.empty()) return {};
  return {std::ranges::min(scores), std::ranges::max(scores)};
}

}  // namespace neuron_scheduler::test
