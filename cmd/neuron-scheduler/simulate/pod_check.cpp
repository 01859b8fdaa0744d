#include "cmd/neuron-scheduler/simulate/pod_check.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/model/quantity.hpp"
#include "cluster/model/text.hpp"
#include "cmd/neuron-scheduler/simulate/json_path.hpp"

namespace neuron_scheduler::simulate {
namespace {

namespace json = boost::json;
using Names = std::span<const std::string_view>;

constexpr std::size_t kShownBytesMax = 64;
constexpr std::size_t kShownFieldsMax = 4;
constexpr std::array<const char*, 2> kContainerLists = {"initContainers", "containers"};
constexpr std::array<const char*, 2> kAmountLists = {"requests", "limits"};

// Names of fields in k8s.io/api 1.37.2, sorted.
constexpr std::array<std::string_view, 5> kPod = {"apiVersion", "kind", "metadata", "spec",
                                                  "status"};
constexpr std::array<std::string_view, 2> kTemplate = {"metadata", "spec"};
constexpr std::array<std::string_view, 8> kDeploymentSpec = {"minReadySeconds",
                                                             "paused",
                                                             "progressDeadlineSeconds",
                                                             "replicas",
                                                             "revisionHistoryLimit",
                                                             "selector",
                                                             "strategy",
                                                             "template"};
constexpr std::array<std::string_view, 4> kReplicaSetSpec = {"minReadySeconds", "replicas",
                                                             "selector", "template"};
constexpr std::array<std::string_view, 11> kStatefulSetSpec = {
    "minReadySeconds",
    "ordinals",
    "persistentVolumeClaimRetentionPolicy",
    "podManagementPolicy",
    "replicas",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "template",
    "updateStrategy",
    "volumeClaimTemplates"};
constexpr std::array<std::string_view, 18> kJobSpec = {"activeDeadlineSeconds",
                                                       "backoffLimit",
                                                       "backoffLimitPerIndex",
                                                       "completionMode",
                                                       "completions",
                                                       "failedPodsLimit",
                                                       "managedBy",
                                                       "manualSelector",
                                                       "maxFailedIndexes",
                                                       "parallelism",
                                                       "podFailurePolicy",
                                                       "podReplacementPolicy",
                                                       "scheduling",
                                                       "selector",
                                                       "successPolicy",
                                                       "suspend",
                                                       "template",
                                                       "ttlSecondsAfterFinished"};
constexpr std::array<std::string_view, 44> kPodSpec = {"activeDeadlineSeconds",
                                                       "affinity",
                                                       "automountServiceAccountToken",
                                                       "containers",
                                                       "dnsConfig",
                                                       "dnsPolicy",
                                                       "enableServiceLinks",
                                                       "ephemeralContainers",
                                                       "evictionResponders",
                                                       "hostAliases",
                                                       "hostIPC",
                                                       "hostNetwork",
                                                       "hostPID",
                                                       "hostUsers",
                                                       "hostname",
                                                       "hostnameOverride",
                                                       "imagePullSecrets",
                                                       "initContainers",
                                                       "nodeName",
                                                       "nodeSelector",
                                                       "os",
                                                       "overhead",
                                                       "preemptionPolicy",
                                                       "priority",
                                                       "priorityClassName",
                                                       "readinessGates",
                                                       "resourceClaims",
                                                       "resources",
                                                       "restartPolicy",
                                                       "runtimeClassName",
                                                       "schedulerName",
                                                       "schedulingGates",
                                                       "schedulingGroup",
                                                       "securityContext",
                                                       "serviceAccount",
                                                       "serviceAccountName",
                                                       "setHostnameAsFQDN",
                                                       "shareProcessNamespace",
                                                       "subdomain",
                                                       "terminationGracePeriodSeconds",
                                                       "tolerations",
                                                       "topologySpreadConstraints",
                                                       "volumes",
                                                       "workloadRef"};
constexpr std::array<std::string_view, 25> kContainer = {"args",
                                                         "command",
                                                         "env",
                                                         "envFrom",
                                                         "image",
                                                         "imagePullPolicy",
                                                         "lifecycle",
                                                         "livenessProbe",
                                                         "name",
                                                         "ports",
                                                         "readinessProbe",
                                                         "resizePolicy",
                                                         "resources",
                                                         "restartPolicy",
                                                         "restartPolicyRules",
                                                         "securityContext",
                                                         "startupProbe",
                                                         "stdin",
                                                         "stdinOnce",
                                                         "terminationMessagePath",
                                                         "terminationMessagePolicy",
                                                         "tty",
                                                         "volumeDevices",
                                                         "volumeMounts",
                                                         "workingDir"};
constexpr std::array<std::string_view, 3> kResources = {"claims", "limits", "requests"};

Names workload_fields(std::string_view kind) {
  if (kind == "Deployment") return kDeploymentSpec;
  if (kind == "ReplicaSet") return kReplicaSetSpec;
  return kind == "StatefulSet" ? Names(kStatefulSetSpec) : Names(kJobSpec);
}

std::string shown(const json::value& value) {
  return model::truncated(json::serialize(value), kShownBytesMax);
}

std::string_view key_of(const json::key_value_pair& entry) {
  return {entry.key().data(), entry.key().size()};
}

class Checker {
 public:
  [[nodiscard]] PodCheck check(const json::object& object) {
    const std::string_view kind = text_at(object, {"kind"});
    if (kind == "Pod") {
      look_for_unknown(object, kPod, "");
      check_spec(object, "spec");
    } else if (const json::object* spec = object_at(object, {"spec"})) {
      look_for_unknown(*spec, workload_fields(kind), "spec.");
      if (const json::object* made = object_at(*spec, {"template"})) {
        look_for_unknown(*made, kTemplate, "spec.template.");
        check_spec(*made, "spec.template.spec");
      }
    }
    if (unknown_count_ > kShownFieldsMax) {
      result_.unknown += " and " + std::to_string(unknown_count_ - kShownFieldsMax) + " more";
    }
    return std::move(result_);
  }

 private:
  void fail(std::string problem) {
    if (result_.problem.empty()) result_.problem = std::move(problem);
  }

  void look_for_unknown(const json::object& object, Names known, const std::string& at) {
    for (const auto& entry : object) {
      if (std::ranges::binary_search(known, key_of(entry))) continue;
      if (++unknown_count_ > kShownFieldsMax) continue;
      if (!result_.unknown.empty()) result_.unknown += ", ";
      result_.unknown.append(at).append(model::truncated(key_of(entry), kShownBytesMax));
    }
  }

  // Null if there is none; it is a problem if it has another type.
  const json::object* object_in(const json::object& holder, const char* key,
                                const std::string& at) {
    const json::value* found = find(holder, {key});
    if (found == nullptr) return nullptr;
    if (!found->is_object()) fail(at + " must be an object, not " + shown(*found));
    return found->if_object();
  }

  void check_spec(const json::object& holder, const std::string& at) {
    const json::object* spec = object_in(holder, "spec", at);
    if (spec != nullptr) {
      look_for_unknown(*spec, kPodSpec, at + '.');
      check_resources(*spec, at + ".resources");
      for (const char* const key : kContainerLists) check_containers(*spec, key, at + '.' + key);
    }
    const json::array* containers = spec == nullptr ? nullptr : list_at(*spec, {"containers"});
    if (containers == nullptr || containers->empty()) {
      fail(at + ".containers must hold at least one container");
    }
  }

  void check_containers(const json::object& spec, const char* key, const std::string& at) {
    const json::value* found = find(spec, {key});
    if (found == nullptr) return;
    const json::array* list = found->if_array();
    if (list == nullptr) return fail(at + " must be a list, not " + shown(*found));
    for (std::size_t i = 0; i < list->size(); ++i) {
      std::string item = at + '[' + std::to_string(i) + ']';
      const json::object* container = (*list)[i].if_object();
      if (container == nullptr) return fail(item + " must be an object, not " + shown((*list)[i]));
      look_for_unknown(*container, kContainer, item + '.');
      check_resources(*container, item + ".resources");
    }
  }

  void check_resources(const json::object& holder, const std::string& at) {
    const json::object* resources = object_in(holder, "resources", at);
    if (resources == nullptr) return;
    look_for_unknown(*resources, kResources, at + '.');
    for (const char* const key : kAmountLists) object_in(*resources, key, at + '.' + key);
  }

  PodCheck result_;
  std::size_t unknown_count_ = 0;
};

// Can only be given whole: IsExtendedResourceName (pkg/apis/core/v1/helper).
bool is_extended(std::string_view resource) {
  return resource.find('/') != std::string_view::npos &&
         resource.find("kubernetes.io/") == std::string_view::npos &&
         !resource.starts_with("requests.");
}

// what: "requests", "limits" or, for a pod, "overhead".
std::string impossible_amount(const json::object& amounts, std::string_view what,
                              const std::string& who) {
  for (const auto& entry : amounts) {
    const std::string resource = model::truncated(key_of(entry), kShownBytesMax);
    const json::string* text = entry.value().if_string();
    const auto amount = text == nullptr
                            ? model::Result<model::Quantity>(model::invalid("no text"))
                            : model::Quantity::parse(std::string_view(text->data(), text->size()));
    if (!amount && what == "requests") continue;
    std::string wrong;
    if (!amount) {
      wrong = "what is no quantity";
    } else if (amount->is_negative()) {
      wrong = "a negative number";
    } else if (is_extended(key_of(entry)) && !amount->is_integer()) {
      wrong = "a fraction";
    } else {
      continue;
    }
    std::string reason = who;
    reason += what == "requests" ? " asks for " : " has " + std::string(what) + " of ";
    reason.append(wrong).append(" of ").append(resource).append(": ");
    return reason +=
           text == nullptr
               ? shown(entry.value())
               : model::truncated(std::string_view(text->data(), text->size()), kShownBytesMax);
  }
  return {};
}

std::string impossible_resources(const json::object& holder, const std::string& who) {
  for (const char* const key : kAmountLists) {
    const json::object* amounts = object_at(holder, {"resources", key});
    if (amounts == nullptr) continue;
    if (auto reason = impossible_amount(*amounts, key, who); !reason.empty()) return reason;
  }
  return {};
}

}  // namespace

PodCheck check_pod(const json::object& object) { return Checker().check(object); }

std::string impossible_request(const json::object& pod) {
  const json::object* spec = object_at(pod, {"spec"});
  if (spec == nullptr) return {};
  for (const char* const key : kContainerLists) {
    const json::array* list = list_at(*spec, {key});
    if (list == nullptr) continue;
    for (const json::value& value : *list) {
      if (!value.is_object()) continue;
      const json::object& container = value.get_object();
      const std::string who =
          "container " + model::truncated(text_at(container, {"name"}), kShownBytesMax);
      if (auto reason = impossible_resources(container, who); !reason.empty()) return reason;
    }
  }
  if (auto reason = impossible_resources(*spec, "pod"); !reason.empty()) return reason;
  const json::object* overhead = object_at(*spec, {"overhead"});
  return overhead == nullptr ? std::string() : impossible_amount(*overhead, "overhead", "pod");
}

}  // namespace neuron_scheduler::simulate
