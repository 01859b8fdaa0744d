#pragma once

#include <cstdint>
#include <vector>

#include "test/placement/simulator.hpp"

namespace neuron_scheduler::placement {

// As fill() with make_ours(), but through the scheduler itself with its default profile: all
// filters and scores over real Node and Pod objects. seed: of what decides between equal nodes.
[[nodiscard]] Filled fill_through_profile(const std::vector<SimNode>& fleet, const Trace& pods,
                                          std::uint64_t seed);

}  // namespace neuron_scheduler::placement
