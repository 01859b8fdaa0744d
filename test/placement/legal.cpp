#include "test/placement/legal.hpp"

#include <bit>

namespace neuron_scheduler::placement {

using neuron::CoreMask;
using neuron::DeviceMask;
using neuron::NodeState;
using neuron::Placement;

std::vector<Placement> legal_placements(const NodeState& state, std::size_t shape) {
  const PodShape& asked = kShapes[shape];
  const neuron::Geometry& geometry = state.geometry();
  std::vector<Placement> all;
  if (asked.cores == 0) {
    for (const DeviceMask set : neuron::legal_sets(geometry, asked.devices)) {
      if ((set & ~state.untouched()) == 0) all.push_back({set, geometry.full_device()});
    }
    return all;
  }
  const CoreMask run = neuron::low_cores(asked.cores);
  for (int device = 0; device < geometry.devices; ++device) {
    for (int at = 0; at + asked.cores <= geometry.cores_per_device; ++at) {
      if ((run << at & ~state.free(device)) != 0) continue;
      all.push_back({neuron::device_bit(device), run << at});
    }
  }
  return all;
}

int usable_cores(const NodeState& state, std::size_t shape) {
  const PodShape& asked = kShapes[shape];
  const neuron::Geometry& geometry = state.geometry();
  if (asked.cores == 0) {
    const int stride = neuron::legal_stride(geometry, asked.devices);
    DeviceMask usable = 0;
    for (int at = 0; stride > 0 && at + asked.devices <= geometry.devices; at += stride) {
      const DeviceMask set = neuron::low_devices(asked.devices) << at;
      if ((set & ~state.untouched()) == 0) usable |= set;
    }
    return std::popcount(usable) * geometry.cores_per_device;
  }
  int cores = 0;
  for (DeviceMask open = state.open(); open != 0; open &= open - 1) {
    CoreMask starts = state.free(std::countr_zero(open));
    for (int i = 1; i < asked.cores; ++i) starts &= starts >> 1;
    CoreMask usable = starts;
    for (int i = 1; i < asked.cores; ++i) usable |= usable << 1;
    cores += std::popcount(usable);
  }
  return cores;
}

}  // namespace neuron_scheduler::placement
