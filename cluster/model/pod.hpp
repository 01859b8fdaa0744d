#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cluster/model/annotations.hpp"
#include "cluster/model/anti_affinity.hpp"
#include "cluster/model/host_port.hpp"
#include "cluster/model/name.hpp"
#include "cluster/model/quantity.hpp"
#include "cluster/model/rare.hpp"
#include "cluster/model/resources.hpp"
#include "cluster/model/selector.hpp"
#include "cluster/model/taint.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::model {

// The identity of one object in time: a re-created pod of the same name has another. Not always a
// UUID (design.md §9).
struct Uid {
  std::string text;
  friend auto operator<=>(const Uid&, const Uid&) = default;
};

enum class ContainerRole : std::uint8_t {
  kInit,     // Runs alone, before the containers that follow it.
  kSidecar,  // An init container with restartPolicy Always: runs on beside all that follow.
  kApp,
};

struct Container {
  Name name;
  ContainerRole role = ContainerRole::kApp;
  // Extended resources as requested, before any rounding: their plugins refuse what is negative or
  // fractional.
  std::vector<std::pair<Name, Quantity>> extended_requests;
  friend bool operator==(const Container&, const Container&) = default;
};

// What a pod asks of the scheduler that is not built yet: it stays pending with a reason (design.md
// §8).
enum class UnbuiltNeed : std::uint8_t {
  kPersistentVolumeClaims,  // Claims, and generic ephemeral volumes, which make claims.
  kOtherVolumes,            // Volumes with attach or zone rules of their own.
  kResourceClaims,
  kPodAffinity,     // Required pod affinity or anti-affinity of its own.
  kTopologySpread,  // A DoNotSchedule constraint.
};

// What matters of a pod only as long as it waits for a node. Bound pods, which are many, are
// decoded without it.
struct Waiting {
  std::vector<Toleration> tolerations;
  RequiredNodeAffinity node_affinity;
  std::vector<PreferredNodeTerm> preferred_nodes;
  // Of containers and image volumes, one for each, normalized (images.hpp).
  std::vector<Name> images;
  std::vector<std::string> scheduling_gates;
  std::vector<UnbuiltNeed> unbuilt_needs;  // In order of the enum, none twice.

  // The condition PodScheduled as last seen, so that an equal one is not written again.
  std::string scheduled_condition_reason;
  std::string scheduled_condition_message;

  friend bool operator==(const Waiting&, const Waiting&) = default;
};

// A pod as decisions need it, never changed after it is made: decoded from the API's object, or
// made by the cache for an assumed pod. A pod that could not be decoded has a decode_error and
// nothing but its identity, node and scheduler, and what it uses if only its labels or annotations
// could not be read.
struct Pod {
  Uid uid;
  Name namespace_name;
  std::string name;
  std::string resource_version;
  std::int64_t generation = 0;  // Of the spec; 0: the server does not count it (before 1.33).
  Name scheduler_name;
  Name node_name;  // Empty: not bound.
  std::int32_t priority = 0;
  bool terminating = false;  // deletionTimestamp is set.
  bool terminal = false;     // Phase Succeeded or Failed: uses nothing any more.
  WallTime created;

  Labels labels;
  Annotations annotations;
  std::vector<Container> containers;   // Init containers first, each group in order of the spec.
  Resources requests;                  // Effective (kube-scheduler.md §2.1).
  std::int64_t nonzero_cpu_milli = 0;  // For scoring: with defaults where nothing is asked (§2.3).
  std::int64_t nonzero_memory_bytes = 0;
  Rare<std::vector<HostPort>> host_ports;  // Of containers that run on.
  Rare<std::vector<AntiAffinityTerm>> anti_affinity;
  Rare<Waiting> waiting;

  RareText decode_error;

  [[nodiscard]] bool bound() const { return !node_name.empty(); }
  // namespace/name, for messages.
  [[nodiscard]] std::string full_name() const;
};

// Shared: the queue, the cache and a bind under way hold the same pod, and each may be the last to
// let go.
using PodRef = std::shared_ptr<const Pod>;

}  // namespace neuron_scheduler::model

template <>
struct std::hash<neuron_scheduler::model::Uid> {
  std::size_t operator()(const neuron_scheduler::model::Uid& uid) const noexcept {
    return std::hash<std::string>{}(uid.text);
  }
};
