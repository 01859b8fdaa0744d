#include "neuron/policy.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "neuron/choose.hpp"
#include "test/neuron/requests.hpp"

namespace neuron_scheduler::neuron {
namespace {

using A = Arrangement;
using R = SetRule;

constexpr Geometry kTorus{16, 2, true, A::kTorus4x4, R::kAlignedRows};
constexpr Geometry kTorusLnc1{16, 8, true, A::kTorus4x4, R::kAlignedRows};
constexpr Geometry kLine{6, 2, true, A::kLine, R::kConsecutive};
constexpr Geometry kRing{12, 2, true, A::kRing, R::kConsecutive};

struct Case {
  const char* name;
  Geometry geometry;
  CoreSet used;
  std::vector<ContainerRequest> containers;
  DevicePolicy policy;
  std::vector<Placement> want;  // None: no room.
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class Policy : public testing::TestWithParam<Case> {};

TEST_P(Policy, Gives) {
  const Case& row = GetParam();
  NodeState state(row.geometry);
  state.take(row.used);
  const PodRequest request = pod(row.containers);
  const Choice choice = choose(state, request, ~DeviceMask{0}, row.policy);
  EXPECT_EQ(choice.fit, row.want.empty() ? Fit::kNoRoom : Fit::kFits);
  EXPECT_EQ(choice.placements, row.want);
  const Evaluation evaluation = evaluate(state, request, ~DeviceMask{0}, row.policy);
  EXPECT_EQ(evaluation.fit, choice.fit);
  EXPECT_EQ(evaluation.cost, choice.cost);
  NodeState after = state;
  for (const Placement& placement : choice.placements) after.take(placement);
  EXPECT_EQ(choice.cost, value(state) - value(after));
}

using enum DevicePolicy;

INSTANTIATE_TEST_SUITE_P(
    Neuron, Policy,
    testing::Values(
        Case{"binpack_fills_the_broken_device", kLine, {{3, 1}}, {cores(1)}, kBinpack, {{8, 2}}},
        Case{"spread_takes_an_untouched_device", kLine, {{5, 1}}, {cores(1)}, kSpread, {{8, 1}}},
        Case{"spread_takes_the_device_that_costs_most",
             kLine,
             {{0, 3}},
             {devices(1)},
             kSpread,
             {{0b010000, 3}}},
        Case{"spread_puts_a_set_where_it_costs_most",
             kLine,
             {},
             {devices(2)},
             kSpread,
             {{0b000110, 3}}},
        Case{"spread_takes_the_emptiest_row",
             kTorus,
             {{1, 1}},
             {devices(1)},
             kSpread,
             {{1 << 15, 3}}},
        Case{"spread_takes_the_least_used_device",
             kTorusLnc1,
             {{0, 0x3f},
              {1, 7},
              {2, 0x3f},
              {3, 0x3f},
              {4, 0x3f},
              {5, 0x3f},
              {6, 0x3f},
              {7, 0x3f},
              {8, 0x3f},
              {9, 0x3f},
              {10, 0x3f},
              {11, 0x3f},
              {12, 0x3f},
              {13, 0x3f},
              {14, 0x3f},
              {15, 0x3f}},
             {cores(2)},
             kSpread,
             {{1 << 1, 0x18}}},
        Case{"spread_parts_the_containers_of_a_pod",
             kRing,
             {},
             {cores(1), cores(1)},
             kSpread,
             {{1 << 7, 1}, {1 << 3, 1}}},
        Case{"spread_still_reuses_for_init_containers",
             kLine,
             {},
             {devices(1, Role::kInit), devices(1)},
             kSpread,
             {{1 << 3, 3}, {1 << 3, 3}}},
        Case{"mutex_leaves_the_touched_device", kLine, {{5, 1}}, {cores(1)}, kMutex, {{1 << 4, 1}}},
        Case{"mutex_shares_inside_the_pod",
             kLine,
             {{5, 1}},
             {cores(1), cores(1)},
             kMutex,
             {{1 << 4, 1}, {1 << 4, 2}}},
        Case{"mutex_has_no_room_beside_others",
             kLine,
             {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}},
             {cores(1)},
             kMutex,
             {}},
        Case{"mutex_wants_the_last_of_a_set_untouched",
             kLine,
             {{1, 2}, {4, 2}},
             {cores(3)},
             kMutex,
             {{0b001100, 1}}},
        Case{"mutex_and_spread", kLine, {{5, 1}}, {devices(1)}, kMutexSpread, {{0b001000, 3}}}),
    [](const auto& row) { return row.param.name; });

// What fits does not depend on the order of preference, and mutex is a matter of which devices.
TEST(PolicyAtRandom, ChangesNothingAboutWhatFits) {
  std::mt19937_64 random(42);
  int fits = 0;
  for (int round = 0; round < 3000; ++round) {
    static const Geometry kAll[] = {kTorus, kLine, kRing, kTorusLnc1};
    const Geometry& geometry = kAll[round % 4];
    NodeState state(geometry);
    for (int device = 0; device < geometry.devices; ++device) {
      if (random() % 3 != 0) state.take(device, static_cast<CoreMask>(random()) & 0x55);
    }
    std::vector<ContainerRequest> containers;
    for (int i = 0; i < 1 + round % 3; ++i) {
      containers.push_back(cores(1 + static_cast<std::int64_t>(random() % 3),
                                 i == 0 && round % 2 == 0 ? Role::kSidecar : Role::kApp));
    }
    const PodRequest request = pod(containers);
    const Fit packed = evaluate(state, request, ~DeviceMask{0}).fit;
    EXPECT_EQ(evaluate(state, request, ~DeviceMask{0}, kSpread).fit, packed) << "round " << round;
    const Choice mutex = choose(state, request, ~DeviceMask{0}, kMutex);
    EXPECT_EQ(mutex.placements, choose(state, request, state.untouched()).placements);
    EXPECT_EQ(evaluate(state, request, ~DeviceMask{0}, kMutexSpread).fit, mutex.fit);
    fits += packed == Fit::kFits ? 1 : 0;
  }
  EXPECT_GT(fits, 500);
  EXPECT_LT(fits, 2900);
}

}  // namespace
}  // namespace neuron_scheduler::neuron
