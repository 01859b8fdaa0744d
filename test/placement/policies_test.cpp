#include "test/placement/policies.hpp"

#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "test/placement/legal.hpp"

namespace neuron_scheduler::placement {
namespace {

using neuron::CoreSet;
using neuron::Placement;

constexpr const NodeType& kTrn1 = kNodeTypes[0];
constexpr const NodeType& kTrn2 = kNodeTypes[1];
constexpr const NodeType& kInf2 = kNodeTypes[2];
constexpr const NodeType& kInf2Line = kNodeTypes[3];
constexpr const NodeType& kOne = kNodeTypes[4];

// Positions in kShapes.
enum Shape : std::size_t { kCore, kCores, kDevice, kTwo, kFour, kEight, kSixteen };

SimNode node_with(const NodeType& type, const CoreSet& used) {
  SimNode node(type);
  node.state.take(used);
  return node;
}

using Make = std::function<std::unique_ptr<Policy>()>;
std::unique_ptr<Policy> fgd() { return make_fgd({0.2, 0.2, 0.4, 0, 0.1, 0.1, 0}); }

// Where on a node.
struct PlaceCase {
  const char* name;
  Make make;
  const NodeType& type;
  CoreSet used;
  Shape shape;
  Placement want;
};
void PrintTo(const PlaceCase& row, std::ostream* out) { *out << row.name; }

class Place : public testing::TestWithParam<PlaceCase> {};

TEST_P(Place, Takes) {
  const PlaceCase& row = GetParam();
  const Placement got = row.make()->place(node_with(row.type, row.used), row.shape);
  EXPECT_EQ(got.devices, row.want.devices);
  EXPECT_EQ(got.last, row.want.last);
}

INSTANTIATE_TEST_SUITE_P(
    Nodes, Place,
    testing::Values(
        PlaceCase{"OursFillsBrokenDevice", make_ours, kTrn2, {{3, 1}}, kCore, {1 << 3, 0b10}},
        PlaceCase{"OursTakesFromBrokenRow", make_ours, kTrn1, {{6, 3}}, kDevice, {1 << 7, 3}},
        PlaceCase{"OursTakesTightestRun", make_ours, kInf2, {{5, 3}, {8, 3}}, kTwo, {3 << 6, 3}},
        PlaceCase{"HamiCoreFromTheRight", make_hami, kInf2, {{11, 1}}, kCore, {1 << 11, 0b10}},
        PlaceCase{"HamiBreaksTheHighest", make_hami, kInf2, {{3, 1}}, kCore, {1 << 11, 0b1}},
        PlaceCase{"HamiDeviceFromTheRight", make_hami, kTrn1, {{15, 1}}, kDevice, {1 << 14, 3}},
        PlaceCase{"HamiSetFromTheLeft", make_hami, kInf2, {{1, 1}}, kTwo, {0b1100, 3}},
        PlaceCase{"HamiRowFromTheLeft", make_hami, kTrn1, {{1, 1}}, kFour, {0xf0, 3}},
        PlaceCase{"AwsFirstCore", make_aws, kTrn1, {{5, 1}}, kCore, {1, 1}},
        PlaceCase{"AwsFirstSet", make_aws, kTrn1, {{0, 1}}, kEight, {0xff00, 3}},
        PlaceCase{
            "BestFitFillsBrokenDevice", make_best_fit, kTrn2, {{9, 7}}, kCore, {1 << 9, 0b1000}},
        PlaceCase{
            "BestFitTakesTightestRun", make_best_fit, kInf2, {{5, 3}, {8, 3}}, kTwo, {3 << 6, 3}},
        PlaceCase{"FgdFillsBrokenDevice", fgd, kTrn1, {{4, 1}}, kCore, {1 << 4, 0b10}},
        PlaceCase{"FgdTakesFromBrokenRow", fgd, kTrn1, {{6, 3}}, kDevice, {1 << 4, 3}},
        PlaceCase{"FgdKeepsRowsForEight", fgd, kTrn1, {{0, 3}}, kFour, {0xf0, 3}}),
    [](const auto& row) { return row.param.name; });

// Which of two nodes; the first is wanted.
struct NodeCase {
  const char* name;
  Make make;
  SimNode wanted;
  SimNode other;
  Shape shape;
};
void PrintTo(const NodeCase& row, std::ostream* out) { *out << row.name; }

class PickNode : public testing::TestWithParam<NodeCase> {};

TEST_P(PickNode, PrefersInAnyOrder) {
  const NodeCase& row = GetParam();
  const auto policy = row.make();
  const double wanted = policy->score(row.wanted, row.shape);
  const double other = policy->score(row.other, row.shape);
  EXPECT_EQ(policy->pick(std::vector{wanted, other}), 0u);
  EXPECT_EQ(policy->pick(std::vector{other, wanted}), 1u);
}

SimNode busy(const NodeType& type, std::size_t pods) {
  SimNode node(type);
  for (std::size_t i = 0; i < pods; ++i) {
    node.add({i, {neuron::device_bit(static_cast<int>(i)), 3}});
  }
  return node;
}

INSTANTIATE_TEST_SUITE_P(
    Nodes, PickNode,
    testing::Values(
        NodeCase{"OursCoreOnBigDevice", make_ours, SimNode(kTrn2), SimNode(kTrn1), kCore},
        NodeCase{"OursDeviceOnSmallDevice", make_ours, SimNode(kTrn1), SimNode(kTrn2), kDevice},
        NodeCase{"OursDeviceOnSingle", make_ours, SimNode(kOne), SimNode(kTrn1), kDevice},
        NodeCase{"OursKeepsRows", make_ours, busy(kTrn1, 1), SimNode(kTrn1), kDevice},
        NodeCase{"OursKeepsSixteen", make_ours, SimNode(kInf2), SimNode(kTrn1), kEight},
        NodeCase{"AwsLeastAllocated", make_aws, busy(kTrn1, 1), busy(kTrn1, 9), kDevice},
        NodeCase{"AwsBiggestByCpu", make_aws, busy(kTrn2, 5), busy(kInf2Line, 5), kDevice},
        NodeCase{"BestFitFullest", make_best_fit, busy(kTrn1, 9), busy(kTrn1, 1), kDevice},
        NodeCase{"BestFitSmallest", make_best_fit, SimNode(kInf2Line), SimNode(kTrn2), kCore},
        NodeCase{"FgdKeepsRows", fgd, busy(kTrn1, 1), SimNode(kTrn1), kDevice}),
    [](const auto& row) { return row.param.name; });

TEST(Policies, TakeTheFirstOfEquals) {
  const auto hami = make_hami();
  EXPECT_EQ(hami->score(SimNode(kTrn1), kDevice), hami->score(busy(kTrn2, 5), kDevice));
  EXPECT_EQ(hami->pick(std::vector{kNoFit, 0.0, 0.0}), 1u);
}

// Each policy, each shape, each type: a legal place or none, and none only if there is none.
TEST(Policies, KeepTheRules) {
  for (const auto& policy : make_policies({0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1}, 1)) {
    for (const NodeType& type : kNodeTypes) {
      for (std::size_t shape = 0; shape < kShapeCount; ++shape) {
        SimNode node(type);
        for (std::size_t pod = 0;; ++pod) {
          ASSERT_LE(pod, 64u) << policy->name() << type.name;
          const auto legal = legal_placements(node.state, shape);
          ASSERT_EQ(policy->score(node, shape) == kNoFit, legal.empty()) << policy->name();
          if (legal.empty()) break;
          const Placement placement = policy->place(node, shape);
          ASSERT_EQ(std::count(legal.begin(), legal.end(), placement), 1) << policy->name();
          node.add({pod, placement});
        }
      }
    }
  }
}

TEST(RandomPolicy, ReachesEverythingThatFits) {
  const auto random = make_random(3);
  std::map<std::size_t, int> nodes;
  std::map<neuron::DeviceMask, int> places;
  for (int i = 0; i < 1000; ++i) {
    ++nodes[random->pick(std::vector{0.0, kNoFit, 0.0, 0.0})];
    ++places[random->place(SimNode(kInf2Line), kTwo).devices];
  }
  EXPECT_EQ(nodes.size(), 3u);
  EXPECT_EQ(nodes.count(1), 0u);
  EXPECT_EQ(places.size(), 5u);
  for (const auto& [node, count] : nodes) EXPECT_GT(count, 250) << node;
}

struct FragmentCase {
  const char* name;
  const NodeType& type;
  CoreSet used;
  PerShape<double> mix;
  double want;
};
void PrintTo(const FragmentCase& row, std::ostream* out) { *out << row.name; }

class Fragmentation : public testing::TestWithParam<FragmentCase> {};

TEST_P(Fragmentation, Is) {
  const FragmentCase& row = GetParam();
  EXPECT_DOUBLE_EQ(fragmentation(node_with(row.type, row.used).state, row.mix), row.want);
}

INSTANTIATE_TEST_SUITE_P(
    Nodes, Fragmentation,
    testing::Values(
        FragmentCase{"NoneOnAnEmptyNode", kTrn1, {}, {0.5, 0, 0.3, 0, 0.1, 0.05, 0.05}, 0},
        FragmentCase{"AllWhereNoSetIsLegal", kTrn1, {}, {0, 0, 0, 1}, 32},
        FragmentCase{"HalfADevice", kTrn1, {{0, 1}}, {0, 0, 1}, 1},
        FragmentCase{"RestOfARow", kTrn1, {{0, 3}}, {0, 0, 0, 0, 1}, 6},
        FragmentCase{"RestOfAPair", kTrn1, {{0, 3}}, {0, 0, 0, 0, 0, 1}, 14},
        FragmentCase{"BrokenWhole", kTrn1, {{0, 3}}, {0, 0, 0, 0, 0, 0, 1}, 30},
        FragmentCase{"LoneDeviceOnALine", kInf2Line, {{1, 3}}, {0, 0, 0, 1}, 2},
        FragmentCase{"CoresApart", kTrn2, {{0, 0b1010}}, {0, 1}, 2},
        FragmentCase{"AsOftenAsAsked", kTrn1, {{0, 1}}, {0.75, 0, 0.25}, 0.25}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::placement
