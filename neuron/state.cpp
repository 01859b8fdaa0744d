#include "neuron/state.hpp"

#include <bit>

#include "neuron/legal_sets.hpp"

namespace neuron_scheduler::neuron {
namespace {

// Sum of s*(n-s+1) over s = 1..n.
constexpr std::int64_t run_value(std::int64_t length) {
  return length * (length + 1) * (length + 2) / 6;
}

constexpr std::int64_t runs_value(std::uint64_t free) {
  std::int64_t sum = 0;
  while (free != 0) {
    free >>= std::countr_zero(free);
    const int length = std::countr_one(free);
    sum += run_value(length);
    free = length == 64 ? 0 : free >> length;
  }
  return sum;
}

constexpr auto kRunValue = [] {
  std::array<std::int32_t, kMaxDevices + 1> table{};
  for (std::size_t n = 0; n < table.size(); ++n) {
    table[n] = static_cast<std::int32_t>(run_value(static_cast<std::int64_t>(n)));
  }
  return table;
}();

template <class Function>
constexpr auto byte_table(Function function) {
  std::array<std::int16_t, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    table[byte] = static_cast<std::int16_t>(function(byte));
  }
  return table;
}
constexpr auto kByteRunsValue = byte_table(runs_value);

// Of 8 devices that are two rows of the torus.
constexpr auto kHalfTorusValue = byte_table([](std::uint64_t free) -> std::int64_t {
  return std::popcount(free) + ((free & 0x0f) == 0x0f ? 4 : 0) + ((free & 0xf0) == 0xf0 ? 4 : 0) +
         (free == 0xff ? 8 : 0);
});

std::int64_t cores_value(CoreMask free) {
  return free < kByteRunsValue.size() ? kByteRunsValue[free] : runs_value(free);
}

// Of a ring that is closed.
std::int64_t ring_value(std::uint64_t free, int devices) {
  if (free == low_devices(devices)) {
    const std::int64_t sizes = std::int64_t{devices} * (devices - 1) / 2;  // Of less than all.
    return devices * sizes + devices;
  }
  const int used = std::countr_one(free);
  if (used == 0) return runs_value(free);
  return runs_value((free >> used | free << (devices - used)) & low_devices(devices));
}

// By free devices: the sizes of all linked sets among them, summed up. Made once.
const std::vector<std::int32_t>& torus_values() {
  static const std::vector<std::int32_t> kValues = [] {
    std::vector<std::int32_t> values(std::size_t{1} << 16);
    for (int size = 1; size <= 16; ++size) {
      for (const std::uint16_t set : SetTable::torus().sets(size)) values[set] = size;
    }
    for (std::size_t bit = 1; bit < values.size(); bit <<= 1) {
      for (std::size_t free = 0; free < values.size(); ++free) {
        if ((free & bit) != 0) values[free] += values[free ^ bit];
      }
    }
    return values;
  }();
  return kValues;
}

// Counted in devices.
std::int64_t devices_value(const Geometry& geometry, DeviceMask free) {
  switch (geometry.rule) {
    case SetRule::kConsecutive:
      return runs_value(free);
    case SetRule::kAlignedRows:
      return kHalfTorusValue[free & 0xff] + kHalfTorusValue[free >> 8 & 0xff] +
             (free == 0xffff ? 16 : 0);
    case SetRule::kConsecutiveRing:
      return ring_value(free, geometry.devices);
    case SetRule::kTorusConnected:
      return torus_values()[free & 0xffff];
    case SetRule::kAnySet:
      // The sum of s * (n over s).
      return free == 0 ? 0 : std::popcount(free) * (std::int64_t{1} << (std::popcount(free) - 1));
    case SetRule::kOneOrAll:
      break;
  }
  const bool all = geometry.devices > 1 && free == geometry.all_devices();
  return std::popcount(free) + (all ? geometry.devices : 0);
}

// What devices_value falls by when the devices `taken`, all free, go. On a line that is a matter of
// the one free run that they lie in, if they are consecutive.
std::int64_t devices_lost(const Geometry& geometry, DeviceMask free, DeviceMask taken) {
  if (geometry.rule == SetRule::kConsecutive) {
    const int start = std::countr_zero(taken);
    const int size = std::countr_one(taken >> start);
    if (taken == low_devices(size) << start) {
      const int before = start == 0 ? 0 : std::countl_one(free << (kMaxDevices - start));
      const int end = start + size;
      const int after = end >= kMaxDevices ? 0 : std::countr_one(free >> end);
      const auto run = [](int length) { return kRunValue[static_cast<std::size_t>(length)]; };
      return run(before + size + after) - run(before) - run(after);
    }
  }
  return devices_value(geometry, free) - devices_value(geometry, free & ~taken);
}

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
  std::int64_t sum = geometry.cores_per_device * devices_value(geometry, state.untouched());
  for_each_device(state.open(), [&](int device) { sum += cores_value(state.free(device)); });
  return sum;
}

std::int64_t cost(const NodeState& state, const Placement& placement) {
  if (placement.devices == 0) return 0;
  const Geometry& geometry = state.geometry();
  const DeviceMask broken = state.untouched() & placement.devices;
  std::int64_t sum =
      broken == 0 ? 0
                  : geometry.cores_per_device * devices_lost(geometry, state.untouched(), broken);
  const int last = placement.last_device();
  for_each_device(placement.devices, [&](int device) {
    const CoreMask free = state.free(device);
    sum += cores_value(free) - (device == last ? cores_value(free & ~placement.last) : 0);
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
