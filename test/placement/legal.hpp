#pragma once

#include <vector>

#include "neuron/state.hpp"
#include "test/placement/shapes.hpp"

// What every policy may choose from: the rules of design.md §5 for one container.
namespace neuron_scheduler::placement {

// All that is free on the node, the lowest device first, then the lowest core.
[[nodiscard]] std::vector<neuron::Placement> legal_placements(const neuron::NodeState& state,
                                                              std::size_t shape);

// Free cores that lie in at least one of the legal placements.
[[nodiscard]] int usable_cores(const neuron::NodeState& state, std::size_t shape);

}  // namespace neuron_scheduler::placement
