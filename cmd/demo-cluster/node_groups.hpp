#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "cluster/model/result.hpp"
#include "cluster/model/time.hpp"

// Node objects as AWS Neuron instances have them once kubelet and the device plugin have reported.
namespace neuron_scheduler::demo {

// Of one instance. physical_cores: of one device; with LNC two of them may be one logical core.
struct InstanceType {
  std::string_view name;
  int devices = 0;
  int physical_cores = 0;
  bool has_lnc = false;
  int vcpus = 0;
  int memory_gib = 0;
};

[[nodiscard]] std::span<const InstanceType> instance_types();

// So many nodes of a type.
struct NodeGroup {
  static constexpr std::size_t kCountMax = 100'000;

  InstanceType type;
  int lnc = 2;         // Physical cores to a logical one, where the type has LNC.
  std::string prefix;  // Nodes are PREFIX-0, PREFIX-1, ...
  std::size_t count = 0;
};

// "TYPE=N", "TYPE:lnc1=N" (trn2 and trn3) or "plain=N" (nodes without devices). Errors say what
// would do.
[[nodiscard]] model::Result<NodeGroup> parse_node_group(std::string_view text);

// A whole v1 Node; zones change from number to number.
[[nodiscard]] boost::json::object make_node(const NodeGroup& group, std::size_t number,
                                            model::WallTime now);

}  // namespace neuron_scheduler::demo
