#pragma once

#include <span>

namespace neuron_scheduler::placement {

[[nodiscard]] double mean_of(std::span<const double> values);

// What the mean of ours - theirs is known to within, with 95 % confidence (Student's t, pairs by
// position, 2 to 31 of them).
struct Difference {
  double mean = 0;
  double half_width = 0;

  [[nodiscard]] bool above() const { return mean - half_width > 0; }
  [[nodiscard]] bool below() const { return mean + half_width < 0; }
};
[[nodiscard]] Difference paired_difference(std::span<const double> ours,
                                           std::span<const double> theirs);

}  // namespace neuron_scheduler::placement
