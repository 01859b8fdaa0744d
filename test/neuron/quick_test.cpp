#include "neuron/quick.hpp"

#include <random>
#include <variant>

#include <gtest/gtest.h>

#include "neuron/candidates.hpp"
#include "test/neuron/requests.hpp"

namespace neuron_scheduler::neuron {
namespace {

using A = Arrangement;
using R = SetRule;

struct Node {
  const char* name;
  Geometry geometry;
};
void PrintTo(const Node& node, std::ostream* out) { *out << node.name; }

class Quick : public testing::TestWithParam<Node> {};

NodeState random_state(const Geometry& geometry, std::mt19937_64& random) {
  NodeState state(geometry, random() % 4 == 0 ? random() & random() : 0);
  const auto fill = random() % 100;
  for (int device = 0; device < geometry.devices; ++device) {
    if (random() % 100 >= fill) continue;
    state.take(device, random() % 2 == 0 ? static_cast<CoreMask>(random()) : ~CoreMask{0});
  }
  return state;
}

// Place and cost, against every candidate tried one by one and cost() by its definition.
TEST_P(Quick, FindsWhatTheScanFinds) {
  const Geometry& geometry = GetParam().geometry;
  const CandidateScan scan(geometry, {.eligible = ~DeviceMask{0}, .alone = true});
  std::mt19937_64 random(7);
  int placed = 0;
  for (int round = 0; round < 4000; ++round) {
    const NodeState state = random_state(geometry, random);
    const int most = geometry.devices * geometry.cores_per_device;
    const auto amount = static_cast<std::int64_t>(random() % static_cast<unsigned>(most)) + 1;
    const bool in_cores = geometry.cores_known && random() % 2 == 0;
    const auto read = shape_on(in_cores ? cores(amount % 9 + 1) : devices(amount), geometry);
    const auto* shape = std::get_if<Shape>(&read);
    if (shape == nullptr || !is_quick(*shape, state, ~DeviceMask{0})) continue;
    const auto want = scan.next(*shape, state, state, {});
    const auto got = quick_place(*shape, state);
    ASSERT_EQ(got.has_value(), want.has_value()) << round;
    if (!got) continue;
    ++placed;
    ASSERT_EQ(got->placement, want->placement) << round;
    NodeState after = state;
    after.take(got->placement);
    ASSERT_EQ(got->cost, value(state) - value(after)) << round;
  }
  EXPECT_GT(placed, 100);
}

INSTANTIATE_TEST_SUITE_P(
    Nodes, Quick,
    testing::Values(Node{"Trn1", {16, 2, true, A::kTorus4x4, R::kAlignedRows}},
                    Node{"Trn2Lnc2", {16, 4, true, A::kTorus4x4, R::kAlignedRows}},
                    Node{"Trn2Lnc1", {16, 8, true, A::kTorus4x4, R::kAlignedRows}},
                    Node{"Inf2Ring", {12, 2, true, A::kRing, R::kConsecutive}},
                    Node{"Inf2Line", {6, 2, true, A::kLine, R::kConsecutive}},
                    Node{"Inf1Line", {16, 4, true, A::kLine, R::kConsecutive}},
                    Node{"LongLine", {64, 8, true, A::kLine, R::kConsecutive}},
                    Node{"One", {1, 8, true, A::kNone, R::kOneOrAll}},
                    Node{"Unknown", {5, 3, true, A::kUnknown, R::kOneOrAll}},
                    Node{"CoresUnknown", {12, 1, false, A::kRing, R::kConsecutive}}),
    [](const auto& row) { return row.param.name; });

struct QuickCase {
  const char* name;
  Geometry geometry;
  ContainerRequest request;
  DeviceMask eligible;
  bool want;
};
void PrintTo(const QuickCase& row, std::ostream* out) { *out << row.name; }

class IsQuick : public testing::TestWithParam<QuickCase> {};

TEST_P(IsQuick, Tells) {
  const QuickCase& row = GetParam();
  NodeState state(row.geometry);
  state.take(0, state.geometry().full_device());
  const auto shape = std::get<Shape>(shape_on(row.request, row.geometry));
  EXPECT_EQ(is_quick(shape, state, row.eligible), row.want);
}

constexpr Geometry kRows{16, 4, true, A::kTorus4x4, R::kAlignedRows};
constexpr Geometry kManyCores{4, 16, true, A::kSwitched, R::kConsecutive};
constexpr DeviceMask kAll = 0xffff;

INSTANTIATE_TEST_SUITE_P(
    Rules, IsQuick,
    testing::Values(QuickCase{"Devices", kRows, devices(4), kAll, true},
                    QuickCase{"Run", kRows, cores(3), kAll, true},
                    QuickCase{"WholeDevicesOfCores", kRows, cores(16), kAll, true},
                    QuickCase{"LastDevicePartlyUsed", kRows, cores(15), kAll, false},
                    QuickCase{"FullDeviceNotAccepted", kRows, devices(4), kAll & ~1u, true},
                    QuickCase{"FreeDeviceNotAccepted", kRows, devices(4), kAll & ~2u, false},
                    QuickCase{"DevicesOfManyCores", kManyCores, devices(2), kAll, true},
                    QuickCase{"RunOfManyCores", kManyCores, cores(3), kAll, false}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::neuron
