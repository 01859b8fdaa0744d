#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "test/sim/world.hpp"

namespace neuron_scheduler::sim {
namespace {

constexpr int kSteps = 150;

// Seeds 1 to 50; NEURON_SCHEDULER_SIM_SEEDS=FIRST,LAST asks for others, e.g. many of them by night.
std::pair<std::uint64_t, std::uint64_t> seeds() {
  const char* text = std::getenv("NEURON_SCHEDULER_SIM_SEEDS");
  if (text == nullptr) return {1, 50};
  char* end = nullptr;
  const auto first = std::strtoull(text, &end, 10);
  const auto last = *end == ',' ? std::strtoull(end + 1, nullptr, 10) : first;
  if (first == 0 || last < first) {
    throw std::invalid_argument("NEURON_SCHEDULER_SIM_SEEDS must be FIRST,LAST or one seed");
  }
  return {first, last};
}

class SimTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SimTest, InvariantsHoldAfterEveryStep) {
  World world(GetParam());
  for (int i = 0; i < kSteps; ++i) {
    world.step();
    ASSERT_EQ(world.fault(), "") << "after step " << i;
  }
  world.come_to_rest();
  ASSERT_EQ(world.fault(), "");
  // The run meant something.
  EXPECT_GT(world.bound_by_us(), 10U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimTest,
                         testing::Range<std::uint64_t>(seeds().first, seeds().second + 1));

TEST(SimReplayTest, TheSameSeedGivesTheSameRun) {
  World first(7);
  World second(7);
  World other(8);
  for (int i = 0; i < kSteps; ++i) {
    first.step();
    second.step();
    other.step();
  }
  EXPECT_EQ(first.sent(), second.sent());
  EXPECT_NE(first.sent(), other.sent());
}

}  // namespace
}  // namespace neuron_scheduler::sim
