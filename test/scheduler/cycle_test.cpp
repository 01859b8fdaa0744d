#include "scheduler/cycle.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/fake_plugins.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using test::NodeBuilder;
using test::PodBuilder;

model::Cache cluster(const std::vector<std::string>& nodes) {
  model::Cache cache({});
  for (const auto& name : nodes) cache.set_node(NodeBuilder(name).build());
  return cache;
}

Status no(std::string_view reason) { return Status::unschedulable(Name(reason)); }

PreFilterResult only(std::vector<std::string> names) {
  PreFilterResult result;
  result.nodes.emplace();
  for (const auto& name : names) result.nodes->emplace_back(name);
  return result;
}

PreFilterResult says(Status status) {
  PreFilterResult result;
  result.status = std::move(status);
  return result;
}

Decision decide_on(const Profile& profile, const model::Cache& cache, std::uint64_t seed = 0) {
  return decide(profile, *PodBuilder("p").build(), cache, seed);
}

std::string message_of(const Profile& profile, const std::vector<std::string>& nodes) {
  const auto cache = cluster(nodes);
  return decide_on(profile, cache).message;
}

TEST(CycleTest, NoNodesIsNoRejection) {
  const auto cache = cluster({});
  const auto decision = decide_on(test::profile_of(), cache);
  EXPECT_EQ(decision.kind, Decision::Kind::kNoNodes);
  EXPECT_EQ(decision.message, "no nodes available to schedule pods");
}

TEST(CycleTest, CountsReasonsAndSortsThemAsStrings) {
  std::vector<std::string> names;
  for (int i = 0; i < 12; ++i) names.push_back("n" + std::to_string(i));
  const auto profile = test::profile_of(test::filter("F", [](const model::NodeView& node) {
    return node.node().name.view() < "n2" ? no("x") : no("y");
  }));
  const auto cache = cluster(names);
  const auto decision = decide_on(profile, cache);
  EXPECT_EQ(decision.kind, Decision::Kind::kRejected);
  EXPECT_EQ(decision.message, "0/12 nodes are available: 4 x, 8 y.");
  // 10 x sorts before 2 y.
  const auto ten = test::profile_of(test::filter("F", [](const model::NodeView& node) {
    return node.node().name.view() < "n8" ? no("x") : no("y");
  }));
  EXPECT_EQ(decide_on(ten, cache).message, "0/12 nodes are available: 10 x, 2 y.");
}

TEST(CycleTest, TheFirstRejectionEndsTheNodeAndMayGiveSeveralReasons) {
  const auto profile = test::profile_of(
      test::filter("A",
                   [](const model::NodeView& node) {
                     Status status;
                     if (node.node().name.view() != "a") return status;
                     return Status{Code::kUnschedulable, {Name("one"), Name("two")}};
                   }),
      test::filter("B", [](const model::NodeView&) { return no("three"); }));
  EXPECT_EQ(message_of(profile, {"a", "b"}), "0/2 nodes are available: 1 one, 1 three, 1 two.");
}

TEST(CycleTest, AFilterErrorAbortsTheCycle) {
  const auto profile = test::profile_of(test::filter("Broken", [](const model::NodeView& node) {
    return node.node().name.view() == "b" ? Status::error("out of luck") : Status::ok();
  }));
  const auto cache = cluster({"a", "b"});
  const auto decision = decide_on(profile, cache);
  EXPECT_EQ(decision.kind, Decision::Kind::kError);
  EXPECT_EQ(decision.message, "running filter plugin \"Broken\": out of luck");
}

TEST(CycleTest, ANodeThatCouldNotBeReadTakesNoPods) {
  model::Cache cache({});
  cache.set_node(NodeBuilder("n").decode_error("status: not an object").build());
  const auto decision = decide_on(test::profile_of(), cache);
  EXPECT_EQ(decision.message, "0/1 nodes are available: 1 node(s) could not be read.");
}

TEST(CycleTest, PreFilterUnresolvableEndsAtOnce) {
  bool second_ran = false;
  const auto profile = test::profile_of(
      test::pre_filter("A",
                       [](const model::Pod&) { return says(Status::unresolvable(Name("never"))); }),
      test::pre_filter("B", [&](const model::Pod&) {
        second_ran = true;
        return says(Status::ok());
      }));
  EXPECT_EQ(message_of(profile, {"a", "b"}), "0/2 nodes are available: never.");
  EXPECT_FALSE(second_ran);
}

TEST(CycleTest, OfUnschedulablePreFiltersTheLastIsShown) {
  const auto profile =
      test::profile_of(test::pre_filter("A", [](const model::Pod&) { return says(no("first")); }),
                       test::pre_filter("B", [](const model::Pod&) { return says(no("second")); }));
  EXPECT_EQ(message_of(profile, {"a"}), "0/1 nodes are available: second.");
}

TEST(CycleTest, APreFilterErrorNamesThePlugin) {
  const auto profile = test::profile_of(
      test::pre_filter("A", [](const model::Pod&) { return says(Status::error("boom")); }));
  EXPECT_EQ(message_of(profile, {"a"}), "running PreFilter plugin \"A\": boom");
}

TEST(CycleTest, NamedNodesAreIntersected) {
  const auto profile =
      test::profile_of(test::pre_filter("B",
                                        [](const model::Pod&) {
                                          return only({"c", "a", "b"});
                                        }),
                       test::pre_filter("A",
                                        [](const model::Pod&) {
                                          return only({"b", "c", "gone", "b"});
                                        }),
                       test::filter("F", [](const model::NodeView& node) {
                         return node.node().name.view() == "c" ? Status::ok() : no("not c");
                       }));
  const auto cache = cluster({"a", "b", "c", "d"});
  const auto decision = decide_on(profile, cache);
  ASSERT_EQ(decision.kind, Decision::Kind::kPlaced);
  EXPECT_EQ(decision.node->node().name.str(), "c");
}

TEST(CycleTest, OtherNodesShowWhichPluginsNamedTheNodes) {
  const auto profile =
      test::profile_of(test::pre_filter("B",
                                        [](const model::Pod&) {
                                          return only({"a", "b"});
                                        }),
                       test::pre_filter("A",
                                        [](const model::Pod&) {
                                          return only({"b", "a", "c"});
                                        }),
                       test::filter("F", [](const model::NodeView&) { return no("full"); }));
  EXPECT_EQ(message_of(profile, {"a", "b", "c", "d", "e"}),
            "0/5 nodes are available: 2 full, 3 node(s) didn't satisfy plugin(s) [A B].");
}

TEST(CycleTest, NoCommonNodeRejects) {
  const auto one = test::profile_of(
      test::pre_filter("NodeAffinity", [](const model::Pod&) { return only({}); }));
  EXPECT_EQ(message_of(one, {"a"}),
            "0/1 nodes are available: node(s) didn't satisfy plugin NodeAffinity.");
  const auto two =
      test::profile_of(test::pre_filter("B", [](const model::Pod&) { return only({"a"}); }),
                       test::pre_filter("A", [](const model::Pod&) { return only({"b"}); }));
  EXPECT_EQ(message_of(two, {"a", "b"}),
            "0/2 nodes are available: node(s) didn't satisfy plugin(s) [A B] simultaneously.");
}

struct SkippingFilter final : Plugin, PreFilterPlugin, FilterPlugin {
  PreFilterResult pre_filter(const model::Pod& pod, const model::Cache&) const override {
    return says(pod.name == "skips" ? Status::skip() : Status::ok());
  }
  Status filter(const PluginState*, const model::Pod&, const model::NodeView&) const override {
    return no("filtered");
  }
};

TEST(CycleTest, PreFilterSkipSwitchesTheFilterOff) {
  const auto profile =
      test::profile_of(test::NamedPlugin{"S", std::make_unique<SkippingFilter>(), 1});
  const auto cache = cluster({"a"});
  EXPECT_EQ(decide(profile, *PodBuilder("skips").build(), cache, 0).kind, Decision::Kind::kPlaced);
  EXPECT_EQ(decide(profile, *PodBuilder("p").build(), cache, 0).kind, Decision::Kind::kRejected);
}

TEST(CycleTest, TheHighestWeightedSumWins) {
  const auto profile = test::profile_of(
      test::score("A", 1,
                  [](const model::NodeView& n) { return n.node().name.view() == "a" ? 100 : 0; }),
      test::score("B", 3,
                  [](const model::NodeView& n) { return n.node().name.view() == "b" ? 34 : 0; }));
  const auto cache = cluster({"a", "b", "c"});
  EXPECT_EQ(decide_on(profile, cache).node->node().name.str(), "b");
}

TEST(CycleTest, OneFeasibleNodeIsNotScored) {
  int scored = 0;
  const auto profile =
      test::profile_of(test::filter("F",
                                    [](const model::NodeView& n) {
                                      return n.node().name.view() == "b" ? Status::ok() : no("x");
                                    }),
                       test::score("S", 1, [&](const model::NodeView&) { return ++scored; }));
  const auto cache = cluster({"a", "b"});
  EXPECT_EQ(decide_on(profile, cache).node->node().name.str(), "b");
  EXPECT_EQ(scored, 0);
}

TEST(CycleTest, AScoreOutOfRangeIsAnError) {
  const auto profile =
      test::profile_of(test::score("S", 1, [](const model::NodeView&) { return 101; }));
  const auto cache = cluster({"a", "b"});
  const auto decision = decide_on(profile, cache);
  EXPECT_EQ(decision.kind, Decision::Kind::kError);
  EXPECT_EQ(decision.message,
            "applying score defaultWeights on Score plugins: plugin \"S\" returns an invalid score "
            "101, it should in the range of [0, 100] after normalizing");
}

struct Halving final : Plugin, ScorePlugin, ScoreExtensions {
  std::int64_t score(const PluginState*, const model::Pod&,
                     const model::NodeView& node) const override {
    return node.node().name.view() == "a" ? 200 : 100;
  }
  const ScoreExtensions* score_extensions() const override { return this; }
  void normalize(std::span<std::int64_t> scores, const ScoreRange&) const override {
    for (auto& score : scores) score /= 2;
  }
};

TEST(CycleTest, ScoresAreNormalizedOverAllFeasibleNodes) {
  const auto profile = test::profile_of(test::NamedPlugin{"H", std::make_unique<Halving>(), 1});
  const auto cache = cluster({"a", "b"});
  EXPECT_EQ(decide_on(profile, cache).node->node().name.str(), "a");
}

TEST(CycleTest, TiesGoToTheLowerHashAndTheSeedDecides) {
  const auto profile = test::profile_of();
  const auto cache = cluster({"a", "b", "c", "d"});
  std::set<std::string> chosen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto decision = decide_on(profile, cache, seed);
    const auto name = decision.node->node().name.str();
    EXPECT_EQ(decide_on(profile, cache, seed).node->node().name.str(), name);
    for (const auto* node : cache.nodes()) {
      EXPECT_LE(tie_hash(seed, "uid-p", decision.node->node().name),
                tie_hash(seed, "uid-p", node->node().name));
    }
    chosen.insert(name);
  }
  EXPECT_EQ(chosen.size(), 4U);
}

// Fixed by the documentation of tie_hash, so that a run can be replayed by another version.
TEST(CycleTest, TheTieHashIsTheDocumentedOne) {
  using model::Name;
  EXPECT_EQ(tie_hash(0, "", Name()), 0x47bb7fd5f65841b3U);
  EXPECT_EQ(tie_hash(7, "uid-p", Name("node-1")), 0x94e3fbe25fff0d47U);
  EXPECT_NE(tie_hash(0, "ab", Name("c")), tie_hash(0, "a", Name("bc")));
  EXPECT_NE(tie_hash(0, "a", Name("b")), tie_hash(1, "a", Name("b")));
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
