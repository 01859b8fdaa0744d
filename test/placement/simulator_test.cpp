#include "test/placement/simulator.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "test/placement/statistics.hpp"

namespace neuron_scheduler::placement {
namespace {

constexpr const NodeType& kInf2Line = kNodeTypes[3];  // 6 devices of 2 cores.

enum Shape : std::size_t { kCore, kCores, kDevice, kTwo, kFour, kEight };

std::vector<SimNode> nodes(std::size_t count) { return {count, SimNode(kInf2Line)}; }

TEST(Fleet, HasTheSharesOfTheIssueInTheSeedsOrder) {
  const auto fleet = make_fleet(42);
  ASSERT_EQ(fleet.size(), 400u);
  for (const NodeType& type : kNodeTypes) {
    EXPECT_EQ(std::count_if(fleet.begin(), fleet.end(),
                            [&type](const SimNode& node) { return node.type == &type; }),
              type.count);
    EXPECT_EQ(type.geometry().devices * type.geometry().cores_per_device, type.cores);
    EXPECT_EQ(type.geometry().rule == neuron::SetRule::kOneOrAll, type.devices == 1);
  }
  const auto same_order = [&fleet](const std::vector<SimNode>& other) {
    return std::equal(fleet.begin(), fleet.end(), other.begin(),
                      [](const SimNode& a, const SimNode& b) { return a.type == b.type; });
  };
  EXPECT_TRUE(same_order(make_fleet(42)));
  EXPECT_FALSE(same_order(make_fleet(43)));
}

TEST(SimNode, GivesBackWhatAPodHeld) {
  SimNode node(kInf2Line);
  node.add({1, {0b11, 3}});
  const neuron::NodeState before = node.state;
  node.add({2, {0b100, 1}});
  node.remove(2);
  EXPECT_EQ(node.state, before);
  EXPECT_EQ(node.pods.size(), 1u);
}

TEST(Fill, CountsWhatIsPlacedAndWhatIsNot) {
  const auto policy = make_ours();
  const Filled filled = fill(nodes(1), *policy, {kFour, kEight, kTwo, kCore, kDevice});
  EXPECT_EQ(filled.asked, 8 + 4);
  EXPECT_EQ(filled.used, 12);
  EXPECT_EQ(filled.unplaced, (PerShape<int>{1, 0, 1, 0, 0, 1, 0}));
}

struct VisitCase {
  const char* name;
  std::vector<Visit> pods;
  double share;
  double mean;
};
void PrintTo(const VisitCase& row, std::ostream* out) { *out << row.name; }

class ComeAndGo : public testing::TestWithParam<VisitCase> {};

TEST_P(ComeAndGo, Waits) {
  const auto policy = make_ours();
  const Waits waits = come_and_go(nodes(1), *policy, GetParam().pods);
  EXPECT_DOUBLE_EQ(waits.share, GetParam().share);
  EXPECT_DOUBLE_EQ(waits.mean, GetParam().mean);
}

INSTANTIATE_TEST_SUITE_P(
    OnOneNode, ComeAndGo,
    testing::Values(
        VisitCase{"NobodyWaits", {{kFour, 1, 1}, {kTwo, 2, 5}}, 0, 0},
        VisitCase{"PlaceIsFreeAgain", {{kFour, 1, 1}, {kFour, 2, 1}}, 0, 0},
        VisitCase{"WaitsForTheFirst", {{kFour, 1, 4}, {kFour, 2, 1}, {kCore, 9, 1}}, 1. / 3, 1},
        VisitCase{
            "StillWaitsAtTheEnd", {{kFour, 1, 9}, {kFour, 2, 1}, {kCore, 4, 1}}, 1. / 3, 2. / 3},
        VisitCase{"SmallerOnesPass",
                  {{kFour, 1, 9}, {kFour, 2, 1}, {kTwo, 3, 1}, {kTwo, 4, 1}},
                  1. / 4,
                  2. / 4},
        VisitCase{"EarlierFirst",
                  {{kFour, 1, 4}, {kFour, 2, 4}, {kFour, 3, 1}, {kCore, 10, 1}},
                  2. / 4,
                  (3. + 6.) / 4},
        VisitCase{
            "ThoseAtTheStartAreNotCounted", {{kFour, 0, 3}, {kFour, 0, 1}, {kFour, 2, 1}}, 1, 0}),
    [](const auto& row) { return row.param.name; });

TEST(Visits, OfferTheLoadFromTheStart) {
  const Trace trace{kCore, kDevice, kFour};
  constexpr double kLoad = 3000;
  const auto pods = visits(trace, 42, 20'000, kLoad);
  const double end = pods.back().comes;
  // Asked cores in use at some moments if nobody ever waits.
  for (const double at : {0.0, end / 2, end}) {
    double asked = 0;
    for (const Visit& pod : pods) {
      if (pod.comes <= at && at < pod.comes + pod.stays) asked += kShapes[pod.shape].asked_cores();
    }
    EXPECT_NEAR(asked, kLoad, kLoad / 10) << at;
  }
  EXPECT_EQ(std::count_if(pods.begin(), pods.end(), [](const Visit& pod) { return pod.comes > 0; }),
            20'000);
}

TEST(PairedDifference, IsStudentsInterval) {
  const auto difference = paired_difference(std::vector{3.0, 5.0, 7.0}, std::vector{1.0, 4.0, 4.0});
  EXPECT_DOUBLE_EQ(difference.mean, 2);
  EXPECT_NEAR(difference.half_width, 4.303 * 1 / std::sqrt(3.0), 1e-9);
  EXPECT_FALSE(difference.above());
  const auto same = paired_difference(std::vector{2.0, 3.0}, std::vector{1.0, 2.0});
  EXPECT_DOUBLE_EQ(same.half_width, 0);
  EXPECT_TRUE(same.above());
  EXPECT_FALSE(same.below());
}

}  // namespace
}  // namespace neuron_scheduler::placement
