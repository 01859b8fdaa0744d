#include "test/placement/bound.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "test/placement/fleet.hpp"

namespace neuron_scheduler::placement {
namespace {

struct ProgramCase {
  const char* name;
  std::vector<double> objective;
  std::vector<std::vector<double>> rows;
  std::vector<double> limits;
  double want;
};
void PrintTo(const ProgramCase& row, std::ostream* out) { *out << row.name; }

class Maximize : public testing::TestWithParam<ProgramCase> {};

TEST_P(Maximize, Finds) {
  const ProgramCase& row = GetParam();
  EXPECT_DOUBLE_EQ(maximize(row.objective, row.rows, row.limits), row.want);
}

INSTANTIATE_TEST_SUITE_P(
    Programs, Maximize,
    testing::Values(
        ProgramCase{"OneLimit", {3}, {{2}}, {10}, 15},
        ProgramCase{"Nothing", {1, 1}, {{1, 0}, {0, 1}}, {0, 0}, 0},
        // Textbook: 3x + 5y with x <= 4, 2y <= 12, 3x + 2y <= 18.
        ProgramCase{"TwoVariables", {3, 5}, {{1, 0}, {0, 2}, {3, 2}}, {4, 12, 18}, 36},
        ProgramCase{"WorthlessVariable", {0, 2}, {{1, 1}}, {7}, 14},
        // Beale's example, which cycles under other rules.
        ProgramCase{"Degenerate",
                    {0.75, -150, 0.02, -6},
                    {{0.25, -60, -0.04, 9}, {0.5, -90, -0.02, 3}, {0, 0, 1, 0}},
                    {0, 0, 1},
                    0.05},
        ProgramCase{"Unbounded", {1, 0}, {{0, 1}}, {1}, std::numeric_limits<double>::infinity()}),
    [](const auto& row) { return row.param.name; });

struct BoundCase {
  const char* name;
  PerShape<double> pods;  // 1 core, 2 cores, 1, 2, 4, 8, 16 devices.
  double want;
};
void PrintTo(const BoundCase& row, std::ostream* out) { *out << row.name; }

class Bound : public testing::TestWithParam<BoundCase> {};

TEST_P(Bound, Is) { EXPECT_NEAR(bound_on_asked_cores(GetParam().pods), GetParam().want, 1e-6); }

// 140 nodes of 16 devices with 2 cores, 100 of 16 with 4, 80 of 12, 60 of 6 and 20 of one with 2.
INSTANTIATE_TEST_SUITE_P(
    Fleet, Bound,
    testing::Values(BoundCase{"Nobody", {}, 0}, BoundCase{"FewCores", {100}, 100},
                    BoundCase{"AllCores", {1e6}, 13560},
                    BoundCase{"AllDevices", {0, 0, 1e6}, 2 * (240 * 16 + 80 * 12 + 60 * 6 + 20)},
                    BoundCase{"PairsOnLinesAlone", {0, 0, 0, 1e6}, 4 * (80 * 6 + 60 * 3)},
                    BoundCase{"Rows", {0, 0, 0, 0, 1e6}, 8 * (240 * 4 + 80 * 3 + 60)},
                    BoundCase{"Eights", {0, 0, 0, 0, 0, 1e6}, 16 * (240 * 2 + 80)},
                    BoundCase{"Sixteens", {0, 0, 0, 0, 0, 0, 1e6}, 32 * 240},
                    // Cores go where devices are big, so that devices find small ones.
                    BoundCase{"CoresMakeRoom", {6400, 0, 1e6}, 13560}),
    [](const auto& row) { return row.param.name; });

TEST(LargestMultiple, ScalesPodsToTheFleet) {
  EXPECT_NEAR(largest_multiple({1}), 13560, 1e-6);
  EXPECT_NEAR(largest_multiple({0, 0, 0, 0, 0, 0, 2}), 120, 1e-6);
  // 3,200 pods of two cores fill the 1,600 big devices; the others share 3,580 with those of one.
  EXPECT_NEAR(largest_multiple({0, 1, 1}), (3580 + 3200) / 2, 1e-6);
}

TEST(CapacityInCores, CountsTheFleet) { EXPECT_EQ(capacity_in_cores(), 13560); }

}  // namespace
}  // namespace neuron_scheduler::placement
