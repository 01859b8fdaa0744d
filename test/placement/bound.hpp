#pragma once

#include <span>
#include <vector>

#include "test/placement/shapes.hpp"

// What no policy can place more than.
namespace neuron_scheduler::placement {

// Maximize objective * x where rows[i] * x <= limits[i] and x >= 0; all limits >= 0, so that x = 0
// is allowed, and the rows bound what the objective counts. A dense simplex with Bland's rule.
[[nodiscard]] double maximize(std::span<const double> objective,
                              std::span<const std::vector<double>> rows,
                              std::span<const double> limits);

// The most asked cores of these pods that can be on the fleet at once. A linear program over how
// many pods of each shape are on each instance type: a type has so many devices in all, so many
// sets of a size on each of its nodes, and no more pods of a shape are placed than there are. It
// lets pods be cut into parts and knows neither order nor single nodes, so it is never too low.
[[nodiscard]] double bound_on_asked_cores(const PerShape<double>& pods);

// The largest factor by which these pods can be multiplied so that the same program places them
// all: what share of the load the fleet can carry at most.
[[nodiscard]] double largest_multiple(const PerShape<double>& pods);

}  // namespace neuron_scheduler::placement
