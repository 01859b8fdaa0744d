#include "scheduler/plugins/node_unschedulable.hpp"

#include <ostream>

#include <gtest/gtest.h>

#include "test/scheduler/plugins/node_world.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using test::NodeBuilder;
using test::PodBuilder;

struct Case {
  const char* name;
  PodBuilder pod;
  NodeBuilder node;
  bool fits;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class NodeUnschedulableTest : public testing::TestWithParam<Case> {};

TEST_P(NodeUnschedulableTest, Filters) {
  const auto& row = GetParam();
  const Status want =
      row.fits ? Status::ok() : Status::unresolvable(model::Name("node(s) were unschedulable"));
  EXPECT_EQ(NodeUnschedulable().filter(nullptr, *row.pod.build(), test::node_view(row.node)), want);
}

constexpr auto* kKey = "node.kubernetes.io/unschedulable";

INSTANTIATE_TEST_SUITE_P(
    Rules, NodeUnschedulableTest,
    testing::Values(Case{"Schedulable", PodBuilder("p"), NodeBuilder("n"), true},
                    Case{"Cordoned", PodBuilder("p"), NodeBuilder("n").unschedulable(), false},
                    Case{"Tolerated", PodBuilder("p").tolerate(kKey),
                         NodeBuilder("n").unschedulable(), true},
                    Case{"OtherToleration", PodBuilder("p").tolerate("x"),
                         NodeBuilder("n").unschedulable(), false},
                    // The taint alone is TaintToleration's business.
                    Case{"TaintOnly", PodBuilder("p"),
                         NodeBuilder("n").taint(kKey, "", model::TaintEffect::kNoSchedule), true}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::scheduler
