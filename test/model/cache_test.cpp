#include "cluster/model/cache.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "test/support/builders.hpp"

namespace neuron_scheduler::model {
namespace {

using test::NodeBuilder;
using test::PodBuilder;

// Remembers what it was told, so that tests see whether calls are exact inverses.
class Recorder final : public NodeAggregate {
 public:
  [[nodiscard]] std::unique_ptr<NodeAggregate> clone() const override {
    return std::make_unique<Recorder>(*this);
  }
  void set_node(const Node* node) override { node_uid = node == nullptr ? "" : node->uid.text; }
  void add_pod(const Pod& pod) override { ++pods[pod.uid.text]; }
  void update_pod(const Pod& before, const Pod& after) override {
    updates += before.resource_version + ">" + after.resource_version + " ";
  }
  void remove_pod(const Pod& pod) override {
    if (--pods[pod.uid.text] == 0) pods.erase(pod.uid.text);
  }

  std::string node_uid;
  std::map<std::string, int> pods;
  std::string updates;
};

class CacheTest : public testing::Test {
 protected:
  const Recorder& recorder(std::string_view node) const {
    return dynamic_cast<const Recorder&>(cache_.find_node(Name(node))->aggregate(0));
  }
  std::int64_t cpu(std::string_view node) const {
    return cache_.find_node(Name(node))->requested().cpu_milli;
  }

  Cache cache_{{[] { return std::make_unique<Recorder>(); }}};
};

TEST_F(CacheTest, NodesAreListedByNameAndFindable) {
  for (const auto* name : {"b", "c", "a"}) cache_.set_node(NodeBuilder(name).build());
  cache_.remove_node(Name("c"));
  ASSERT_EQ(cache_.node_count(), 2U);
  EXPECT_EQ(cache_.nodes()[0]->node().name.str(), "a");
  EXPECT_EQ(cache_.nodes()[1]->node().name.str(), "b");
  EXPECT_EQ(cache_.find_node(Name("c")), nullptr);
}

TEST_F(CacheTest, BoundPodsCountUntilTheyAreRemovedOrTerminal) {
  cache_.set_node(NodeBuilder("n").build());
  cache_.set_pod(PodBuilder("p").cpu_milli(500).bound_to("n").build());
  cache_.set_pod(PodBuilder("q").cpu_milli(300).bound_to("n").terminating().build());
  EXPECT_EQ(cpu("n"), 800);
  cache_.set_pod(PodBuilder("p").cpu_milli(500).bound_to("n").terminal().build());
  EXPECT_EQ(cpu("n"), 300);
  cache_.remove_pod(Uid{"uid-q"});
  EXPECT_EQ(cpu("n"), 0);
  EXPECT_TRUE(recorder("n").pods.empty());
  EXPECT_EQ(cache_.pod_count(), 0U);
}

TEST_F(CacheTest, UnboundPodsAreNotKept) {
  cache_.set_pod(PodBuilder("p").build());
  EXPECT_EQ(cache_.pod_count(), 0U);
}

TEST_F(CacheTest, AssumeCountsAndForgetUndoesIt) {
  cache_.set_node(NodeBuilder("n").build());
  const auto pod = PodBuilder("p").cpu_milli(500).bound_to("n").build();
  EXPECT_TRUE(cache_.assume(pod));
  EXPECT_FALSE(cache_.assume(pod));
  EXPECT_EQ(cpu("n"), 500);
  EXPECT_EQ(cache_.assumed_count(), 1U);
  EXPECT_TRUE(cache_.forget(pod->uid));
  EXPECT_FALSE(cache_.forget(pod->uid));
  EXPECT_EQ(cpu("n"), 0);
  EXPECT_EQ(cache_.assumed_count(), 0U);
}

TEST_F(CacheTest, OldNewsOfAnUnboundPodLeavesAnAssumedOneAssumed) {
  cache_.set_node(NodeBuilder("n").build());
  EXPECT_TRUE(cache_.assume(PodBuilder("p").cpu_milli(500).bound_to("n").build()));
  cache_.set_pod(PodBuilder("p").cpu_milli(500).resource_version("2").build());
  EXPECT_TRUE(cache_.assumed(Uid{"uid-p"}));
  EXPECT_EQ(cpu("n"), 500);
}

TEST_F(CacheTest, TheWatchConfirmsAnAssumedPodAndItCannotBeForgottenThen) {
  cache_.set_node(NodeBuilder("n").build());
  EXPECT_TRUE(cache_.assume(PodBuilder("p").cpu_milli(500).bound_to("n").build()));
  cache_.set_pod(PodBuilder("p").cpu_milli(500).bound_to("n").resource_version("2").build());
  EXPECT_FALSE(cache_.assumed(Uid{"uid-p"}));
  EXPECT_FALSE(cache_.forget(Uid{"uid-p"}));
  EXPECT_EQ(cpu("n"), 500);
  EXPECT_EQ(recorder("n").updates, "1>2 ");
}

TEST_F(CacheTest, AnAssumedPodThatLandedElsewhereIsMovedThere) {
  cache_.set_node(NodeBuilder("n").build());
  cache_.set_node(NodeBuilder("m").build());
  EXPECT_TRUE(cache_.assume(PodBuilder("p").cpu_milli(500).bound_to("n").build()));
  cache_.set_pod(PodBuilder("p").cpu_milli(500).bound_to("m").build());
  EXPECT_EQ(cpu("n"), 0);
  EXPECT_EQ(cpu("m"), 500);
  EXPECT_EQ(cache_.assumed_count(), 0U);
  EXPECT_TRUE(recorder("n").pods.empty());
}

TEST_F(CacheTest, ANodeRecreatedUnderItsNameInheritsThePodsBoundToTheName) {
  cache_.set_node(NodeBuilder("n").build());
  cache_.set_pod(PodBuilder("p").cpu_milli(500).bound_to("n").build());
  cache_.remove_node(Name("n"));
  EXPECT_EQ(cache_.node_count(), 0U);
  ASSERT_NE(cache_.find_node(Name("n")), nullptr);
  EXPECT_EQ(recorder("n").node_uid, "");
  cache_.set_node(NodeBuilder("n").uid("second").build());
  EXPECT_EQ(cpu("n"), 500);
  EXPECT_EQ(recorder("n").node_uid, "second");
  EXPECT_EQ(recorder("n").pods.size(), 1U);
}

TEST_F(CacheTest, AGoneNodeIsForgottenWithItsLastPod) {
  cache_.set_pod(PodBuilder("p").bound_to("ghost").build());
  ASSERT_NE(cache_.find_node(Name("ghost")), nullptr);
  EXPECT_EQ(cache_.node_count(), 0U);
  cache_.remove_pod(Uid{"uid-p"});
  EXPECT_EQ(cache_.find_node(Name("ghost")), nullptr);
}

TEST_F(CacheTest, ARecreatedPodOfTheSameNameIsAnotherPod) {
  cache_.set_node(NodeBuilder("n").build());
  cache_.set_pod(PodBuilder("p").uid("first").cpu_milli(500).bound_to("n").build());
  cache_.set_pod(PodBuilder("p").uid("second").cpu_milli(200).bound_to("n").build());
  EXPECT_EQ(cpu("n"), 700);
  cache_.remove_pod(Uid{"first"});
  EXPECT_EQ(cpu("n"), 200);
}

TEST_F(CacheTest, AnUnreadableUpdateKeepsTheLastGoodState) {
  cache_.set_node(NodeBuilder("n").build());
  cache_.set_pod(PodBuilder("p").cpu_milli(500).bound_to("n").build());
  cache_.set_pod(PodBuilder("p").decode_error("spec: wrong").resource_version("2").build());
  EXPECT_EQ(cpu("n"), 500);
  const PodRef kept = cache_.find_pod(Uid{"uid-p"});
  EXPECT_EQ(kept->decode_error, "spec: wrong");
  EXPECT_EQ(kept->node_name.str(), "n");
  cache_.set_pod(PodBuilder("p").cpu_milli(400).bound_to("n").resource_version("3").build());
  EXPECT_EQ(cpu("n"), 400);
  EXPECT_EQ(cache_.find_pod(Uid{"uid-p"})->decode_error, "");
}

TEST_F(CacheTest, OnlyWhatChangesRaisesANodesGeneration) {
  cache_.set_node(NodeBuilder("n").build());
  cache_.set_node(NodeBuilder("m").build());
  const auto n = cache_.find_node(Name("n"))->generation();
  const auto m = cache_.find_node(Name("m"))->generation();
  cache_.set_pod(PodBuilder("p").bound_to("m").build());
  EXPECT_EQ(cache_.find_node(Name("n"))->generation(), n);
  EXPECT_NE(cache_.find_node(Name("m"))->generation(), m);
}

TEST_F(CacheTest, AWhatIfOnACopyDisturbsNothing) {
  cache_.set_node(NodeBuilder("n").build());
  cache_.set_pod(PodBuilder("p").cpu_milli(500).bound_to("n").build());
  const auto generation = cache_.generation();
  NodeView copy = *cache_.find_node(Name("n"));
  copy.remove_pod(*cache_.find_pod(Uid{"uid-p"}));
  copy.add_pod(PodBuilder("q").cpu_milli(200).bound_to("n").build());
  EXPECT_EQ(copy.requested().cpu_milli, 200);
  EXPECT_EQ(cpu("n"), 500);
  EXPECT_EQ(recorder("n").pods.count("uid-p"), 1U);
  EXPECT_EQ(cache_.generation(), generation);
}

TEST_F(CacheTest, PodsWithAntiAffinityKeepSelectedPodsAwayWhileTheyCount) {
  PodBuilder guard("guard");
  AntiAffinityTerm term;
  term.namespaces = {Name("default")};
  term.selector.requirements = {{Name("app"), SelectorOperator::kIn, {Name("web")}, 0}};
  guard.bound_to("n").raw().anti_affinity = {term};
  const auto web = PodBuilder("w").label("app", "web").build();
  const auto other_namespace = PodBuilder("o").namespace_name("prod").label("app", "web").build();
  EXPECT_FALSE(cache_.kept_away_by_anti_affinity(*web));
  cache_.set_pod(guard.build());
  EXPECT_TRUE(cache_.kept_away_by_anti_affinity(*web));
  EXPECT_FALSE(cache_.kept_away_by_anti_affinity(*other_namespace));
  EXPECT_FALSE(cache_.kept_away_by_anti_affinity(*PodBuilder("x").build()));
  cache_.remove_pod(Uid{"uid-guard"});
  EXPECT_FALSE(cache_.kept_away_by_anti_affinity(*web));
}

}  // namespace
}  // namespace neuron_scheduler::model
