#include "scheduler/plugins/neuron.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/plugins/neuron_keys.hpp"
#include "test/scheduler/scores.hpp"
#include "test/support/neuron_builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::ConditionStatus;
using model::Name;
using test::cores_pod;
using test::devices_pod;
using test::inf2_node;
using test::neuron_node;
using test::NodeBuilder;
using test::PodBuilder;
using test::SimClock;
using test::trn1_node;
using Role = model::ContainerRole;

constexpr std::string_view kIds = neuron_keys::kIds;
constexpr std::string_view kHami = neuron_keys::kHamiAllocated;

// The plugin on a cache of its own.
class World {
 public:
  World()
      : cache_({[]() -> std::unique_ptr<model::NodeAggregate> {
          return std::make_unique<NeuronNode>();
        }}) {}

  World& node(const NodeBuilder& node) {
    cache_.set_node(node.build());
    return *this;
  }
  World& bound(PodBuilder pod, std::string_view node) {
    cache_.set_pod(pod.bound_to(node).build());
    return *this;
  }

  // "skip", "ok", or the reasons, marked where preemption cannot help.
  static std::string text_of(const Status& status) {
    if (status.is_ok()) return "ok";
    if (status.code == Code::kSkip) return "skip";
    std::string text = status.code == Code::kUnresolvable ? "never: " : "";
    for (const Name& reason : status.reasons) text += reason.str();
    return text;
  }

  std::string fit(const PodBuilder& builder, std::string_view node = "n") {
    const auto pod = builder.build();
    const auto result = plugin_.pre_filter(*pod, cache_);
    if (!result.status.is_ok()) return "pod " + text_of(result.status);
    return text_of(plugin_.filter(result.state.get(), *pod, view(node)));
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

  // Empty if it does not fit.
  std::optional<model::Binding> place(const PodBuilder& builder, std::string_view node = "n") {
    const auto pod = builder.build();
    const auto result = plugin_.pre_filter(*pod, cache_);
    if (result.status.rejected()) return std::nullopt;
    model::Binding binding;
    binding.pod_uid = pod->uid;
    binding.node_name = Name(node);
    const Status status =
        plugin_.reserve(result.state.get(), *pod, view(node), clock_.wall(), binding);
    if (!status.is_ok()) return std::nullopt;
    model::Pod assumed = *pod;
    assumed.node_name = Name(node);
    for (const auto& [key, value] : binding.annotations) assumed.annotations.set(Name(key), value);
    EXPECT_TRUE(cache_.assume(std::make_shared<model::Pod>(assumed)));
    return binding;
  }
  // AWS_NEURON_IDS of the placed pod, or "-".
  std::string ids(const PodBuilder& builder, std::string_view node = "n") {
    const auto binding = place(builder, node);
    return binding ? binding->annotations.at(std::string(kIds)) : "-";
  }

  const model::NodeView& view(std::string_view node) { return *cache_.find_node(Name(node)); }
  const NeuronNode& aggregate(std::string_view node = "n") {
    return dynamic_cast<const NeuronNode&>(view(node).aggregate(0));
  }
  model::Cache& cache() { return cache_; }
  SimClock& clock() { return clock_; }
  Neuron& plugin() { return plugin_; }

 private:
  model::Cache cache_;
  Neuron plugin_{0};
  SimClock clock_;
};

constexpr const char* kNoSet = "node(s) had no free legal set of aws.amazon.com/neuron devices";
constexpr const char* kNoCores = "node(s) had no free legal set of aws.amazon.com/neuroncore cores";
constexpr const char* kForeignX =
    "node(s) had the foreign Neuron pod default/x, whose devices are not known";
constexpr const char* kMissing =
    "never: node(s) had less aws.amazon.com/neuron or neuroncore allocatable than capacity";

struct FitCase {
  const char* name;
  NodeBuilder node;
  PodBuilder pod;
  std::string want;
};
void PrintTo(const FitCase& row, std::ostream* out) { *out << row.name; }
std::string name_of(const testing::TestParamInfo<FitCase>& row) { return row.param.name; }

class NeuronFit : public testing::TestWithParam<FitCase> {};

TEST_P(NeuronFit, Says) {
  World world;
  world.node(GetParam().node);
  EXPECT_EQ(world.fit(GetParam().pod), GetParam().want);
}

PodBuilder asks(std::string_view resource, std::string_view quantity) {
  return PodBuilder("p").request_quantity(resource, quantity);
}

PodBuilder two(std::string_view resource, std::int64_t a, std::string_view other, std::int64_t b) {
  return PodBuilder("p").request(resource, a).request(other, b);
}

INSTANTIATE_TEST_SUITE_P(
    Pods, NeuronFit,
    testing::Values(
        FitCase{"AsksNothing", trn1_node("n"), PodBuilder("p"), "pod skip"},
        FitCase{"AsksZero", trn1_node("n"), devices_pod("p", 0), "pod skip"},
        FitCase{"OneDevice", trn1_node("n"), devices_pod("p", 1), "ok"},
        FitCase{"Alias", trn1_node("n"), asks("aws.amazon.com/neurondevice", "4"), "ok"},
        FitCase{"AliasIsCounted", trn1_node("n"), asks("aws.amazon.com/neurondevice", "3"),
                "never: node(s) cannot give 3 aws.amazon.com/neuron to one container "
                "(legal numbers of devices: 1 or 4 or 8 or 16)"},
        FitCase{"AliasEqual", trn1_node("n"),
                two("aws.amazon.com/neuron", 4, "aws.amazon.com/neurondevice", 4), "ok"},
        FitCase{"AliasUnequal", trn1_node("n"),
                two("aws.amazon.com/neuron", 4, "aws.amazon.com/neurondevice", 1),
                "pod never: container main asks for different numbers of aws.amazon.com/neuron and "
                "its alias aws.amazon.com/neurondevice"},
        FitCase{"Negative", trn1_node("n"), asks("aws.amazon.com/neuron", "-1"),
                "pod never: container main asks for a negative number of aws.amazon.com/neuron"},
        FitCase{"Fractional", trn1_node("n"), asks("aws.amazon.com/neuroncore", "500m"),
                "pod never: container main asks for a fraction of aws.amazon.com/neuroncore"},
        FitCase{"TooMany", trn1_node("n"), asks("aws.amazon.com/neurondevice", "2147483649"),
                "pod never: container main asks for more than 2147483648 "
                "aws.amazon.com/neurondevice"},
        FitCase{"AlmostTooMany", trn1_node("n"), asks("aws.amazon.com/neuroncore", "2147483648"),
                "never: node(s) cannot give 2147483648 aws.amazon.com/neuroncore to one container "
                "(legal numbers of devices: 1 or 4 or 8 or 16)"},
        FitCase{"UnitsAgree", trn1_node("n"),
                two("aws.amazon.com/neuron", 4, "aws.amazon.com/neuroncore", 8), "ok"},
        FitCase{"UnitsDisagree", trn1_node("n"),
                two("aws.amazon.com/neuron", 4, "aws.amazon.com/neuroncore", 7),
                "never: node(s) had another number of aws.amazon.com/neuroncore per "
                "aws.amazon.com/neuron than the pod"},
        FitCase{"MixedUnits", trn1_node("n"),
                devices_pod("p", 1).container("b").request("aws.amazon.com/neuroncore", 1),
                "pod never: pod has containers that ask for aws.amazon.com/neuron and others that "
                "ask for aws.amazon.com/neuroncore, which the device plugin cannot tell apart"},
        FitCase{"TwoContainers", trn1_node("n"),
                devices_pod("p", 8).container("b").request("aws.amazon.com/neuron", 8), "ok"},
        FitCase{"TwoContainersNeverFit", trn1_node("n"),
                devices_pod("p", 16).container("b").request("aws.amazon.com/neuron", 1),
                "never: node(s) had no legal set of aws.amazon.com/neuron devices for the whole "
                "pod, even if free"},
        FitCase{"ScheduledAsIfOursWereAbsent", trn1_node("n"),
                devices_pod("p", 1).annotation(kIds, "damaged"), "ok"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Nodes, NeuronFit,
    testing::Values(
        FitCase{"NoNeuron", NodeBuilder("n"), devices_pod("p", 1),
                "never: node(s) had no aws.amazon.com/neuron devices"},
        FitCase{"PluginGone", neuron_node("n", "trn1.32xlarge", 0, 0), devices_pod("p", 1),
                "never: node(s) had no aws.amazon.com/neuron devices"},
        FitCase{"NegativeCapacity", NodeBuilder("n").capacity("aws.amazon.com/neuron", "-4"),
                devices_pod("p", 1),
                "never: node(s) had an unusable capacity of Neuron devices: negative capacity"},
        FitCase{"FractionalCapacity", NodeBuilder("n").capacity("aws.amazon.com/neuron", "1500m"),
                devices_pod("p", 1),
                "never: node(s) had an unusable capacity of Neuron devices: fractional capacity"},
        FitCase{"CoresAlone", NodeBuilder("n").resource("aws.amazon.com/neuroncore", 4),
                cores_pod("p", 1),
                "never: node(s) had an unusable capacity of Neuron devices: cores without devices"},
        FitCase{"TooManyDevices", neuron_node("n", "", 65, 130), devices_pod("p", 1),
                "never: node(s) had an unusable capacity of Neuron devices: more than 64 devices"},
        FitCase{"NotDivisible", neuron_node("n", "inf2.48xlarge", 12, 25), devices_pod("p", 2),
                "ok"},
        FitCase{"CoresOfNotDivisible", neuron_node("n", "inf2.48xlarge", 12, 25), cores_pod("p", 1),
                "never: node(s) had no whole number of aws.amazon.com/neuroncore per "
                "aws.amazon.com/neuron"},
        FitCase{"UnknownTypeOneOrAll", neuron_node("n", "trn9.24xlarge", 12, 24),
                devices_pod("p", 2),
                "never: node(s) cannot give 2 aws.amazon.com/neuron to one container (legal "
                "numbers of devices: 1 or 12)"},
        FitCase{"UnknownTypeSixteen", neuron_node("n", "", 16, 32), devices_pod("p", 4), "ok"},
        FitCase{"HyperPod", neuron_node("n", "ml.inf2.48xlarge", 12, 24), devices_pod("p", 5),
                "ok"},
        FitCase{"CoresSayDevices", trn1_node("n"), cores_pod("p", 5),
                "never: node(s) cannot give 5 aws.amazon.com/neuroncore to one container (legal "
                "numbers of devices: 1 or 4 or 8 or 16)"},
        FitCase{"Ill",
                trn1_node("n").condition("NeuronHealth", ConditionStatus::kTrue,
                                         "NeuronHasError_DMA_ERROR"),
                devices_pod("p", 1), "never: node(s) had the condition NeuronHealth with an error"},
        FitCase{
            "Well",
            trn1_node("n").condition("NeuronHealth", ConditionStatus::kFalse, "NeuronHasNoError"),
            devices_pod("p", 1), "ok"},
        FitCase{
            "WellThoughTrue",
            trn1_node("n").condition("NeuronHealth", ConditionStatus::kTrue, "NeuronHasNoError"),
            devices_pod("p", 1), "ok"},
        FitCase{"NotReady",
                trn1_node("n").condition("AcceleratedHardwareReady", ConditionStatus::kFalse,
                                         "NeuronDMAError"),
                devices_pod("p", 1),
                "never: node(s) had the condition AcceleratedHardwareReady false"},
        FitCase{"Ready",
                trn1_node("n").condition("AcceleratedHardwareReady", ConditionStatus::kTrue,
                                         "NeuronAcceleratedHardwareIsReady"),
                devices_pod("p", 1), "ok"},
        FitCase{"OneIsMissing", trn1_node("n").allocatable("aws.amazon.com/neuron", 15),
                devices_pod("p", 1), kMissing},
        FitCase{"CoresAreMissing", trn1_node("n").allocatable("aws.amazon.com/neuroncore", 31),
                devices_pod("p", 1), kMissing},
        FitCase{"NothingAllocatable", trn1_node("n").allocatable("aws.amazon.com/neuron", 0),
                devices_pod("p", 1), kMissing},
        FitCase{"MissingIsCordoned",
                trn1_node("n")
                    .allocatable("aws.amazon.com/neuron", 15)
                    .allocatable("aws.amazon.com/neuroncore", 30)
                    .annotation("hami.io/device-cordon", "3"),
                devices_pod("p", 8), "ok"},
        FitCase{"TooFewAreCordoned",
                trn1_node("n")
                    .allocatable("aws.amazon.com/neuron", 14)
                    .annotation("hami.io/device-cordon", "3, 3, 16, x, m-AWSNeuron-4"),
                devices_pod("p", 1), kMissing},
        FitCase{"CordonTakesOut", trn1_node("n").annotation("hami.io/device-cordon", "3"),
                devices_pod("p", 16),
                "never: node(s) had no legal set of aws.amazon.com/neuron devices for the whole "
                "pod, even if free"},
        FitCase{"CordonByUuid",
                neuron_node("n", "trn1.2xlarge", 1, 2)
                    .annotation("hami.io/device-cordon", " n-AWSNeuron-0 "),
                devices_pod("p", 1),
                "never: node(s) had no usable Neuron device that the pod's UUID annotations "
                "accept"}),
    name_of);

constexpr const char* kNotSelected =
    "never: node(s) had no usable Neuron device that the pod's UUID annotations accept";

INSTANTIATE_TEST_SUITE_P(
    Uuids, NeuronFit,
    testing::Values(
        FitCase{"Use", trn1_node("n"),
                devices_pod("p", 1).annotation("aws.amazon.com/use-gpuuuid", "n-AWSNeuron-2"),
                "ok"},
        FitCase{"UseOfOtherNode", trn1_node("n"),
                devices_pod("p", 1).annotation("aws.amazon.com/use-neuron-uuid", "m-AWSNeuron-2"),
                kNotSelected},
        FitCase{"BothPairs", trn1_node("n"),
                devices_pod("p", 1)
                    .annotation("aws.amazon.com/use-gpuuuid", "n-AWSNeuron-2")
                    .annotation("aws.amazon.com/nouse-neuron-uuid", " n-AWSNeuron-2 "),
                kNotSelected},
        FitCase{"TooFewForASet", trn1_node("n"),
                devices_pod("p", 4).annotation("aws.amazon.com/use-gpuuuid",
                                               "n-AWSNeuron-2,n-AWSNeuron-3"),
                "never: node(s) had no legal set of aws.amazon.com/neuron devices for the whole "
                "pod, even if free"},
        FitCase{"BlankList", trn1_node("n"),
                devices_pod("p", 16).annotation("aws.amazon.com/use-gpuuuid", " , "), "ok"}),
    name_of);

TEST(NeuronFilter, CountsWhatPodsHold) {
  World world;
  world.node(trn1_node("n"));
  world.bound(devices_pod("a", 8).annotation(kIds, "0,1,2,3,4,5,6,7"), "n");
  EXPECT_EQ(world.fit(devices_pod("p", 8)), "ok");
  world.bound(cores_pod("b", 1).annotation(kHami, "n-AWSNeuron-12,AWSNeuron,0,2:;"), "n");
  EXPECT_EQ(world.fit(devices_pod("p", 8)), kNoSet);
  EXPECT_EQ(world.fit(cores_pod("p", 1)), "ok");
  EXPECT_EQ(world.fit(devices_pod("p", 4)), "ok");
  world.bound(devices_pod("c", 4).annotation(kIds, "8,9,10,11"), "n");
  EXPECT_EQ(world.fit(cores_pod("p", 7)), kNoCores);  // Not all of 12 is free.
}

TEST(NeuronFilter, NeedsWholeDevicesButTheLast) {
  World world;
  world.node(trn1_node("n"));
  world.bound(devices_pod("a", 8).annotation(kIds, "0,1,2,3,4,5,6,7"), "n");
  world.bound(devices_pod("c", 4).annotation(kIds, "8,9,10,11"), "n");
  world.bound(cores_pod("b", 1).annotation(kIds, "31"), "n");
  EXPECT_EQ(world.ids(cores_pod("p", 7)), "24,25,26,27,28,29,30");
  EXPECT_EQ(world.fit(cores_pod("q", 1)), kNoCores);
}

// Foreign pods.

struct ForeignCase {
  const char* name;
  PodBuilder pod;    // Named x, bound.
  std::string want;  // For one more pod of one core.
};
void PrintTo(const ForeignCase& row, std::ostream* out) { *out << row.name; }

class NeuronForeign : public testing::TestWithParam<ForeignCase> {};

TEST_P(NeuronForeign, BlocksTheNodeUntilItIsGone) {
  World world;
  world.node(inf2_node("n"));
  world.bound(GetParam().pod, "n");
  EXPECT_EQ(world.fit(cores_pod("p", 1)), GetParam().want);
  EXPECT_EQ(world.fit(PodBuilder("plain")), "pod skip");
  world.cache().remove_pod({"uid-x"});
  EXPECT_EQ(world.fit(cores_pod("p", 24)), "ok");
  EXPECT_EQ(world.aggregate().state(), neuron::NodeState(world.aggregate().geometry()));
}

INSTANTIATE_TEST_SUITE_P(
    Pods, NeuronForeign,
    testing::Values(
        ForeignCase{"NoAnnotation", devices_pod("x", 1), kForeignX},
        ForeignCase{"Damaged", devices_pod("x", 1).annotation(kIds, "one"), kForeignX},
        ForeignCase{"OneKeyDamaged",
                    devices_pod("x", 1).annotation(kIds, "1").annotation(kHami, ";;"), kForeignX},
        ForeignCase{"OfAnotherNode",
                    devices_pod("x", 1).annotation(kHami, "m-AWSNeuron-1,AWSNeuron,0,3:;"),
                    kForeignX},
        ForeignCase{"NegativeRequest",
                    PodBuilder("x").request_quantity("aws.amazon.com/neuron", "-1"), kForeignX},
        ForeignCase{"CannotBeDecoded", PodBuilder("x").decode_error("bad"), "ok"},
        ForeignCase{"AsksForAll", devices_pod("x", 12), kNoCores},
        ForeignCase{"AsksForAllCores", cores_pod("x", 24), kNoCores},
        ForeignCase{"AsksForAllInTwo",
                    devices_pod("x", 6).container("b").request("aws.amazon.com/neuron", 6),
                    kNoCores},
        ForeignCase{
            "InitAsksForAll",
            PodBuilder("x").container("i", Role::kInit).request("aws.amazon.com/neuron", 12),
            kNoCores},
        ForeignCase{"Readable", devices_pod("x", 1).annotation(kIds, "1"), "ok"},
        ForeignCase{"MixedUnitsOfHami",
                    devices_pod("x", 1)
                        .container("b")
                        .request("aws.amazon.com/neuroncore", 1)
                        .annotation(kIds, "11,20"),
                    "ok"},
        ForeignCase{"AsksNothing", PodBuilder("x").annotation(kIds, "damaged"), "ok"}),
    [](const auto& row) { return row.param.name; });

TEST(NeuronForeignPods, OnlyTheFirstByNameIsNamed) {
  World world;
  world.node(inf2_node("n"));
  world.bound(devices_pod("y", 1), "n").bound(devices_pod("x", 1), "n");
  world.bound(devices_pod("a", 1).namespace_name("zoo"), "n");
  EXPECT_EQ(world.fit(devices_pod("p", 1)), kForeignX);
  EXPECT_EQ(world.aggregate().usage().foreign_pods, 3);
}

// Known by identity alone: it may hold anything.
TEST(NeuronForeignPods, WithoutContainersCountsAsAsking) {
  World world;
  world.node(inf2_node("n"));
  PodBuilder pod("x");
  pod.decode_error("bad").raw().containers.clear();
  world.bound(pod, "n");
  EXPECT_EQ(world.fit(cores_pod("p", 1)), kForeignX);
}

TEST(NeuronForeignPods, BadUpdateKeepsWhatWasHeld) {
  World world;
  world.node(inf2_node("n"));
  world.bound(devices_pod("x", 2).annotation(kIds, "4,5"), "n");
  const auto held = world.aggregate().state();
  PodBuilder damaged("x");
  damaged.decode_error("bad").raw().containers.clear();
  world.bound(damaged, "n");
  EXPECT_EQ(world.fit(cores_pod("p", 1)), kForeignX);
  EXPECT_EQ(world.aggregate().state(), held);
  world.bound(devices_pod("x", 2).annotation(kIds, "4,5"), "n");
  EXPECT_EQ(world.fit(cores_pod("p", 1)), "ok");
}

TEST(NeuronForeignPods, AreReadWhenTheAnnotationsCome) {
  World world;
  world.node(inf2_node("n"));
  world.bound(devices_pod("x", 1), "n");
  EXPECT_EQ(world.fit(cores_pod("p", 1)), kForeignX);
  world.bound(devices_pod("x", 1).annotation(kIds, "1"), "n");
  EXPECT_EQ(world.fit(cores_pod("p", 1)), "ok");
  EXPECT_EQ(world.aggregate().usage().changed_pods, 0);
}

// The first readable assignment sticks: a change frees nothing.

TEST(NeuronHeld, ChangedAnnotationsHoldTheUnion) {
  World world;
  world.node(inf2_node("n"));
  world.bound(devices_pod("x", 1).annotation(kIds, "1"), "n");
  world.bound(devices_pod("x", 1).annotation(kIds, "5"), "n");
  EXPECT_EQ(world.aggregate().state().untouched(), 0xfffu & ~(1u << 1) & ~(1u << 5));
  EXPECT_EQ(world.aggregate().usage().changed_pods, 1);
  EXPECT_EQ(world.aggregate().usage().foreign_pods, 0);
  world.bound(devices_pod("x", 1).annotation(kIds, "none"), "n");
  world.bound(devices_pod("x", 1), "n");
  EXPECT_EQ(world.aggregate().state().untouched(), 0xfffu & ~(1u << 1) & ~(1u << 5));
  EXPECT_EQ(world.aggregate().usage().foreign_pods, 0);
}

TEST(NeuronHeld, EndlessChangesEndForeign) {
  World world;
  world.node(inf2_node("n"));
  for (int device = 0; device < 9; ++device) {
    EXPECT_EQ(world.aggregate().foreign().empty(), true) << device;
    world.bound(devices_pod("x", 1).annotation(kIds, std::to_string(device)), "n");
  }
  EXPECT_EQ(world.fit(cores_pod("p", 1)), kForeignX);
  EXPECT_EQ(world.aggregate().state().untouched(), 0xe00u);
}

TEST(NeuronHeld, OverlappingPodsAreGivenBackExactly) {
  World world;
  world.node(inf2_node("n"));
  world.bound(cores_pod("x", 2).annotation(kIds, "2,3"), "n");
  const auto before = world.aggregate().state();
  world.bound(cores_pod("y", 2).annotation(kIds, "3,4"), "n");
  world.cache().remove_pod({"uid-y"});
  EXPECT_EQ(world.aggregate().state(), before);
}

TEST(NeuronHeld, OrderOfPodsAndNodesDoesNotMatter) {
  World first;
  first.node(inf2_node("n"));
  first.bound(cores_pod("x", 2).annotation(kIds, "2,3"), "n").bound(devices_pod("y", 1), "n");
  World second;
  second.bound(devices_pod("y", 1), "n").bound(cores_pod("x", 2).annotation(kIds, "2,3"), "n");
  second.node(inf2_node("n"));
  EXPECT_EQ(first.aggregate().state(), second.aggregate().state());
  EXPECT_EQ(first.aggregate().foreign(), second.aggregate().foreign());
}

TEST(NeuronHeld, NodeRecreatedInheritsItsPods) {
  World world;
  world.node(inf2_node("n"));
  world.bound(cores_pod("x", 2).annotation(kIds, "2,3"), "n");
  const auto before = world.aggregate().state();
  world.cache().remove_node(Name("n"));
  world.node(inf2_node("n").uid("another"));
  EXPECT_EQ(world.aggregate().state(), before);
  EXPECT_EQ(world.fit(cores_pod("p", 1)), "ok");
}

TEST(NeuronHeld, AnotherGeometryMakesCorePodsForeign) {
  World world;
  world.node(neuron_node("n", "trn2.48xlarge", 16, 64));
  world.bound(
      cores_pod("x", 1).annotation(kIds, "0").annotation(kHami, "n-AWSNeuron-0,AWSNeuron,0,1:;"),
      "n");
  EXPECT_EQ(world.fit(cores_pod("p", 1)), "ok");
  // LNC switched: the same bit is another core now.
  world.node(neuron_node("n", "trn2.48xlarge", 16, 128));
  EXPECT_EQ(world.fit(cores_pod("p", 1)), kForeignX);
  world.node(neuron_node("n", "trn2.48xlarge", 16, 64));
  EXPECT_EQ(world.fit(cores_pod("p", 1)), "ok");
}

TEST(NeuronHeld, WholeDevicesSurviveAnotherCoreCount) {
  World world;
  world.node(neuron_node("n", "trn2.48xlarge", 16, 64));
  world.bound(devices_pod("x", 1).annotation(kHami, "n-AWSNeuron-3,AWSNeuron,0,15:;"), "n");
  world.node(neuron_node("n", "trn2.48xlarge", 16, 128));
  EXPECT_EQ(world.aggregate().state().used(3), 0xffu);
  EXPECT_EQ(world.fit(cores_pod("p", 1)), "ok");
  world.node(neuron_node("n", "trn2.48xlarge", 16, 32));
  EXPECT_EQ(world.aggregate().state().used(3), 0x3u);
  EXPECT_EQ(world.fit(cores_pod("p", 1)), "ok");
}

TEST(NeuronHeld, CopiesAreIndependent) {
  World world;
  world.node(inf2_node("n"));
  world.bound(devices_pod("x", 12).annotation(kIds, "0,1,2,3,4,5,6,7,8,9,10,11"), "n");
  model::NodeView copy = world.view("n");
  const auto victim = world.cache().find_pod({"uid-x"});
  const auto pod = devices_pod("p", 12).build();
  const auto state = world.plugin().pre_filter(*pod, world.cache()).state;
  EXPECT_FALSE(world.plugin().filter(state.get(), *pod, copy).is_ok());
  copy.remove_pod(*victim);
  EXPECT_TRUE(world.plugin().filter(state->clone().get(), *pod, copy).is_ok());
  EXPECT_FALSE(world.plugin().filter(state.get(), *pod, world.view("n")).is_ok());
}

TEST(NeuronHeld, UsageByState) {
  World world;
  world.node(inf2_node("n").annotation("hami.io/device-cordon", "0,1"));
  world.bound(devices_pod("a", 1).annotation(kIds, "2"), "n");
  world.bound(cores_pod("b", 1).annotation(kIds, "6"), "n");
  world.bound(cores_pod("c", 1).annotation(kIds, "1"), "n");
  const NeuronUsage usage = world.aggregate().usage();
  EXPECT_EQ(usage.devices, 12);
  EXPECT_EQ(usage.devices_unusable, 2);
  EXPECT_EQ(usage.devices_used, 1);
  EXPECT_EQ(usage.devices_shared, 1);
  EXPECT_EQ(usage.devices_free, 8);
  EXPECT_EQ(usage.cores, 24);
  EXPECT_EQ(usage.cores_used, 4);
  EXPECT_EQ(usage.cores_unusable, 3);
  EXPECT_EQ(usage.cores_free, 17);
}

// Reserve.

TEST(NeuronReserve, WritesTheContractForCores) {
  World world;
  world.node(inf2_node("n"));
  world.clock().advance(std::chrono::nanoseconds(5));
  const auto binding = world.place(cores_pod("p", 1));
  ASSERT_TRUE(binding.has_value());
  const std::map<std::string, std::string> want{
      {"AWS_NEURON_IDS", "22"},
      {"NEURON_RESOURCE_TYPE", "aws.amazon.com/neuroncore"},
      {"NEURON_ALLOC_TIME", "1767225600000000005"},
      {"NEURON_ALLOCATED", "false"},
      {"aws.amazon.com/predicate-node", "n"},
      {"hami.io/vgpu-node", "n"},
      {"hami.io/vgpu-time", "1767225600"},
      {"hami.io/bind-time", "1767225600"},
      {"hami.io/bind-phase", "allocating"},
      {"hami.io/aws-neuron-devices-allocated", "n-AWSNeuron-11,AWSNeuron,0,1:;"}};
  EXPECT_EQ(binding->annotations, want);
  EXPECT_TRUE(binding->in_order_on_node);
}

TEST(NeuronReserve, WritesTheContractForDevices) {
  World world;
  world.node(trn1_node("n"));
  auto binding = world.place(devices_pod("p", 4));
  ASSERT_TRUE(binding.has_value());
  EXPECT_EQ(binding->annotations.size(), 9u);
  EXPECT_EQ(binding->annotations.count("NEURON_RESOURCE_TYPE"), 0u);
  EXPECT_EQ(binding->annotations["AWS_NEURON_IDS"], "0,1,2,3");
  EXPECT_EQ(binding->annotations["hami.io/aws-neuron-devices-allocated"],
            "n-AWSNeuron-0,AWSNeuron,0,3:n-AWSNeuron-1,AWSNeuron,0,3:"
            "n-AWSNeuron-2,AWSNeuron,0,3:n-AWSNeuron-3,AWSNeuron,0,3:;");
}

TEST(NeuronReserve, OverwritesWhatThePodCameWith) {
  World world;
  world.node(trn1_node("n"));
  const auto binding = world.place(
      devices_pod("p", 1).annotation(neuron_keys::kResourceType, "aws.amazon.com/neuroncore"));
  ASSERT_TRUE(binding.has_value());
  EXPECT_EQ(binding->annotations.at("NEURON_RESOURCE_TYPE"), "");
}

TEST(NeuronReserve, InitContainersComeFirstAndRepeat) {
  World world;
  world.node(inf2_node("n"));
  const auto pod = PodBuilder("p")
                       .container("i", Role::kInit)
                       .request("aws.amazon.com/neuron", 1)
                       .container("plain")
                       .container("main")
                       .request("aws.amazon.com/neuron", 1);
  const auto binding = world.place(pod);
  ASSERT_TRUE(binding.has_value());
  EXPECT_EQ(binding->annotations.at("AWS_NEURON_IDS"), "11,11");
  EXPECT_EQ(binding->annotations.at("hami.io/aws-neuron-devices-allocated"),
            "n-AWSNeuron-11,AWSNeuron,0,3:;;n-AWSNeuron-11,AWSNeuron,0,3:;");
}

TEST(NeuronReserve, LeavesOtherPodsAlone) {
  World world;
  world.node(inf2_node("n"));
  const auto binding = world.place(PodBuilder("p"));
  ASSERT_TRUE(binding.has_value());
  EXPECT_TRUE(binding->annotations.empty());
  EXPECT_FALSE(binding->in_order_on_node);
}

TEST(NeuronReserve, FillsANodeCoreByCore) {
  World world;
  world.node(neuron_node("n", "inf2.8xlarge", 1, 2));
  EXPECT_EQ(world.ids(cores_pod("a", 1)), "0");
  EXPECT_EQ(world.ids(cores_pod("b", 1)), "1");
  EXPECT_EQ(world.ids(cores_pod("c", 1)), "-");
  EXPECT_TRUE(world.cache().forget({"uid-a"}));
  EXPECT_EQ(world.ids(cores_pod("d", 1)), "0");
}

TEST(NeuronReserve, RefusesWhatNoLongerFits) {
  World world;
  world.node(inf2_node("n"));
  const auto pod = devices_pod("p", 12).build();
  const auto state = world.plugin().pre_filter(*pod, world.cache()).state;
  EXPECT_EQ(world.ids(cores_pod("other", 1)), "22");
  model::Binding binding;
  const Status status =
      world.plugin().reserve(state.get(), *pod, world.view("n"), world.clock().wall(), binding);
  EXPECT_EQ(World::text_of(status), kNoSet);
  EXPECT_TRUE(binding.annotations.empty());
}

TEST(NeuronReserve, StampsGrowStrictly) {
  World world;
  world.node(inf2_node("n")).node(inf2_node("m"));
  const auto stamp = [&](const PodBuilder& pod, const char* node) {
    return std::stoll(world.place(pod, node)->annotations.at("NEURON_ALLOC_TIME"));
  };
  const std::int64_t now = world.clock().wall().time_since_epoch().count();
  EXPECT_EQ(stamp(cores_pod("a", 1), "n"), now);
  EXPECT_EQ(stamp(cores_pod("b", 1), "m"), now + 1);
  // Another scheduler's clock was ahead; a stamp of next year is no clock's.
  world.bound(cores_pod("x", 1).annotation(kIds, "0").annotation(neuron_keys::kAllocTime,
                                                                 std::to_string(now + 1000)),
              "n");
  world.bound(cores_pod("y", 1).annotation(kIds, "1").annotation(neuron_keys::kAllocTime,
                                                                 "9223372036854775807"),
              "n");
  world.bound(cores_pod("z", 1).annotation(kIds, "2").annotation(neuron_keys::kAllocTime, "-7x"),
              "n");
  EXPECT_EQ(stamp(cores_pod("c", 1), "m"), now + 2);
  EXPECT_EQ(stamp(cores_pod("d", 1), "n"), now + 1001);
  world.clock().advance(std::chrono::seconds(1));
  EXPECT_EQ(stamp(cores_pod("e", 1), "n"), now + 1'000'000'000);
}

// Score.

TEST(NeuronScore, PrefersWhatTakesLeast) {
  World world;
  world.node(inf2_node("a")).node(inf2_node("b")).node(inf2_node("c"));
  world.bound(cores_pod("x", 1).annotation(kIds, "22"), "b");
  const auto scores = world.scores(cores_pod("p", 1));
  EXPECT_EQ(scores[1], 95);
  // A broken device costs 1 but for its price; a whole one 4 places for devices, and 3.
  EXPECT_EQ(scores[0], 95 - 8 * 6);
  EXPECT_EQ(scores[0], scores[2]);
}

TEST(NeuronScore, KeepsPlainPodsOffNeuronNodes) {
  World world;
  world.node(inf2_node("a")).node(NodeBuilder("b"));
  world.node(NodeBuilder("c").capacity("aws.amazon.com/neuron", "-1"));
  EXPECT_THAT(world.scores(PodBuilder("p")), testing::ElementsAre(0, 1, 0));
}

TEST(NeuronScore, OfNothing) {
  World world;
  EXPECT_TRUE(world.scores(cores_pod("p", 1)).empty());
}

TEST(NeuronRow, DeclaresWhatItReads) {
  const PluginRow row = neuron_plugin_row();
  EXPECT_EQ(row.name, "Neuron");
  EXPECT_THAT(row.pod_annotations, testing::IsSupersetOf({kIds, kHami}));
  EXPECT_THAT(row.node_annotations, testing::ElementsAre("hami.io/device-cordon"));
  const boost::json::object none;
  ArgsReader args(none, "args");
  EXPECT_NE(row.make({}, args), nullptr);
  const SharedArgs shared = row.share(args);
  EXPECT_EQ(shared.owned_resources.size(), 3u);
  EXPECT_NE(shared.make_aggregate(), nullptr);
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
