#pragma once

#include <cstdint>
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

struct Machine {
  std::string type;  // Label of the node.
  std::string name;  // The type and what tells it from other rows of it; for messages.
  int devices = 0;
  int cores_per_device = 1;  // Logical ones.
  bool cores_known = true;   // The node has a capacity of neuroncore that fits.
  // By number of devices: sets that one container may be given, each in the order in which its
  // devices are used.
  std::vector<std::vector<Ids>> legal_sets;

  [[nodiscard]] int cores() const { return devices * cores_per_device; }
  // Empty for a size that is not legal.
  [[nodiscard]] const std::vector<Ids>& sets_of(std::int64_t size) const;
};

inline void PrintTo(const Machine& machine, std::ostream* out) { *out << machine.name; }

// Every instance type, those with two settings of logical cores in both, nodes without a known type
// and nodes that do not tell their cores.
[[nodiscard]] std::vector<Machine> all_machines(const Widening& widening = {});

// The first row of that type.
[[nodiscard]] Machine machine_of(const std::string& type, const Widening& widening = {});

}  // namespace neuron_scheduler::naive
