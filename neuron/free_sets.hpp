#pragma once

#include "neuron/state.hpp"

namespace neuron_scheduler::neuron {

// Some legal set of this many devices has no core in use and no unusable device. False for a number
// that is not legal there.
[[nodiscard]] bool has_free_set(const NodeState& state, int size);

}  // namespace neuron_scheduler::neuron
