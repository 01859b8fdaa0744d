#include "cmd/neuron-scheduler/config/kube_plugins.hpp"

#include <algorithm>
#include <array>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/model/time.hpp"
#include "scheduler/registry.hpp"

namespace neuron_scheduler::config {
namespace {

namespace json = boost::json;

struct KubePlugin {
  std::string_view name;
  // What its arguments are if nothing is said (pkg/scheduler/apis/config/v1/defaults.go).
  std::string_view defaults = "{}";
};

// All of kube-scheduler's (pkg/scheduler/framework/plugins/names); which of them are built says
// our registry.
constexpr std::array kKubePlugins = {
    KubePlugin{"DefaultBinder"},
    KubePlugin{"DefaultPreemption",
               R"({"minCandidateNodesPercentage": 10, "minCandidateNodesAbsolute": 100})"},
    KubePlugin{"DeferredPodScheduling"},
    KubePlugin{"DynamicResources", R"({"filterTimeout": "10s", "bindingTimeout": "10m"})"},
    KubePlugin{"GangScheduling"},
    KubePlugin{"ImageLocality"},
    KubePlugin{"InterPodAffinity",
               R"({"hardPodAffinityWeight": 1, "ignorePreferredTermsOfExistingPods": false})"},
    KubePlugin{"NodeAffinity"},
    KubePlugin{"NodeDeclaredFeatures"},
    KubePlugin{"NodeName"},
    KubePlugin{"NodePorts"},
    KubePlugin{"NodeResourcesBalancedAllocation",
               R"({"resources": [{"name": "cpu", "weight": 1}, {"name": "memory", "weight": 1}]})"},
    KubePlugin{"NodeResourcesFit"},
    KubePlugin{"NodeUnschedulable"},
    KubePlugin{"NodeVolumeLimits"},
    KubePlugin{"PodGroupPodsCount"},
    KubePlugin{"PodTopologySpread", R"({"defaultConstraints": [], "defaultingType": "System"})"},
    KubePlugin{"PrioritySort"},
    KubePlugin{"SchedulingGates"},
    KubePlugin{"TaintToleration"},
    KubePlugin{"TopologyPlacementGenerator"},
    KubePlugin{"VolumeBinding",
               R"({"bindTimeoutSeconds": 600,
                   "shape": [{"utilization": 0, "score": 10}, {"utilization": 100, "score": 0}]})"},
    KubePlugin{"VolumeRestrictions"},
    KubePlugin{"VolumeZone"},
};

// Were in versions before v1.
constexpr std::array<std::string_view, 4> kRemoved = {"AzureDiskLimits", "CinderLimits",
                                                      "EBSLimits", "GCEPDLimits"};

const KubePlugin* find_kube_plugin(std::string_view name) {
  const auto* const found =
      std::find_if(kKubePlugins.begin(), kKubePlugins.end(),
                   [&](const KubePlugin& plugin) { return plugin.name == name; });
  return found == kKubePlugins.end() ? nullptr : found;
}

json::object defaults_of(std::string_view name) {
  const KubePlugin* plugin = find_kube_plugin(name);
  return plugin == nullptr ? json::object() : json::parse(plugin->defaults).get_object();
}

bool same(const json::value& given, const json::value& wanted) {
  if (given == wanted) return true;
  if (!given.is_string() || !wanted.is_string()) return false;
  const auto duration = model::parse_duration(given.get_string());
  return duration && duration == model::parse_duration(wanted.get_string());
}

}  // namespace

std::string why_not_enabled(std::string_view name) {
  if (scheduler::find_plugin(name) != nullptr) return {};
  if (find_kube_plugin(name) != nullptr) return "plugin is not built yet";
  if (std::find(kRemoved.begin(), kRemoved.end(), name) != kRemoved.end()) {
    return "plugin was removed before kubescheduler.config.k8s.io/v1";
  }
  return "there is no such plugin";
}

bool is_known_plugin(std::string_view name) {
  return scheduler::find_plugin(name) != nullptr || find_kube_plugin(name) != nullptr;
}

void drop_defaults(std::string_view name, json::object& args) {
  for (const auto& [key, wanted] : defaults_of(name)) {
    const json::value* given = args.if_contains(key);
    if (given != nullptr && same(*given, wanted)) args.erase(key);
  }
}

void check_defaults(std::string_view name, scheduler::ArgsReader& args) {
  for (const auto& [key, wanted] : defaults_of(name)) {
    const json::value* given = args.value(key);
    if (given == nullptr || same(*given, wanted)) continue;
    args.invalid(key,
                 "plugin is not built yet: only its default is taken, " + json::serialize(wanted));
  }
}

}  // namespace neuron_scheduler::config
