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
  void add_pod(const PodRef& pod) override { ++pods[pod->uid.text]; }
  void update_pod(const Pod& before, const PodRef& after) override {
    updates += before.resource_version + ">" + after->resource_version + " ";
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

using Domains = AntiAffinityIndex::Domains;

AntiAffinityTerm away_from(std::string_view app, std::string_view topology_key = "zone") {
  AntiAffinityTerm term;
  term.namespaces = {Name("default")};
  term.selector.requirements = {{Name("app"), SelectorOperator::kIn, {Name(app)}, 0}};
  term.topology_key = Name(topology_key);
  return term;
}

PodBuilder guard(const std::string& name, std::string_view node, const AntiAffinityTerm& term) {
  PodBuilder pod(name);
  pod.bound_to(node).raw().anti_affinity.edit() = {term};
  return pod;
}

class AntiAffinityTest : public CacheTest {
 protected:
  // Of the one term that there is; none: no term.
  Domains domains() const {
    const auto& terms = cache_.anti_affinity().terms();
    EXPECT_LE(terms.size(), 1U);
    return terms.empty() ? Domains{} : terms.begin()->second;
  }
};

TEST_F(AntiAffinityTest, ReplicasShareOneTermAndCountByDomain) {
  for (const auto* node : {"n1", "n2"})
    cache_.set_node(NodeBuilder(node).label("zone", "a").build());
  cache_.set_node(NodeBuilder("n3").label("zone", "b").build());
  for (const auto* node : {"n1", "n2", "n3"}) {
    cache_.set_pod(guard(std::string("on-") + node, node, away_from("web")).build());
  }
  EXPECT_EQ(domains(), (Domains{{Name("a"), 2}, {Name("b"), 1}}));
  cache_.set_pod(guard("other", "n1", away_from("db")).build());
  EXPECT_EQ(cache_.anti_affinity().terms().size(), 2U);
  cache_.remove_pod(Uid{"uid-other"});
  cache_.remove_pod(Uid{"uid-on-n3"});
  EXPECT_EQ(domains(), (Domains{{Name("a"), 2}}));
  cache_.set_pod(guard("on-n1", "n1", away_from("web")).terminal().build());
  cache_.remove_pod(Uid{"uid-on-n2"});
  EXPECT_TRUE(cache_.anti_affinity().terms().empty());
}

TEST_F(AntiAffinityTest, FollowsAssumedPodsUntilTheyAreForgotten) {
  cache_.set_node(NodeBuilder("n").label("zone", "a").build());
  const auto pod = guard("p", "n", away_from("web")).build();
  ASSERT_TRUE(cache_.assume(pod));
  EXPECT_EQ(domains(), (Domains{{Name("a"), 1}}));
  cache_.set_pod(pod);
  EXPECT_EQ(domains(), (Domains{{Name("a"), 1}}));
  cache_.remove_pod(pod->uid);
  ASSERT_TRUE(cache_.assume(pod));
  ASSERT_TRUE(cache_.forget(pod->uid));
  EXPECT_EQ(domains(), Domains{});
}

TEST_F(AntiAffinityTest, FollowsTheNodesLabels) {
  cache_.set_pod(guard("p", "n", away_from("web")).build());
  EXPECT_EQ(domains(), Domains{});  // No node, no domain.
  cache_.set_node(NodeBuilder("n").build());
  EXPECT_EQ(domains(), Domains{});  // A node without the key has none.
  cache_.set_node(NodeBuilder("n").label("zone", "a").build());
  EXPECT_EQ(domains(), (Domains{{Name("a"), 1}}));
  cache_.set_node(NodeBuilder("n").label("zone", "b").unschedulable().build());
  EXPECT_EQ(domains(), (Domains{{Name("b"), 1}}));
  cache_.remove_node(Name("n"));
  EXPECT_EQ(domains(), Domains{});
}

TEST_F(AntiAffinityTest, FollowsAPodThatChangesOrMoves) {
  cache_.set_node(NodeBuilder("n").label("zone", "a").build());
  cache_.set_node(NodeBuilder("m").label("zone", "b").build());
  cache_.set_pod(guard("p", "n", away_from("web")).build());
  cache_.set_pod(guard("p", "m", away_from("web")).build());
  EXPECT_EQ(domains(), (Domains{{Name("b"), 1}}));
  cache_.set_pod(guard("p", "m", away_from("web", "kubernetes.io/hostname")).build());
  EXPECT_EQ(domains(), (Domains{{Name("m"), 1}}));
  cache_.set_pod(PodBuilder("p").bound_to("m").build());
  EXPECT_EQ(domains(), Domains{});
}

TEST_F(CacheTest, KnowsTheLabelsOfNamespacesItWasToldOf) {
  EXPECT_EQ(cache_.namespace_labels(Name("a")), nullptr);
  Labels labels;
  labels.set(Name("team"), Name("x"));
  cache_.set_namespace(Name("a"), labels);
  ASSERT_NE(cache_.namespace_labels(Name("a")), nullptr);
  EXPECT_EQ(*cache_.namespace_labels(Name("a")), labels);
  cache_.set_namespace(Name("a"), {});
  EXPECT_EQ(*cache_.namespace_labels(Name("a")), Labels());
  cache_.remove_namespace(Name("a"));
  EXPECT_EQ(cache_.namespace_labels(Name("a")), nullptr);
}

TEST_F(CacheTest, CountsNodesThatRepel) {
  const auto tainted = [](TaintEffect effect) { return NodeBuilder("n").taint("k", "", effect); };
  cache_.set_node(tainted(TaintEffect::kNoSchedule).build());
  EXPECT_EQ(cache_.repelling_nodes(), 0U);
  for (int i = 0; i < 2; ++i) {
    cache_.set_node(tainted(TaintEffect::kPreferNoSchedule).build());
    EXPECT_EQ(cache_.repelling_nodes(), 1U);
  }
  cache_.set_node(NodeBuilder("n").build());
  EXPECT_EQ(cache_.repelling_nodes(), 0U);
  cache_.set_node(tainted(TaintEffect::kPreferNoSchedule).build());
  cache_.remove_node(Name("n"));
  cache_.remove_node(Name("n"));
  EXPECT_EQ(cache_.repelling_nodes(), 0U);
}

TEST_F(CacheTest, CountsNodesByImage) {
  const auto with = [](std::string_view node, std::vector<NodeImage> images) {
    NodeBuilder builder(node);
    builder.raw().images = std::move(images);
    return builder.build();
  };
  const auto nodes_of = [&](std::string_view image) {
    const auto* found = cache_.images().find(Name(image));
    return found == nullptr ? 0 : found->nodes;
  };
  cache_.set_node(with("n", {{Name("a:1"), 10}, {Name("b:1"), 20}}));
  cache_.set_node(with("m", {{Name("a:1"), 99}}));
  EXPECT_EQ(nodes_of("a:1"), 2U);
  EXPECT_EQ(nodes_of("b:1"), 1U);
  // The first that was told stays as long as some node has the image.
  EXPECT_EQ(cache_.images().find(Name("a:1"))->size_bytes, 10);
  cache_.set_node(with("n", {{Name("b:1"), 20}}));
  EXPECT_EQ(nodes_of("a:1"), 1U);
  cache_.remove_node(Name("m"));
  EXPECT_EQ(nodes_of("a:1"), 0U);
  cache_.set_node(with("n", {}));
  EXPECT_EQ(cache_.images().size(), 0U);
}

TEST_F(CacheTest, PortsAreUsedUntilTheirPodIsGone) {
  PodBuilder pod("p");
  pod.bound_to("n").raw().host_ports.edit() = {make_host_port({}, {}, 80),
                                               make_host_port({}, {}, 81)};
  PodBuilder same("q");
  same.bound_to("n").raw().host_ports.edit() = {make_host_port({}, {}, 80)};
  cache_.set_node(NodeBuilder("n").build());
  cache_.set_pod(pod.build());
  cache_.set_pod(same.build());
  EXPECT_EQ(cache_.find_node(Name("n"))->used_ports().size(), 3U);
  cache_.remove_pod(Uid{"uid-p"});
  const NodeView copy = *cache_.find_node(Name("n"));
  ASSERT_EQ(copy.used_ports().size(), 1U);
  EXPECT_EQ(copy.used_ports()[0], make_host_port(Name("0.0.0.0"), Name("TCP"), 80));
  cache_.remove_pod(Uid{"uid-q"});
  EXPECT_TRUE(cache_.find_node(Name("n"))->used_ports().empty());
}

}  // namespace
}  // namespace neuron_scheduler::model
