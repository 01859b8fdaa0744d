#include "scheduler/plugins/taint_toleration.hpp"

#include <ostream>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/plugins/node_world.hpp"
#include "test/scheduler/scores.hpp"

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

NodeBuilder repelling(const std::vector<const char*>& keys) {
  NodeBuilder node("n");
  for (const auto* key : keys) node.taint(key, "", TaintEffect::kPreferNoSchedule);
  return node;
}

struct ScoreCase {
  const char* name;
  PodBuilder pod;
  NodeBuilder node;
  std::int64_t want;
};

void PrintTo(const ScoreCase& row, std::ostream* out) { *out << row.name; }

class TaintTolerationScoreTest : public testing::TestWithParam<ScoreCase> {};

TEST_P(TaintTolerationScoreTest, CountsWhatIsNotTolerated) {
  const auto& row = GetParam();
  EXPECT_EQ(TaintToleration().score(nullptr, *row.pod.build(), test::node_view(row.node)),
            row.want);
}

PodBuilder tolerates(const char* key, TaintEffect effect) {
  PodBuilder pod("p");
  pod.tolerate(key).raw().waiting.edit().tolerations.back().any_effect = false;
  pod.raw().waiting.edit().tolerations.back().effect = effect;
  return pod;
}

INSTANTIATE_TEST_SUITE_P(
    Rules, TaintTolerationScoreTest,
    testing::Values(
        ScoreCase{"NoTaint", PodBuilder("p"), NodeBuilder("n"), 0},
        ScoreCase{"OtherEffects", PodBuilder("p"), neuron_node(TaintEffect::kNoSchedule), 0},
        ScoreCase{"Each", PodBuilder("p"), repelling({"a", "b"}), 2},
        ScoreCase{"ToleratedForAllEffects", PodBuilder("p").tolerate("a"), repelling({"a", "b"}),
                  1},
        ScoreCase{"ToleratedForThisEffect", tolerates("a", TaintEffect::kPreferNoSchedule),
                  repelling({"a", "b"}), 1},
        ScoreCase{"ToleratedForAnotherEffect", tolerates("a", TaintEffect::kNoSchedule),
                  repelling({"a", "b"}), 2}),
    [](const auto& row) { return row.param.name; });

TEST(TaintTolerationNormalizeTest, FewerAreBetter) {
  std::vector<std::int64_t> scores = {0, 1, 3};
  TaintToleration().normalize(scores, test::range_of(scores));
  EXPECT_EQ(scores, (std::vector<std::int64_t>{100, 67, 0}));
}

TEST(TaintTolerationPreScoreTest, IsSkippedWhileNoNodeRepels) {
  model::Cache cache({});
  const auto pod = PodBuilder("p").build();
  const auto status = [&] { return TaintToleration().pre_score(*pod, cache).status; };
  cache.set_node(neuron_node(TaintEffect::kNoSchedule).build());
  EXPECT_EQ(status(), Status::skip());
  cache.set_node(repelling({"a"}).build());
  EXPECT_EQ(status(), Status::ok());
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
