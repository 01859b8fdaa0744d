#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "neuron/topology.hpp"

// Which cores of one node are in use, and what the rest is worth.
namespace neuron_scheduler::neuron {

// Some cores of one device.
struct DeviceCores {
  int device = 0;
  CoreMask cores = 0;
  friend bool operator==(const DeviceCores&, const DeviceCores&) = default;
};

// Cores of several devices; ascending, no device twice.
using CoreSet = std::vector<DeviceCores>;

// What one container gets by our rules: all cores of the devices but the last; of the last (the
// highest) only `last`.
struct Placement {
  DeviceMask devices = 0;
  CoreMask last = 0;

  [[nodiscard]] int last_device() const { return 63 - std::countl_zero(devices); }
  friend bool operator==(const Placement&, const Placement&) = default;
};

[[nodiscard]] CoreSet core_set(const Geometry& geometry, const Placement& placement);

// Cores in use on a node. A value of fixed size: copying is cheap and nothing allocates.
class NodeState {
 public:
  NodeState() = default;
  // unusable: devices that take nothing new, such as cordoned ones.
  explicit NodeState(const Geometry& geometry, DeviceMask unusable = 0);

  [[nodiscard]] const Geometry& geometry() const { return geometry_; }
  [[nodiscard]] DeviceMask unusable() const { return unusable_; }
  // Device in range.
  [[nodiscard]] CoreMask used(int device) const { return used_[index(device)]; }
  // None of an unusable device.
  [[nodiscard]] CoreMask free(int device) const {
    return (unusable_ & device_bit(device)) != 0 ? 0 : geometry_.full_device() & ~used(device);
  }
  // Usable devices with no core in use, and with some core free.
  [[nodiscard]] DeviceMask untouched() const { return untouched_; }
  [[nodiscard]] DeviceMask open() const { return open_; }
  [[nodiscard]] int free_core_count() const;

  // Bits beyond the geometry are ignored; taking what is taken changes nothing.
  void take(int device, CoreMask cores);
  void take(const CoreSet& cores);
  void take(const Placement& placement);

  friend bool operator==(const NodeState&, const NodeState&) = default;

 private:
  static constexpr std::size_t index(int device) { return static_cast<std::size_t>(device); }

  Geometry geometry_;
  DeviceMask unusable_ = 0;
  DeviceMask untouched_ = 0;
  DeviceMask open_ = 0;
  std::array<CoreMask, kMaxDevices> used_{};
};

// The value of what is free: a price for every core, and what the free devices and the free cores
// of each device are worth for what could be placed there (worth.hpp). So the value falls least by
// what sits in broken rows and in runs that fit tightly, by devices with few cores for a pod that
// asks for devices, and by devices with many for one that asks for cores.
[[nodiscard]] std::int64_t value(const NodeState& state);

// How much value(state) falls if the placement is taken. >= 0; 0 if it is all taken already.
[[nodiscard]] std::int64_t cost(const NodeState& state, const Placement& placement);

// How many cores of the placement are not yet in use.
[[nodiscard]] int new_cores(const NodeState& state, const Placement& placement);

}  // namespace neuron_scheduler::neuron
