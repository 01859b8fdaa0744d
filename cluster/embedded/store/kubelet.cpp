#include "cluster/embedded/store/kubelet.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/embedded/store/body.hpp"
#include "cluster/embedded/store/kubelet_follower.hpp"
#include "cluster/embedded/store/kubelet_objects.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;
using model::SteadyTime;

constexpr int kOk = 200;
constexpr int kNotFound = 404;
constexpr std::string_view kMergePatch = "application/merge-patch+json";
constexpr std::string_view kStrategicPatch = "application/strategic-merge-patch+json";
constexpr std::string_view kLeases =
    "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

enum class Act : std::uint8_t { kStart, kEnd, kRemove, kRenew, kBeat };

// An object by its path, which names its kind as well.
struct Task {
  SteadyTime due;
  Act act = Act::kStart;
  std::string path;

  auto operator<=>(const Task&) const = default;
};

struct PodEntry {
  std::string uid;
  std::optional<Task> task;
  std::uint64_t list = 0;  // In which it was seen last.
};

struct NodeEntry {
  std::string uid;
  std::string address;
  std::vector<std::string> conditions;
  std::optional<Task> renew;
  std::optional<Task> beat;
  std::uint64_t list = 0;
};

std::string_view metadata_text(const json::object& object, std::string_view key) {
  const json::object* const metadata = object_in(object, "metadata");
  return metadata == nullptr ? std::string_view() : text_in(*metadata, key);
}

std::string_view status_text(const json::object& object, std::string_view key) {
  const json::object* const status = object_in(object, "status");
  return status == nullptr ? std::string_view() : text_in(*status, key);
}

std::string_view phase_of(const json::object& pod) { return status_text(pod, "phase"); }

std::string pod_path(const json::object& pod) {
  return "/api/v1/namespaces/" + std::string(metadata_text(pod, "namespace")) + "/pods/" +
         std::string(metadata_text(pod, "name"));
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

json::object with_uid(std::string_view uid) {
  json::object metadata;
  metadata["uid"] = uid;
  json::object patch;
  patch["metadata"] = std::move(metadata);
  return patch;
}

}  // namespace

class StandInKubelet::State {
 public:
  State(Api& api, const model::Clock& clock, const KubeletOptions& options)
      : api_(api),
        clock_(clock),
        options_(options),
        nodes_follower_(api, "/api/v1/nodes", node_sink()),
        // Pods of no node are none of kubelet's business.
        pods_follower_(api, "/api/v1/pods?fieldSelector=spec.nodeName%21%3D", pod_sink()) {}

  void step() {
    const bool nodes_read = nodes_follower_.read(options_.read_bytes_max);
    const bool pods_read = pods_follower_.read(options_.read_bytes_max);
    left_undone_ = !nodes_read || !pods_read;
    const SteadyTime now = clock_.steady();
    for (std::size_t i = 0; i < options_.actions_max; ++i) {
      if (tasks_.empty() || tasks_.begin()->due > now) return;
      const Task task = *tasks_.begin();
      tasks_.erase(tasks_.begin());
      try {
        carry_out(task);
      } catch (...) {
        plan_again(task);
        throw;
      }
    }
  }

  [[nodiscard]] std::optional<SteadyTime> next_timer() const {
    if (left_undone_) return clock_.steady();
    if (tasks_.empty()) return std::nullopt;
    return tasks_.begin()->due;
  }

 private:
  Follower::Sink pod_sink() {
    Follower::Sink sink;
    sink.on_object = [this](std::string_view type, const json::object& pod) {
      take_pod(type, pod);
    };
    sink.on_list_begin = [this] { ++list_; };
    sink.on_list_end = [this] {
      for (auto at = pods_.begin(); at != pods_.end();) {
        if (at->second.list == list_) {
          ++at;
          continue;
        }
        drop(at->second.task);
        at = pods_.erase(at);
      }
    };
    return sink;
  }

  Follower::Sink node_sink() {
    Follower::Sink sink;
    sink.on_object = [this](std::string_view type, const json::object& node) {
      take_node(type, node);
    };
    sink.on_list_begin = [this] { ++node_list_; };
    sink.on_list_end = [this] {
      std::vector<std::string> gone;
      for (const auto& [path, entry] : nodes_) {
        if (entry.list != node_list_) gone.push_back(path);
      }
      for (const std::string& path : gone) forget_node(path);
    };
    return sink;
  }

  void plan(std::optional<Task>& slot, std::chrono::nanoseconds after, Act act,
            const std::string& path) {
    drop(slot);
    slot = Task{clock_.steady() + after, act, path};
    tasks_.insert(*slot);
  }

  void drop(std::optional<Task>& slot) {
    if (slot) tasks_.erase(*slot);
    slot.reset();
  }

  // What failed (no memory) is neither forgotten nor in the way of what else is due.
  void plan_again(const Task& task) {
    if (const auto pod = pods_.find(task.path); pod != pods_.end()) {
      plan(pod->second.task, options_.lease_interval, task.act, task.path);
    } else if (const auto node = nodes_.find(task.path); node != nodes_.end()) {
      NodeEntry& entry = node->second;
      plan(task.act == Act::kRenew ? entry.renew : entry.beat, options_.lease_interval, task.act,
           task.path);
    }
  }

  void take_pod(std::string_view type, const json::object& pod) {
    const std::string path = pod_path(pod);
    const std::string_view uid = metadata_text(pod, "uid");
    if (type == "DELETED") {
      const auto found = pods_.find(path);
      if (found == pods_.end() || found->second.uid != uid) return;
      drop(found->second.task);
      pods_.erase(found);
      return;
    }
    PodEntry& entry = pods_[path];
    if (entry.uid != uid) drop(entry.task);
    entry.uid = uid;
    entry.list = list_;
    plan_pod(entry, path, pod);
  }

  void plan_pod(PodEntry& entry, const std::string& path, const json::object& pod) {
    const bool goes = entry.task && entry.task->act == Act::kRemove;
    if (goes) return;
    if (const auto deleted = model::parse_time(metadata_text(pod, "deletionTimestamp"))) {
      const std::chrono::nanoseconds grace = *deleted - clock_.wall();
      const std::chrono::nanoseconds none(0);
      plan(entry.task, std::clamp<std::chrono::nanoseconds>(grace, none, options_.grace_max),
           Act::kRemove, path);
      return;
    }
    if (entry.task) return;
    const std::string_view phase = phase_of(pod);
    if (phase == "Pending") {
      plan(entry.task, options_.start_delay, Act::kStart, path);
    } else if (phase == "Running") {
      const auto seconds = run_time(pod);
      const auto started = model::parse_time(status_text(pod, "startTime"));
      if (seconds && started) {
        plan(entry.task, *started + *seconds - clock_.wall(), Act::kEnd, path);
      }
    }
  }

  void take_node(std::string_view type, const json::object& node) {
    const std::string path = "/api/v1/nodes/" + std::string(metadata_text(node, "name"));
    const std::string_view uid = metadata_text(node, "uid");
    if (type == "DELETED") {
      forget_node(path);
      return;
    }
    NodeEntry& entry = nodes_[path];
    const bool is_new = entry.uid != uid;
    entry.uid = uid;
    entry.address = internal_ip(node);
    entry.conditions = kubelet_conditions(node);
    entry.list = node_list_;
    if (!is_new) return;
    plan(entry.renew, std::chrono::nanoseconds(0), Act::kRenew, path);
    const bool is_whole = entry.conditions.size() == kubelet_condition_count();
    plan(entry.beat, is_whole ? options_.heartbeat_interval : std::chrono::seconds(0), Act::kBeat,
         path);
  }

  void forget_node(const std::string& path) {
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return;
    drop(found->second.renew);
    drop(found->second.beat);
    nodes_.erase(found);
    call("DELETE", std::string(kLeases) + "/" + std::string(name_of(path)), {}, {});
  }

  void carry_out(const Task& task) {
    switch (task.act) {
      case Act::kStart:
      case Act::kEnd:
      case Act::kRemove: {
        const auto found = pods_.find(task.path);
        if (found == pods_.end()) return;
        found->second.task.reset();
        act_on_pod(task, found->second);
        return;
      }
      case Act::kRenew:
      case Act::kBeat: {
        const auto found = nodes_.find(task.path);
        if (found == nodes_.end()) return;
        act_on_node(task, found->second);
        return;
      }
    }
  }

  void act_on_pod(const Task& task, PodEntry& entry) {
    if (task.act == Act::kRemove) {
      json::object preconditions;
      preconditions["uid"] = entry.uid;
      json::object options;
      options["apiVersion"] = "v1";
      options["kind"] = "DeleteOptions";
      options["gracePeriodSeconds"] = 0;
      options["preconditions"] = std::move(preconditions);
      call("DELETE", task.path, "application/json", json::serialize(options));
      return;
    }
    const ApiAnswer answer = call("GET", task.path, {}, {});
    json::error_code error;
    const json::value value =
        json::parse(answer.body, error, json::storage_ptr(), stored_parse_options());
    const json::object* const pod = value.if_object();
    if (answer.status != kOk || error || pod == nullptr) return;
    // What has changed meanwhile comes by the watch.
    if (metadata_text(*pod, "uid") != entry.uid) return;
    if (!metadata_text(*pod, "deletionTimestamp").empty()) return;
    const std::string_view phase = phase_of(*pod);
    if (task.act == Act::kStart && phase == "Pending") {
      start_pod(task, entry, *pod);
    } else if (task.act == Act::kEnd && phase == "Running") {
      patch_status(task.path, entry.uid, succeeded_status(*pod, clock_.wall()));
    }
  }

  void start_pod(const Task& task, PodEntry& entry, const json::object& pod) {
    const json::object* const spec = object_in(pod, "spec");
    if (spec == nullptr) return;
    const auto node = nodes_.find("/api/v1/nodes/" + std::string(text_in(*spec, "nodeName")));
    if (node == nodes_.end()) {  // It may come yet.
      plan(entry.task, options_.lease_interval, Act::kStart, task.path);
      return;
    }
    if (waits_for_allocation(pod)) {
      json::object patch = with_uid(entry.uid);
      json::object annotations;
      annotations["NEURON_ALLOCATED"] = "true";
      patch["metadata"].as_object()["annotations"] = std::move(annotations);
      call("PATCH", task.path, kMergePatch, json::serialize(patch));
    }
    PodPlace place;
    place.host_ip = node->second.address;
    place.pod_ip = flag_in(*spec, "hostNetwork") ? place.host_ip : next_pod_ip();
    patch_status(task.path, entry.uid, running_status(pod, place, clock_.wall()));
  }

  void patch_status(const std::string& path, const std::string& uid, json::object status) {
    json::object patch = with_uid(uid);
    patch["status"] = std::move(status);
    call("PATCH", path + "/status", kStrategicPatch, json::serialize(patch));
  }

  // Some 8 million addresses of 10.128.0.0/9, then again from the first.
  std::string next_pod_ip() {
    constexpr std::uint32_t kAddresses = 1U << 23U;
    constexpr std::uint32_t kByte = 255;
    pod_ips_ = pod_ips_ % (kAddresses - 2) + 1;
    return "10." + std::to_string(128 + (pod_ips_ >> 16U)) + "." +
           std::to_string((pod_ips_ >> 8U) & kByte) + "." + std::to_string(pod_ips_ & kByte);
  }

  void act_on_node(const Task& task, NodeEntry& entry) {
    if (task.act == Act::kBeat) {
      json::object patch;
      patch["status"] = heartbeat(entry.conditions, clock_.wall());
      call("PATCH", task.path + "/status", kStrategicPatch, json::serialize(patch));
      plan(entry.beat, options_.heartbeat_interval, Act::kBeat, task.path);
      return;
    }
    renew_lease(task.path, entry);
    const std::size_t per_second = std::max<std::size_t>(options_.renewals_per_second_max, 1);
    const std::chrono::seconds for_all(nodes_.size() / per_second);
    plan(entry.renew, std::max(options_.lease_interval, for_all), Act::kRenew, task.path);
  }

  void renew_lease(const std::string& node_path, const NodeEntry& entry) {
    const std::string_view name = name_of(node_path);
    json::object lease = node_lease(name, entry.uid, clock_.wall());
    json::object spec;
    spec["renewTime"] = lease["spec"].as_object()["renewTime"];
    json::object patch;
    patch["spec"] = std::move(spec);
    const ApiAnswer answer = call("PATCH", std::string(kLeases) + "/" + std::string(name),
                                  kMergePatch, json::serialize(patch));
    if (answer.status != kNotFound) return;
    call("POST", std::string(kLeases), "application/json", json::serialize(lease));
  }

  ApiAnswer call(std::string_view method, const std::string& target, std::string_view content_type,
                 const std::string& body) {
    ApiRequest request;
    request.method = method;
    request.target = target;
    request.content_type = content_type;
    request.accept = "application/json";
    request.body = body;
    return api_.handle(request);
  }

  Api& api_;
  const model::Clock& clock_;
  KubeletOptions options_;
  std::map<std::string, PodEntry> pods_;
  std::map<std::string, NodeEntry> nodes_;
  std::set<Task> tasks_;
  std::uint64_t list_ = 0;
  std::uint64_t node_list_ = 0;
  std::uint32_t pod_ips_ = 0;
  bool left_undone_ = true;
  Follower nodes_follower_;
  Follower pods_follower_;
};

StandInKubelet::StandInKubelet(Api& api, const model::Clock& clock, const KubeletOptions& options)
    : state_(std::make_unique<State>(api, clock, options)) {}

StandInKubelet::~StandInKubelet() = default;

void StandInKubelet::step() { state_->step(); }

std::optional<SteadyTime> StandInKubelet::next_timer() const { return state_->next_timer(); }

}  // namespace neuron_scheduler::embedded
