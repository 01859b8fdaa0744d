#pragma once

#include <cstdint>
#include <optional>

#include "neuron/request.hpp"
#include "neuron/state.hpp"

// The usual case of CandidateScan, from tables.
namespace neuron_scheduler::neuron {

struct QuickPlace {
  Placement placement;
  std::int64_t cost = 0;
};

// Whether quick_place can tell: whole devices or, of at most 8 cores per device, a run of cores;
// all devices with something free may be given, in sets that are no more than runs of ids.
[[nodiscard]] bool is_quick(const Shape& shape, const NodeState& state, DeviceMask eligible);

// What CandidateScan finds first for the only container that asks, with its cost(); nullopt: it
// does not fit. Looks at no more than each device once, and allocates nothing.
[[nodiscard]] std::optional<QuickPlace> quick_place(const Shape& shape, const NodeState& state);

}  // namespace neuron_scheduler::neuron
