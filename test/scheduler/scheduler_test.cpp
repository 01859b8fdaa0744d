#include "scheduler/scheduler.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/registry.hpp"
#include "test/scheduler/recorder.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::NodeBuilder;
using test::PodBuilder;
using Strings = std::vector<std::string>;

constexpr auto* kCores = "aws.amazon.com/neuroncore";
constexpr auto* kDevices = "aws.amazon.com/neuron";

model::Uid uid(const std::string& name) { return {"uid-" + name}; }

class SchedulerTest : public testing::Test {
 protected:
  static NodeBuilder small(const std::string& name) { return NodeBuilder(name).cpu_milli(1000); }
  // Six devices of two cores each, on a ring.
  static NodeBuilder neuron_node(const std::string& name) {
    return NodeBuilder(name)
        .label("node.kubernetes.io/instance-type", "inf2.24xlarge")
        .resource(kDevices, 6)
        .resource(kCores, 12);
  }
  static PodBuilder cpu(const std::string& name, std::int64_t milli) {
    return PodBuilder(name).cpu_milli(milli);
  }
  void add(const PodBuilder& pod) { scheduler_->on_pod(pod.build()); }
  void add(const NodeBuilder& node) { scheduler_->on_node(node.build()); }
  // A namespace with the label team.
  void add_namespace(const char* name, const char* team, const char* decode_error = "") {
    model::Namespace made{model::Name(name), "1", {}, decode_error};
    made.labels.set(model::Name("team"), model::Name(team));
    scheduler_->on_namespace(std::make_shared<const model::Namespace>(std::move(made)));
  }
  // Wants no pods of team red beside it.
  static PodBuilder jealous(const std::string& name) {
    PodBuilder pod(name);
    model::AntiAffinityTerm term;
    term.topology_key = model::Name("kubernetes.io/hostname");
    term.namespace_selector = model::LabelSelector{
        {{model::Name("team"), model::SelectorOperator::kIn, {model::Name("red")}, 0}}};
    pod.bound_to("n").raw().anti_affinity.edit() = {term};
    return pod;
  }
  int decide_all() {
    int decided = 0;
    while (scheduler_->decide_one()) ++decided;
    return decided;
  }
  void answer(const model::Binding& binding, BindEnd end, std::string message = "") {
    scheduler_->on_bind_answer(binding, BindAnswer{end, std::move(message), std::nullopt});
  }
  static void annotate(PodBuilder& pod, const model::Binding& binding) {
    const auto filter = pod_annotation_filter();
    for (const auto& [key, value] : binding.annotations) {
      if (filter.wants(key)) pod.annotation(key, value);
    }
  }
  // The pod as the watch shows it after this binding.
  static model::PodRef bound(PodBuilder pod, const model::Binding& binding) {
    pod.resource_version("2").bound_to(binding.node_name.view());
    annotate(pod, binding);
    return pod.build();
  }
  void advance(std::chrono::nanoseconds by) {
    clock_.advance(by);
    scheduler_->tick();
  }
  // active backoff unschedulable gated
  std::string queue() const {
    const auto sizes = scheduler_->queue_sizes();
    return std::to_string(sizes.active) + ' ' + std::to_string(sizes.backoff) + ' ' +
           std::to_string(sizes.unschedulable) + ' ' + std::to_string(sizes.gated);
  }
  std::string last_message() const {
    return api_.conditions.empty() ? "" : api_.conditions.back().message;
  }
  const model::Cache& cache() const { return scheduler_->cache(); }

  test::SimClock clock_;
  test::RecordingApi api_;
  test::RecordingObserver observer_;
  std::unique_ptr<Scheduler> scheduler_ =
      std::move(Scheduler::make(clock_, api_, observer_, SchedulerOptions{}).value());
};

TEST_F(SchedulerTest, SaysHowFarEachAttemptCame) {
  add(small("a"));
  add(small("b"));
  const auto points_of = [&](const PodBuilder& pod) {
    observer_.points.clear();
    add(pod);
    decide_all();
    return observer_.points;
  };
  EXPECT_EQ(points_of(cpu("p", 500)), (Strings{"PreEnqueue ok", "PreFilter ok", "PreScore ok",
                                               "Filter ok", "Score ok", "Reserve ok"}));
  answer(api_.sent[0], BindEnd::kDone);
  EXPECT_EQ(observer_.points.back(), "Bind ok");
  // As in kube-scheduler, a Filter that leaves nothing has not failed.
  EXPECT_EQ(points_of(cpu("too-big", 5000)),
            (Strings{"PreEnqueue ok", "PreFilter ok", "PreScore ok", "Filter ok"}));
  EXPECT_EQ(points_of(cpu("gated", 500).gate("g")), Strings{"PreEnqueue unresolvable"});
  EXPECT_EQ(observer_.decisions, 2);
}

TEST_F(SchedulerTest, BindsAPodAndSaysSoOnce) {
  add(small("n"));
  add(cpu("p", 500));
  EXPECT_EQ(decide_all(), 1);
  ASSERT_EQ(api_.sent_to(), Strings{"p@n"});
  EXPECT_EQ(api_.sent[0].namespace_name.str(), "default");
  EXPECT_EQ(api_.sent[0].pod_uid, uid("p"));
  EXPECT_TRUE(cache().assumed(uid("p")));
  EXPECT_EQ(scheduler_->pending_binds(), 1U);
  clock_.advance(milliseconds(30));
  answer(api_.sent[0], BindEnd::kDone);
  EXPECT_EQ(scheduler_->pending_binds(), 0U);
  scheduler_->on_pod(bound(cpu("p", 500), api_.sent[0]));
  EXPECT_FALSE(cache().assumed(uid("p")));
  EXPECT_EQ(cache().pod_count(), 1U);
  ASSERT_EQ(api_.events.size(), 1U);
  EXPECT_FALSE(api_.events[0].event.warning);
  EXPECT_EQ(api_.events[0].event.reason, "Scheduled");
  EXPECT_EQ(api_.events[0].event.action, "Binding");
  EXPECT_EQ(api_.events[0].event.note, "Successfully assigned default/p to n");
  EXPECT_EQ(api_.events[0].reporter, "neuron-scheduler");
  EXPECT_EQ(observer_.attempts, std::vector{AttemptResult::kScheduled});
  EXPECT_EQ(observer_.durations, std::vector<std::chrono::nanoseconds>{milliseconds(30)});
  EXPECT_EQ(observer_.waits, std::vector<std::chrono::nanoseconds>{milliseconds(30)});
  EXPECT_EQ(observer_.attempts_of_bound, std::vector{1U});
}

TEST_F(SchedulerTest, TheWatchMayConfirmBeforeTheAnswer) {
  add(small("n"));
  add(cpu("p", 500));
  decide_all();
  scheduler_->on_pod(bound(cpu("p", 500), api_.sent[0]));
  EXPECT_EQ(api_.events.size(), 1U);
  answer(api_.sent[0], BindEnd::kConflict);
  EXPECT_EQ(api_.events.size(), 1U);
  EXPECT_TRUE(api_.reads.empty());
  EXPECT_EQ(observer_.attempts.size(), 1U);
  EXPECT_EQ(queue(), "0 0 0 0");
}

TEST_F(SchedulerTest, SaysWhyAPodDoesNotFit) {
  add(small("a"));
  add(NodeBuilder("b").unschedulable());
  add(NodeBuilder("c").taint("x", "y", model::TaintEffect::kNoSchedule));
  add(small("d"));
  add(cpu("p", 1500));
  decide_all();
  EXPECT_EQ(api_.conditions, (std::vector<test::RecordingApi::Condition>{
                                 {"p", "Unschedulable",
                                  "0/4 nodes are available: 1 node(s) had untolerated taint(s), 1 "
                                  "node(s) were unschedulable, 2 Insufficient cpu."}}));
  ASSERT_EQ(api_.events.size(), 1U);
  EXPECT_EQ(api_.events[0].event.note, last_message());
  EXPECT_EQ(queue(), "0 0 1 0");
  EXPECT_EQ(observer_.attempts, std::vector{AttemptResult::kUnschedulable});
  EXPECT_TRUE(api_.sent.empty());
}

TEST_F(SchedulerTest, WithoutNodesItTriesAgainByItself) {
  add(cpu("p", 100));
  decide_all();
  EXPECT_EQ(last_message(), "no nodes available to schedule pods");
  EXPECT_EQ(api_.conditions[0].reason, "Unschedulable");
  EXPECT_EQ(queue(), "0 1 0 0");
  add(small("n"));
  EXPECT_EQ(decide_all(), 0);
  advance(seconds(2));
  EXPECT_EQ(decide_all(), 1);
  EXPECT_EQ(api_.sent.size(), 1U);
}

TEST_F(SchedulerTest, AssumedPodsCountForTheNextDecision) {
  add(small("n"));
  add(cpu("a", 600));
  add(cpu("b", 600));
  decide_all();
  EXPECT_EQ(api_.sent_to(), Strings{"a@n"});
  EXPECT_EQ(last_message(), "0/1 nodes are available: 1 Insufficient cpu.");
}

TEST_F(SchedulerTest, ADeletedPodWakesThoseThatWait) {
  add(small("n"));
  add(cpu("old", 600).bound_to("n").scheduler("other"));
  add(cpu("p", 600));
  decide_all();
  EXPECT_EQ(queue(), "0 0 1 0");
  scheduler_->on_pod_removed(uid("old"));
  decide_all();
  EXPECT_EQ(api_.sent_to(), Strings{"p@n"});
}

TEST_F(SchedulerTest, ATerminalPodWakesThoseThatWait) {
  add(small("n"));
  add(cpu("old", 600).bound_to("n"));
  add(cpu("p", 600));
  decide_all();
  add(cpu("old", 600).bound_to("n").resource_version("2").terminal());
  decide_all();
  EXPECT_EQ(api_.sent_to(), Strings{"p@n"});
}

TEST_F(SchedulerTest, ANodeThatChangesInNothingThatMattersWakesNobody) {
  add(small("n"));
  add(cpu("p", 2000));
  decide_all();
  auto heartbeat = small("n");
  heartbeat.raw().resource_version = "2";
  add(heartbeat);
  EXPECT_EQ(decide_all(), 0);
  add(small("n").cpu_milli(3000));
  EXPECT_EQ(decide_all(), 1);
  EXPECT_EQ(api_.sent_to(), Strings{"p@n"});
}

TEST_F(SchedulerTest, StatusNewsOfBoundPodsWakesNobody) {
  add(small("n"));
  add(cpu("old", 600).bound_to("n"));
  add(cpu("p", 600));
  decide_all();
  add(cpu("old", 600).bound_to("n").resource_version("2").terminating());
  EXPECT_EQ(decide_all(), 0);
  add(cpu("old", 300).bound_to("n").resource_version("3"));
  EXPECT_EQ(decide_all(), 1);
}

TEST_F(SchedulerTest, ConfirmingAPodWakesNobody) {
  add(neuron_node("n"));
  add(PodBuilder("p").request(kCores, 1).annotation("aws.amazon.com/use-gpuuuid", "n-AWSNeuron-1"));
  add(PodBuilder("q").request(kCores, 100));
  decide_all();
  ASSERT_EQ(api_.sent.size(), 1U);
  // The API server sorts annotations, an assumed pod has the new ones last.
  PodBuilder watched("p");
  watched.request(kCores, 1);
  annotate(watched, api_.sent[0]);
  watched.annotation("aws.amazon.com/use-gpuuuid", "n-AWSNeuron-1");
  scheduler_->on_pod(watched.resource_version("2").bound_to("n").build());
  EXPECT_EQ(api_.events.back().event.reason, "Scheduled");
  EXPECT_EQ(decide_all(), 0);
}

TEST_F(SchedulerTest, PodsOfOthersAreCountedAndNeverQueued) {
  add(small("n"));
  add(cpu("other", 100).scheduler("default-scheduler"));
  EXPECT_EQ(decide_all(), 0);
  EXPECT_EQ(queue(), "0 0 0 0");
  add(cpu("other", 100).scheduler("default-scheduler").bound_to("n").resource_version("2"));
  EXPECT_EQ(cache().pod_count(), 1U);
  EXPECT_TRUE(api_.events.empty());
}

TEST_F(SchedulerTest, APodThatSomebodyElseBindsLeavesTheQueue) {
  add(small("n"));
  add(cpu("p", 100));
  add(cpu("p", 100).bound_to("n").resource_version("2"));
  EXPECT_EQ(queue(), "0 0 0 0");
  EXPECT_EQ(decide_all(), 0);
  EXPECT_TRUE(api_.events.empty());
}

TEST_F(SchedulerTest, OldNewsOfABoundPodDoesNotQueueItAgain) {
  add(small("n"));
  add(cpu("p", 100));
  decide_all();
  answer(api_.sent[0], BindEnd::kDone);
  add(cpu("p", 100).resource_version("1b").label("late", "news"));
  EXPECT_EQ(queue(), "0 0 0 0");
  EXPECT_EQ(decide_all(), 0);
  EXPECT_EQ(api_.sent.size(), 1U);
}

TEST_F(SchedulerTest, GatedPodsWaitAndTheirRequestsDoNotCount) {
  add(small("n"));
  add(cpu("p", 600).gate("g"));
  EXPECT_EQ(queue(), "0 0 0 1");
  add(cpu("q", 600));
  EXPECT_EQ(decide_all(), 1);
  EXPECT_TRUE(api_.conditions.empty());
  add(cpu("p", 300).resource_version("2"));
  EXPECT_EQ(decide_all(), 1);
  EXPECT_EQ(api_.sent_to(), (Strings{"q@n", "p@n"}));
}

TEST_F(SchedulerTest, ARefusedBindIsReportedAndTriedAgainAfterBackoff) {
  add(small("n"));
  add(cpu("p", 600));
  add(cpu("q", 600));
  decide_all();
  ASSERT_EQ(api_.sent_to(), Strings{"p@n"});
  answer(api_.sent[0], BindEnd::kRefused, "pods \"p\" is forbidden");
  EXPECT_EQ(api_.conditions.back(),
            (test::RecordingApi::Condition{
                "p", "SchedulerError",
                "running Bind plugin \"DefaultBinder\": pods \"p\" is forbidden"}));
  EXPECT_EQ(api_.events.back().event.reason, "FailedScheduling");
  EXPECT_FALSE(cache().assumed(uid("p")));
  EXPECT_EQ(observer_.attempts.back(), AttemptResult::kError);
  // Its room is free for others meanwhile.
  decide_all();
  EXPECT_EQ(api_.sent_to(), (Strings{"p@n", "q@n"}));
  answer(api_.sent[1], BindEnd::kNotFound);
  advance(seconds(2));
  decide_all();
  EXPECT_EQ(api_.sent_to(), (Strings{"p@n", "q@n", "p@n"}));
}

TEST_F(SchedulerTest, WhileABindIsUnknownItsRoomStaysReserved) {
  add(small("n"));
  add(cpu("p", 600));
  add(cpu("q", 600));
  decide_all();
  answer(api_.sent[0], BindEnd::kUnknown);
  EXPECT_EQ(observer_.unknown, 1);
  advance(seconds(1));
  EXPECT_EQ(api_.sent_to(), (Strings{"p@n", "p@n"}));
  EXPECT_EQ(api_.sent[0], api_.sent[1]);
  decide_all();
  EXPECT_EQ(api_.sent.size(), 2U);
  answer(api_.sent[1], BindEnd::kDone);
  EXPECT_EQ(api_.events.back().event.note, "Successfully assigned default/p to n");
}

TEST_F(SchedulerTest, AConflictWithOurOwnLostBindConfirmsIt) {
  add(small("n"));
  add(cpu("p", 600));
  decide_all();
  answer(api_.sent[0], BindEnd::kUnknown);
  advance(seconds(1));
  answer(api_.sent[1], BindEnd::kConflict, "already assigned");
  EXPECT_EQ(observer_.conflicts, 1);
  ASSERT_EQ(api_.reads.size(), 1U);
  scheduler_->on_pod_reading(
      api_.reads[0], PodReading{PodReading::Kind::kFound, bound(cpu("p", 600), api_.sent[0]), ""});
  EXPECT_EQ(api_.events.back().event.reason, "Scheduled");
  EXPECT_FALSE(cache().assumed(uid("p")));
  EXPECT_EQ(cache().pod_count(), 1U);
  EXPECT_EQ(scheduler_->pending_binds(), 0U);
}

TEST_F(SchedulerTest, AConflictWithSomebodyElsesBindIsAccountedForThere) {
  add(small("n"));
  add(cpu("p", 600));
  decide_all();
  add(small("m"));
  answer(api_.sent[0], BindEnd::kConflict);
  scheduler_->on_pod_reading(
      api_.reads.at(0), PodReading{PodReading::Kind::kFound,
                                   cpu("p", 600).bound_to("m").resource_version("2").build(), ""});
  EXPECT_EQ(cache().find_pod(uid("p"))->node_name.str(), "m");
  EXPECT_FALSE(cache().assumed(uid("p")));
  EXPECT_EQ(queue(), "0 0 0 0");
  EXPECT_EQ(observer_.attempts, std::vector{AttemptResult::kError});
  EXPECT_TRUE(api_.events.empty());
}

TEST_F(SchedulerTest, APodDeletedWhileBeingBoundIsDropped) {
  add(small("n"));
  add(cpu("p", 600));
  decide_all();
  scheduler_->on_pod_removed(uid("p"));
  EXPECT_EQ(cache().pod_count(), 0U);
  EXPECT_EQ(scheduler_->pending_binds(), 0U);
  answer(api_.sent[0], BindEnd::kNotFound, "not found");
  EXPECT_TRUE(api_.events.empty());
  EXPECT_TRUE(api_.conditions.empty());
  add(cpu("q", 600));
  decide_all();
  EXPECT_EQ(api_.sent_to(), (Strings{"p@n", "q@n"}));
}

TEST_F(SchedulerTest, APodThatComesBackWaitsForTheAnswerOfItsFirstBinding) {
  add(small("n"));
  add(cpu("p", 600));
  decide_all();
  scheduler_->on_pod_removed(uid("p"));
  add(cpu("p", 600).resource_version("3"));
  decide_all();
  EXPECT_EQ(api_.sent.size(), 1U);
  answer(api_.sent[0], BindEnd::kNotFound);
  advance(seconds(2));
  decide_all();
  EXPECT_EQ(api_.sent.size(), 2U);
}

TEST_F(SchedulerTest, APodThatStartsToTerminateWhileBeingBoundIsNotTriedAgain) {
  add(small("n"));
  add(cpu("p", 600));
  decide_all();
  add(cpu("p", 600).resource_version("2").terminating());
  EXPECT_TRUE(cache().assumed(uid("p")));
  answer(api_.sent[0], BindEnd::kConflict, "pod p is being deleted");
  scheduler_->on_pod_reading(api_.reads.at(0), PodReading{PodReading::Kind::kFound,
                                                          cpu("p", 600).terminating().build(), ""});
  EXPECT_EQ(cache().pod_count(), 0U);
  EXPECT_EQ(queue(), "0 0 0 0");
  EXPECT_TRUE(api_.conditions.empty());
}

TEST_F(SchedulerTest, APendingPodThatTerminatesLeavesTheQueue) {
  add(cpu("p", 600));
  add(cpu("p", 600).resource_version("2").terminating());
  EXPECT_EQ(queue(), "0 0 0 0");
  add(cpu("q", 600).terminating());
  EXPECT_EQ(queue(), "0 0 0 0");
}

TEST_F(SchedulerTest, ANodeDeletedWhileBeingBoundToKeepsItsPod) {
  add(small("n"));
  add(cpu("p", 600));
  decide_all();
  scheduler_->on_node_removed(model::Name("n"));
  answer(api_.sent[0], BindEnd::kDone);
  scheduler_->on_pod(bound(cpu("p", 600), api_.sent[0]));
  EXPECT_EQ(cache().node_count(), 0U);
  EXPECT_EQ(cache().pod_count(), 1U);
  // Re-created under its name it has that pod.
  add(small("n"));
  add(cpu("q", 600));
  decide_all();
  EXPECT_EQ(last_message(), "0/1 nodes are available: 1 Insufficient cpu.");
}

TEST_F(SchedulerTest, WhatIsNotBuiltYetStaysPendingByName) {
  add(small("n"));
  add(PodBuilder("p").unbuilt(model::UnbuiltNeed::kPersistentVolumeClaims));
  decide_all();
  EXPECT_EQ(last_message(),
            "0/1 nodes are available: pod has PersistentVolumeClaims, which neuron-scheduler does "
            "not schedule yet.");
  add(PodBuilder("q").decode_error("spec.containers: not a list"));
  decide_all();
  EXPECT_EQ(last_message(),
            "0/1 nodes are available: pod could not be read: spec.containers: not a list.");
  EXPECT_TRUE(api_.sent.empty());
}

TEST_F(SchedulerTest, APodKeptAwayIsPlacedWhenTheOtherIsGone) {
  add(small("n"));
  PodBuilder existing("existing");
  model::AntiAffinityTerm term;
  term.namespace_selector.emplace();
  term.topology_key = model::Name("kubernetes.io/hostname");
  existing.raw().anti_affinity.edit().push_back(term);
  add(existing.bound_to("n").scheduler("other"));
  add(cpu("p", 1));
  decide_all();
  EXPECT_TRUE(api_.sent.empty());
  scheduler_->on_pod_removed(uid("existing"));
  decide_all();
  EXPECT_EQ(api_.sent_to(), Strings{"p@n"});
}

TEST_F(SchedulerTest, APodKeptAwayIsPlacedWhenItsNamespaceHasOtherLabels) {
  add_namespace("a", "red");
  add_namespace("b", "red");
  add(small("n"));
  add(jealous("j"));
  add(cpu("p", 100).namespace_name("a"));
  add(cpu("q", 100).namespace_name("b"));
  EXPECT_EQ(decide_all(), 2);
  EXPECT_EQ(last_message(),
            "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.");
  advance(seconds(20));
  add_namespace("a", "red");
  // Cannot be read: nothing is known of a change.
  add_namespace("a", "blue", "metadata.labels: must be an object");
  EXPECT_EQ(queue(), "0 0 2 0");
  add_namespace("a", "blue");
  EXPECT_EQ(queue(), "1 0 1 0");
  EXPECT_EQ(decide_all(), 1);
  EXPECT_EQ(api_.sent_to(), Strings{"p@n"});
  scheduler_->on_namespace_removed(model::Name("never-seen"));
  EXPECT_EQ(queue(), "0 0 1 0");
  scheduler_->on_namespace_removed(model::Name("b"));
  EXPECT_EQ(queue(), "1 0 0 0");
}

TEST_F(SchedulerTest, OurOwnConditionDoesNotStartAnotherAttempt) {
  add(small("n"));
  add(cpu("p", 2000));
  decide_all();
  PodBuilder patched = cpu("p", 2000).resource_version("2");
  patched.raw().waiting.edit().scheduled_condition_reason = "Unschedulable";
  patched.raw().waiting.edit().scheduled_condition_message = last_message();
  add(patched);
  EXPECT_EQ(decide_all(), 0);
  // A later attempt with the same end patches nothing, and says it again.
  advance(std::chrono::minutes(5));
  EXPECT_EQ(decide_all(), 1);
  EXPECT_EQ(api_.conditions.size(), 1U);
  EXPECT_EQ(api_.events.size(), 2U);
}

TEST_F(SchedulerTest, WhatCannotHelpWakesNobody) {
  add(small("n"));
  add(cpu("p", 2000));
  decide_all();
  add(small("n").cpu_milli(1500));
  EXPECT_EQ(decide_all(), 0);
  add(small("other").cpu_milli(1999));
  EXPECT_EQ(decide_all(), 0);
  add(small("n").cpu_milli(2000));
  EXPECT_EQ(decide_all(), 1);
  EXPECT_EQ(api_.sent_to(), Strings{"p@n"});
}

TEST_F(SchedulerTest, NeuronPodsGetCoresOneNodeAtATimeInOrder) {
  add(neuron_node("n"));
  add(PodBuilder("a").request(kCores, 1));
  add(PodBuilder("b").request(kDevices, 1));
  decide_all();
  ASSERT_EQ(api_.sent_to(), Strings{"a@n"});
  EXPECT_TRUE(cache().assumed(uid("b")));
  answer(api_.sent[0], BindEnd::kDone);
  ASSERT_EQ(api_.sent_to(), (Strings{"a@n", "b@n"}));
  EXPECT_LT(api_.sent[0].annotations.at("NEURON_ALLOC_TIME"),
            api_.sent[1].annotations.at("NEURON_ALLOC_TIME"));
  // One core of one device, and another device whole.
  const auto core = std::stoi(api_.sent[0].annotations.at("AWS_NEURON_IDS"));
  const auto device = std::stoi(api_.sent[1].annotations.at("AWS_NEURON_IDS"));
  EXPECT_NE(core / 2, device);
}

// A leader before this one, whose watch lines are late, bound a pod to the same cores.
TEST_F(SchedulerTest, WhatWaitsIsDecidedAnewWhenItsCoresWereTaken) {
  add(neuron_node("n"));
  add(PodBuilder("a").request(kCores, 1));
  add(PodBuilder("b").request(kCores, 12 - 2));
  decide_all();
  ASSERT_EQ(api_.sent_to(), Strings{"a@n"});
  PodBuilder theirs("theirs");
  theirs.request(kCores, 2).bound_to("n").annotation("AWS_NEURON_IDS", "0,1");
  add(theirs);
  answer(api_.sent[0], BindEnd::kDone);
  EXPECT_EQ(api_.sent_to(), Strings{"a@n"});
  EXPECT_FALSE(cache().assumed(uid("b")));
  EXPECT_EQ(queue(), "0 1 0 0");
  EXPECT_EQ(last_message(),
            "running Bind plugin \"DefaultBinder\": other pods came to node n before the binding "
            "was sent");
  advance(seconds(5));
  decide_all();
  EXPECT_EQ(last_message(),
            "0/1 nodes are available: 1 node(s) had no free legal set of "
            "aws.amazon.com/neuroncore cores.");
}

// Nobody is woken by images, but the next pod goes where its image is.
TEST_F(SchedulerTest, ImagesOfANodeCountFromWhenTheyAreThere) {
  for (const std::string name : {"a", "b", "c"}) add(NodeBuilder(name));
  add(cpu("waits", 1'000'000));
  decide_all();
  for (const std::string name : {"a", "b", "c"}) {
    NodeBuilder changed(name);
    if (name == "b") changed.raw().images = {{model::Name("big:1"), 2'000'000'000}};
    add(changed);
  }
  EXPECT_EQ(decide_all(), 0);
  PodBuilder pod = cpu("p", 100);
  pod.raw().waiting.edit().images = {model::Name("big:1")};
  add(pod);
  decide_all();
  EXPECT_EQ(api_.sent_to(), Strings{"p@b"});
}

TEST_F(SchedulerTest, NeuronResourcesAreJudgedByTheirPluginAlone) {
  add(neuron_node("n"));
  add(NodeBuilder("plain"));
  add(PodBuilder("p").request(kDevices, 9));
  decide_all();
  EXPECT_EQ(last_message().find("Insufficient"), std::string::npos) << last_message();
  EXPECT_NE(last_message().find("1 node(s) had no aws.amazon.com/neuron devices"),
            std::string::npos)
      << last_message();
}

TEST_F(SchedulerTest, StopEndsDecisionsButNotBinds) {
  add(small("n"));
  add(cpu("p", 100));
  add(cpu("q", 100));
  EXPECT_TRUE(scheduler_->decide_one());
  scheduler_->stop();
  EXPECT_FALSE(scheduler_->decide_one());
  answer(api_.sent[0], BindEnd::kUnknown);
  advance(seconds(1));
  EXPECT_EQ(api_.sent.size(), 2U);
  EXPECT_EQ(scheduler_->pending_binds(), 1U);
  answer(api_.sent[1], BindEnd::kDone);
  EXPECT_EQ(scheduler_->pending_binds(), 0U);
}

TEST_F(SchedulerTest, DecisionsPauseWhileTooManyBindsAreUnderWay) {
  SchedulerOptions options;
  options.binds_max = 2;
  scheduler_ = std::move(Scheduler::make(clock_, api_, observer_, options).value());
  add(small("n"));
  for (const auto* name : {"a", "b", "c"}) add(cpu(name, 10));
  EXPECT_EQ(decide_all(), 2);
  answer(api_.sent[0], BindEnd::kDone);
  EXPECT_EQ(decide_all(), 1);
}

TEST_F(SchedulerTest, TheNextTimerIsTheEarliestOfQueueAndBinds) {
  EXPECT_EQ(scheduler_->next_timer(), std::nullopt);
  add(small("n"));
  add(cpu("p", 100));
  add(cpu("q", 5000));
  decide_all();
  EXPECT_EQ(scheduler_->next_timer(), clock_.steady() + seconds(300));
  answer(api_.sent[0], BindEnd::kUnknown);
  EXPECT_EQ(scheduler_->next_timer(), clock_.steady() + milliseconds(200));
}

TEST_F(SchedulerTest, EachProfileServesItsPods) {
  SchedulerOptions options;
  options.profiles = {default_profile_config(), default_profile_config()};
  options.profiles[1].scheduler_name = "second";
  scheduler_ = std::move(Scheduler::make(clock_, api_, observer_, options).value());
  add(small("n"));
  add(cpu("p", 100).scheduler("second"));
  decide_all();
  answer(api_.sent.at(0), BindEnd::kDone);
  EXPECT_EQ(api_.events.at(0).reporter, "second");
}

TEST_F(SchedulerTest, AProfileWithoutNeuronGivesNoDevicesAway) {
  SchedulerOptions options;
  options.profiles = {default_profile_config(), default_profile_config()};
  options.profiles[1].scheduler_name = "plain";
  std::erase_if(options.profiles[1].plugins, [](const auto& it) { return it.name == "Neuron"; });
  scheduler_ = std::move(Scheduler::make(clock_, api_, observer_, options).value());
  add(neuron_node("n"));
  add(cpu("cpu", 0).scheduler("plain"));
  add(PodBuilder("blind").request(kDevices, 6).scheduler("plain"));
  add(PodBuilder("p").request(kCores, 2));
  decide_all();
  EXPECT_EQ(api_.sent_to(), (Strings{"cpu@n", "p@n"}));
  EXPECT_EQ(last_message(),
            "0/1 nodes are available: pod asks for aws.amazon.com/neuron, which only a profile "
            "with the plugin Neuron can place.");
}

TEST_F(SchedulerTest, BadProfilesAreRefused) {
  SchedulerOptions options;
  options.profiles = {};
  EXPECT_EQ(Scheduler::make(clock_, api_, observer_, options).error().message,
            "there is no profile");
  options.profiles = {default_profile_config(), default_profile_config()};
  EXPECT_EQ(Scheduler::make(clock_, api_, observer_, options).error().message,
            "two profiles have the schedulerName \"neuron-scheduler\"");
  options.profiles[1].plugins.push_back({"X", {}});
  EXPECT_EQ(Scheduler::make(clock_, api_, observer_, options).error().message,
            "profile \"neuron-scheduler\": there is no plugin \"X\"");
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
