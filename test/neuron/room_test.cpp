#include "neuron/room.hpp"

#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace neuron_scheduler::neuron {
namespace {

Geometry geometry(std::string_view type, int devices, int cores) {
  return std::get<Geometry>(read_geometry({devices, cores, type}));
}

struct Case {
  std::string name;
  Geometry geometry;
  DeviceMask unusable = 0;
  CoreSet used;
  Room want;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class RoomTest : public testing::TestWithParam<Case> {};

TEST_P(RoomTest, CountsWhatOneContainerCouldGet) {
  NodeState state(GetParam().geometry, GetParam().unusable);
  state.take(GetParam().used);
  const Room room = room_of(state);
  const Room& want = GetParam().want;
  EXPECT_EQ(room.devices, want.devices);
  EXPECT_EQ(room.cores, want.cores);
  EXPECT_EQ(room.largest_set, want.largest_set);
  EXPECT_EQ(room.largest_run, want.largest_run);
  EXPECT_EQ(room.largest_cores, want.largest_cores);
}

const Geometry kTorus = geometry("trn1.32xlarge", 16, 32);
const Geometry kRing = geometry("inf2.48xlarge", 12, 24);
const Geometry kWide = geometry("trn2.48xlarge", 16, 128);

INSTANTIATE_TEST_SUITE_P(
    Nodes, RoomTest,
    testing::Values(
        Case{"NoDevices", Geometry{}, 0, {}, {0, 0, 0, 0, 0}},
        Case{"AllFree", kTorus, 0, {}, {16, 32, 16, 2, 32}},
        // 15 are free, and no more than two rows of them are a set.
        Case{"OneCoreOfTheTorus", kTorus, 0, {{5, 1}}, {15, 31, 8, 2, 16}},
        // One device of each row: four free rows of three are worth single devices.
        Case{"EachRowIsBroken", kTorus, 0, {{0, 3}, {5, 3}, {10, 3}, {15, 3}}, {12, 24, 1, 2, 2}},
        Case{"CordonedCountsAsTaken", kTorus, 0xfff0, {}, {4, 8, 4, 2, 8}},
        Case{"TheLastDeviceInPart", kTorus, 0xfff0, {{3, 2}}, {3, 7, 1, 2, 7}},
        Case{"RunsOnARing", kRing, 0, {{4, 3}, {9, 1}}, {10, 21, 4, 2, 8}},
        Case{"RunInsideADevice", kWide, 0xfffe, {{0, 0b00100010}}, {0, 6, 0, 3, 3}},
        Case{"Full", kRing, 0xffe, {{0, 3}}, {0, 0, 0, 0, 0}},
        Case{"CoresNotKnown", geometry("inf2.48xlarge", 12, 7), 0, {{0, 1}}, {11, 0, 11, 0, 0}}),
    [](const auto& row) { return row.param.name; });

TEST(FittingTest, IsTheNextSmallerSizeThatFits) {
  NodeState state(kTorus);
  state.take(0, 1);
  EXPECT_EQ(fitting_devices(state, 16), 8);
  EXPECT_EQ(fitting_devices(state, 8), 8);
  EXPECT_EQ(fitting_devices(state, 7), 4);
  EXPECT_EQ(fitting_devices(state, 3), 1);
  EXPECT_EQ(fitting_devices(state, 0), 0);
  EXPECT_EQ(fitting_devices(state, -1), 0);
  EXPECT_EQ(fitting_cores(state, 32), 16);
  EXPECT_EQ(fitting_cores(state, 14), 8);
  EXPECT_EQ(fitting_cores(state, 15), 15);
  EXPECT_EQ(fitting_cores(state, 6), 2);
  EXPECT_EQ(fitting_cores(state, -1), 0);
}

}  // namespace
}  // namespace neuron_scheduler::neuron
