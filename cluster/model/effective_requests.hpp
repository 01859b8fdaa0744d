#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "cluster/model/name.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/quantity.hpp"
#include "cluster/model/resources.hpp"

namespace neuron_scheduler::model {

// Exact amounts by resource name; no name twice.
using ResourceList = std::vector<std::pair<Name, Quantity>>;

// What one container asks, and what its status says about a resize in place; nullopt: the status
// does not say.
struct ContainerResources {
  ContainerRole role = ContainerRole::kApp;
  ResourceList requests;
  std::optional<ResourceList> allocated;  // status.allocatedResources
  std::optional<ResourceList> actual;     // status.resources.requests
};

// Everything of a pod that its effective requests depend on.
struct PodResources {
  std::vector<ContainerResources>
      containers;          // Init containers in order, then (or before) the others.
  ResourceList pod_level;  // spec.resources.requests
  ResourceList overhead;
  bool resize_infeasible = false;         // Condition PodResizePending has reason Infeasible.
  std::optional<ResourceList> allocated;  // status.allocatedResources of the pod
  bool has_status_resources = false;      // status.resources is there, even if empty.
  std::optional<ResourceList> actual;     // status.resources.requests of the pod
};

struct EffectiveRequests {
  Resources requests;
  // For scoring: containers that do not ask for cpu or memory count with these defaults.
  static constexpr std::int64_t kDefaultCpuMilli = 100;
  static constexpr std::int64_t kDefaultMemoryBytes = std::int64_t{200} * 1024 * 1024;
  std::int64_t nonzero_cpu_milli = 0;
  std::int64_t nonzero_memory_bytes = 0;
};

// What the pod takes from its node: the largest of what is asked, allocated and actual, sidecars,
// init containers, pod-level requests and overhead included. Amounts are rounded up once, at the
// end, and cut to 0 ... kAmountMax. Source: kube-scheduler.md §2.1, §2.3; k8s.io/component-helpers
// resource.PodRequests of 1.37.2. One rule for waiting and for bound pods: a waiting one has no
// status to differ from its spec.
[[nodiscard]] EffectiveRequests effective_requests(const PodResources& pod);

// As Resources counts: cpu in thousandths, memory, ephemeral-storage and scalars rounded up to
// whole units, other names (pods among them) left out; amounts cut to 0 ... kAmountMax.
[[nodiscard]] Resources to_resources(const ResourceList& list);

}  // namespace neuron_scheduler::model
