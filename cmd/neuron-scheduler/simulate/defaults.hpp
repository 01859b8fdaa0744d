#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

// What an API server adds to a pod or node that matters for scheduling: SetDefaults_Pod and
// SetDefaults_NodeStatus (pkg/apis/core/v1/defaults.go), and the admission plugins Priority and
// DefaultTolerationSeconds.
namespace neuron_scheduler::simulate {

struct PriorityClass {
  std::int32_t value = 0;
  std::string preemption_policy;  // Empty: the default.
};

struct PriorityClasses {
  std::map<std::string, PriorityClass, std::less<>> by_name;  // With the two of the system.
  std::optional<std::string> global_default;

  PriorityClasses();
};

// Nullopt, or the name of a PriorityClass that the pod names and nobody knows: then it has priority
// 0.
[[nodiscard]] std::optional<std::string> set_pod_defaults(boost::json::object& pod,
                                                          const PriorityClasses& classes);
void set_node_defaults(boost::json::object& node);

}  // namespace neuron_scheduler::simulate
