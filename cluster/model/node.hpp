#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cluster/model/annotations.hpp"
#include "cluster/model/images.hpp"
#include "cluster/model/name.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/quantity.hpp"
#include "cluster/model/resources.hpp"
#include "cluster/model/selector.hpp"
#include "cluster/model/taint.hpp"

namespace neuron_scheduler::model {

enum class ConditionStatus : std::uint8_t { kTrue, kFalse, kUnknown };

struct NodeCondition {
  Name type;
  ConditionStatus status = ConditionStatus::kUnknown;
  Name reason;
  friend bool operator==(const NodeCondition&, const NodeCondition&) = default;
};

// A node as decisions need it, never changed after it is made. One that could not be decoded has a
// decode_error and nothing but its identity: it takes no new pods until it can be read again
// (design.md §3).
struct Node {
  Name name;
  Uid uid;
  std::string resource_version;
  Labels labels;
  Annotations annotations;
  // Fingerprints of what schedulers wrote on it for others to read; no decision looks at them.
  Annotations reports;
  std::vector<Taint> taints;
  bool unschedulable = false;
  Resources allocatable;
  std::int64_t allocatable_pods = 0;
  // Extended resources exactly as the node gives them, by name: geometry is derived from capacity
  // (design.md §5) and must see what is negative, fractional or does not divide.
  std::vector<std::pair<Name, Quantity>> extended_capacity;
  std::vector<std::pair<Name, Quantity>> extended_allocatable;
  std::vector<NodeCondition> conditions;
  std::vector<NodeImage> images;  // No name twice.
  std::string decode_error;
};

using NodeRef = std::shared_ptr<const Node>;

}  // namespace neuron_scheduler::model
