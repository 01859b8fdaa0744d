#include "scheduler/plugins/node_resources_fit.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace neuron_scheduler::scheduler
