#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "test/sim/server.hpp"

// Reads what pods on the server say for themselves, by other code than the scheduler's: one
// container a pod, which asks for cpu and for cores of one device, or for whole devices.
namespace neuron_scheduler::sim {

inline constexpr const char* kDevices = "aws.amazon.com/neuron";
inline constexpr const char* kCores = "aws.amazon.com/neuroncore";
// A label: somebody bound this pod of ours himself.
inline constexpr const char* kBoundByHand = "bound-by-hand";
// A label: its anti-affinity keeps pods of namespaces with the label kTeam=red off its node.
inline constexpr const char* kJealous = "jealous";
inline constexpr const char* kTeam = "team";

struct NodeShape {
  int devices = 0;
  int cores_per_device = 0;
  bool rows_of_four = false;  // Sets of four must be rows; else any four ids in a row will do.
};
[[nodiscard]] NodeShape shape_of(const model::Node& node);

// The cores that the pod's annotations name; nullopt if it has none, or none that can be read.
[[nodiscard]] std::optional<std::vector<int>> cores_of(const model::Pod& pod,
                                                       const NodeShape& shape);

// What is wrong on the server: a core with two owners, a set of the wrong size, a node whose own
// pods of this scheduler ask for more cpu than it ever had. Empty if all is well. cpu_most: by node
// name.
[[nodiscard]] std::string first_fault(const Server& server,
                                      const std::map<std::string, std::int64_t>& cpu_most);

// The name of a node where the pending pod would fit; empty if there is none.
[[nodiscard]] std::string where_it_fits(const Server& server, const model::Pod& pod);

}  // namespace neuron_scheduler::sim
