#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cluster/model/anti_affinity.hpp"
#include "cluster/model/node_view.hpp"
#include "cluster/model/pod.hpp"

namespace neuron_scheduler::scheduler {

// Why a pod moves to another part of the queue: the values of the label `event` of
// queue_incoming_pods_total (kube-scheduler.md §3.4, §8.1).
enum class Cause : std::uint8_t {
  kPodAdd,
  kPodUpdate,
  kScheduleAttemptFailure,
  kBackoffComplete,
  kUnschedulableTimeout,
  kPopFromBackoff,
  kNodeAdd,
  kNodeUpdate,
  kNodeDelete,
  kAssignedPodAdd,
  kAssignedPodUpdate,
  kAssignedPodDelete,
  kNamespaceUpdate,
};

// As kube-scheduler 1.37 writes it; what it is that an update changed is not told apart.
[[nodiscard]] std::string_view name_of(Cause cause);

// A namespace has other labels than before.
struct NamespaceChange {
  model::Name name;
  const model::Labels* before = nullptr;  // Null: they were not known.
  const model::Labels* after = nullptr;   // Null: they are not known any more.
  const model::AntiAffinityIndex& terms;  // Of all pods that count.
};

// Something that happened to the cluster and may let sleeping pods fit. What it points to lives as
// long as the call that hands it over.
struct Event {
  Cause cause = Cause::kNodeUpdate;
  // The node that it is about, as it is now; null: it is gone, or the event is about no node.
  const model::NodeView* node = nullptr;
  // The pods that count on that node, also when it is gone.
  std::span<const model::PodRef> pods_of_node = {};
  // A counted pod that went, changed or came; as it was before, if it was there.
  const model::Pod* pod = nullptr;
  // kNamespaceUpdate: what changed; null otherwise.
  const NamespaceChange* namespace_change = nullptr;
};

}  // namespace neuron_scheduler::scheduler
