#include "scheduler/plugins/neuron_args.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/plugins/neuron.hpp"
#include "scheduler/plugins/neuron_keys.hpp"
#include "test/scheduler/plugins/args.hpp"
#include "test/scheduler/scores.hpp"
#include "test/support/neuron_builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using test::cores_pod;
using test::devices_pod;
using test::inf2_node;
using test::neuron_node;
using test::NodeBuilder;
using test::PodBuilder;
using test::trn1_node;
using Role = model::ContainerRole;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kDevices = "aws.amazon.com/neuron";
constexpr const char* kCores = "aws.amazon.com/neuroncore";
constexpr const char* kNodePolicy = "hami.io/node-scheduler-policy";
constexpr const char* kDevicePolicy = "hami.io/gpu-scheduler-policy";

struct ErrorCase {
  const char* name;
  const char* args;
  std::vector<std::string> want;
};
void PrintTo(const ErrorCase& row, std::ostream* out) { *out << row.name; }

class NeuronArgsErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(NeuronArgsErrors, NameTheField) {
  EXPECT_EQ(test::errors_of(GetParam().args, read_neuron_args), GetParam().want);
}

constexpr const char* kNotExtended =
    "\": must be an extended resource, such as vendor.example/device";

INSTANTIATE_TEST_SUITE_P(
    Neuron, NeuronArgsErrors,
    testing::Values(
        ErrorCase{"none", "{}", {}},
        ErrorCase{"all_good",
                  R"({"placement": "Connected", "ringWrap": true, "unhealthyDevices": "Allow",
                      "initContainerIds": "Once", "mixedUnits": "Allow", "nodePolicy": "spread",
                      "devicePolicy": "mutex", "deviceResource": "a.example/d",
                      "deviceAliases": ["a.example/e"], "coreResource": "a.example/c"})",
                  {}},
        ErrorCase{"every_mistake_at_once",
                  R"({"placement": "aligned", "ringWrap": 1, "unhealthyDevices": "No",
                      "initContainerIds": "Twice", "mixedUnits": "Maybe", "nodePolicy": "pack",
                      "devicePolicy": "numa", "topology": 1})",
                  {R"(args.placement: Unsupported value: "aligned": supported values: "Aligned", )"
                   R"("Connected")",
                   "args.ringWrap: Invalid value: 1: must be true or false",
                   R"(args.unhealthyDevices: Unsupported value: "No": supported values: "Block", )"
                   R"("Allow")",
                   R"(args.initContainerIds: Unsupported value: "Twice": supported values: )"
                   R"("Repeat", "Once")",
                   R"(args.mixedUnits: Unsupported value: "Maybe": supported values: "Refuse", )"
                   R"("Allow")",
                   R"(args.nodePolicy: Unsupported value: "pack": supported values: "binpack", )"
                   R"("spread")",
                   R"(args.devicePolicy: Unsupported value: "numa": supported values: "binpack", )"
                   R"("spread", "mutex")",
                   R"(unknown field "args.topology")"}},
        ErrorCase{
            "not_an_extended_resource",
            R"({"deviceResource": "cpu", "coreResource": "kubernetes.io/core"})",
            {std::string("args.deviceResource: Invalid value: \"cpu") + kNotExtended,
             std::string("args.coreResource: Invalid value: \"kubernetes.io/core") + kNotExtended}},
        ErrorCase{"cores_are_devices",
                  R"({"deviceResource": "a.example/x", "coreResource": "a.example/x"})",
                  {R"(args.coreResource: Invalid value: "a.example/x": must not be )"
                   "deviceResource"}},
        ErrorCase{"aliases_that_say_nothing",
                  R"({"deviceAliases": ["aws.amazon.com/neuron", "a.example/b", "a.example/b",
                                        "aws.amazon.com/neuroncore"]})",
                  {R"(args.deviceAliases[0]: Duplicate value: "aws.amazon.com/neuron")",
                   R"(args.deviceAliases[2]: Duplicate value: "a.example/b")",
                   R"(args.deviceAliases[3]: Duplicate value: "aws.amazon.com/neuroncore")"}},
        ErrorCase{"too_many_aliases",
                  R"({"deviceAliases": ["a.b/1", "a.b/2", "a.b/3", "a.b/4", "a.b/5", "a.b/6",
                                        "a.b/7", "a.b/8", "a.b/9"]})",
                  {"args.deviceAliases: Too many: 9: must have at most 8 items"}}),
    [](const auto& row) { return row.param.name; });

TEST(NeuronArgs, NoAliasIsNotTheDefaultAlias) {
  EXPECT_EQ(test::made_of("{}", read_neuron_args).node.resources.aliases.size(), 1u);
  const auto args = test::made_of(R"({"deviceAliases": []})", read_neuron_args);
  EXPECT_TRUE(args.node.resources.aliases.empty());
}

TEST(NeuronArgs, WhatIsSharedIsTheSameHoweverItIsWritten) {
  const auto by_default = test::made_of("{}", share_neuron_args);
  const auto written = test::made_of(
      R"({"placement": "Aligned", "ringWrap": false, "unhealthyDevices": "Block",
          "deviceResource": "aws.amazon.com/neuron", "coreResource": "aws.amazon.com/neuroncore",
          "deviceAliases": ["aws.amazon.com/neurondevice"], "nodePolicy": "spread"})",
      share_neuron_args);
  EXPECT_EQ(by_default.values, written.values);
  EXPECT_THAT(by_default.owned_resources,
              ElementsAre(Name(kDevices), Name("aws.amazon.com/neurondevice"), Name(kCores)));
}

// The plugin of these arguments on a cache of its own.
class World {
 public:
  explicit World(std::string_view args)
      : cache_({test::made_of(args, share_neuron_args).make_aggregate}),
        plugin_(0, test::made_of(args, read_neuron_args)) {
    EXPECT_EQ(test::errors_of(args, read_neuron_args), std::vector<std::string>{});
  }

  World& node(const NodeBuilder& node) {
    cache_.set_node(node.build());
    return *this;
  }

  // AWS_NEURON_IDS of the pod placed on node n, or the reasons, "never: " before what preemption
  // cannot help.
  std::string place(const PodBuilder& builder) {
    const auto pod = builder.build();
    const auto result = plugin_.pre_filter(*pod, cache_);
    if (!result.status.is_ok()) return text_of(result.status);
    binding_ = {};
    binding_.node_name = Name("n");
    const auto& view = *cache_.find_node(Name("n"));
    const Status status = plugin_.reserve(result.state.get(), *pod, view, {}, binding_);
    if (!status.is_ok()) return text_of(status);
    auto assumed = std::make_shared<model::Pod>(*pod);
    assumed->node_name = Name("n");
    for (const auto& [key, value] : binding_.annotations) {
      assumed->annotations.set(Name(key), value);
    }
    EXPECT_TRUE(cache_.assume(assumed));
    return written("AWS_NEURON_IDS");
  }
  std::string written(const std::string& key) const {
    const auto found = binding_.annotations.find(key);
    return found == binding_.annotations.end() ? "none" : found->second;
  }

  std::vector<std::int64_t> scores(const PodBuilder& builder) {
    const auto pod = builder.build();
    const auto result = plugin_.pre_filter(*pod, cache_);
    std::vector<std::int64_t> all;
    for (const auto* node : cache_.nodes()) {
      all.push_back(plugin_.score(result.state.get(), *pod, *node));
    }
    plugin_.normalize(all, test::range_of(all));
    return all;
  }
  const NeuronNode& aggregate() {
    return dynamic_cast<const NeuronNode&>(cache_.find_node(Name("n"))->aggregate(0));
  }

 private:
  static std::string text_of(const Status& status) {
    std::string text = status.code == Code::kUnresolvable ? "never: " : "";
    for (const Name& reason : status.reasons) text += reason.str();
    return text;
  }

  model::Cache cache_;
  Neuron plugin_;
  model::Binding binding_;
};

struct PlaceCase {
  const char* name;
  const char* args;
  NodeBuilder node;
  std::vector<PodBuilder> before;
  PodBuilder pod;
  std::string want;
};
void PrintTo(const PlaceCase& row, std::ostream* out) { *out << row.name; }

class NeuronPlaces : public testing::TestWithParam<PlaceCase> {};

TEST_P(NeuronPlaces, AsItsArgumentsSay) {
  World world(GetParam().args);
  world.node(GetParam().node);
  for (const auto& pod : GetParam().before) {
    ASSERT_THAT(world.place(pod), testing::Not(HasSubstr("node(s)")));
  }
  EXPECT_EQ(world.place(GetParam().pod), GetParam().want);
}

PodBuilder two_containers(const char* first, const char* second) {
  return PodBuilder("p").request(first, 1).container("c").request(second, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Arguments, NeuronPlaces,
    testing::Values(
        PlaceCase{"aligned",
                  "{}",
                  trn1_node("n"),
                  {},
                  devices_pod("p", 2),
                  "never: node(s) cannot give 2 aws.amazon.com/neuron to one container (legal "
                  "numbers of devices: 1 or 4 or 8 or 16)"},
        PlaceCase{"connected",
                  R"({"placement": "Connected"})",
                  trn1_node("n"),
                  {},
                  devices_pod("p", 2),
                  "0,1"},
        PlaceCase{"connected_says_what_is_legal",
                  R"({"placement": "Connected"})",
                  trn1_node("n"),
                  {},
                  devices_pod("p", 17),
                  "never: node(s) cannot give 17 aws.amazon.com/neuron to one container (legal "
                  "numbers of devices: 1 to 16)"},
        PlaceCase{"ring_without_wrap",
                  "{}",
                  inf2_node("n"),
                  {devices_pod("a", 1), devices_pod("b", 2)},
                  devices_pod("p", 10),
                  "node(s) had no free legal set of aws.amazon.com/neuron devices"},
        PlaceCase{"own_names",
                  R"({"deviceResource": "a.example/d", "deviceAliases": [],
                      "coreResource": "a.example/c"})",
                  NodeBuilder("n").resource("a.example/d", 4).resource("a.example/c", 8),
                  {},
                  PodBuilder("p").request("a.example/c", 1),
                  "6"},
        PlaceCase{"own_names_in_the_reasons",
                  R"({"deviceResource": "a.example/d", "coreResource": "a.example/c"})",
                  trn1_node("n"),
                  {},
                  PodBuilder("p").request("a.example/d", 1),
                  "never: node(s) had no a.example/d devices"},
        PlaceCase{"an_alias",
                  R"({"deviceAliases": ["a.example/d"]})",
                  inf2_node("n"),
                  {},
                  PodBuilder("p").request("a.example/d", 1),
                  "11"},
        PlaceCase{
            "an_alias_that_says_something_else",
            R"({"deviceAliases": ["a.example/d"]})",
            inf2_node("n"),
            {},
            PodBuilder("p").request("a.example/d", 1).request(kDevices, 2),
            "never: container main asks for different numbers of aws.amazon.com/neuron and its "
            "alias a.example/d"},
        PlaceCase{"unhealthy_blocks",
                  "{}",
                  inf2_node("n").allocatable(kDevices, 11),
                  {},
                  devices_pod("p", 1),
                  "never: node(s) had less aws.amazon.com/neuron or neuroncore allocatable than "
                  "capacity"},
        PlaceCase{"unhealthy_allowed",
                  R"({"unhealthyDevices": "Allow"})",
                  inf2_node("n").allocatable(kDevices, 11),
                  {},
                  devices_pod("p", 1),
                  "11"},
        PlaceCase{"unhealthy_allowed_but_nothing_on_offer",
                  R"({"unhealthyDevices": "Allow"})",
                  inf2_node("n").allocatable(kDevices, 0).allocatable(kCores, 0),
                  {},
                  devices_pod("p", 1),
                  "never: node(s) had less aws.amazon.com/neuron or neuroncore allocatable than "
                  "capacity"},
        PlaceCase{"unhealthy_allowed_as_many_as_kubelet_gives",
                  R"({"unhealthyDevices": "Allow"})",
                  inf2_node("n").allocatable(kDevices, 11),
                  {devices_pod("a", 10)},
                  devices_pod("p", 1),
                  "11"},
        PlaceCase{"unhealthy_allowed_and_no_more",
                  R"({"unhealthyDevices": "Allow"})",
                  inf2_node("n").allocatable(kDevices, 11),
                  {devices_pod("a", 11)},
                  devices_pod("p", 1),
                  "node(s) had no free legal set of aws.amazon.com/neuron devices"},
        PlaceCase{"mixed_units_refused",
                  "{}",
                  inf2_node("n"),
                  {},
                  two_containers(kDevices, kCores),
                  "never: pod has containers that ask for aws.amazon.com/neuron and others that "
                  "ask for aws.amazon.com/neuroncore, which the device plugin cannot tell apart"},
        PlaceCase{"mixed_units_allowed",
                  R"({"mixedUnits": "Allow"})",
                  inf2_node("n"),
                  {},
                  two_containers(kDevices, kCores),
                  "11,20"},
        PlaceCase{"init_ids_repeated",
                  "{}",
                  inf2_node("n"),
                  {},
                  PodBuilder("p")
                      .container("i", Role::kInit)
                      .request(kDevices, 2)
                      .container("c")
                      .request(kDevices, 1),
                  "0,1,1"},
        PlaceCase{"init_ids_once",
                  R"({"initContainerIds": "Once"})",
                  inf2_node("n"),
                  {},
                  PodBuilder("p")
                      .container("i", Role::kInit)
                      .request(kDevices, 2)
                      .container("c")
                      .request(kDevices, 1),
                  "0,1"},
        PlaceCase{"device_policy_of_the_profile",
                  R"({"devicePolicy": "spread"})",
                  inf2_node("n"),
                  {cores_pod("a", 1)},
                  cores_pod("p", 1),
                  "6"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Policies, NeuronPlaces,
    testing::Values(
        PlaceCase{"binpack_by_default",
                  "{}",
                  inf2_node("n"),
                  {cores_pod("a", 1)},
                  cores_pod("p", 1),
                  "23"},
        PlaceCase{"spread",
                  "{}",
                  inf2_node("n"),
                  {cores_pod("a", 1)},
                  cores_pod("p", 1).annotation(kDevicePolicy, "spread"),
                  "14"},
        PlaceCase{"mutex",
                  "{}",
                  inf2_node("n"),
                  {cores_pod("a", 1)},
                  cores_pod("p", 1).annotation(kDevicePolicy, "mutex"),
                  "20"},
        PlaceCase{"list_with_blanks",
                  "{}",
                  inf2_node("n"),
                  {cores_pod("a", 1)},
                  cores_pod("p", 1).annotation(kDevicePolicy, " mutex , spread,binpack"),
                  "14"},
        PlaceCase{"the_pod_goes_before_the_profile",
                  R"({"devicePolicy": "spread"})",
                  inf2_node("n"),
                  {cores_pod("a", 1).annotation(kDevicePolicy, "binpack")},
                  cores_pod("p", 1).annotation(kDevicePolicy, "binpack"),
                  "23"},
        PlaceCase{"topology_aware_says_what_is_so",
                  "{}",
                  inf2_node("n"),
                  {},
                  cores_pod("p", 1).annotation(kDevicePolicy, "topology-aware"),
                  "22"},
        PlaceCase{"empty_is_absent",
                  R"({"devicePolicy": "mutex"})",
                  neuron_node("n", "", 1, 2),
                  {cores_pod("a", 1)},
                  cores_pod("p", 1).annotation(kDevicePolicy, " "),
                  "node(s) had no free legal set of aws.amazon.com/neuroncore cores"},
        PlaceCase{"unknown_word",
                  "{}",
                  inf2_node("n"),
                  {},
                  cores_pod("p", 1).annotation(kDevicePolicy, "binpack,numa"),
                  "never: pod annotation hami.io/gpu-scheduler-policy names \"numa\" (known: "
                  "binpack or spread or mutex or topology-aware)"},
        PlaceCase{"unknown_node_policy",
                  "{}",
                  inf2_node("n"),
                  {},
                  cores_pod("p", 1).annotation(kNodePolicy, "random"),
                  "never: pod annotation hami.io/node-scheduler-policy names \"random\" (known: "
                  "binpack or spread)"},
        PlaceCase{"one_node_policy",
                  "{}",
                  inf2_node("n"),
                  {},
                  cores_pod("p", 1).annotation(kNodePolicy, "binpack,spread"),
                  "never: pod annotation hami.io/node-scheduler-policy names \"a list\" (known: "
                  "binpack or spread)"}),
    [](const auto& row) { return row.param.name; });

TEST(NeuronArgs, RingWrapsWhereItMay) {
  World world(R"({"ringWrap": true})");
  world.node(inf2_node("n").annotation("hami.io/device-cordon", "1,2,3,4,5,6,7,8,9,10"));
  EXPECT_EQ(world.place(devices_pod("p", 2)), "0,11");
  EXPECT_TRUE(world.aggregate().foreign().empty());
}

TEST(NeuronArgs, WhatIsWrittenIsReadAgain) {
  World world(R"({"initContainerIds": "Once", "mixedUnits": "Allow",
                  "coreResource": "a.example/c"})");
  world.node(NodeBuilder("n").resource(kDevices, 4).resource("a.example/c", 16));
  EXPECT_EQ(world.place(PodBuilder("a")
                            .container("i", Role::kInit)
                            .request("a.example/c", 3)
                            .container("c")
                            .request("a.example/c", 2)),
            "12,13,14");
  EXPECT_EQ(world.written("NEURON_RESOURCE_TYPE"), "a.example/c");
  EXPECT_EQ(world.place(two_containers(kDevices, "a.example/c")), "2,15");
  EXPECT_EQ(world.written("NEURON_RESOURCE_TYPE"), "a.example/c");
  EXPECT_TRUE(world.aggregate().foreign().empty());
  EXPECT_EQ(world.aggregate().usage().cores_used, 8);
}

TEST(NeuronArgs, NodePolicySpreadsOverNodes) {
  World world("{}");
  world.node(inf2_node("m")).node(inf2_node("n")).node(trn1_node("o"));
  for (const auto* name : {"a", "b"}) ASSERT_EQ(world.place(devices_pod(name, 4)).size(), 7u);
  const auto spread = cores_pod("p", 2).annotation(kNodePolicy, "spread");
  // Left after it: 22 of 24, 6 of 24, 30 of 32.
  EXPECT_THAT(world.scores(spread), ElementsAre(92, 25, 95));
  EXPECT_GT(world.scores(cores_pod("p", 2))[1], world.scores(cores_pod("p", 2))[0]);
}

TEST(NeuronArgs, NodePolicyOfTheProfile) {
  World world(R"({"nodePolicy": "spread"})");
  world.node(inf2_node("m")).node(inf2_node("n"));
  ASSERT_EQ(world.place(devices_pod("a", 4)), "0,1,2,3");
  EXPECT_THAT(world.scores(cores_pod("p", 2)), ElementsAre(95, 60));
  EXPECT_THAT(world.scores(PodBuilder("plain")), ElementsAre(0, 0));
}

TEST(NeuronArgs, PoliciesTellPodsApart) {
  const Neuron plugin(0);
  const auto text = [&](const PodBuilder& pod) {
    Likeness likeness;
    plugin.describe(*pod.build(), likeness);
    return likeness.text();
  };
  const auto pod = [] { return cores_pod("p", 1); };
  EXPECT_NE(text(pod()), text(pod().annotation(kNodePolicy, "spread")));
  EXPECT_NE(text(pod().annotation(kDevicePolicy, "spread")),
            text(pod().annotation(kNodePolicy, "spread")));
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
