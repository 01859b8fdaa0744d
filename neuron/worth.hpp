#pragma once

#include <cstdint>

#include "neuron/topology.hpp"

// What free devices and cores are worth: the terms that value() adds up (state.hpp). Pure tables;
// docs/placement-quality.md says what they were tuned on and against.
namespace neuron_scheduler::neuron {

// Of every free core, in addition to the others. Half of it counts cores, half devices: a device of
// many cores is worth more than one of few, so that a pod that asks for a device gets the small
// one, and each of its cores less, so that a pod that asks for cores gets a part of the big one.
[[nodiscard]] constexpr std::int64_t core_price(const Geometry& geometry) {
  constexpr std::int64_t kCorePart = 120;
  constexpr std::int64_t kDevicePart = 240;
  return kCorePart + kDevicePart / geometry.cores_per_device;
}

// Of the free cores of one device: every run of n counts the sum of s*(n-s+1) over s = 1..n, which
// is what can be placed in it, by cores.
[[nodiscard]] std::int64_t cores_worth(CoreMask free);

// Of wholly free devices. Rows count their free devices, rows (4), pairs of rows (8) and the whole
// (16). On a line every place counts 1 where 1, 2, 4, 8, ... devices could be put: the sizes that
// the runtime accepts; so it is on a ring, and for n free devices where any set is legal as for a
// run of n. Where all linked sets of the torus are, each of these sizes counts 16 times the part of
// its sets that is free. Otherwise each device counts 1, and all together as many again.
[[nodiscard]] std::int64_t devices_worth(const Geometry& geometry, DeviceMask free);

// What devices_worth falls by when the devices `taken`, all free, go.
[[nodiscard]] std::int64_t devices_lost(const Geometry& geometry, DeviceMask free,
                                        DeviceMask taken);

// Where something fits with the least loss of worth.
struct BestFit {
  static constexpr int kNone = -1;

  int start = kNone;  // First device or core.
  int lost = 0;       // Of devices_worth or cores_worth.
};

// Of `size` devices as a legal set, as CandidateScan prefers it among equal losses: the highest
// device, the lowest set. SetRule::kOneOrAll, kConsecutive and kAlignedRows alone.
[[nodiscard]] BestFit best_devices(const Geometry& geometry, DeviceMask free, int size);

// Largest number of cores per device that best_cores knows.
inline constexpr int kQuickCores = 8;
// Of a run of `cores` at the low end of a free run of one device, the lowest among equal losses.
// Both at most kQuickCores.
[[nodiscard]] BestFit best_cores(CoreMask free, int cores);

}  // namespace neuron_scheduler::neuron
