#include "scheduler/likeness.hpp"

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/registry.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using test::PodBuilder;

constexpr const char* kCores = "aws.amazon.com/neuroncore";
constexpr const char* kDevices = "aws.amazon.com/neuron";

std::unique_ptr<Plugin> make_default(const PluginRow& row) {
  const boost::json::object none;
  ArgsReader args(none, "args");
  return row.make({}, args);
}

std::string text_of(const Plugin& plugin, const PodBuilder& pod) {
  Likeness likeness;
  plugin.describe(*pod.build(), likeness);
  return likeness.text();
}

PodBuilder base() { return PodBuilder("web-0").uid("u0").label("pod-index", "0"); }

// What tells the pods of a controller apart is nothing that any plugin looks at.
TEST(LikenessTest, PodsOfOneControllerAreAlike) {
  PodBuilder sibling = PodBuilder("web-1").uid("u1").label("pod-index", "1").resource_version("9");
  sibling.raw().created = model::WallTime(std::chrono::seconds(5));
  for (const auto& row : plugin_registry()) {
    const auto plugin = make_default(row);
    EXPECT_EQ(text_of(*plugin, base()), text_of(*plugin, sibling)) << row.name;
  }
}

// Only in a profile without the plugin that owns it.
TEST(LikenessTest, WhatIsRefusedByTheProfileIsTold) {
  const UnbuiltFeatures plugin({{Name(kCores), "Neuron"}});
  EXPECT_NE(text_of(plugin, base()), text_of(plugin, base().request(kCores, 1)));
  EXPECT_EQ(text_of(plugin, base()), text_of(plugin, base().request(kDevices, 1)));
  EXPECT_EQ(text_of(UnbuiltFeatures(), base()),
            text_of(UnbuiltFeatures(), base().request(kCores, 1)));
}

TEST(LikenessTest, SomePluginsLookAtNothing) {
  for (const auto* name : {"SchedulingGates", "PrioritySort", "DefaultBinder"}) {
    const auto plugin = make_default(*find_plugin(name));
    EXPECT_EQ(text_of(*plugin, base().gate("g").priority(3)), "") << name;
  }
}

struct Case {
  const char* name;
  const char* plugin;
  std::function<void(PodBuilder&)> one;
  std::function<void(PodBuilder&)> other;
  bool alike = false;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class LikenessOfTest : public testing::TestWithParam<Case> {};

TEST_P(LikenessOfTest, TellsPodsApart) {
  const auto& row = GetParam();
  const auto plugin = make_default(*find_plugin(row.plugin));
  PodBuilder one = base();
  PodBuilder other = base();
  row.one(one);
  row.other(other);
  EXPECT_EQ(text_of(*plugin, one) == text_of(*plugin, other), row.alike);
}

void as_it_is(PodBuilder& /*pod*/) {}

void tolerate(PodBuilder& pod, model::TaintEffect effect) {
  pod.tolerate("k");
  pod.raw().waiting.edit().tolerations.back().any_effect = false;
  pod.raw().waiting.edit().tolerations.back().effect = effect;
}

void require_zone(PodBuilder& pod, model::SelectorOperator op, std::int64_t bound) {
  pod.raw().waiting.edit().node_affinity.terms.emplace(
      {model::NodeSelectorTerm{{{Name("zone"), op, {}, bound}}, {}}});
}

void prefer_zone(PodBuilder& pod, std::int64_t weight) {
  pod.raw().waiting.edit().preferred_nodes.push_back(
      {weight, {{{Name("zone"), model::SelectorOperator::kExists, {}, 0}}, {}}});
}

void take_port(PodBuilder& pod, const char* ip, const char* protocol) {
  pod.raw().host_ports.edit().push_back(model::make_host_port(Name(ip), Name(protocol), 80));
}

INSTANTIATE_TEST_SUITE_P(
    Plugins, LikenessOfTest,
    testing::Values(
        Case{"NodeName", "NodeName", as_it_is, [](auto& pod) { pod.bound_to("n"); }},
        Case{"CordonTolerated", "NodeUnschedulable", as_it_is,
             [](auto& pod) { pod.tolerate("node.kubernetes.io/unschedulable"); }},
        Case{"OtherTaintTolerated", "NodeUnschedulable", as_it_is,
             [](auto& pod) { pod.tolerate("else"); }, true},
        Case{"TolerationKey", "TaintToleration", [](auto& pod) { pod.tolerate("a"); },
             [](auto& pod) { pod.tolerate("b"); }},
        Case{"TolerationValue", "TaintToleration", [](auto& pod) { pod.tolerate("a", "1"); },
             [](auto& pod) { pod.tolerate("a", "2"); }},
        Case{"TolerationOperator", "TaintToleration", [](auto& pod) { pod.tolerate("a"); },
             [](auto& pod) {
               pod.tolerate("a");
               pod.raw().waiting.edit().tolerations.back().op = model::Toleration::Operator::kEqual;
             }},
        Case{"TolerationEffect", "TaintToleration",
             [](auto& pod) { tolerate(pod, model::TaintEffect::kNoSchedule); },
             [](auto& pod) { tolerate(pod, model::TaintEffect::kNoExecute); }},
        Case{"TolerationOfAnyEffect", "TaintToleration", [](auto& pod) { pod.tolerate("k"); },
             [](auto& pod) { tolerate(pod, model::TaintEffect::kNoSchedule); }},
        Case{"NodeSelector", "NodeAffinity", as_it_is,
             [](auto& pod) { pod.node_selector("a", "1"); }},
        Case{"NodeSelectorValue", "NodeAffinity", [](auto& pod) { pod.node_selector("a", "1"); },
             [](auto& pod) { pod.node_selector("a", "2"); }},
        Case{"NoTermIsNotNoAffinity", "NodeAffinity", as_it_is,
             [](auto& pod) { pod.raw().waiting.edit().node_affinity.terms.emplace(); }},
        Case{"TermOperator", "NodeAffinity",
             [](auto& pod) { require_zone(pod, model::SelectorOperator::kExists, 0); },
             [](auto& pod) { require_zone(pod, model::SelectorOperator::kDoesNotExist, 0); }},
        Case{"TermBound", "NodeAffinity",
             [](auto& pod) { require_zone(pod, model::SelectorOperator::kGt, 1); },
             [](auto& pod) { require_zone(pod, model::SelectorOperator::kGt, 2); }},
        Case{"PreferredNodes", "NodeAffinity", as_it_is, [](auto& pod) { prefer_zone(pod, 1); }},
        Case{"WeightOfPreferredNodes", "NodeAffinity", [](auto& pod) { prefer_zone(pod, 1); },
             [](auto& pod) { prefer_zone(pod, 2); }},
        Case{"Port", "NodePorts", [](auto& pod) { take_port(pod, "", "TCP"); },
             [](auto& pod) { take_port(pod, "", "UDP"); }},
        Case{"AddressOfPort", "NodePorts", [](auto& pod) { take_port(pod, "", "TCP"); },
             [](auto& pod) { take_port(pod, "10.0.0.1", "TCP"); }},
        Case{"BalancedCpu", "NodeResourcesBalancedAllocation", as_it_is,
             [](auto& pod) { pod.cpu_milli(1); }},
        Case{"BalancedDefaults", "NodeResourcesBalancedAllocation", as_it_is,
             [](auto& pod) { pod.raw().nonzero_cpu_milli = 7; }, true},
        Case{"Image", "ImageLocality", as_it_is,
             [](auto& pod) { pod.raw().waiting.edit().images.emplace_back("a:1"); }},
        Case{"LabelsForInterPodAffinity", "InterPodAffinity", as_it_is,
             [](auto& pod) { pod.label("app", "x").namespace_name("other"); }, true},
        Case{"Cpu", "NodeResourcesFit", as_it_is, [](auto& pod) { pod.cpu_milli(1); }},
        Case{"Memory", "NodeResourcesFit", as_it_is, [](auto& pod) { pod.memory(1); }},
        Case{"CpuForScoringAlone", "NodeResourcesFit", as_it_is,
             [](auto& pod) { pod.raw().nonzero_cpu_milli = 7; }},
        Case{"Scalar", "NodeResourcesFit", [](auto& pod) { pod.request("example.com/a", 1); },
             [](auto& pod) { pod.request("example.com/b", 1); }},
        Case{"Cores", "Neuron", [](auto& pod) { pod.request(kCores, 1); },
             [](auto& pod) { pod.request(kCores, 2); }},
        Case{"CoresAreNotDevices", "Neuron", [](auto& pod) { pod.request(kCores, 1); },
             [](auto& pod) { pod.request(kDevices, 1); }},
        Case{"CoresInAnInitContainer", "Neuron", [](auto& pod) { pod.request(kCores, 1); },
             [](auto& pod) { pod.container("i", model::ContainerRole::kInit).request(kCores, 1); }},
        Case{"ContainersThatDoNotAsk", "Neuron", [](auto& pod) { pod.request(kCores, 1); },
             [](auto& pod) { pod.container("side").container("main").request(kCores, 1); }, true},
        Case{"SelectionOfDevices", "Neuron", [](auto& pod) { pod.request(kCores, 1); },
             [](auto& pod) {
               pod.request(kCores, 1).annotation("aws.amazon.com/use-neuron-uuid", "n-AWSNeuron-0");
             }},
        Case{"UseIsNotNoUse", "Neuron",
             [](auto& pod) {
               pod.request(kCores, 1).annotation("aws.amazon.com/use-neuron-uuid", "n-AWSNeuron-0");
             },
             [](auto& pod) {
               pod.request(kCores, 1).annotation("aws.amazon.com/nouse-neuron-uuid",
                                                 "n-AWSNeuron-0");
             }},
        Case{"SelectionWithoutRequest", "Neuron", as_it_is,
             [](auto& pod) { pod.annotation("aws.amazon.com/use-neuron-uuid", "x"); }, true},
        Case{"UnreadableRequests", "Neuron", [](auto& pod) { pod.request_quantity(kCores, "-1"); },
             [](auto& pod) { pod.request_quantity(kCores, "1500m"); }},
        Case{"UnbuiltNeed", "UnbuiltFeatures", as_it_is,
             [](auto& pod) { pod.unbuilt(model::UnbuiltNeed::kResourceClaims); }},
        Case{"DecodeError", "UnbuiltFeatures", as_it_is,
             [](auto& pod) { pod.decode_error("spec: not an object"); }}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::scheduler
