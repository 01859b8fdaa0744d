#include "test/placement/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace neuron_scheduler::placement {
namespace {

// Quantile 0.975 of Student's t by degrees of freedom, from 1 on.
constexpr std::array kStudent{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                              2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
                              2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
                              2.060,  2.056, 2.052, 2.048, 2.045, 2.042};

}  // namespace

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Difference paired_difference(std::span<const double> ours, std::span<const double> theirs) {
  const std::size_t count = std::min(ours.size(), theirs.size());
  const double mean = mean_of(ours.first(count)) - mean_of(theirs.first(count));
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double off = ours[i] - theirs[i] - mean;
    squares += off * off;
  }
  const double freedom = static_cast<double>(count - 1);
  const double error = std::sqrt(squares / freedom / static_cast<double>(count));
  return {mean, kStudent.at(count - 2) * error};
}

}  // namespace neuron_scheduler::placement
