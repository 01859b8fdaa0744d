#include "scheduler/plugins/priority_sort.hpp"

#include <ostream>

#include <gtest/gtest.h>

namespace neuron_scheduler::scheduler {
namespace {

model::SteadyTime at(int seconds) { return model::SteadyTime(std::chrono::seconds(seconds)); }

struct Case {
  const char* name;
  QueueOrderKey first;
  QueueOrderKey second;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class PrioritySortTest : public testing::TestWithParam<Case> {};

TEST_P(PrioritySortTest, IsAStrictOrder) {
  const PrioritySort plugin;
  EXPECT_TRUE(plugin.before(GetParam().first, GetParam().second));
  EXPECT_FALSE(plugin.before(GetParam().second, GetParam().first));
  EXPECT_FALSE(plugin.before(GetParam().first, GetParam().first));
}

INSTANTIATE_TEST_SUITE_P(Rules, PrioritySortTest,
                         testing::Values(Case{"Priority", {5, at(9), 9}, {4, at(1), 1}},
                                         Case{"NegativePriority", {0, at(9), 9}, {-1, at(1), 1}},
                                         Case{"Time", {5, at(1), 9}, {5, at(2), 1}},
                                         Case{"Arrival", {5, at(1), 1}, {5, at(1), 2}}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::scheduler
