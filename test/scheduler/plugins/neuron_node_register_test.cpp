#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/plugins/neuron_node.hpp"
#include "scheduler/scheduler.hpp"
#include "test/scheduler/recorder.hpp"
#include "test/support/neuron_builders.hpp"

// The annotation that lists a node's devices for others (design.md §7): what it should say, and
// that nothing is decided by it.
namespace neuron_scheduler::scheduler {
namespace {

using test::cores_pod;
using test::devices_pod;
using test::neuron_node;
using test::NodeBuilder;

constexpr std::string_view kKey = "hami.io/node-register-aws-neuron";
// Of node n with two devices of two cores.
const std::string kHealthy =
    "n-AWSNeuron-0,2,0,3,AWSNeuron,0,true:n-AWSNeuron-1,2,0,3,AWSNeuron,0,true:";
const std::string kIll =
    "n-AWSNeuron-0,2,0,3,AWSNeuron,0,false:n-AWSNeuron-1,2,0,3,AWSNeuron,0,false:";
const std::string kOneCordoned =
    "n-AWSNeuron-0,2,0,3,AWSNeuron,0,true:n-AWSNeuron-1,2,0,3,AWSNeuron,0,false:";

struct Case {
  std::string name;
  std::function<void(NodeBuilder&)> change;  // Of a node with two devices that is well.
  std::optional<std::string> carries;
  std::optional<std::string> want;
  bool due = false;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

NodeBuilder two_devices() { return neuron_node("n", "inf9.new", 2, 4); }

void carry(NodeBuilder& node, const std::string& text) {
  node.raw().reports.set(model::Name(kKey), model::fingerprint(text));
}

class NeuronNodeRegisterTest : public testing::TestWithParam<Case> {};

TEST_P(NeuronNodeRegisterTest, SaysWhatTheNodeIs) {
  NodeBuilder builder = two_devices();
  if (GetParam().change) GetParam().change(builder);
  if (GetParam().carries) carry(builder, *GetParam().carries);
  NeuronNode node;
  node.set_node(builder.build().get());
  EXPECT_EQ(node.register_text(), GetParam().want);
  EXPECT_EQ(node.register_due(), GetParam().due);
}

void no_devices(NodeBuilder& node) {
  node.raw().extended_capacity.clear();
  node.raw().extended_allocatable.clear();
}
void cordon(NodeBuilder& node) { node.annotation("hami.io/device-cordon", "1"); }
void unreadable(NodeBuilder& node) {
  no_devices(node);
  node.decode_error("status.capacity: odd");
}

INSTANTIATE_TEST_SUITE_P(
    Nodes, NeuronNodeRegisterTest,
    testing::Values(
        Case{"New", nullptr, std::nullopt, kHealthy, true},
        Case{"AsItIs", nullptr, kHealthy, kHealthy, false},
        Case{"WrittenByAnother", nullptr, "x", kHealthy, true},
        Case{"Emptied", nullptr, "", kHealthy, true},
        Case{"Cordoned", cordon, kHealthy, kOneCordoned, true},
        Case{"CordonIsShown", cordon, kOneCordoned, kOneCordoned, false},
        Case{"ACordonOfNobodyChangesNothing",
             [](NodeBuilder& node) { node.annotation("hami.io/device-cordon", "7"); }, kHealthy,
             kHealthy, false},
        Case{"WithoutHealthAllAreIll",
             [](NodeBuilder& node) {
               node.condition("NeuronHealth", model::ConditionStatus::kTrue, "NeuronHasError_DMA");
             },
             kHealthy, kIll, true},
        Case{"LessAllocatableThanCapacity",
             [](NodeBuilder& node) { node.allocatable("aws.amazon.com/neuron", 1); }, kHealthy,
             kIll, true},
        Case{"CoresNotKnown",
             [](NodeBuilder& node) { node.resource("aws.amazon.com/neuroncore", 3); }, kHealthy,
             "n-AWSNeuron-0,1,0,1,AWSNeuron,0,true:n-AWSNeuron-1,1,0,1,AWSNeuron,0,true:", true},
        Case{"NoDevicesNothingToSay", no_devices, std::nullopt, std::nullopt, false},
        Case{"DevicesGone", no_devices, kHealthy, std::nullopt, true},
        Case{"CapacityZero",
             [](NodeBuilder& node) {
               node.resource("aws.amazon.com/neuron", 0).resource("aws.amazon.com/neuroncore", 0);
             },
             kHealthy, std::nullopt, true},
        Case{"CapacityUnusable",
             [](NodeBuilder& node) { node.resource("aws.amazon.com/neuron", 65); }, kHealthy,
             std::nullopt, true},
        Case{"WhatCannotBeReadIsLeftAlone", unreadable, std::nullopt, std::nullopt, false}),
    [](const auto& row) { return row.param.name; });

TEST(NeuronNodeRegisterGoneTest, ANodeThatIsGoneGetsNothing) {
  NeuronNode node;
  node.set_node(two_devices().build().get());
  EXPECT_TRUE(node.register_due());
  node.set_node(nullptr);
  EXPECT_FALSE(node.register_due());
}

class RegisterInSchedulerTest : public testing::Test {
 protected:
  void set(const std::string& text) {
    NodeBuilder builder = two_devices();
    carry(builder, text);
    scheduler_->on_node(builder.build());
  }
  [[nodiscard]] const NeuronNode& node() const {
    return dynamic_cast<const NeuronNode&>(scheduler_->cache().nodes()[0]->aggregate(0));
  }

  test::SimClock clock_;
  test::RecordingApi api_;
  test::RecordingObserver observer_;
  std::unique_ptr<Scheduler> scheduler_ = Scheduler::make(clock_, api_, observer_, {}).value();
};

TEST_F(RegisterInSchedulerTest, AChangeIsSeenAndWakesNobody) {
  set("wrong");
  EXPECT_TRUE(node().register_due());
  scheduler_->on_pod(devices_pod("too-big", 9).build());
  ASSERT_TRUE(scheduler_->decide_one());
  ASSERT_EQ(scheduler_->queue_sizes().unschedulable, 1U);
  set(kHealthy);
  EXPECT_FALSE(node().register_due());
  EXPECT_EQ(scheduler_->queue_sizes().unschedulable, 1U);
}

TEST_F(RegisterInSchedulerTest, WhatItClaimsIsNeverRead) {
  for (const std::string& claim :
       {std::string(), kIll, std::string("n-AWSNeuron-0,2,0"), std::string(100'000, ':')}) {
    set(claim);
    EXPECT_EQ(node().usage().devices_free, 2) << claim.substr(0, 20);
  }
  scheduler_->on_pod(cores_pod("p", 1).build());
  ASSERT_TRUE(scheduler_->decide_one());
  EXPECT_EQ(api_.sent_to(), std::vector<std::string>{"p@n"});
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
