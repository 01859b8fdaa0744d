#include "neuron/free_sets.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace neuron_scheduler::neuron {
namespace {

constexpr Geometry kTorus{16, 2, true, Arrangement::kTorus4x4, SetRule::kAlignedRows};
constexpr Geometry kLine{6, 2, true, Arrangement::kLine, SetRule::kConsecutive};
constexpr Geometry kUnknown4{4, 2, true, Arrangement::kUnknown, SetRule::kOneOrAll};
constexpr Geometry kLargest{64, 1, true, Arrangement::kUnknown, SetRule::kOneOrAll};

struct Case {
  std::string name;
  Geometry geometry;
  DeviceMask unusable = 0;
  DeviceMask touched = 0;  // One core of each is in use.
  std::vector<int> want;   // Sizes of which a set is free.
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class FreeSets : public testing::TestWithParam<Case> {};

TEST_P(FreeSets, HasThoseOfTheseSizes) {
  NodeState state(GetParam().geometry, GetParam().unusable);
  for (int device = 0; device < kMaxDevices; ++device) {
    if ((GetParam().touched & device_bit(device)) != 0) state.take(device, 1);
  }
  std::vector<int> sizes;
  for (int size = -1; size <= kMaxDevices + 1; ++size) {
    if (has_free_set(state, size)) sizes.push_back(size);
  }
  EXPECT_EQ(sizes, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Neuron, FreeSets,
                         testing::Values(Case{"no_devices", {}, 0, 0, {}},
                                         Case{"empty_torus", kTorus, 0, 0, {1, 4, 8, 16}},
                                         Case{"one_core_taken", kTorus, 0, 0x0001, {1, 4, 8}},
                                         Case{"both_halves_touched", kTorus, 0, 0x0101, {1, 4}},
                                         Case{"four_in_a_row_across_rows", kTorus, 0, 0xffc3, {1}},
                                         Case{"a_cordoned_device", kTorus, 0x0001, 0x0100, {1, 4}},
                                         Case{"full", kTorus, 0, 0xffff, {}},
                                         Case{"a_run_of_three", kLine, 0, 0b000100, {1, 2, 3}},
                                         Case{"apart", kLine, 0, 0b101010, {1}},
                                         Case{"one_or_all", kUnknown4, 0, 0, {1, 4}},
                                         Case{"one", kUnknown4, 0, 0b0001, {1}},
                                         Case{"the_largest", kLargest, 0, 0, {1, 64}}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace neuron_scheduler::neuron
