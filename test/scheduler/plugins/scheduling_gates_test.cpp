#include "scheduler/plugins/scheduling_gates.hpp"

#include <gtest/gtest.h>

#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using test::PodBuilder;

TEST(SchedulingGatesTest, NamesTheGatesThatAreLeft) {
  const SchedulingGates plugin;
  EXPECT_EQ(plugin.pre_enqueue(*PodBuilder("p").build()), Status::ok());
  EXPECT_EQ(plugin.pre_enqueue(*PodBuilder("p").gate("a").build()),
            Status::unresolvable(model::Name("waiting for scheduling gates: [a]")));
  EXPECT_EQ(plugin.pre_enqueue(*PodBuilder("p").gate("a").gate("x/b").build()),
            Status::unresolvable(model::Name("waiting for scheduling gates: [a x/b]")));
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
