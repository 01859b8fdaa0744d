#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/plugins/neuron_node.hpp"
#include "test/support/neuron_builders.hpp"

// Devices that change under running pods: LNC switched, the device plugin away or not yet there, a
// node of another type under the old name (design.md §3, §5). Never a wrong reading of old numbers.
namespace neuron_scheduler::scheduler {
namespace {

using test::cores_pod;
using test::devices_pod;
using test::neuron_node;
using test::NodeBuilder;
using test::PodBuilder;

constexpr std::string_view kIds = "AWS_NEURON_IDS";
constexpr std::string_view kHami = "hami.io/aws-neuron-devices-allocated";

// "DEVICE:CORES" of each device in use, CORES in hexadecimal, then "foreign POD".
std::string shown(const NeuronNode& node) {
  std::string text;
  for (int device = 0; device < node.geometry().devices; ++device) {
    const neuron::CoreMask used = node.state().used(device);
    if (used == 0) continue;
    std::ostringstream cores;
    cores << std::hex << used;
    text += (text.empty() ? "" : " ") + std::to_string(device) + ':' + cores.str();
  }
  const std::string foreign = node.foreign().str();
  if (foreign.empty()) return text;
  constexpr std::string_view kHad = "node(s) had the foreign Neuron pod default/";
  EXPECT_TRUE(foreign.starts_with(kHad));
  return text + (text.empty() ? "" : " ") + "foreign " +
         foreign.substr(kHad.size(), foreign.find(',') - kHad.size());
}

std::vector<std::string> notes(NeuronNode& node) {
  std::vector<std::string> list;
  for (const auto& notice : node.take_notices()) list.push_back(notice.reason);
  return list;
}

NodeBuilder lnc2() { return neuron_node("n", "trn2.48xlarge", 16, 64); }
NodeBuilder lnc1() { return neuron_node("n", "trn2.48xlarge", 16, 128); }
NodeBuilder trn1() { return neuron_node("n", "trn1.32xlarge", 16, 32); }

// As we write them: both annotations.
PodBuilder cores_on(std::string name, int device, int cores, int first_id) {
  PodBuilder pod = cores_pod(std::move(name), cores);
  std::string ids;
  for (int i = 0; i < cores; ++i) ids += (i == 0 ? "" : ",") + std::to_string(first_id + i);
  pod.bound_to("n").annotation(kIds, ids);
  const auto mask = (1U << static_cast<unsigned>(cores)) - 1;
  return pod.annotation(kHami, "n-AWSNeuron-" + std::to_string(device) + ",AWSNeuron,0," +
                                   std::to_string(mask) + ":;");
}
PodBuilder device_on(std::string name, int device, int mask) {
  PodBuilder pod = devices_pod(std::move(name), 1);
  pod.bound_to("n").annotation(kIds, std::to_string(device));
  return pod.annotation(kHami, "n-AWSNeuron-" + std::to_string(device) + ",AWSNeuron,0," +
                                   std::to_string(mask) + ":;");
}

struct Case {
  std::string name;
  NodeBuilder before;
  std::vector<PodBuilder> pods;
  std::string held_before;
  std::optional<NodeBuilder> after;  // nullopt: there is no node object.
  std::string held_after;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class NeuronNodeGeometryTest : public testing::TestWithParam<Case> {
 protected:
  static void set(NeuronNode& node, const std::optional<NodeBuilder>& builder) {
    node.set_node(builder ? builder->build().get() : nullptr);
  }
};

TEST_P(NeuronNodeGeometryTest, NoOldNumberIsMisread) {
  const Case& row = GetParam();
  NeuronNode node;
  set(node, row.before);
  for (const auto& pod : row.pods) node.add_pod(pod.build());
  EXPECT_EQ(shown(node), row.held_before);
  set(node, row.after);
  EXPECT_EQ(shown(node), row.held_after);
  // The same news again changes nothing.
  for (const auto& pod : row.pods) node.update_pod(*pod.build(), pod.build());
  EXPECT_EQ(shown(node), row.held_after);
  // And back: as if nothing had been.
  set(node, row.before);
  EXPECT_EQ(shown(node), row.held_before);
  set(node, row.after);
  for (const auto& pod : row.pods) node.remove_pod(*pod.build());
  EXPECT_EQ(shown(node), "");
  EXPECT_EQ(node.state(), neuron::NodeState(node.geometry()));
}

NodeBuilder without(NodeBuilder node, std::string_view resource) {
  for (auto* list : {&node.raw().extended_capacity, &node.raw().extended_allocatable}) {
    std::erase_if(*list, [&](const auto& entry) { return entry.first.view() == resource; });
  }
  return node;
}
NodeBuilder without_devices(NodeBuilder node) {
  return without(without(std::move(node), "aws.amazon.com/neuron"), "aws.amazon.com/neuroncore");
}
NodeBuilder offering(NodeBuilder node, std::int64_t devices, std::int64_t cores) {
  node.allocatable("aws.amazon.com/neuron", devices);
  return node.allocatable("aws.amazon.com/neuroncore", cores);
}
PodBuilder both_units() {
  PodBuilder pod = devices_pod("x", 1);
  pod.request("aws.amazon.com/neuroncore", 4).bound_to("n").annotation(kIds, "3");
  return pod;
}
PodBuilder two_containers() {
  PodBuilder pod = devices_pod("x", 1);
  pod.container("b").request("aws.amazon.com/neuroncore", 1);
  return pod.bound_to("n").annotation(kIds, "11,20");
}

INSTANTIATE_TEST_SUITE_P(
    Lnc, NeuronNodeGeometryTest,
    testing::Values(
        Case{"CoresFromFourToEight",
             lnc2(),
             {cores_on("x", 1, 2, 4)},
             "1:3",
             lnc1(),
             "1:ff foreign x"},
        Case{"CoresFromEightToFour",
             lnc1(),
             {cores_on("x", 1, 2, 8)},
             "1:3",
             lnc2(),
             "1:f foreign x"},
        // Its annotations would read well on the other node, as other cores.
        Case{"CoresOfTheFirstDevice",
             lnc2(),
             {cores_on("x", 0, 4, 0)},
             "0:f",
             lnc1(),
             "0:ff foreign x"},
        Case{"IdsAlone",
             lnc2(),
             {cores_pod("x", 1).bound_to("n").annotation(kIds, "9")},
             "2:2",
             lnc1(),
             "2:ff foreign x"},
        Case{"DeviceWithShorterMask", lnc2(), {device_on("x", 3, 15)}, "3:f", lnc1(), "3:ff"},
        Case{"DeviceWithLongerMask", lnc1(), {device_on("x", 3, 255)}, "3:ff", lnc2(), "3:f"},
        Case{"BothUnitsMeanDevices", lnc2(), {both_units()}, "3:f", lnc1(), "3:ff"},
        Case{"MixedUnits", lnc1(), {two_containers()}, "2:10 11:ff", lnc2(), "2:f 11:f foreign x"},
        Case{"OneForeignPodDoesNotHideTheOthers",
             lnc2(),
             {cores_on("x", 1, 2, 4), device_on("y", 3, 15), cores_on("a", 2, 1, 8)},
             "1:3 2:1 3:f",
             lnc1(),
             "1:ff 2:ff 3:ff foreign a"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Plugin, NeuronNodeGeometryTest,
    testing::Values(
        Case{"OffersNothing",
             trn1(),
             {cores_on("x", 1, 1, 2)},
             "1:1",
             offering(trn1(), 0, 0),
             "1:1"},
        Case{
            "OffersLess", trn1(), {cores_on("x", 1, 1, 2)}, "1:1", offering(trn1(), 15, 30), "1:1"},
        Case{"CapacityZero",
             trn1(),
             {cores_on("x", 1, 1, 2)},
             "1:1",
             neuron_node("n", "trn1.32xlarge", 0, 0),
             ""},
        Case{"CapacityGone",
             trn1(),
             {cores_on("x", 1, 1, 2), device_on("y", 3, 3)},
             "1:1 3:3",
             without_devices(trn1()),
             ""},
        Case{"CoresNotYetThere",
             trn1(),
             {cores_on("x", 1, 1, 2), device_on("y", 3, 3)},
             "1:1 3:3",
             without(trn1(), "aws.amazon.com/neuroncore"),
             "1:1 3:1 foreign x"},
        Case{"CoresWithoutDevices",
             trn1(),
             {cores_on("x", 1, 1, 2)},
             "1:1",
             without(trn1(), "aws.amazon.com/neuron"),
             ""},
        // Which of them is missing is not said: all numbers may have shifted.
        Case{"OneDeviceLess",
             trn1(),
             {device_on("x", 3, 3), cores_on("y", 5, 1, 10)},
             "3:3 5:1",
             neuron_node("n", "trn1.32xlarge", 15, 30),
             "3:3 5:3 foreign x"},
        Case{"CapacityTooLarge",
             trn1(),
             {device_on("x", 3, 3)},
             "3:3",
             neuron_node("n", "trn1.32xlarge", 65, 130),
             ""},
        Case{"CannotBeRead",
             trn1(),
             {device_on("x", 3, 3)},
             "3:3",
             without_devices(NodeBuilder("n").decode_error("odd")),
             ""}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Node, NeuronNodeGeometryTest,
    testing::Values(
        Case{"Gone", trn1(), {device_on("x", 3, 3)}, "3:3", std::nullopt, ""},
        Case{"AnotherOneAlike", trn1(), {device_on("x", 3, 3)}, "3:3", trn1().uid("other"), "3:3"},
        Case{"AnotherTypeOfThatSize",
             trn1(),
             {cores_on("x", 3, 1, 6)},
             "3:1",
             neuron_node("n", "trn1n.32xlarge", 16, 32),
             "3:1"},
        Case{"TypeIsLate",
             neuron_node("n", "", 16, 32),
             {cores_on("x", 3, 1, 6)},
             "3:1",
             trn1(),
             "3:1"},
        Case{"SmallerInRange",
             trn1(),
             {device_on("x", 3, 3)},
             "3:3",
             neuron_node("n", "inf2.48xlarge", 12, 24),
             "3:3 foreign x"},
        Case{"SmallerOutOfRange",
             trn1(),
             {device_on("x", 14, 3)},
             "14:3",
             neuron_node("n", "inf2.48xlarge", 12, 24),
             "foreign x"},
        Case{"Larger",
             neuron_node("n", "inf2.xlarge", 1, 2),
             {cores_on("x", 0, 1, 0)},
             "0:1",
             trn1(),
             "0:3 foreign x"},
        Case{"WhoAskedForAllStillDoes",
             trn1(),
             {devices_pod("x", 16).bound_to("n")},
             "0:3 1:3 2:3 3:3 4:3 5:3 6:3 7:3 8:3 9:3 10:3 11:3 12:3 13:3 14:3 15:3",
             neuron_node("n", "trn1n.32xlarge", 16, 32),
             "0:3 1:3 2:3 3:3 4:3 5:3 6:3 7:3 8:3 9:3 10:3 11:3 12:3 13:3 14:3 15:3"},
        Case{"WhoAskedForAllAsksForAPartNow",
             neuron_node("n", "inf2.xlarge", 1, 2),
             {cores_pod("x", 2).bound_to("n")},
             "0:3",
             trn1(),
             "foreign x"}),
    [](const auto& row) { return row.param.name; });

// A pod that comes while the old numbers cannot be read is read when they can.
TEST(NeuronNodeLateTest, WhatComesTooEarlyIsReadLater) {
  NeuronNode node;
  node.set_node(without_devices(trn1()).build().get());
  node.add_pod(cores_on("x", 1, 1, 2).build());
  EXPECT_EQ(shown(node), "");
  EXPECT_EQ(notes(node), std::vector<std::string>{});
  node.set_node(without(trn1(), "aws.amazon.com/neuroncore").build().get());
  EXPECT_EQ(shown(node), "foreign x");
  node.set_node(trn1().build().get());
  EXPECT_EQ(shown(node), "1:1");
}

// It was made for the node as it is now, and the first reading for the one before: one of them is
// wrong, both hold.
TEST(NeuronNodeLateTest, AnotherReadingUnderAnotherGeometryFreesNothing) {
  NeuronNode node;
  node.set_node(lnc2().build().get());
  const auto first = cores_on("x", 1, 2, 4).build();
  node.add_pod(first);
  node.set_node(lnc1().build().get());
  const auto second = cores_on("x", 2, 2, 16).build();
  node.update_pod(*first, second);
  EXPECT_EQ(shown(node), "1:ff 2:3 foreign x");
  node.set_node(lnc2().build().get());
  EXPECT_EQ(shown(node), "1:3 2:f foreign x");
  node.remove_pod(*second);
  EXPECT_EQ(shown(node), "");
}

TEST(NeuronNodeLateTest, SaysWhatThePodWasMadeFor) {
  NeuronNode node;
  node.set_node(lnc2().build().get());
  node.add_pod(cores_on("x", 1, 2, 4).build());
  EXPECT_TRUE(node.take_notices().empty());
  node.set_node(lnc1().build().get());
  const auto notices = node.take_notices();
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].reason, "ForeignNeuronPod");
  EXPECT_EQ(notices[0].note,
            "The pod's annotations were made for 16 Neuron devices with 4 cores each, and node n "
            "has 16 Neuron devices with 8 cores each now: it takes no further Neuron pods until it "
            "has what it had, or the pod is gone");
  node.set_node(lnc1().label("x", "y").build().get());
  EXPECT_TRUE(node.take_notices().empty());
}

TEST(NeuronNodeLateTest, NothingIsSaidWhileThereAreNoDevices) {
  NeuronNode node;
  node.set_node(trn1().build().get());
  node.add_pod(cores_pod("x", 1).bound_to("n").build());
  EXPECT_EQ(notes(node), std::vector<std::string>{"ForeignNeuronPod"});
  node.set_node(without_devices(trn1()).build().get());
  EXPECT_EQ(node.usage().foreign_pods, 0);
  EXPECT_EQ(notes(node), std::vector<std::string>{});
  node.set_node(trn1().build().get());
  EXPECT_EQ(node.usage().foreign_pods, 1);
  EXPECT_EQ(notes(node), std::vector<std::string>{}) << "it has been said";
}

TEST(NeuronNodeLateTest, HoldingsFollow) {
  NeuronNode node;
  node.set_node(lnc2().build().get());
  node.add_pod(cores_on("x", 1, 2, 4).build());
  node.set_node(lnc1().build().get());
  const auto holdings = node.holdings();
  ASSERT_EQ(holdings.size(), 1U);
  EXPECT_TRUE(holdings[0].foreign);
  EXPECT_EQ(holdings[0].cores, (neuron::CoreSet{{1, 0xff}}));
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
