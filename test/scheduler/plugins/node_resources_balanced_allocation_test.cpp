#include "scheduler/plugins/node_resources_balanced_allocation.hpp"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/plugins/args.hpp"
#include "test/scheduler/plugins/node_world.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using test::NodeBuilder;
using test::PodBuilder;

PodBuilder pod(std::int64_t cpu_milli, std::int64_t memory) {
  return PodBuilder("p").cpu_milli(cpu_milli).memory(memory);
}
NodeBuilder node() { return NodeBuilder("n").cpu_milli(1000).memory(1000); }

struct Case {
  const char* name;
  PodBuilder pod;
  NodeBuilder node;
  std::vector<PodBuilder> pods;
  std::int64_t want;
  std::vector<ScoredResource> resources = default_scored_resources();
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class BalancedAllocationTest : public testing::TestWithParam<Case> {};

TEST_P(BalancedAllocationTest, ScoresTheChange) {
  const auto& row = GetParam();
  const NodeResourcesBalancedAllocation plugin(row.resources);
  EXPECT_EQ(plugin.score(nullptr, *row.pod.build(), test::node_view(row.node, row.pods)), row.want);
}

const std::vector<ScoredResource> kWithGpu = {{"cpu", 1}, {"memory", 1}, {"example.com/gpu", 1}};

INSTANTIATE_TEST_SUITE_P(
    Rules, BalancedAllocationTest,
    testing::Values(
        // 100 before and after: 50 + 50/2.
        Case{"ChangesNothing", pod(500, 500), node(), {}, 75},
        // After (0.8 - 0.2)/2 = 0.3: 70; before 100: 50 + (50 - 30)/2.
        Case{"Spoils", pod(800, 200), node(), {}, 60},
        // Before 70, after 100: 50 + 80/2.
        Case{"Mends", pod(200, 800), node(), {pod(800, 200)}, 90},
        // From (1, 0) to (1, 1): 50 to 100.
        Case{"MendsAll", pod(0, 1000), node(), {pod(1000, 0)}, 100},
        Case{"SpoilsAll", pod(1000, 0), node(), {}, 50},
        // More than there is counts as all.
        Case{"OverFull", pod(5000, 1000), node(), {}, 75},
        // Real requests: the default of a container that asks for nothing does not count.
        Case{"NoDefaults", pod(500, 500), node(), {PodBuilder("q")}, 75},
        // Half of a percent is cut off: (0.335 - 0.2)/2 = 0.0675, 93.25 -> 93; 50 + 43/2.
        Case{"CutDown", pod(335, 200), node(), {}, 71},
        Case{"OneResourceIsBalanced", pod(900, 0), node().memory(0), {}, 75},
        Case{"AResourceThePodDoesNotAskForIsLeftOut",
             pod(500, 500),
             node().resource("example.com/gpu", 4),
             {PodBuilder("q").request("example.com/gpu", 4)},
             75,
             kWithGpu},
        // After (0.5, 0.5, 1): deviation 0.2357, 76; before 100: 50 + 26/2.
        Case{"ThreeResources",
             pod(500, 500).request("example.com/gpu", 4),
             node().resource("example.com/gpu", 4),
             {},
             63,
             kWithGpu},
        Case{"TheNodeLacksTheThird",
             pod(500, 500).request("example.com/gpu", 4),
             node(),
             {},
             75,
             kWithGpu}),
    [](const auto& row) { return row.param.name; });

TEST(BalancedAllocationPreScoreTest, PodsThatAskForNothingAreNotScored) {
  const model::Cache cache({});
  const NodeResourcesBalancedAllocation plugin(kWithGpu);
  const auto status = [&](const PodBuilder& of) {
    return plugin.pre_score(*of.build(), cache).status;
  };
  EXPECT_EQ(status(PodBuilder("p")), Status::skip());
  EXPECT_EQ(status(PodBuilder("p").request("example.com/other", 1)), Status::skip());
  EXPECT_EQ(status(PodBuilder("p").request("example.com/gpu", 1)), Status::ok());
  EXPECT_EQ(status(pod(1, 0)), Status::ok());
}

struct ArgsCase {
  const char* name;
  const char* json;
  std::vector<std::string> errors;
};

void PrintTo(const ArgsCase& row, std::ostream* out) { *out << row.name; }

class BalancedAllocationArgsTest : public testing::TestWithParam<ArgsCase> {};

TEST_P(BalancedAllocationArgsTest, AreChecked) {
  EXPECT_EQ(test::errors_of(GetParam().json, NodeResourcesBalancedAllocation::from_args),
            GetParam().errors);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, BalancedAllocationArgsTest,
    testing::Values(
        ArgsCase{"None", "{}", {}},
        ArgsCase{
            "Good", R"({"resources":[{"name":"cpu"},{"name":"example.com/gpu","weight":1}]})", {}},
        ArgsCase{"Weight",
                 R"({"resources":[{"name":"cpu","weight":2}]})",
                 {"args.resources[0].weight: Invalid value: 2: must be 1"}},
        ArgsCase{"Twice",
                 R"({"resources":[{"name":"cpu"},{"name":"cpu"}]})",
                 {"args.resources[1].name: Duplicate value: \"cpu\""}},
        ArgsCase{"UnknownKeys",
                 R"({"resources":[{"name":"cpu","wieght":1}],"x":1})",
                 {"unknown field \"args.x\"", "unknown field \"args.resources[0].wieght\""}},
        ArgsCase{"WrongType",
                 R"({"resources":[{"name":7,"weight":"1"},5]})",
                 {"args.resources[1]: Invalid value: 5: must be an object",
                  "args.resources[0].name: Invalid value: 7: must be a string",
                  "args.resources[0].weight: Invalid value: \"1\": must be an integer"}}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::scheduler
