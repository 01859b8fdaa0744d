#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/plugins/neuron_node.hpp"
#include "test/support/neuron_builders.hpp"

// Pods that HAMi, AWS's extension or a human bound: what they hold, also where HAMi 2.10 writes
// masks of two cores for devices of four and eight, and that the node is free when they go.
namespace neuron_scheduler::scheduler {
namespace {

using test::cores_pod;
using test::devices_pod;
using test::neuron_node;
using test::NodeBuilder;
using test::PodBuilder;

constexpr std::string_view kIds = "AWS_NEURON_IDS";
constexpr std::string_view kHami = "hami.io/aws-neuron-devices-allocated";

struct Case {
  std::string name;
  NodeBuilder node;
  PodBuilder pod;
  neuron::CoreSet held;
  bool foreign = false;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class NeuronNodeForeignTest : public testing::TestWithParam<Case> {};

TEST_P(NeuronNodeForeignTest, HoldsWhatIsCertainUntilItIsGone) {
  PodBuilder builder = GetParam().pod;
  const auto pod = builder.bound_to("n").scheduler("another").build();
  NodeBuilder node_builder = GetParam().node;
  NeuronNode node;
  node.set_node(node_builder.build().get());
  node.add_pod(pod);
  neuron::NodeState want(node.geometry());
  want.take(GetParam().held);
  EXPECT_EQ(node.state(), want);
  EXPECT_EQ(!node.foreign().empty(), GetParam().foreign);
  EXPECT_EQ(node.usage().foreign_pods, GetParam().foreign ? 1 : 0);
  EXPECT_EQ(node.take_notices().size(), GetParam().foreign ? 1U : 0U);
  node.remove_pod(*pod);
  EXPECT_EQ(node.state(), neuron::NodeState(node.geometry()));
  EXPECT_TRUE(node.foreign().empty());
  EXPECT_TRUE(node.take_notices().empty());
}

NodeBuilder four() { return neuron_node("n", "inf1.24xlarge", 16, 64); }
NodeBuilder eight() { return neuron_node("n", "trn2.48xlarge", 16, 128); }

std::string entry(int device, std::string_view mask) {
  return "n-AWSNeuron-" + std::to_string(device) + ",AWSNeuron,0," + std::string(mask) + ":";
}
PodBuilder devices(int count, const std::string& allocated) {
  return devices_pod("x", count).annotation(kHami, allocated);
}
PodBuilder cores(int count, const std::string& allocated) {
  return cores_pod("x", count).annotation(kHami, allocated);
}

INSTANTIATE_TEST_SUITE_P(
    ShortMasks, NeuronNodeForeignTest,
    testing::Values(
        Case{"DeviceOfFour", four(), devices(1, entry(2, "3") + ";"), {{2, 0xf}}, false},
        Case{"DeviceOfEight", eight(), devices(1, entry(2, "3") + ";"), {{2, 0xff}}, false},
        Case{"SetOfEight",
             eight(),
             devices(4, entry(4, "3") + entry(5, "3") + entry(6, "3") + entry(7, "3") + ";"),
             {{4, 0xff}, {5, 0xff}, {6, 0xff}, {7, 0xff}},
             false},
        Case{"WithItsIds",
             eight(),
             devices(1, entry(2, "3") + ";").annotation(kIds, "2"),
             {{2, 0xff}},
             false},
        Case{"WithOtherIds",
             eight(),
             devices(1, entry(2, "3") + ";").annotation(kIds, "3"),
             {},
             true},
        Case{"DeviceInTwoContainers",
             four(),
             devices_pod("x", 1)
                 .container("b")
                 .request("aws.amazon.com/neuron", 1)
                 .annotation(kHami, entry(2, "3") + ";" + entry(9, "3") + ";"),
             {{2, 0xf}, {9, 0xf}},
             false},
        // Made for the other setting of LNC, and first read after a start: nobody knows.
        Case{"DeviceWithAMaskOfMore", four(), devices(1, entry(2, "255") + ";"), {}, true},
        // Four cores as two devices of two: what stands there is what the plugin gives.
        Case{"CoresOnTwoDevices",
             eight(),
             cores(4, entry(2, "3") + entry(3, "3") + ";"),
             {{2, 3}, {3, 3}},
             false}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Damaged, NeuronNodeForeignTest,
    testing::Values(
        // HAMi's third single core on a device of four.
        Case{"MaskZero", four(), cores(1, entry(2, "0") + ";"), {}, true},
        Case{"DeviceWithMaskZero", four(), devices(1, entry(2, "0") + ";"), {}, true},
        Case{"CoresBeyondTheDevice", four(), cores(1, entry(2, "16") + ";"), {}, true},
        Case{"MaskThatIsNoNumber", four(), devices(1, entry(2, "x") + ";"), {}, true},
        Case{"MaskTooLarge", four(), devices(1, entry(2, "4294967296") + ";"), {}, true},
        Case{"DeviceTwice", four(), devices(2, entry(2, "3") + entry(2, "3") + ";"), {}, true},
        Case{"TooFew", four(), devices(2, entry(2, "3") + ";"), {}, true},
        Case{"TooMany", four(), devices(1, entry(2, "3") + entry(3, "3") + ";"), {}, true},
        Case{"OfAnotherNode", four(), devices(1, "m-AWSNeuron-2,AWSNeuron,0,3:;"), {}, true},
        Case{"BeyondTheNode", four(), devices(1, entry(16, "3") + ";"), {}, true},
        Case{"Cut", four(), devices(1, entry(2, "3")), {}, true},
        Case{"Empty", four(), devices(1, ""), {}, true},
        Case{"IdsEmpty", four(), devices_pod("x", 1).annotation(kIds, ""), {}, true},
        Case{"IdsTooFew", four(), devices_pod("x", 2).annotation(kIds, "1"), {}, true},
        Case{"IdsNegative", four(), devices_pod("x", 1).annotation(kIds, "-1"), {}, true},
        Case{"IdsWithBlanks", four(), devices_pod("x", 2).annotation(kIds, "1, 2"), {}, true},
        Case{"IdsBeyondTheNode", four(), cores_pod("x", 1).annotation(kIds, "64"), {}, true},
        Case{"Huge",
             four(),
             devices_pod("x", 1).annotation(kIds, std::string(300'000, '1')),
             {},
             true}),
    [](const auto& row) { return row.param.name; });

struct Change {
  std::string name;
  std::vector<std::string> ids;  // One after the other.
  neuron::CoreSet held;
  bool foreign = false;
  int changed = 0;
};

void PrintTo(const Change& row, std::ostream* out) { *out << row.name; }

class NeuronNodeChangedTest : public testing::TestWithParam<Change> {};

TEST_P(NeuronNodeChangedTest, FreesNothingUntilItIsGone) {
  NeuronNode node;
  node.set_node(four().build().get());
  const auto version = [](const std::string& ids) {
    PodBuilder pod = devices_pod("x", 1);
    pod.bound_to("n");
    return ids.empty() ? pod.build() : pod.annotation(kIds, ids).build();
  };
  auto last = version(GetParam().ids.front());
  node.add_pod(last);
  for (std::size_t i = 1; i < GetParam().ids.size(); ++i) {
    const auto next = version(GetParam().ids[i]);
    node.update_pod(*last, next);
    last = next;
  }
  neuron::NodeState want(node.geometry());
  want.take(GetParam().held);
  EXPECT_EQ(node.state(), want);
  EXPECT_EQ(!node.foreign().empty(), GetParam().foreign);
  EXPECT_EQ(node.usage().changed_pods, GetParam().changed);
  node.remove_pod(*last);
  EXPECT_EQ(node.state(), neuron::NodeState(node.geometry()));
  EXPECT_TRUE(node.foreign().empty());
  EXPECT_EQ(node.usage().changed_pods, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Annotations, NeuronNodeChangedTest,
    testing::Values(Change{"Never", {"1", "1"}, {{1, 0xf}}, false, 0},
                    Change{"ReadableLater", {"", "x", "1"}, {{1, 0xf}}, false, 0},
                    Change{"ToAnother", {"1", "2"}, {{1, 0xf}, {2, 0xf}}, false, 1},
                    Change{"AndBack", {"1", "2", "1"}, {{1, 0xf}, {2, 0xf}}, false, 1},
                    Change{"ToNonsense", {"1", "x"}, {{1, 0xf}}, false, 1},
                    Change{"Removed", {"1", ""}, {{1, 0xf}}, false, 1},
                    Change{"NeverReadable", {"", "x", "1,2"}, {}, true, 0}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::scheduler
