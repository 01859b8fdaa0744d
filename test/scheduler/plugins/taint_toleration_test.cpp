#include "scheduler/plugins/taint_toleration.hpp"

#include <ostream>

#include <gtest/gtest.h>

#include "test/scheduler/plugins/node_world.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::TaintEffect;
using test::NodeBuilder;
using test::PodBuilder;

struct Case {
  const char* name;
  PodBuilder pod;
  NodeBuilder node;
  bool fits;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class TaintTolerationTest : public testing::TestWithParam<Case> {};

TEST_P(TaintTolerationTest, Filters) {
  const auto& row = GetParam();
  const Status want = row.fits
                          ? Status::ok()
                          : Status::unresolvable(model::Name("node(s) had untolerated taint(s)"));
  EXPECT_EQ(TaintToleration().filter(nullptr, *row.pod.build(), test::node_view(row.node)), want);
}

NodeBuilder neuron_node(TaintEffect effect) {
  return NodeBuilder("n").taint("aws.amazon.com/neuron", "true", effect);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, TaintTolerationTest,
    testing::Values(
        Case{"NoTaint", PodBuilder("p"), NodeBuilder("n"), true},
        Case{"NoSchedule", PodBuilder("p"), neuron_node(TaintEffect::kNoSchedule), false},
        Case{"NoExecute", PodBuilder("p"), neuron_node(TaintEffect::kNoExecute), false},
        Case{"PreferNoSchedule", PodBuilder("p"), neuron_node(TaintEffect::kPreferNoSchedule),
             true},
        Case{"ToleratedByKey", PodBuilder("p").tolerate("aws.amazon.com/neuron"),
             neuron_node(TaintEffect::kNoSchedule), true},
        Case{"ToleratedByValue", PodBuilder("p").tolerate("aws.amazon.com/neuron", "true"),
             neuron_node(TaintEffect::kNoSchedule), true},
        Case{"OtherValue", PodBuilder("p").tolerate("aws.amazon.com/neuron", "false"),
             neuron_node(TaintEffect::kNoSchedule), false},
        Case{"OneOfTwo", PodBuilder("p").tolerate("aws.amazon.com/neuron"),
             neuron_node(TaintEffect::kNoSchedule).taint("x", "", TaintEffect::kNoExecute), false}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::scheduler
