#pragma once

#include <cstdint>

namespace neuron_scheduler::neuron {

// Which of a node's devices a pod prefers, and which it accepts. What is legal does not depend on
// it.
enum class DevicePolicy : std::uint8_t {
  // What costs least: broken devices, rows and runs first.
  kBinpack,
  // Devices with the fewest cores in use first, the pod's other containers' included; then what
  // costs most, so what lies well inside of what is free. A run inside a device begins where a
  // free run begins all the same.
  kSpread,
  // Only devices of which no other pod has a core; among them as kBinpack or as kSpread.
  kMutex,
  kMutexSpread,
};

[[nodiscard]] constexpr bool spreads(DevicePolicy policy) {
  return policy == DevicePolicy::kSpread || policy == DevicePolicy::kMutexSpread;
}
[[nodiscard]] constexpr bool untouched_only(DevicePolicy policy) {
  return policy == DevicePolicy::kMutex || policy == DevicePolicy::kMutexSpread;
}

}  // namespace neuron_scheduler::neuron
