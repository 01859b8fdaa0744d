#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validators.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view kUpdatable =
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions "
    "to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it "
    "was previously negative)\n";

// False: containers came or went, and nothing else is looked at.
bool same_containers(const json::object& spec, const json::object& spec_now, std::string_view key,
                     Causes& causes) {
  if (count_in(spec, key) == count_in(spec_now, key)) return true;
  const Path path("spec");
  causes.forbidden(path.child(key), "pod updates may not add or remove containers");
  return false;
}

// False: as above.
bool check_deadline(const json::object& spec, const json::object& spec_now, Causes& causes) {
  const Path spec_path("spec");
  const Path path = spec_path.child("activeDeadlineSeconds");
  const bool had = spec_now.contains("activeDeadlineSeconds");
  if (!spec.contains("activeDeadlineSeconds")) {
    if (had) causes.invalid(path, "null", "must not update from a positive integer to nil value");
    return true;
  }
  const std::int64_t seconds = integer_in(spec, "activeDeadlineSeconds");
  if (!had || seconds <= integer_in(spec_now, "activeDeadlineSeconds")) return true;
  causes.invalid(path, std::to_string(seconds), "must be less than or equal to previous value");
  return false;
}

// Decoded objects have their members in one order, so that equal ones have equal texts.
std::string text_without_seconds(const json::object& toleration) {
  json::object rest;
  for (const auto& member : toleration) {
    if (member.key() != "tolerationSeconds") rest.insert(member);
  }
  return json::serialize(rest);
}

void check_added_tolerations(const json::object& spec, const json::object& spec_now,
                             Causes& causes) {
  std::set<std::string> kept;
  each_object(spec, "tolerations", [&](const json::object& one, std::size_t) {
    kept.insert(text_without_seconds(one));
  });
  bool all = true;
  each_object(spec_now, "tolerations", [&](const json::object& one, std::size_t) {
    all = all && kept.contains(text_without_seconds(one));
  });
  if (all) return;
  const Path path("spec");
  causes.forbidden(path.child("tolerations"),
                   "existing toleration can not be modified except its tolerationSeconds");
}

void check_deleted_gates(const json::object& spec, const json::object& spec_now, Causes& causes) {
  std::set<std::string_view> known;
  each_object(spec_now, "schedulingGates",
              [&](const json::object& gate, std::size_t) { known.insert(text_in(gate, "name")); });
  const Path spec_path("spec");
  const Path path = spec_path.child("schedulingGates");
  each_object(spec, "schedulingGates", [&](const json::object& gate, std::size_t i) {
    const std::string_view name = text_in(gate, "name");
    if (known.contains(name)) return;
    causes.forbidden(
        path.index(i).child("name"),
        "only deletion is allowed, but found new scheduling gate '" + std::string(name) + "'");
  });
}

// Every requirement of the old term is still there, in its order.
bool only_adds(const json::object& term, const json::object& term_now) {
  for (const std::string_view key : {"matchExpressions", "matchFields"}) {
    const auto* old = array_in(term_now, key);
    const auto* next = array_in(term, key);
    if (old == nullptr) continue;
    std::set<std::string> there;
    if (next != nullptr) {
      for (const json::value& one : *next) there.insert(json::serialize(one));
    }
    const bool all = std::ranges::all_of(
        *old, [&](const json::value& one) { return there.contains(json::serialize(one)); });
    if (!all) return false;
  }
  return true;
}

void check_gated_affinity(const json::object& affinity, const json::object& affinity_now,
                          Causes& causes) {
  const json::object& required_now = part(affinity_now, kRequired);
  const json::object& required = part(affinity, kRequired);
  const auto* old = array_in(required_now, "nodeSelectorTerms");
  const auto* next = array_in(required, "nodeSelectorTerms");
  if (old == nullptr || old->empty()) return;
  const Path spec("spec");
  const Path affinity_path = spec.child("affinity");
  const Path node = affinity_path.child("nodeAffinity");
  const Path required_path = node.child(kRequired);
  const Path path = required_path.child("nodeSelectorTerms");
  if (next == nullptr || next->size() != old->size()) {
    causes.invalid(path, next == nullptr ? "null" : json::serialize(*next),
                   "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
    return;
  }
  for (std::size_t i = 0; i < old->size(); ++i) {
    const auto* term = (*next)[i].if_object();
    const auto* term_now = (*old)[i].if_object();
    if (term == nullptr || term_now == nullptr || only_adds(*term, *term_now)) continue;
    causes.invalid(path.index(i), json::serialize(*term),
                   "only additions are allowed (no mutations or deletions)");
  }
}

void take(json::object& next, const json::object& now, std::string_view key) {
  if (const auto* value = now.if_contains(key)) {
    next[key] = *value;
  } else {
    next.erase(key);
  }
}

// While a pod is gated, its node selector and node affinity may be narrowed. What is right about it
// is taken back, so that it does not count as a change.
void check_gated(json::object& spec, const json::object& spec_now, Causes& causes) {
  const json::object& selector = part(spec, "nodeSelector");
  for (const auto& member : part(spec_now, "nodeSelector")) {
    const auto* value = selector.if_contains(member.key());
    if (value != nullptr && *value == member.value()) continue;
    const Path path("spec");
    causes.invalid(path.child("nodeSelector"),
                   selector.empty() ? "null" : json::serialize(selector),
                   "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
    break;
  }
  take(spec, spec_now, "nodeSelector");
  const json::object& affinity_now = part(spec_now, "affinity");
  check_gated_affinity(part(part(spec, "affinity"), "nodeAffinity"),
                       part(affinity_now, "nodeAffinity"), causes);
  auto* affinity = object_in(spec, "affinity");
  if (affinity == nullptr) {
    if (affinity_now.size() == 1 && affinity_now.contains("nodeAffinity")) {
      take(spec, spec_now, "affinity");
    }
    return;
  }
  take(*affinity, affinity_now, "nodeAffinity");
  if (affinity->empty() && !spec_now.contains("affinity")) spec.erase("affinity");
}

std::string differing(const json::object& a, const json::object& b) {
  std::set<std::string> names;
  for (const auto* const side : {&a, &b}) {
    const json::object& other = side == &a ? b : a;
    for (const auto& member : *side) {
      const auto* value = other.if_contains(member.key());
      if (value != nullptr && *value == member.value()) continue;
      names.emplace(member.key().data(), member.key().size());
    }
  }
  std::string text = "changed:";
  for (const std::string& name : names) text += " spec." + name;
  return text;
}

// Images may change.
void take_images(json::object& spec, const json::object& spec_now, std::string_view key) {
  auto* containers = array_in(spec, key);
  const auto* now = array_in(spec_now, key);
  if (containers == nullptr || now == nullptr) return;
  for (std::size_t i = 0; i < std::min(containers->size(), now->size()); ++i) {
    auto* container = (*containers)[i].if_object();
    const auto* container_now = (*now)[i].if_object();
    if (container != nullptr && container_now != nullptr) {
      take(*container, *container_now, "image");
    }
  }
}

void check_conditions(const json::object& status, Causes& causes) {
  const Path status_path("status");
  const Path path = status_path.child("conditions");
  each_object(status, "conditions", [&](const json::object& condition, std::size_t i) {
    const Path at = path.index(i);
    const std::int64_t generation = integer_in(condition, "observedGeneration");
    if (generation < 0) {
      causes.invalid(at.child("observedGeneration"), std::to_string(generation),
                     "must be a non-negative integer");
    }
    const std::string_view type = text_in(condition, "type");
    if (type == "PodScheduled" || type == "Ready" || type == "Initialized") return;
    causes.complain(at.child("Type"), type, check_label_key(type));
  });
}

void check_nominated(const json::object& next, const json::object& current, Causes& causes) {
  const std::string_view node = text_in(part(next, "status"), "nominatedNodeName");
  if (node.empty() || node == text_in(part(current, "status"), "nominatedNodeName")) return;
  const Path status("status");
  const Path path = status.child("nominatedNodeName");
  causes.complain(path, node, check_dns_subdomain(node));
  if (!text_in(part(current, "spec"), "nodeName").empty()) {
    causes.forbidden(path, "may not be set on pods that are already bound to a node");
  }
}

// A container that ended and is not to be restarted does not run again.
void check_transitions(const json::object& next, const json::object& current, Causes& causes) {
  const std::string_view policy = text_in(part(current, "spec"), "restartPolicy");
  if (policy == "Always") return;
  std::map<std::string_view, const json::object*> states;
  each_object(part(next, "status"), "containerStatuses",
              [&](const json::object& status, std::size_t) {
                states.emplace(text_in(status, "name"), &part(status, "state"));
              });
  const Path status_path("status");
  const Path path = status_path.child("containerStatuses");
  each_object(part(current, "status"), "containerStatuses",
              [&](const json::object& status, std::size_t i) {
                const auto* ended = object_in(part(status, "state"), "terminated");
                const auto found = states.find(text_in(status, "name"));
                if (ended == nullptr || found == states.end()) return;
                if (integer_in(*ended, "exitCode") != 0 && policy == "OnFailure") return;
                if (found->second->contains("terminated")) return;
                causes.forbidden(path.index(i).child("state"),
                                 "may not be transitioned to non-terminated state");
              });
}

}  // namespace

void check_pod_update(const json::object& next, const json::object& current, Causes& causes) {
  check_pod_fields(next, causes);
  const json::object& spec = part(next, "spec");
  const json::object& spec_now = part(current, "spec");
  if (!same_containers(spec, spec_now, "containers", causes) ||
      !same_containers(spec, spec_now, "initContainers", causes) ||
      !check_deadline(spec, spec_now, causes)) {
    return;
  }
  if (spec == spec_now) return;
  check_added_tolerations(spec, spec_now, causes);
  check_deleted_gates(spec, spec_now, causes);
  json::object rest = spec;
  take_images(rest, spec_now, "containers");
  take_images(rest, spec_now, "initContainers");
  for (const std::string_view key : {"activeDeadlineSeconds", "schedulingGates", "tolerations"}) {
    take(rest, spec_now, key);
  }
  if (integer_in(spec_now, "terminationGracePeriodSeconds") < 0 &&
      integer_in(spec, "terminationGracePeriodSeconds") == 1) {
    take(rest, spec_now, "terminationGracePeriodSeconds");
  }
  if (count_in(spec_now, "schedulingGates") > 0) check_gated(rest, spec_now, causes);
  if (rest == spec_now) return;
  causes.forbidden(Path("spec"), std::string(kUpdatable) + differing(rest, spec_now));
}

void check_pod_status_update(const json::object& next, const json::object& current,
                             Causes& causes) {
  const json::object& status = part(next, "status");
  check_conditions(status, causes);
  check_nominated(next, current, causes);
  const Path path("status");
  const std::int64_t generation = integer_in(status, "observedGeneration");
  if (generation < 0) {
    causes.invalid(path.child("observedGeneration"), std::to_string(generation),
                   "must be a non-negative integer");
  }
  const std::string_view qos = text_in(status, "qosClass");
  if (qos != text_in(part(current, "status"), "qosClass")) {
    causes.invalid(path.child("qosClass"), quoted(qos), "field is immutable");
  }
  check_transitions(next, current, causes);
}

}  // namespace neuron_scheduler::embedded
