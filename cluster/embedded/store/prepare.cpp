#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/defaults.hpp"
#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validators.hpp"
#include "cluster/model/quantity.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

struct PriorityClass {
  std::string_view name;
  std::int64_t value;
};

// Those that every cluster has (pkg/apis/scheduling SystemPriorityClasses).
constexpr PriorityClass kPriorityClasses[] = {
    {"", 0},
    {"system-cluster-critical", 2'000'000'000},
    {"system-node-critical", 2'000'001'000},
};
constexpr std::string_view kPreemption = "PreemptLowerPriority";
constexpr std::int64_t kTolerationSeconds = 300;

// The Priority admission plugin.
Answer<void> admit_priority(std::string_view pod, json::object& spec) {
  const FaceInfo& face = info(Face::kPods);
  const std::string_view class_name = text_in(spec, "priorityClassName");
  const auto* found = std::ranges::find(kPriorityClasses, class_name, &PriorityClass::name);
  if (found == std::end(kPriorityClasses)) {
    return forbidden(face, pod,
                     "no PriorityClass with name " + std::string(class_name) + " was found");
  }
  if (const auto* given = spec.if_contains("priority")) {
    const std::int64_t value = integer_in(spec, "priority");
    if (!given->is_null() && value != found->value) {
      return forbidden(face, pod,
                       "the integer value of priority (" + std::to_string(value) +
                           ") must not be provided in pod spec; priority admission controller "
                           "computed " +
                           std::to_string(found->value) + " from the given PriorityClass name");
    }
  }
  spec["priority"] = found->value;
  const std::string_view policy = text_in(spec, "preemptionPolicy");
  if (!policy.empty() && policy != kPreemption) {
    return forbidden(face, pod,
                     "the string value of PreemptionPolicy (" + std::string(policy) +
                         ") must not be provided in pod spec; priority admission controller "
                         "computed " +
                         std::string(kPreemption) + " from the given PriorityClass name");
  }
  spec["preemptionPolicy"] = kPreemption;
  return {};
}

// The RuntimeClass admission plugin, where there are none.
Answer<void> admit_runtime(std::string_view pod, const json::object& spec) {
  const FaceInfo& face = info(Face::kPods);
  if (spec.contains("runtimeClassName")) {
    return forbidden(
        face, pod,
        "pod rejected: RuntimeClass " + quoted(text_in(spec, "runtimeClassName")) + " not found");
  }
  // This one speaks after validation.
  Causes causes;
  check_resources(json::object{{"limits", part(spec, "overhead")}}, Path("overhead"), causes);
  if (spec.contains("overhead") && causes.empty()) {
    return forbidden(face, pod,
                     "pod rejected: Pod Overhead set without corresponding RuntimeClass defined "
                     "Overhead");
  }
  return {};
}

// The DefaultTolerationSeconds admission plugin.
void admit_tolerations(json::object& spec) {
  for (const std::string_view taint :
       {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    bool tolerated = false;
    each_object(spec, "tolerations", [&](const json::object& toleration, std::size_t) {
      const std::string_view key = text_in(toleration, "key");
      const std::string_view effect = text_in(toleration, "effect");
      tolerated =
          tolerated || ((key.empty() || key == taint) && (effect.empty() || effect == "NoExecute"));
    });
    if (tolerated) continue;
    auto* tolerations = array_in(spec, "tolerations");
    if (tolerations == nullptr) tolerations = &spec["tolerations"].emplace_array();
    tolerations->push_back({{"key", taint},
                            {"operator", "Exists"},
                            {"effect", "NoExecute"},
                            {"tolerationSeconds", kTolerationSeconds}});
  }
}

Answer<void> prepare_pod(json::object& pod) {
  auto* spec = object_in(pod, "spec");
  auto* metadata = object_in(pod, "metadata");
  if (spec == nullptr || metadata == nullptr) return bad_request("a pod has a spec");
  admit_tolerations(*spec);
  const std::string_view name = text_in(*metadata, "name");
  if (auto admitted = admit_priority(name, *spec); !admitted) return admitted;
  if (auto admitted = admit_runtime(name, *spec); !admitted) return admitted;
  (*metadata)["generation"] = 1;
  json::object status{{"phase", "Pending"}};
  const auto* gates = array_in(*spec, "schedulingGates");
  if (gates != nullptr && !gates->empty()) {
    status["conditions"] =
        json::array{{{"type", "PodScheduled"},
                     {"status", "False"},
                     {"lastProbeTime", nullptr},
                     {"lastTransitionTime", nullptr},
                     {"reason", "SchedulingGated"},
                     {"message", "Scheduling is blocked due to non-empty scheduling gates"}}};
  }
  status["qosClass"] = qos_class(pod);
  pod["status"] = std::move(status);
  return {};
}

void prepare_namespace(json::object& object) {
  object["status"] = json::object{{"phase", "Active"}};
  auto* spec = object_in(object, "spec");
  if (spec == nullptr) spec = &object["spec"].emplace_object();
  auto* finalizers = array_in(*spec, "finalizers");
  if (finalizers == nullptr) finalizers = &(*spec)["finalizers"].emplace_array();
  const bool there = std::ranges::any_of(
      *finalizers, [](const json::value& one) { return text_of(one) == "kubernetes"; });
  if (!there) finalizers->emplace_back("kubernetes");
}

void take(json::object& next, const json::object& current, std::string_view key) {
  if (const auto* value = current.if_contains(key)) {
    next[key] = *value;
  } else {
    next.erase(key);
  }
}

void keep_missing(json::object& next, const json::object& current, std::string_view key) {
  const auto* value = current.if_contains(key);
  if (value != nullptr && !next.contains(key)) next.emplace(key, *value);
}

void update_pod(json::object& next, const json::object& current) {
  take(next, current, "status");  // First: writing a member may move the others.
  auto* spec = object_in(next, "spec");
  const auto* spec_now = object_in(current, "spec");
  auto* metadata = object_in(next, "metadata");
  const auto* metadata_now = object_in(current, "metadata");
  if (spec == nullptr || spec_now == nullptr || metadata == nullptr || metadata_now == nullptr) {
    return;
  }
  keep_missing(*spec, *spec_now, "priority");
  keep_missing(*spec, *spec_now, "preemptionPolicy");
  keep_missing(*spec, *spec_now, "resources");
  admit_tolerations(*spec);
  const std::int64_t generation = integer_in(*metadata_now, "generation");
  (*metadata)["generation"] = *spec == *spec_now ? generation : generation + 1;
}

// Clients that do not know observedGeneration leave it out.
void keep_generations(json::object& status, const json::object& status_now) {
  keep_missing(status, status_now, "observedGeneration");
  std::map<std::string, std::deque<std::int64_t>, std::less<>> old;
  each_object(status_now, "conditions", [&](const json::object& condition, std::size_t) {
    old[std::string(text_in(condition, "type"))].push_back(
        integer_in(condition, "observedGeneration"));
  });
  auto* conditions = array_in(status, "conditions");
  if (conditions == nullptr) return;
  for (json::value& value : *conditions) {
    auto* condition = value.if_object();
    if (condition == nullptr) continue;
    const auto found = old.find(text_in(*condition, "type"));
    if (found == old.end() || found->second.empty()) continue;
    const std::int64_t generation = found->second.front();
    found->second.pop_front();
    if (generation != 0 && !condition->contains("observedGeneration")) {
      (*condition)["observedGeneration"] = generation;
    }
  }
}

void update_pod_status(json::object& next, const json::object& current) {
  take(next, current, "spec");
  auto* metadata = object_in(next, "metadata");
  const auto* metadata_now = object_in(current, "metadata");
  if (metadata != nullptr && metadata_now != nullptr) {
    take(*metadata, *metadata_now, "ownerReferences");
  }
  auto* status = object_in(next, "status");
  const auto* status_now = object_in(current, "status");
  if (status == nullptr || status_now == nullptr) return;
  for (const std::string_view key :
       {"qosClass", "resourceClaimStatuses", "extendedResourceClaimStatus",
        "nodeAllocatableResourceClaimStatuses"}) {
    keep_missing(*status, *status_now, key);
  }
  keep_generations(*status, *status_now);
}

void update_namespace(json::object& next, const json::object& current) {
  take(next, current, "status");
  auto* spec = object_in(next, "spec");
  const auto* spec_now = object_in(current, "spec");
  if (spec != nullptr && spec_now != nullptr) take(*spec, *spec_now, "finalizers");
}

bool is_zero(std::string_view quantity) {
  const auto parsed = model::Quantity::parse(quantity);
  return !parsed || parsed->is_zero();
}

std::string_view qos_of(const json::object* resources) {
  const auto* requests = resources == nullptr ? nullptr : object_in(*resources, "requests");
  const auto* limits = resources == nullptr ? nullptr : object_in(*resources, "limits");
  bool any = false;
  bool guaranteed = true;
  for (const std::string_view key : {"cpu", "memory"}) {
    const std::string_view request =
        requests == nullptr ? std::string_view{} : text_in(*requests, key);
    const std::string_view limit = limits == nullptr ? std::string_view{} : text_in(*limits, key);
    const bool has_request = !request.empty() && !is_zero(request);
    const bool has_limit = !limit.empty() && !is_zero(limit);
    any = any || has_request || has_limit;
    if (!has_limit || !has_request) {
      guaranteed = false;
    } else if (request != limit) {
      guaranteed = guaranteed && *model::Quantity::parse(request) == *model::Quantity::parse(limit);
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace

std::string_view qos_class(const json::object& pod) {
  const auto* spec = object_in(pod, "spec");
  if (spec == nullptr) return "BestEffort";
  if (const auto* resources = object_in(*spec, "resources")) return qos_of(resources);
  std::string_view all;
  for (const std::string_view key : {"initContainers", "containers"}) {
    each_object(*spec, key, [&](const json::object& container, std::size_t) {
      const std::string_view one = qos_of(object_in(container, "resources"));
      all = all.empty() || all == one ? one : "Burstable";
    });
  }
  return all.empty() ? "BestEffort" : all;
}

Answer<void> prepare_create(Face face, json::object& object) {
  switch (face) {
    case Face::kPods:
      return prepare_pod(object);
    case Face::kNamespaces:
      prepare_namespace(object);
      return {};
    case Face::kLeases:
      // Of a gate that is off (CoordinatedLeaderElection).
      if (auto* spec = object_in(object, "spec")) {
        spec->erase("strategy");
        spec->erase("preferredHolder");
      }
      return {};
    default:
      return {};
  }
}

void prepare_update(Face face, Part part, json::object& next, const json::object& current) {
  const bool status = part == Part::kStatus;
  switch (face) {
    case Face::kPods:
      return status ? update_pod_status(next, current) : update_pod(next, current);
    case Face::kNodes:
      return take(next, current, status ? "spec" : "status");
    case Face::kNamespaces:
      return status ? take(next, current, "spec") : update_namespace(next, current);
    case Face::kLeases:
      if (auto* spec = object_in(next, "spec")) {
        spec->erase("strategy");
        spec->erase("preferredHolder");
      }
      return;
    case Face::kCoreEvents:
    case Face::kEvents:
      return;
  }
}

}  // namespace neuron_scheduler::embedded
