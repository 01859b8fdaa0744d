#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

// What AWS's pages say of each instance type, written down a second time and as plainly as can be:
// neighbours as lists, sets of devices as lists (design.md §5; aws-neuron.md §1, §1.1, §2).
namespace neuron_scheduler::naive {

using Ids = std::vector<int>;  // Devices, or cores numbered over the whole node.

// What the arguments placement and ringWrap widen.
struct Widening {
  bool connected = false;
  bool ring_wrap = false;
};

// Devices that one container may be given together.
struct DeviceSet {
  Ids devices;       // Ascending: in the order in which they are used.
  int diameter = 0;  // The most links between two of them without leaving the set.
};
using SetsBySize = std::vector<std::vector<DeviceSet>>;

struct Machine {
  std::string type;  // Label of the node.
  std::string name;  // The type and what tells it from other rows of it; for messages.
  int devices = 0;
  int cores_per_device = 1;  // Logical ones.
  bool cores_known = true;   // The node has a capacity of neuroncore that fits.
  // By number of devices, in the documented order: by diameter, then by the first device, or, where
  // they are not walks from one device to the next, as binary numbers.
  std::shared_ptr<const SetsBySize> legal_sets;

  [[nodiscard]] int cores() const { return devices * cores_per_device; }
  // Empty for a size that is not legal.
  [[nodiscard]] const std::vector<DeviceSet>& sets_of(std::int64_t size) const;
};

inline void PrintTo(const Machine& machine, std::ostream* out) { *out << machine.name; }

// Every instance type, those with two settings of logical cores in both, nodes without a known type
// and nodes that do not tell their cores.
[[nodiscard]] std::vector<Machine> all_machines(const Widening& widening = {});

// The first row of that type.
[[nodiscard]] Machine machine_of(const std::string& type, const Widening& widening = {});

}  // namespace neuron_scheduler::naive
