#include "scheduler/plugins/node_resources_fit.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/plugins/args.hpp"
#include "test/scheduler/plugins/node_world.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using test::NodeBuilder;
using test::PodBuilder;

constexpr std::int64_t kGi = 1LL << 30;

struct FilterCase {
  const char* name;
  PodBuilder pod;
  NodeBuilder node;
  std::vector<PodBuilder> pods;
  Code code;
  std::vector<std::string> reasons;
};

void PrintTo(const FilterCase& row, std::ostream* out) { *out << row.name; }

class NodeResourcesFitFilterTest : public testing::TestWithParam<FilterCase> {};

TEST_P(NodeResourcesFitFilterTest, Filters) {
  const auto& row = GetParam();
  const NodeResourcesFit plugin({Name("example.com/judged-elsewhere")});
  Status want{row.code, {}};
  for (const auto& reason : row.reasons) want.reasons.emplace_back(reason);
  EXPECT_EQ(plugin.filter(nullptr, *row.pod.build(), test::node_view(row.node, row.pods)), want);
}

NodeBuilder small() { return NodeBuilder("n").cpu_milli(1000).memory(kGi).pods(2); }
PodBuilder pod(std::int64_t cpu_milli, std::int64_t memory = 0) {
  return PodBuilder("p").cpu_milli(cpu_milli).memory(memory);
}
PodBuilder with_storage(std::int64_t bytes) {
  PodBuilder builder("p");
  builder.raw().requests.ephemeral_storage_bytes = bytes;
  return builder;
}

INSTANTIATE_TEST_SUITE_P(
    Rules, NodeResourcesFitFilterTest,
    testing::Values(
        FilterCase{"JustFits", pod(1000, kGi), small(), {}, Code::kOk, {}},
        FilterCase{"FitsBeside", pod(500), small(), {pod(500)}, Code::kOk, {}},
        FilterCase{
            "CpuUsed", pod(501), small(), {pod(500)}, Code::kUnschedulable, {"Insufficient cpu"}},
        FilterCase{"CpuNever", pod(1001), small(), {}, Code::kUnresolvable, {"Insufficient cpu"}},
        FilterCase{"MemoryUsed",
                   pod(0, kGi),
                   small(),
                   {pod(0, 1)},
                   Code::kUnschedulable,
                   {"Insufficient memory"}},
        FilterCase{"StorageNever",
                   with_storage(101 * kGi),
                   small(),
                   {},
                   Code::kUnresolvable,
                   {"Insufficient ephemeral-storage"}},
        FilterCase{"AllReasons",
                   pod(501, 2 * kGi).request("example.com/gpu", 1),
                   small().pods(1).resource("example.com/gpu", 1),
                   {pod(500).request("example.com/gpu", 1)},
                   Code::kUnresolvable,
                   {"Too many pods", "Insufficient cpu", "Insufficient memory",
                    "Insufficient example.com/gpu"}},
        FilterCase{"TooManyPodsAlone",
                   PodBuilder("p"),
                   small(),
                   {PodBuilder("a"), PodBuilder("b")},
                   Code::kUnschedulable,
                   {"Too many pods"}},
        FilterCase{"NothingRequestedOnAFullNode",
                   PodBuilder("p").cpu_milli(0),
                   small(),
                   {pod(1000)},
                   Code::kOk,
                   {}},
        FilterCase{"NothingRequestedOnAnOverfullNode",
                   PodBuilder("p").cpu_milli(0),
                   small(),
                   {pod(5000)},
                   Code::kOk,
                   {}},
        FilterCase{"ScalarUsed",
                   PodBuilder("p").request("example.com/gpu", 2),
                   small().resource("example.com/gpu", 2),
                   {PodBuilder("q").request("example.com/gpu", 1)},
                   Code::kUnschedulable,
                   {"Insufficient example.com/gpu"}},
        FilterCase{"ScalarMissingOnNode",
                   PodBuilder("p").request("example.com/gpu", 1),
                   small(),
                   {},
                   Code::kUnresolvable,
                   {"Insufficient example.com/gpu"}},
        FilterCase{"ScalarOwnedByAnotherPlugin",
                   PodBuilder("p").request("example.com/judged-elsewhere", 9),
                   small(),
                   {},
                   Code::kOk,
                   {}}),
    [](const auto& row) { return row.param.name; });

struct ScoreCase {
  const char* name;
  PodBuilder pod;
  NodeBuilder node;
  std::vector<PodBuilder> pods;
  std::int64_t want;
};

void PrintTo(const ScoreCase& row, std::ostream* out) { *out << row.name; }

class NodeResourcesFitScoreTest : public testing::TestWithParam<ScoreCase> {};

TEST_P(NodeResourcesFitScoreTest, IsLeastAllocated) {
  const auto& row = GetParam();
  const NodeResourcesFit plugin({});
  EXPECT_EQ(plugin.score(nullptr, *row.pod.build(), test::node_view(row.node, row.pods)), row.want);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, NodeResourcesFitScoreTest,
    testing::Values(
        // cpu (1000-0)*100/1000 = 100, memory 100.
        ScoreCase{"Empty", pod(0), small(), {}, 100},
        // cpu 100-25-25 = 50, memory 100: 75.
        ScoreCase{"NodeAndPod", pod(250), small(), {pod(250)}, 75},
        // cpu 66 (cut down), memory 50: 58.
        ScoreCase{"CutDownTwice", pod(334, kGi / 2), small(), {}, 58},
        ScoreCase{"MoreThanThereIs", pod(2000, 2 * kGi), small(), {}, 0},
        ScoreCase{"NoMemoryAtAll", pod(500), small().memory(0), {}, 50},
        ScoreCase{"NothingAtAll", pod(0), small().memory(0).cpu_milli(0), {}, 0},
        // A container without requests counts 100 thousandths and 200 MiB: 90 and 80.
        ScoreCase{"Defaults", PodBuilder("p"), small(), {}, 85}),
    [](const auto& row) { return row.param.name; });

using Strategy = FitScoring::Strategy;

struct StrategyCase {
  const char* name;
  FitScoring scoring;
  PodBuilder pod;
  std::vector<PodBuilder> pods;
  std::int64_t want;
};

void PrintTo(const StrategyCase& row, std::ostream* out) { *out << row.name; }

class NodeResourcesFitStrategyTest : public testing::TestWithParam<StrategyCase> {};

// On a node of 1000 thousandths, 1 Gi and 4 pieces of example.com/gpu.
TEST_P(NodeResourcesFitStrategyTest, Scores) {
  const auto& row = GetParam();
  const NodeResourcesFit plugin({}, row.scoring);
  const auto node = test::node_view(small().resource("example.com/gpu", 4), row.pods);
  EXPECT_EQ(plugin.score(nullptr, *row.pod.build(), node), row.want);
}

FitScoring most(std::vector<ScoredResource> resources) {
  return {Strategy::kMostAllocated, std::move(resources), {}};
}
FitScoring ratio(std::vector<FitScoring::Point> shape) {
  return {
      Strategy::kRequestedToCapacityRatio, {{"cpu", 1}, {"example.com/gpu", 3}}, std::move(shape)};
}
PodBuilder gpus(std::int64_t count) { return pod(0).request("example.com/gpu", count); }

INSTANTIATE_TEST_SUITE_P(
    Rules, NodeResourcesFitStrategyTest,
    testing::Values(
        StrategyCase{"MostAllocated", most({{"cpu", 1}, {"memory", 1}}), pod(600, kGi / 2), {}, 55},
        StrategyCase{"MostAllocatedIsAtMostAll", most({{"cpu", 1}}), pod(5000), {}, 100},
        StrategyCase{"Weights", most({{"cpu", 3}, {"memory", 1}}), pod(1000, 0), {}, 75},
        StrategyCase{"AScalarThatThePodAsksFor",
                     most({{"cpu", 1}, {"example.com/gpu", 1}}),
                     gpus(2),
                     {gpus(1)},
                     37},
        StrategyCase{"AScalarThatItDoesNotAskForIsLeftOut",
                     most({{"cpu", 1}, {"example.com/gpu", 1}}),
                     pod(500),
                     {gpus(4)},
                     50},
        StrategyCase{"AResourceTheNodeLacks",
                     most({{"cpu", 1}, {"example.com/none", 1}}),
                     pod(500).request("example.com/none", 1),
                     {},
                     50},
        StrategyCase{"NamesThatAreNotCountedAreLeftOut",
                     most({{"cpu", 1}, {"pods", 1}, {"nonsense", 1}}),
                     pod(500),
                     {},
                     50},
        StrategyCase{"EphemeralStorageIsCountedAsRequested",
                     most({{"ephemeral-storage", 1}}),
                     with_storage(50 * kGi),
                     {},
                     50},
        // cpu 0 and gpu 100, of which only what is above 0 counts.
        StrategyCase{"Ratio", ratio({{0, 0}, {100, 100}}), gpus(4), {}, 100},
        // cpu 50 once, gpu 25 three times: 31.25.
        StrategyCase{"RatioIsRounded", ratio({{0, 0}, {100, 100}}), gpus(1).cpu_milli(500), {}, 31},
        StrategyCase{"RatioGoesStraightBetweenPoints",
                     {Strategy::kRequestedToCapacityRatio, {{"cpu", 1}}, {{20, 80}, {60, 10}}},
                     pod(330),
                     {},
                     58},
        StrategyCase{"RatioIsFlatBelow",
                     {Strategy::kRequestedToCapacityRatio, {{"cpu", 1}}, {{20, 80}, {60, 10}}},
                     pod(100),
                     {},
                     80},
        StrategyCase{"RatioIsFlatAbove",
                     {Strategy::kRequestedToCapacityRatio, {{"cpu", 1}}, {{20, 80}, {60, 10}}},
                     pod(999),
                     {},
                     10},
        StrategyCase{"RatioOverFull", ratio({{0, 100}, {100, 0}}), pod(5000), {}, 0}),
    [](const auto& row) { return row.param.name; });

struct IgnoredCase {
  const char* name;
  const char* args;
  const char* resource;
  bool fits;
};

void PrintTo(const IgnoredCase& row, std::ostream* out) { *out << row.name; }

class NodeResourcesFitIgnoredTest : public testing::TestWithParam<IgnoredCase> {};

TEST_P(NodeResourcesFitIgnoredTest, IsNotCounted) {
  const auto plugin = test::made_of(
      GetParam().args, [](auto& args) { return NodeResourcesFit::from_args({}, args); });
  const auto& filter = dynamic_cast<const FilterPlugin&>(*plugin);
  const auto pod = PodBuilder("p").request(GetParam().resource, 1).build();
  EXPECT_EQ(filter.filter(nullptr, *pod, test::node_view(small())).is_ok(), GetParam().fits);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, NodeResourcesFitIgnoredTest,
    testing::Values(IgnoredCase{"Nothing", "{}", "example.com/a", false},
                    IgnoredCase{"ByName", R"({"ignoredResources":["example.com/a"]})",
                                "example.com/a", true},
                    IgnoredCase{"OtherName", R"({"ignoredResources":["example.com/a"]})",
                                "example.com/b", false},
                    IgnoredCase{"ByGroup", R"({"ignoredResourceGroups":["example.com"]})",
                                "example.com/b", true},
                    IgnoredCase{"OtherGroup", R"({"ignoredResourceGroups":["example"]})",
                                "example.com/b", false},
                    // Only extended resources can be ignored.
                    IgnoredCase{"NotExtended", R"({"ignoredResources":["hugepages-2Mi"]})",
                                "hugepages-2Mi", false}),
    [](const auto& row) { return row.param.name; });

struct ArgsCase {
  const char* name;
  const char* json;
  std::vector<std::string> errors;
};

void PrintTo(const ArgsCase& row, std::ostream* out) { *out << row.name; }

class NodeResourcesFitArgsTest : public testing::TestWithParam<ArgsCase> {};

TEST_P(NodeResourcesFitArgsTest, AreChecked) {
  const auto make = [](auto& args) { return NodeResourcesFit::from_args({}, args); };
  EXPECT_EQ(test::errors_of(GetParam().json, make), GetParam().errors);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, NodeResourcesFitArgsTest,
    testing::Values(
        ArgsCase{"None", "{}", {}},
        ArgsCase{"Good",
                 R"({"ignoredResources":["example.com/a"],"ignoredResourceGroups":["example.com"],
                     "scoringStrategy":{"type":"RequestedToCapacityRatio",
                       "resources":[{"name":"cpu","weight":100},{"name":"memory"}],
                       "requestedToCapacityRatio":{"shape":[{"utilization":0,"score":0},
                         {"utilization":100,"score":10}]}}})",
                 {}},
        ArgsCase{
            "NoType",
            R"({"scoringStrategy":{}})",
            {R"(args.scoringStrategy.type: Unsupported value: "": )"
             R"(supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio")"}},
        ArgsCase{
            "UnknownType",
            R"({"scoringStrategy":{"type":"x"}})",
            {R"(args.scoringStrategy.type: Unsupported value: "x": )"
             R"(supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio")"}},
        ArgsCase{
            "Weights",
            R"({"scoringStrategy":{"type":"MostAllocated",
                     "resources":[{"name":"cpu","weight":101},{"name":"x","weight":-1}]}})",
            {"args.scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of "
             "cpu not in valid range (0, 100]",
             "args.scoringStrategy.resources[1].weight: Invalid value: -1: resource weight of "
             "x not in valid range (0, 100]"}},
        ArgsCase{
            "NoRatio",
            R"({"scoringStrategy":{"type":"RequestedToCapacityRatio"}})",
            {"args.scoringStrategy.requestedToCapacityRatio: Required value: must be specified "
             "when type is RequestedToCapacityRatio"}},
        ArgsCase{"RatioOfAnotherType",
                 R"({"scoringStrategy":{"type":"LeastAllocated",
                     "requestedToCapacityRatio":{}}})",
                 {"args.scoringStrategy.requestedToCapacityRatio: Forbidden: must be nil when type "
                  "is not RequestedToCapacityRatio"}},
        ArgsCase{"EmptyShape",
                 R"({"scoringStrategy":{"type":"RequestedToCapacityRatio",
                     "requestedToCapacityRatio":{"shape":[]}}})",
                 {"args.scoringStrategy.requestedToCapacityRatio.shape: Required value: at least "
                  "one point must be specified"}},
        ArgsCase{
            "Shape",
            R"({"scoringStrategy":{"type":"RequestedToCapacityRatio",
                     "requestedToCapacityRatio":{"shape":[{"utilization":50,"score":11},
                       {"utilization":50,"score":-1},{"utilization":101,"score":0}]}}})",
            {"args.scoringStrategy.requestedToCapacityRatio.shape[0].score: Invalid value: 11: "
             "not in valid range [0, 10]",
             "args.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid "
             "value: 50: values must be sorted in increasing order",
             "args.scoringStrategy.requestedToCapacityRatio.shape[1].score: Invalid value: -1: "
             "not in valid range [0, 10]",
             "args.scoringStrategy.requestedToCapacityRatio.shape[2].utilization: Invalid "
             "value: 101: not in valid range [0, 100]"}},
        ArgsCase{"HugeNumbers",
                 R"({"scoringStrategy":{"type":"RequestedToCapacityRatio",
                     "requestedToCapacityRatio":{"shape":[{"utilization":9223372036854775807,
                       "score":0}]}}})",
                 {"args.scoringStrategy.requestedToCapacityRatio.shape[0].utilization: Invalid "
                  "value: 9223372036854775807: must be in the range [-2147483648-2147483647]"}},
        ArgsCase{
            "IgnoredGroupWithSlash",
            R"({"ignoredResourceGroups":["example.com/"]})",
            {"args.ignoredResourceGroups[0]: Invalid value: \"example.com/\": resource group "
             "name can't contain '/'",
             "args.ignoredResourceGroups[0]: Invalid value: \"example.com/\": name part must "
             "be non-empty",
             "args.ignoredResourceGroups[0]: Invalid value: \"example.com/\": name part must "
             "consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
             "an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex "
             "used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"}},
        ArgsCase{"UnknownKeys",
                 R"({"scoringStrategy":{"type":"LeastAllocated","x":1},"y":2})",
                 {"unknown field \"args.y\"", "unknown field \"args.scoringStrategy.x\""}}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::scheduler
