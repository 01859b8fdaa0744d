#include "cluster/embedded/store/kubelet_objects.hpp"

#include <algorithm>
#include <array>

#include <boost/json/array.hpp>

#include "cluster/embedded/store/text.hpp"
#include "cluster/model/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::string_view kRunSeconds = "demo.neuron-scheduler/run-seconds";
constexpr std::string_view kAllocated = "NEURON_ALLOCATED";
constexpr int kLeaseSeconds = 40;  // Kubelet's nodeLeaseDurationSeconds.

// Kubelet's conditions of a healthy node (pkg/kubelet/nodestatus/setters.go).
struct NodeCondition {
  std::string_view type;
  std::string_view status;
  std::string_view reason;
  std::string_view message;
};
constexpr std::array<NodeCondition, 4> kNodeConditions{{
    {"MemoryPressure", "False", "KubeletHasSufficientMemory",
     "kubelet has sufficient memory available"},
    {"DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
    {"PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
    {"Ready", "True", "KubeletReady", "kubelet is posting ready status"},
}};

std::string_view annotation(const json::object& object, std::string_view key) {
  const json::object* const metadata = object_in(object, "metadata");
  const json::object* const all =
      metadata == nullptr ? nullptr : object_in(*metadata, "annotations");
  return all == nullptr ? std::string_view() : text_in(*all, key);
}

json::object pod_condition(std::string_view type, std::string_view status, std::string_view reason,
                           model::WallTime now) {
  json::object condition;
  condition["type"] = type;
  condition["status"] = status;
  condition["lastProbeTime"] = nullptr;
  condition["lastTransitionTime"] = model::format_time(now);
  if (!reason.empty()) condition["reason"] = reason;
  return condition;
}

enum class Stage : std::uint8_t { kRunning, kEnded };

json::object container_state(Stage stage, const std::string& started, const std::string& id,
                             model::WallTime now) {
  json::object details;
  details["startedAt"] = started;
  json::object state;
  if (stage == Stage::kRunning) {
    state["running"] = std::move(details);
    return state;
  }
  details["exitCode"] = 0;
  details["reason"] = "Completed";
  details["finishedAt"] = model::format_time(now);
  details["containerID"] = id;
  state["terminated"] = std::move(details);
  return state;
}

// One status for each container of the list, in its order.
json::array container_statuses(const json::object& pod, std::string_view list, Stage stage,
                               const std::string& started, model::WallTime now) {
  json::array statuses;
  const json::object* const spec = object_in(pod, "spec");
  const json::object* const metadata = object_in(pod, "metadata");
  if (spec == nullptr || metadata == nullptr) return statuses;
  each_object(*spec, list, [&](const json::object& container, std::size_t index) {
    // An init container has run before, unless it is a sidecar.
    const bool ends_first =
        list == "initContainers" && text_in(container, "restartPolicy") != "Always";
    const Stage own = ends_first ? Stage::kEnded : stage;
    const std::string id = "containerd://" + std::string(text_in(*metadata, "uid")) + "-" +
                           (list == "initContainers" ? "i" : "c") + std::to_string(index);
    json::object status;
    status["name"] = text_in(container, "name");
    status["image"] = text_in(container, "image");
    status["imageID"] = text_in(container, "image");
    status["containerID"] = id;
    status["restartCount"] = 0;
    status["ready"] = own == Stage::kRunning || ends_first;
    status["started"] = own == Stage::kRunning;
    status["state"] = container_state(own, started, id, now);
    statuses.push_back(std::move(status));
  });
  return statuses;
}

void put_containers(json::object& status, const json::object& pod, Stage stage,
                    const std::string& started, model::WallTime now) {
  status["containerStatuses"] = container_statuses(pod, "containers", stage, started, now);
  json::array init = container_statuses(pod, "initContainers", stage, started, now);
  if (!init.empty()) status["initContainerStatuses"] = std::move(init);
}

json::array address_list(const std::string& address) {
  json::object entry;
  entry["ip"] = address;
  return json::array{std::move(entry)};
}

}  // namespace

json::object running_status(const json::object& pod, const PodPlace& place, model::WallTime now) {
  const std::string started = model::format_time(now);
  json::object status;
  status["phase"] = "Running";
  status["startTime"] = started;
  if (!place.host_ip.empty()) {
    status["hostIP"] = place.host_ip;
    status["hostIPs"] = address_list(place.host_ip);
  }
  if (!place.pod_ip.empty()) {
    status["podIP"] = place.pod_ip;
    status["podIPs"] = address_list(place.pod_ip);
  }
  json::array conditions;
  for (const std::string_view type :
       {"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"}) {
    conditions.push_back(pod_condition(type, "True", {}, now));
  }
  status["conditions"] = std::move(conditions);
  put_containers(status, pod, Stage::kRunning, started, now);
  return status;
}

json::object succeeded_status(const json::object& pod, model::WallTime now) {
  const json::object* const before = object_in(pod, "status");
  const std::string started(before == nullptr ? std::string_view() : text_in(*before, "startTime"));
  json::object status;
  status["phase"] = "Succeeded";
  status["conditions"] = json::array{
      pod_condition("PodReadyToStartContainers", "False", {}, now),
      pod_condition("Initialized", "True", "PodCompleted", now),
      pod_condition("Ready", "False", "PodCompleted", now),
      pod_condition("ContainersReady", "False", "PodCompleted", now),
  };
  put_containers(status, pod, Stage::kEnded, started.empty() ? model::format_time(now) : started,
                 now);
  return status;
}

std::optional<std::chrono::seconds> run_time(const json::object& pod) {
  constexpr std::int64_t kSecondsMax = 1'000'000'000;
  const auto seconds = model::parse_integer(annotation(pod, kRunSeconds));
  if (!seconds || *seconds < 0 || *seconds > kSecondsMax) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

bool waits_for_allocation(const json::object& pod) {
  const std::string_view text = annotation(pod, kAllocated);
  return !text.empty() && text != "true";
}

json::object heartbeat(const std::vector<std::string>& present, model::WallTime now) {
  const std::string time = model::format_time(now);
  json::array conditions;
  for (const NodeCondition& each : kNodeConditions) {
    json::object condition;
    condition["type"] = each.type;
    condition["lastHeartbeatTime"] = time;
    if (std::find(present.begin(), present.end(), each.type) == present.end()) {
      condition["status"] = each.status;
      condition["lastTransitionTime"] = time;
      condition["reason"] = each.reason;
      condition["message"] = each.message;
    }
    conditions.push_back(std::move(condition));
  }
  json::object status;
  status["conditions"] = std::move(conditions);
  return status;
}

std::vector<std::string> kubelet_conditions(const json::object& node) {
  std::vector<std::string> types;
  const json::object* const status = object_in(node, "status");
  if (status == nullptr) return types;
  each_object(*status, "conditions", [&](const json::object& condition, std::size_t) {
    const std::string_view type = text_in(condition, "type");
    const bool is_ours = std::any_of(kNodeConditions.begin(), kNodeConditions.end(),
                                     [&](const auto& each) { return each.type == type; });
    if (is_ours) types.emplace_back(type);
  });
  return types;
}

std::size_t kubelet_condition_count() { return kNodeConditions.size(); }

std::string internal_ip(const json::object& node) {
  std::string found;
  const json::object* const status = object_in(node, "status");
  if (status == nullptr) return found;
  each_object(*status, "addresses", [&](const json::object& address, std::size_t) {
    if (found.empty() && text_in(address, "type") == "InternalIP") {
      found = text_in(address, "address");
    }
  });
  return found;
}

json::object node_lease(std::string_view node, std::string_view node_uid, model::WallTime now) {
  json::object owner;
  owner["apiVersion"] = "v1";
  owner["kind"] = "Node";
  owner["name"] = node;
  owner["uid"] = node_uid;
  json::object metadata;
  metadata["name"] = node;
  metadata["namespace"] = "kube-node-lease";
  metadata["ownerReferences"] = json::array{std::move(owner)};
  json::object spec;
  spec["holderIdentity"] = node;
  spec["leaseDurationSeconds"] = kLeaseSeconds;
  spec["renewTime"] = model::format_micro_time(now);
  json::object lease;
  lease["apiVersion"] = "coordination.k8s.io/v1";
  lease["kind"] = "Lease";
  lease["metadata"] = std::move(metadata);
  lease["spec"] = std::move(spec);
  return lease;
}

}  // namespace neuron_scheduler::embedded
