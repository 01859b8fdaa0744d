#include "neuron/state.hpp"

#include <random>

#include <gtest/gtest.h>

namespace neuron_scheduler::neuron {
namespace {

constexpr Geometry kTorus{16, 2, true, Arrangement::kTorus4x4, SetRule::kAlignedRows};
constexpr Geometry kLine{6, 4, true, Arrangement::kLine, SetRule::kConsecutive};
constexpr Geometry kLargest{64, 32, true, Arrangement::kUnknown, SetRule::kOneOrAll};

TEST(NodeState, StartsEmpty) {
  const NodeState state(kLine);
  EXPECT_EQ(state.untouched(), 0b111111u);
  EXPECT_EQ(state.open(), 0b111111u);
  EXPECT_EQ(state.free(5), 0xfu);
  EXPECT_EQ(state.used(5), 0u);
  EXPECT_EQ(state.free_core_count(), 24);
  EXPECT_EQ(NodeState().free_core_count(), 0);
  EXPECT_EQ(NodeState(kLargest).free_core_count(), 2048);
}

TEST(NodeState, TakesCores) {
  NodeState state(kLine);
  state.take(2, 0b0110);
  EXPECT_EQ(state.untouched(), 0b111011u);
  EXPECT_EQ(state.open(), 0b111111u);
  EXPECT_EQ(state.free(2), 0b1001u);
  state.take(2, 0b1111);
  EXPECT_EQ(state.open(), 0b111011u);
  const NodeState before = state;
  state.take(2, 0b0001);      // Again.
  state.take(3, 0xfffffff0);  // Beyond the cores.
  state.take(6, 1);           // Beyond the devices.
  state.take(-1, 1);
  EXPECT_EQ(state, before);
}

TEST(NodeState, UnusableDevicesHaveNothingFreeButCanBeInUse) {
  NodeState state(kLine, 0b1000001);
  EXPECT_EQ(state.unusable(), 0b1u);
  EXPECT_EQ(state.untouched(), 0b111110u);
  EXPECT_EQ(state.free(0), 0u);
  state.take(0, 0b11);
  EXPECT_EQ(state.used(0), 0b11u);
  EXPECT_EQ(state.free_core_count(), 20);
  EXPECT_EQ(state.open(), 0b111110u);
}

TEST(NodeState, TakesPlacements) {
  NodeState state(kLine);
  const Placement placement{0b1110, 0b0011};
  EXPECT_EQ(core_set(kLine, placement), (CoreSet{{1, 0xf}, {2, 0xf}, {3, 0x3}}));
  EXPECT_EQ(new_cores(state, placement), 10);
  state.take(3, 0b0001);
  EXPECT_EQ(new_cores(state, placement), 9);
  NodeState other = state;
  state.take(placement);
  other.take(core_set(kLine, placement));
  EXPECT_EQ(state, other);
  EXPECT_EQ(new_cores(state, placement), 0);
  EXPECT_EQ(cost(state, placement), 0);
  EXPECT_TRUE(core_set(kLine, {}).empty());
  EXPECT_EQ(cost(state, {}), 0);
}

TEST(Value, CountsWhatCanStillBePlaced) {
  // Devices: 16 single ones, 4 rows, 2 pairs of rows, all. Cores: 16 devices of 2 + 2. 240 a core.
  EXPECT_EQ(value(NodeState(kTorus)), 4 * 16 + 16 * 4 + 240 * 32);
  // Places for 1, 2 and 4 devices. Cores: 4*1 + 3*2 + 2*3 + 4 = 20 a device. 180 a core.
  EXPECT_EQ(value(NodeState(kLine)), 6 + 5 + 3 + 6 * 20 + 180 * 24);
  EXPECT_EQ(value(NodeState(kLargest)), 128 + 64 * (32 * 33 * 34 / 6) + 127 * 2048);
  EXPECT_EQ(value(NodeState()), 0);
}

TEST(Cost, IsTheFallOfTheValue) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 5000; ++round) {
    const Geometry geometry = round % 3 == 0 ? kTorus : round % 3 == 1 ? kLine : kLargest;
    NodeState state(geometry, random() & random() & random());
    for (int device = 0; device < geometry.devices; ++device) {
      if (random() % 2 == 0) state.take(device, static_cast<CoreMask>(random() & random()));
    }
    Placement placement{random() & random() & geometry.all_devices(),
                        (static_cast<CoreMask>(random()) | 1) & geometry.full_device()};
    if (placement.devices == 0) continue;
    NodeState after = state;
    after.take(placement);
    ASSERT_EQ(cost(state, placement), value(state) - value(after)) << round;
    ASSERT_GE(cost(state, placement), 0);
  }
}

}  // namespace
}  // namespace neuron_scheduler::neuron
