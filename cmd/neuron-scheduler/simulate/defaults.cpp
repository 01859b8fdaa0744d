#include "cmd/neuron-scheduler/simulate/defaults.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>

#include "cmd/neuron-scheduler/simulate/json_path.hpp"

namespace neuron_scheduler::simulate {
namespace {

namespace json = boost::json;

// A quantity that was written as a number; the API knows them as texts only.
void numbers_to_text(json::object& quantities) {
  for (auto& entry : quantities) {
    json::value& value = entry.value();
    if (value.is_int64()) {
      value = std::to_string(value.get_int64());
    } else if (value.is_uint64()) {
      value = std::to_string(value.get_uint64());
    } else if (value.is_double()) {
      std::array<char, 32> text{};
      const auto end =
          std::to_chars(text.data(), text.data() + text.size(), value.get_double()).ptr;
      value = std::string_view(text.data(), static_cast<std::size_t>(end - text.data()));
    }
  }
}

void numbers_to_text(json::object& holder, std::initializer_list<const char*> keys) {
  for (const char* const key : keys) {
    json::value* list = holder.if_contains(key);
    if (list != nullptr && list->is_object()) numbers_to_text(list->get_object());
  }
}

// The resources of a container, or of the pod's spec; null if it has none.
json::object* resources_of(json::object& holder) {
  json::value* found = holder.if_contains("resources");
  json::object* resources = found == nullptr ? nullptr : found->if_object();
  if (resources != nullptr) numbers_to_text(*resources, {"requests", "limits"});
  return resources;
}

void set_requests(json::object& container) {
  json::object* resources = resources_of(container);
  if (resources == nullptr) return;
  const json::object* limits = object_at(*resources, {"limits"});
  if (limits == nullptr) return;
  const json::object copy = *limits;
  json::object* requests = make_object(*resources, "requests");
  if (requests == nullptr) return;
  for (const auto& limit : copy) set_default(*requests, limit.key(), limit.value());
}

template <class Visit>
void each_container(json::object& spec, Visit visit) {
  for (const char* const key : {"initContainers", "containers"}) {
    json::value* list = spec.if_contains(key);
    if (list == nullptr || !list->is_array()) continue;
    for (json::value& container : list->get_array()) {
      if (container.is_object()) visit(container.get_object());
    }
  }
}

// A pod-level request is its limit where no container requests anything; where one does, it is
// their sum, which is what is counted without it, too.
void set_pod_level_requests(json::object& spec) {
  json::object* resources = resources_of(spec);
  const json::object* limits = object_at(spec, {"resources", "limits"});
  if (limits == nullptr || limits->empty()) return;
  json::object wanted = *limits;
  each_container(spec, [&](json::object& container) {
    const json::object* requests = object_at(container, {"resources", "requests"});
    if (requests == nullptr) return;
    for (const auto& request : *requests) wanted.erase(request.key());
  });
  json::object* requests = make_object(*resources, "requests");
  if (requests == nullptr) return;
  for (const auto& limit : wanted) {
    const std::string_view key(limit.key().data(), limit.key().size());
    if (key == "cpu" || key == "memory" || key.starts_with("hugepages-")) {
      set_default(*requests, key, limit.value());
    }
  }
  if (requests->empty()) resources->erase("requests");
}

std::optional<std::string> set_priority(json::object& spec, const PriorityClasses& classes) {
  const bool given = find(spec, {"priority"}) != nullptr;
  std::string name(text_at(spec, {"priorityClassName"}));
  if (name.empty() && !given && classes.global_default) {
    name = *classes.global_default;
    spec["priorityClassName"] = name;
  }
  const auto found = classes.by_name.find(name);
  const bool known = found != classes.by_name.end();
  if (!given) spec["priority"] = known ? found->second.value : 0;
  const bool has_policy = known && !found->second.preemption_policy.empty();
  set_default(spec, "preemptionPolicy",
              has_policy ? json::value(found->second.preemption_policy)
                         : json::value("PreemptLowerPriority"));
  if (known || name.empty() || given) return std::nullopt;
  return name;
}

void set_tolerations(json::object& spec) {
  constexpr int kSeconds = 300;
  for (const char* const key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    json::array* tolerations = make_list(spec, "tolerations");
    if (tolerations == nullptr) return;
    const bool tolerated = std::ranges::any_of(*tolerations, [&](const json::value& value) {
      const json::object* toleration = value.if_object();
      if (toleration == nullptr) return false;
      const std::string_view of = text_at(*toleration, {"key"});
      const std::string_view effect = text_at(*toleration, {"effect"});
      return (of == key || of.empty()) && (effect == "NoExecute" || effect.empty());
    });
    if (tolerated) continue;
    tolerations->push_back(json::object{{"key", key},
                                        {"operator", "Exists"},
                                        {"effect", "NoExecute"},
                                        {"tolerationSeconds", kSeconds}});
  }
}

}  // namespace

PriorityClasses::PriorityClasses() {
  constexpr std::int32_t kClusterCritical = 2'000'000'000;
  by_name.emplace("system-cluster-critical", PriorityClass{kClusterCritical, {}});
  by_name.emplace("system-node-critical", PriorityClass{kClusterCritical + 1000, {}});
}

std::optional<std::string> set_pod_defaults(json::object& pod, const PriorityClasses& classes) {
  json::object* spec = make_object(pod, "spec");
  if (spec == nullptr) return std::nullopt;
  set_default(*spec, "schedulerName", "default-scheduler");
  set_default(*spec, "restartPolicy", "Always");
  numbers_to_text(*spec, {"overhead"});
  each_container(*spec, set_requests);
  set_pod_level_requests(*spec);
  set_tolerations(*spec);
  auto unknown = set_priority(*spec, classes);
  if (json::object* status = make_object(pod, "status")) set_default(*status, "phase", "Pending");
  return unknown;
}

void set_node_defaults(json::object& node) {
  json::object* status = make_object(node, "status");
  if (status == nullptr) return;
  numbers_to_text(*status, {"capacity", "allocatable"});
  if (const json::object* capacity = object_at(*status, {"capacity"})) {
    json::object copy = *capacity;
    set_default(*status, "allocatable", std::move(copy));
  }
}

}  // namespace neuron_scheduler::simulate
