#include "neuron/legal_sets.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "neuron/choose.hpp"
#include "test/neuron/requests.hpp"

// Which sets these are is compared with naive rules in oracle_test.cpp and exhaustive_test.cpp.
namespace neuron_scheduler::neuron {
namespace {

using A = Arrangement;
using R = SetRule;

constexpr Geometry kRing{12, 2, true, A::kRing, R::kConsecutiveRing};
constexpr Geometry kSmallRing{5, 4, true, A::kRing, R::kConsecutiveRing};
constexpr Geometry kTorus{16, 2, true, A::kTorus4x4, R::kTorusConnected};
constexpr Geometry kSwitched4{4, 4, true, A::kSwitched, R::kAnySet};
constexpr Geometry kSwitched16{16, 8, true, A::kSwitched, R::kAnySet};

struct ModeCase {
  const char* name;
  NodeCapacity capacity;
  SetOptions options;
  R want;
};
void PrintTo(const ModeCase& row, std::ostream* out) { *out << row.name; }

class PlacementModes : public testing::TestWithParam<ModeCase> {};

TEST_P(PlacementModes, GiveTheRule) {
  const auto geometry = read_geometry(GetParam().capacity, GetParam().options);
  EXPECT_EQ(std::get<Geometry>(geometry).rule, GetParam().want);
}

constexpr SetOptions kConnected{PlacementMode::kConnected, false};
constexpr SetOptions kWrap{PlacementMode::kAligned, true};

INSTANTIATE_TEST_SUITE_P(
    Neuron, PlacementModes,
    testing::Values(
        ModeCase{"ring_as_it_is", {12, 24, "inf2.48xlarge"}, {}, R::kConsecutive},
        ModeCase{"ring_that_wraps", {12, 24, "inf2.48xlarge"}, kWrap, R::kConsecutiveRing},
        ModeCase{"ring_connected", {12, 24, "inf2.48xlarge"}, kConnected, R::kConsecutiveRing},
        ModeCase{"line_does_not_wrap", {6, 12, "inf2.24xlarge"}, kWrap, R::kConsecutive},
        ModeCase{"line_connected", {6, 12, "inf2.24xlarge"}, kConnected, R::kConsecutive},
        ModeCase{"torus_does_not_wrap", {16, 32, "trn1.32xlarge"}, kWrap, R::kAlignedRows},
        ModeCase{"torus_connected", {16, 128, "trn2.48xlarge"}, kConnected, R::kTorusConnected},
        ModeCase{"switched_connected", {16, 64, "trn3.48xlarge"}, kConnected, R::kAnySet},
        ModeCase{"few_switched_connected", {4, 16, "trn3e.24xlarge"}, kConnected, R::kAnySet},
        ModeCase{"one_device", {1, 2, "trn1.2xlarge"}, kConnected, R::kOneOrAll},
        ModeCase{"unknown_type_of_16", {16, 32, "trn9.48xlarge"}, kConnected, R::kAlignedRows},
        ModeCase{"unknown_type_of_12", {12, 24, ""}, kConnected, R::kOneOrAll},
        ModeCase{"not_the_types_number", {8, 16, "trn1.32xlarge"}, kConnected, R::kOneOrAll}),
    [](const auto& row) { return row.param.name; });

TEST(SetTable, OfTheTorusHasWhatCanBeCountedByHand) {
  EXPECT_EQ(LegalSets(kSwitched16, 3).count(), 16 * 15 * 14 / 6);
  EXPECT_EQ(LegalSets(kSwitched16, 8).count(), 12870);
  EXPECT_EQ(LegalSets(kTorus, 2).count(), 32);      // The links.
  EXPECT_EQ(LegalSets(kTorus, 3).count(), 16 * 6);  // A middle and two of its four neighbours.
  EXPECT_EQ(LegalSets(kTorus, 15).count(), 16);     // No device is the only way to another.
  EXPECT_EQ(LegalSets(kTorus, 4).diameter(0), 2);   // A square, or a middle with three others.
  EXPECT_EQ(LegalSets(kTorus, 8).diameter(0), 3);
  EXPECT_EQ(LegalSets(kTorus, 9).set(0) & ~DeviceMask{0xffff}, 0u);
}

// What choose() gives is legal, free, and of these has the least diameter and then the least cost.
TEST(ChooseConnected, GivesTheBestSet) {
  std::mt19937_64 random(7);
  for (const Geometry& geometry : {kRing, kTorus, kSwitched4, kSwitched16}) {
    for (int round = 0; round < 150; ++round) {
      NodeState state(geometry);
      const auto free = static_cast<DeviceMask>(random() | (round % 3 == 0 ? random() : 0));
      for (int device = 0; device < geometry.devices; ++device) {
        if ((free & device_bit(device)) == 0) state.take(device, 2);
      }
      const int size = 1 + static_cast<int>(random() % static_cast<unsigned>(geometry.devices));
      const bool whole = round % 2 == 0 || size == 1;
      const int last = whole ? geometry.cores_per_device : 1;
      const auto request = pod({cores((size - 1) * geometry.cores_per_device + last)});
      const Choice choice = choose(state, request, ~DeviceMask{0});
      std::optional<std::pair<int, std::int64_t>> best;
      const LegalSets legal(geometry, size);
      for (int i = 0; i < legal.count(); ++i) {
        const Placement placement{legal.set(i), low_cores(last)};
        if (new_cores(state, placement) < (size - 1) * geometry.cores_per_device + last) continue;
        const DeviceMask wholly = placement.devices & ~device_bit(placement.last_device());
        if ((wholly & ~state.untouched()) != 0) continue;
        const std::pair key{legal.diameter(i), cost(state, placement)};
        if (!best || key < *best) best = key;
      }
      ASSERT_EQ(choice.fit == Fit::kFits, best.has_value()) << "round " << round;
      if (!best) continue;
      ASSERT_EQ(choice.cost, best->second) << "round " << round << " size " << size;
      const auto sets = legal_sets(geometry, size);
      const auto found = std::find(sets.begin(), sets.end(), choice.placements.front().devices);
      ASSERT_NE(found, sets.end());
      ASSERT_EQ(legal.diameter(static_cast<int>(found - sets.begin())), best->first);
    }
  }
}

// Each runs alone: there is nothing to search.
TEST(ConnectedSearchTest, ManyInitContainersAreNotTooComplex) {
  const auto read = read_geometry({16, 64, "trn3.48xlarge"}, kConnected);
  const NodeState state(std::get<Geometry>(read));
  std::vector<ContainerRequest> containers(40, devices(8, Role::kInit));
  containers.push_back(devices(8));
  const auto all = state.geometry().all_devices();
  EXPECT_EQ(evaluate(state, pod(containers), all, DevicePolicy::kBinpack).fit, Fit::kFits);
}

}  // namespace
}  // namespace neuron_scheduler::neuron
