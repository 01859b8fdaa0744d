#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/plugins/neuron_node.hpp"
#include "scheduler/scheduler.hpp"
#include "test/scheduler/recorder.hpp"
#include "test/support/neuron_builders.hpp"

// What people hear of pods whose devices are not known, or not as they were (design.md §3, §5).
namespace neuron_scheduler::scheduler {
namespace {

using test::cores_pod;
using test::devices_pod;
using test::neuron_node;
using test::PodBuilder;
using test::trn1_node;

class NoticesTest : public testing::Test {
 protected:
  std::vector<std::string> events() const {
    std::vector<std::string> list;
    for (const auto& event : api_.events) list.push_back(event.pod + ' ' + event.event.reason);
    return list;
  }
  static PodBuilder held(std::string name, std::string version, std::string ids) {
    PodBuilder pod = cores_pod(std::move(name), 1);
    pod.bound_to("n").resource_version(std::move(version)).annotation("AWS_NEURON_IDS", ids);
    return pod;
  }

  test::SimClock clock_;
  test::RecordingApi api_;
  test::RecordingObserver observer_;
  std::unique_ptr<Scheduler> scheduler_ = Scheduler::make(clock_, api_, observer_, {}).value();
};

using Strings = std::vector<std::string>;

TEST_F(NoticesTest, AForeignPodIsToldOnceWhicheverSchedulerBoundIt) {
  scheduler_->on_node(trn1_node("n").build());
  PodBuilder pod = devices_pod("theirs", 1);
  pod.scheduler("default-scheduler").bound_to("n");
  scheduler_->on_pod(pod.build());
  scheduler_->on_pod(pod.resource_version("2").build());
  scheduler_->on_node(trn1_node("n").label("changed", "yes").build());
  EXPECT_EQ(events(), Strings{"theirs ForeignNeuronPod"});
  EXPECT_TRUE(api_.events[0].event.warning);
  EXPECT_EQ(api_.events[0].reporter, "neuron-scheduler");
  EXPECT_EQ(observer_.notices.size(), 1U);
}

TEST_F(NoticesTest, NothingIsSaidWhileTheNodeIsNotThere) {
  PodBuilder pod = held("ours", "1", "5");
  scheduler_->on_pod(pod.build());
  scheduler_->on_node(trn1_node("n").build());
  scheduler_->on_node_removed(model::Name("n"));
  scheduler_->on_node(trn1_node("n").uid("again").build());
  EXPECT_EQ(events(), Strings{});
}

TEST_F(NoticesTest, AChangedAssignmentIsToldOnceReadableOrNot) {
  scheduler_->on_node(trn1_node("n").build());
  scheduler_->on_pod(held("moved", "1", "5").build());
  scheduler_->on_pod(held("damaged", "1", "9").build());
  EXPECT_EQ(events(), Strings{});
  scheduler_->on_pod(held("moved", "2", "6").build());
  scheduler_->on_pod(held("moved", "3", "7").build());
  scheduler_->on_pod(held("damaged", "2", "nonsense").build());
  EXPECT_EQ(events(),
            (Strings{"moved NeuronAssignmentChanged", "damaged NeuronAssignmentChanged"}));
}

TEST_F(NoticesTest, AnUnknownInstanceTypeIsToldOnceUntilItChanges) {
  const auto node = [](std::string_view type) { return neuron_node("n", type, 8, 16); };
  scheduler_->on_node(node("trn9.huge").build());
  scheduler_->on_node(node("trn9.huge").label("x", "y").build());
  ASSERT_EQ(observer_.notices.size(), 1U);
  EXPECT_EQ(observer_.notices[0],
            ": instance type \"trn9.huge\" with 8 Neuron devices is not in the catalog: legal "
            "numbers of devices are 1 or 8");
  scheduler_->on_node(node("trn9.small").build());
  EXPECT_EQ(observer_.notices.size(), 2U);
  EXPECT_EQ(events(), Strings{});
}

TEST_F(NoticesTest, ACordonThatNamesNoDeviceIsToldOnce) {
  scheduler_->on_node(trn1_node("n").annotation("hami.io/device-cordon", "3,99").build());
  scheduler_->on_node(
      trn1_node("n").annotation("hami.io/device-cordon", "3,99").label("x", "y").build());
  EXPECT_EQ(
      observer_.notices,
      Strings{": node n: annotation hami.io/device-cordon: \"99\" names none of its devices"});
  scheduler_->on_node(trn1_node("n").annotation("hami.io/device-cordon", "3").build());
  EXPECT_EQ(observer_.notices.size(), 1U);
}

TEST_F(NoticesTest, WhatWasAssumedButNeverBoundDoesNotStick) {
  scheduler_->on_node(trn1_node("n").build());
  scheduler_->on_pod(cores_pod("p", 1).build());
  ASSERT_TRUE(scheduler_->decide_one());
  ASSERT_EQ(api_.sent.size(), 1U);
  const std::string ours = api_.sent[0].annotations.at("AWS_NEURON_IDS");
  ASSERT_NE(ours, "5");
  scheduler_->on_pod(held("p", "2", "5").build());
  EXPECT_EQ(events(), Strings{});
  const auto& node = scheduler_->cache().nodes()[0]->aggregate(0);
  EXPECT_EQ(dynamic_cast<const NeuronNode&>(node).usage().cores_used, 1);
}

TEST_F(NoticesTest, ABindingThatStaysUnclearIsToldNowAndThen) {
  scheduler_->on_node(trn1_node("n").build());
  scheduler_->on_pod(cores_pod("p", 1).build());
  ASSERT_TRUE(scheduler_->decide_one());
  for (std::size_t i = 1; i <= 12; ++i) {
    ASSERT_EQ(api_.sent.size(), i);
    scheduler_->on_bind_answer(api_.sent[0], {BindEnd::kUnknown, "no answer", std::nullopt});
    clock_.advance(std::chrono::seconds(6));
    scheduler_->tick();
  }
  ASSERT_EQ(events(), (Strings{"p FailedScheduling", "p FailedScheduling"}));
  EXPECT_EQ(api_.events[0].event.note,
            "Binding to node n: no answer; it is not known whether it was carried out, sending it "
            "again");
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
