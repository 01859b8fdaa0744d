#include "scheduler/evaluations.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/cycle.hpp"
#include "scheduler/registry.hpp"
#include "test/scheduler/fake_plugins.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using test::NodeBuilder;
using test::PodBuilder;

// Looks at the pod's cpu; says how often it was asked.
struct CountingFilter final : Plugin, FilterPlugin, ScorePlugin {
  CountingFilter(int& its_filtered, int& its_scored) : filtered(its_filtered), scored(its_scored) {}
  void describe(const model::Pod& pod, Likeness& likeness) const override {
    likeness.add(pod.requests.cpu_milli);
  }
  Status filter(const PluginState*, const model::Pod& pod,
                const model::NodeView& node) const override {
    ++filtered;
    if (node.node().name.view() == "broken") return Status::error("out of luck");
    if (node.node().name.view() == "slow") return {Code::kNotSearched, {Name("not searched")}};
    const auto free = node.node().allocatable.cpu_milli - node.requested().cpu_milli;
    return pod.requests.cpu_milli <= free ? Status::ok() : Status::unschedulable(Name("cpu"));
  }
  std::int64_t score(const PluginState*, const model::Pod&, const model::NodeView&) const override {
    ++scored;
    return 1;
  }
  int& filtered;
  int& scored;
};

class EvaluationsTest : public testing::Test {
 protected:
  EvaluationsTest() {
    for (const auto* name : {"a", "b", "c"}) node(name, 1000);
  }
  void node(std::string_view name, std::int64_t cpu) {
    cache_.set_node(NodeBuilder(name).cpu_milli(cpu).build());
  }
  void assume(const std::string& name, const std::string& node, std::int64_t cpu) {
    ASSERT_TRUE(cache_.assume(PodBuilder(name).cpu_milli(cpu).bound_to(node).build()));
  }
  // FILTERED+SCORED, and the outcome.
  std::string decide(const std::string& name, std::int64_t cpu) {
    filtered_ = scored_ = 0;
    const auto decision =
        decider_.decide(profile_, *PodBuilder(name).cpu_milli(cpu).build(), cache_);
    const std::string outcome =
        decision.kind == Decision::Kind::kPlaced ? "placed" : decision.message;
    return std::to_string(filtered_) + '+' + std::to_string(scored_) + ' ' + outcome;
  }

  int filtered_ = 0;
  int scored_ = 0;
  model::Cache cache_{{}};
  Profile profile_ = test::profile_of(
      test::NamedPlugin{"F", std::make_unique<CountingFilter>(filtered_, scored_), 1});
  Decider decider_{0};
};

TEST_F(EvaluationsTest, EqualPodsAskOnlyWhatChanged) {
  EXPECT_EQ(decide("p1", 100), "3+3 placed");
  EXPECT_EQ(decide("p2", 100), "0+0 placed");
  assume("x", "b", 950);
  EXPECT_EQ(decide("p3", 100), "1+0 placed");
  assume("y", "a", 10);
  EXPECT_EQ(decide("p4", 100), "1+1 placed");
  EXPECT_EQ(decide("other", 200), "3+2 placed");
}

TEST_F(EvaluationsTest, ReasonsAreCountedAnew) {
  EXPECT_EQ(decide("p1", 2000), "3+0 0/3 nodes are available: 3 cpu.");
  node("b", 3000);
  EXPECT_EQ(decide("p2", 2000), "1+0 placed");
  node("b", 1000);
  EXPECT_EQ(decide("p3", 2000), "1+0 0/3 nodes are available: 3 cpu.");
}

TEST_F(EvaluationsTest, AnotherListOfNodesIsAskedWhole) {
  EXPECT_EQ(decide("p1", 100), "3+3 placed");
  node("d", 1000);
  EXPECT_EQ(decide("p2", 100), "4+4 placed");
  cache_.remove_node(Name("a"));
  EXPECT_EQ(decide("p3", 100), "3+3 placed");
}

TEST_F(EvaluationsTest, MoreChangesThanAreRememberedAskAll) {
  EXPECT_EQ(decide("p1", 100), "3+3 placed");
  for (int i = 0; i < 5000; ++i) node("b", 1000 + i % 2);
  EXPECT_EQ(decide("p2", 100), "3+3 placed");
}

TEST_F(EvaluationsTest, AfterAnErrorNothingIsRemembered) {
  node("broken", 1000);
  EXPECT_EQ(decide("p1", 100), "3+0 running filter plugin \"F\": out of luck");
  EXPECT_EQ(decide("p2", 100), "3+0 running filter plugin \"F\": out of luck");
}

TEST_F(EvaluationsTest, WhatWasNotSearchedIsAskedAgain) {
  node("slow", 1000);
  EXPECT_EQ(decide("p1", 2000), "4+0 0/4 nodes are available: 1 not searched, 3 cpu.");
  EXPECT_EQ(decide("p2", 2000), "1+0 0/4 nodes are available: 1 not searched, 3 cpu.");
}

TEST_F(EvaluationsTest, TheLastKindsAreKept) {
  for (std::int64_t kind = 0; kind <= static_cast<std::int64_t>(Evaluations::kKept); ++kind) {
    EXPECT_EQ(decide("p", kind + 1), "3+3 placed");
  }
  EXPECT_EQ(decide("p", static_cast<std::int64_t>(Evaluations::kKept) + 1), "0+0 placed");
  EXPECT_EQ(decide("p", 1), "3+3 placed");
}

// A share of the nodes: at least 100 feasible ones, each search beginning where the last one ended.
TEST(PercentageOfNodes, GoesRoundTheNodes) {
  auto config = default_profile_config();
  config.percentage_of_nodes_to_score = 10;
  const Profile profile = std::move(Profile::make(config).value());
  model::Cache cache(SharedPlugins().aggregate_factories());
  for (int i = 0; i < 250; ++i) {
    const auto name = std::to_string(1000 + i);
    cache.set_node(NodeBuilder(name).build());
  }
  model::Pod pinned = *PodBuilder("pinned").build();
  model::NodeSelectorTerm only;
  only.names.emplace_back(model::SelectorOperator::kIn, Name("1007"));
  pinned.waiting.edit().node_affinity.terms.emplace({only});
  Decider decider(0);
  // 100 from 1000, 100 from 1100, then 50 from 1200 and the first 50, then 100 from 1050.
  const auto within = [](int node, int from, int to) { return node >= from && node < to; };
  std::vector<int> chosen;
  for (int i = 0; i < 4; ++i) {
    const auto pod = PodBuilder("p" + std::to_string(i)).build();
    chosen.push_back(std::stoi(decider.decide(profile, *pod, cache).node->node().name.str()));
    // A pod of one node alone does not go round.
    EXPECT_EQ(decider.decide(profile, pinned, cache).node->node().name.str(), "1007");
  }
  EXPECT_TRUE(within(chosen[0], 1000, 1100)) << chosen[0];
  EXPECT_TRUE(within(chosen[1], 1100, 1200)) << chosen[1];
  EXPECT_TRUE(within(chosen[2], 1200, 1250) || within(chosen[2], 1000, 1050)) << chosen[2];
  EXPECT_TRUE(within(chosen[3], 1050, 1150)) << chosen[3];
}

// Whatever happens, remembering changes no decision.
class RandomCluster : public testing::TestWithParam<unsigned> {
 protected:
  int draw(int below) { return static_cast<int>(engine_() % static_cast<unsigned>(below)); }

  NodeBuilder random_node(const std::string& name) {
    NodeBuilder node(name);
    node.cpu_milli(1000 * (1 + draw(4))).memory(std::int64_t{4'000'000'000} * (1 + draw(3)));
    node.label("zone", std::to_string(draw(3)));
    if (draw(3) == 0) node.taint("t", "", model::TaintEffect::kPreferNoSchedule);
    if (draw(8) == 0) node.taint("u", "", model::TaintEffect::kNoSchedule);
    if (draw(10) == 0) node.unschedulable();
    if (draw(2) == 0) {
      node.label("node.kubernetes.io/instance-type", "trn1.32xlarge");
      node.resource("aws.amazon.com/neuron", 16).resource("aws.amazon.com/neuroncore", 32);
    }
    return node;
  }
  PodBuilder random_pod(const std::string& name) {
    PodBuilder pod(name);
    pod.label("index", name).cpu_milli(100 * (1 + draw(3)));
    if (draw(2) == 0) pod.tolerate("t");
    if (draw(4) == 0) pod.node_selector("zone", std::to_string(draw(3)));
    if (draw(2) == 0) pod.request("aws.amazon.com/neuroncore", 1 + draw(3));
    return pod;
  }
  void change() {
    const auto node = "n" + std::to_string(draw(12));
    switch (draw(8)) {
      case 0:
        cache_.set_node(random_node(node).build());
        break;
      case 1:
        cache_.remove_node(Name(node));
        break;
      default:
        if (!bound_.empty() && draw(2) == 0) {
          const auto victim = static_cast<std::size_t>(draw(static_cast<int>(bound_.size())));
          cache_.remove_pod(bound_[victim]);
          bound_.erase(bound_.begin() + static_cast<std::ptrdiff_t>(victim));
        }
    }
  }
  void place(const PodBuilder& builder, const model::NodeView& node) {
    auto bound = builder;
    const auto pod = bound.bound_to(node.node().name.view()).build();
    bound_.push_back(pod->uid);
    EXPECT_TRUE(cache_.assume(pod));
  }

  std::mt19937 engine_{GetParam()};
  model::Cache cache_{SharedPlugins().aggregate_factories()};
  std::vector<model::Uid> bound_;
};

TEST_P(RandomCluster, RememberingChangesNoDecision) {
  const Profile profile = std::move(Profile::make(default_profile_config()).value());
  for (int i = 0; i < 12; ++i) cache_.set_node(random_node("n" + std::to_string(i)).build());
  Decider remembering(GetParam());
  int placed = 0;
  for (int step = 0; step < 600; ++step) {
    for (int i = draw(4); i > 0; --i) change();
    const auto builder = random_pod("p" + std::to_string(step));
    const auto pod = builder.build();
    const Decision shared = remembering.decide(profile, *pod, cache_);
    const Decision fresh = decide(profile, *pod, cache_, GetParam());
    ASSERT_EQ(shared.kind, fresh.kind) << "step " << step;
    ASSERT_EQ(shared.message, fresh.message) << "step " << step;
    ASSERT_EQ(shared.node, fresh.node) << "step " << step;
    if (fresh.node == nullptr) continue;
    ++placed;
    place(builder, *fresh.node);
  }
  EXPECT_GT(placed, 100);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomCluster, testing::Range(1U, 9U));

}  // namespace
}  // namespace neuron_scheduler::scheduler
