#pragma once

#include <cstdint>
#include <vector>

#include "cluster/model/name.hpp"
#include "cluster/model/node_view.hpp"
#include "cluster/model/pod.hpp"
#include "scheduler/args.hpp"
#include "scheduler/likeness.hpp"

// How much of a node's resources is used with a pod on it: what the scores of NodeResourcesFit and
// NodeResourcesBalancedAllocation share (kube-scheduler.md §1.3).
namespace neuron_scheduler::scheduler {

// A resource that a score looks at.
struct ScoredResource {
  enum class Kind : std::uint8_t { kCpu, kMemory, kEphemeralStorage, kOther };

  model::Name name;
  std::int64_t weight = 1;
  Kind kind = Kind::kOther;

  ScoredResource(std::string_view its_name, std::int64_t its_weight);
};

// cpu and memory, with weight 1 each.
[[nodiscard]] std::vector<ScoredResource> default_scored_resources();

// The list `resources` of {name, weight}; absent or empty: the default. A weight that is absent or
// 0 is 1; one that is negative or above weight_max is an error with this reason, in which NAME
// stands for the resource's name.
[[nodiscard]] std::vector<ScoredResource> read_scored_resources(ArgsReader& args,
                                                                std::int64_t weight_max,
                                                                std::string_view weight_reason);

enum class Amounts : std::uint8_t {
  kReal,      // As requested.
  kDefaults,  // Cpu and memory with defaults where nothing is requested (kube-scheduler.md §2.3).
};

struct ResourceUse {
  std::int64_t allocatable = 0;  // Of the node; 0: the resource does not count here.
  std::int64_t before = 0;       // Used by the pods that are there.
  std::int64_t after = 0;        // Used with this pod.
};

[[nodiscard]] std::int64_t request_of(const ScoredResource& resource, Amounts amounts,
                                      const model::Pod& pod);
[[nodiscard]] ResourceUse use_of(const ScoredResource& resource, Amounts amounts,
                                 const model::Pod& pod, const model::NodeView& node);

// Adds all that the pod requests.
void describe_requests(const model::Resources& requests, Likeness& likeness);

}  // namespace neuron_scheduler::scheduler
