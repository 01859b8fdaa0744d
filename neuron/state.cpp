#include "neuron/state.hpp"

#include <bit>

#include "neuron/worth.hpp"

namespace neuron_scheduler::neuron {
namespace {

template <class Function>
void for_each_device(DeviceMask devices, Function function) {
  for (; devices != 0; devices &= devices - 1) function(std::countr_zero(devices));
}

}  // namespace

CoreSet core_set(const Geometry& geometry, const Placement& placement) {
  CoreSet set;
  if (placement.devices == 0) return set;
  for_each_device(placement.devices, [&](int device) {
    set.push_back({device, geometry.full_device()});
  });
  set.back().cores = placement.last;
  return set;
}

NodeState::NodeState(const Geometry& geometry, DeviceMask unusable)
    : geometry_(geometry),
      unusable_(unusable & geometry.all_devices()),
      untouched_(geometry.all_devices() & ~unusable),
      open_(untouched_) {}

int NodeState::free_core_count() const {
  int count = 0;
  for_each_device(open_, [&](int device) { count += std::popcount(free(device)); });
  return count;
}

void NodeState::take(int device, CoreMask cores) {
  if (device < 0 || device >= geometry_.devices) return;
  cores &= geometry_.full_device();
  if (cores == 0) return;
  used_[index(device)] |= cores;
  untouched_ &= ~device_bit(device);
  if (used(device) == geometry_.full_device()) open_ &= ~device_bit(device);
}

void NodeState::take(const CoreSet& cores) {
  for (const DeviceCores& part : cores) take(part.device, part.cores);
}

void NodeState::take(const Placement& placement) {
  if (placement.devices == 0) return;
  const int last = placement.last_device();
  for_each_device(placement.devices, [&](int device) {
    take(device, device == last ? placement.last : geometry_.full_device());
  });
}

std::int64_t value(const NodeState& state) {
  const Geometry& geometry = state.geometry();
  std::int64_t sum =
      devices_worth(geometry, state.untouched()) + core_price(geometry) * state.free_core_count();
  for_each_device(state.open(), [&](int device) { sum += cores_worth(state.free(device)); });
  return sum;
}

std::int64_t cost(const NodeState& state, const Placement& placement) {
  if (placement.devices == 0) return 0;
  const Geometry& geometry = state.geometry();
  const DeviceMask broken = state.untouched() & placement.devices;
  std::int64_t sum = broken == 0 ? 0 : devices_lost(geometry, state.untouched(), broken);
  const int last = placement.last_device();
  for_each_device(placement.devices, [&](int device) {
    const CoreMask free = state.free(device);
    const CoreMask left = device == last ? free & ~placement.last : 0;
    sum += cores_worth(free) - cores_worth(left) +
           core_price(geometry) * (std::popcount(free) - std::popcount(left));
  });
  return sum;
}

int new_cores(const NodeState& state, const Placement& placement) {
  if (placement.devices == 0) return 0;
  const int last = placement.last_device();
  int count = std::popcount(placement.last & ~state.used(last));
  for_each_device(placement.devices & ~device_bit(last), [&](int device) {
    count += std::popcount(state.geometry().full_device() & ~state.used(device));
  });
  return count;
}

}  // namespace neuron_scheduler::neuron
