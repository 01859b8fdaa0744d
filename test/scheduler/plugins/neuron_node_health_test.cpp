#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/plugins/neuron_node.hpp"
#include "scheduler/scheduler.hpp"
#include "test/scheduler/recorder.hpp"
#include "test/support/neuron_builders.hpp"

// A device that goes bad under a running pod: the pod stays, nobody else gets the device, and the
// pod's events say so.
namespace neuron_scheduler::scheduler {
namespace {

using test::cores_pod;
using test::devices_pod;
using test::NodeBuilder;
using test::PodBuilder;
using test::trn1_node;
using Strings = std::vector<std::string>;

constexpr std::string_view kIds = "AWS_NEURON_IDS";
constexpr std::string_view kCordon = "hami.io/device-cordon";

NodeBuilder well() { return trn1_node("n"); }
NodeBuilder cordoned(const std::string& devices) {
  NodeBuilder node = well();
  return node.annotation(kCordon, devices);
}
NodeBuilder offering(std::int64_t devices, std::int64_t cores) {
  NodeBuilder node = well();
  node.allocatable("aws.amazon.com/neuron", devices);
  return node.allocatable("aws.amazon.com/neuroncore", cores);
}
NodeBuilder with_condition(std::string_view type, model::ConditionStatus status,
                           std::string_view reason) {
  NodeBuilder node = well();
  return node.condition(type, status, reason);
}
PodBuilder on_devices(std::string name, const std::string& ids, int count) {
  PodBuilder pod = devices_pod(std::move(name), count);
  return pod.bound_to("n").annotation(kIds, ids);
}

struct Case {
  std::string name;
  NodeBuilder node;
  // What is said to a pod on devices 4 to 7; empty: nothing.
  std::string says;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

constexpr std::string_view kStays = ". The pod stays where it is, and no other pod gets them";

class NeuronNodeHealthTest : public testing::TestWithParam<Case> {};

TEST_P(NeuronNodeHealthTest, IsToldOnceForEachChange) {
  NeuronNode node;
  node.set_node(well().build().get());
  node.add_pod(on_devices("x", "4,5,6,7", 4).build());
  ASSERT_TRUE(node.take_notices().empty());
  const auto held = node.state().used(4);
  const auto told = [&] {
    Strings notes;
    for (const auto& notice : node.take_notices()) {
      EXPECT_EQ(notice.reason, "NeuronDeviceUnhealthy");
      EXPECT_EQ(notice.pod.text, "uid-x");
      notes.push_back(notice.note);
    }
    return notes;
  };
  const Strings want =
      GetParam().says.empty() ? Strings{} : Strings{GetParam().says + std::string(kStays)};
  for (int round = 0; round < 2; ++round) {
    NodeBuilder ill = GetParam().node;
    node.set_node(ill.build().get());
    EXPECT_EQ(told(), want) << round;
    node.set_node(ill.label("some", "change").build().get());
    EXPECT_EQ(told(), Strings{}) << "said already";
    EXPECT_EQ(node.state().used(4), held) << "the pod keeps what it has";
    node.set_node(well().build().get());
    EXPECT_EQ(told(), Strings{}) << "that it is well again is no news";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Nodes, NeuronNodeHealthTest,
    testing::Values(
        Case{"OneCordoned", cordoned("5"), "Neuron devices of the pod are cordoned on node n: 5"},
        Case{"SomeCordoned", cordoned("4,7,9,n-AWSNeuron-6"),
             "Neuron devices of the pod are cordoned on node n: 4, 6, 7"},
        Case{"OthersCordoned", cordoned("3,8"), ""},
        Case{"OneIsMissing", offering(15, 32),
             "Neuron devices of the pod may be ill: node n has less aws.amazon.com/neuron or "
             "neuroncore allocatable than capacity"},
        Case{"CoresAreMissing", offering(16, 31),
             "Neuron devices of the pod may be ill: node n has less aws.amazon.com/neuron or "
             "neuroncore allocatable than capacity"},
        Case{"TheMissingOneIsKnown", offering(15, 30).annotation(kCordon, "3"), ""},
        Case{"TheMissingOneIsItsOwn", offering(15, 30).annotation(kCordon, "4"),
             "Neuron devices of the pod are cordoned on node n: 4"},
        Case{"ThePluginStarts", offering(0, 0), ""},
        Case{"OneResourceIsNotYetThere", offering(16, 0), ""},
        Case{"HealthCondition",
             with_condition("NeuronHealth", model::ConditionStatus::kTrue, "NeuronHasError_SRAM"),
             "Neuron devices of the pod may be ill: node n has the condition NeuronHealth with an "
             "error"},
        Case{"HealthConditionWithoutAnError",
             with_condition("NeuronHealth", model::ConditionStatus::kTrue, "NeuronIsHealthy"), ""},
        Case{"HardwareNotReady",
             with_condition("AcceleratedHardwareReady", model::ConditionStatus::kFalse, "x"),
             "Neuron devices of the pod may be ill: node n has the condition "
             "AcceleratedHardwareReady false"},
        Case{"HardwareUnknown",
             with_condition("AcceleratedHardwareReady", model::ConditionStatus::kUnknown, "x"),
             ""}),
    [](const auto& row) { return row.param.name; });

TEST(NeuronNodeHealthOfManyTest, IsToldOfWhereIllDevicesAreAllowed) {
  NeuronNodeArgs args;
  args.allows_unhealthy = true;
  NeuronNode node(std::make_shared<const NeuronNodeArgs>(args));
  node.add_pod(on_devices("x", "4", 1).build());
  node.set_node(offering(15, 30).build().get());
  EXPECT_TRUE(node.block().empty());
  EXPECT_EQ(node.take_notices().size(), 1U);
}

TEST(NeuronNodeHealthOfManyTest, MoreDevicesAreAnotherChangeAndLessAreNone) {
  NeuronNode node;
  node.add_pod(on_devices("x", "4,5", 2).build());
  Strings notes;
  for (const auto& state : {offering(15, 30), cordoned("4"), cordoned("4"), cordoned("4,5"),
                            cordoned("4,5,6"), cordoned("5"), well()}) {
    node.set_node(state.build().get());
    for (const auto& notice : node.take_notices()) {
      notes.push_back(notice.note.substr(0, notice.note.find(". ")));
    }
  }
  EXPECT_EQ(notes, (Strings{"Neuron devices of the pod may be ill: node n has less "
                            "aws.amazon.com/neuron or neuroncore allocatable than capacity",
                            "Neuron devices of the pod are cordoned on node n: 4",
                            "Neuron devices of the pod are cordoned on node n: 4, 5"}));
}

TEST(NeuronNodeHealthOfManyTest, AForeignPodMayHaveAnyDevice) {
  NeuronNode node;
  node.set_node(well().build().get());
  node.add_pod(devices_pod("x", 1).bound_to("n").build());
  ASSERT_EQ(node.take_notices().size(), 1U);
  node.set_node(cordoned("5").build().get());
  EXPECT_TRUE(node.take_notices().empty());
  node.set_node(offering(15, 30).build().get());
  EXPECT_EQ(node.take_notices().size(), 1U);
}

TEST(NeuronNodeHealthOfManyTest, OnlySoManyAtOnce) {
  constexpr int kPods = 32;
  NeuronNode node;
  node.set_node(well().build().get());
  for (int core = 0; core < kPods; ++core) {
    PodBuilder pod = cores_pod("p" + std::to_string(core), 1);
    node.add_pod(pod.bound_to("n").annotation(kIds, std::to_string(core)).build());
  }
  // A changed one may hold what another has: a pod more than there are cores.
  PodBuilder more = cores_pod("more", 1);
  node.add_pod(more.bound_to("n").annotation(kIds, "0").build());
  node.set_node(offering(15, 30).build().get());
  EXPECT_EQ(node.take_notices().size(), 32U);
  EXPECT_EQ(node.take_notices().size(), 1U);
  EXPECT_EQ(node.take_notices().size(), 0U);
}

class HealthInSchedulerTest : public testing::Test {
 protected:
  Strings events() const {
    Strings list;
    for (const auto& event : api_.events) list.push_back(event.pod + ' ' + event.event.reason);
    return list;
  }

  test::SimClock clock_;
  test::RecordingApi api_;
  test::RecordingObserver observer_;
  std::unique_ptr<Scheduler> scheduler_ = Scheduler::make(clock_, api_, observer_, {}).value();
};

TEST_F(HealthInSchedulerTest, ThePodStaysAndNobodyElseGetsTheDevice) {
  scheduler_->on_node(well().build());
  // All but device 5.
  std::string ids = "0,1,2,3,4,6,7";
  for (int device = 8; device < 16; ++device) ids += ',' + std::to_string(device);
  scheduler_->on_pod(on_devices("most", ids, 15).scheduler("other").build());
  scheduler_->on_pod(on_devices("ill", "5", 1).build());
  scheduler_->on_node(cordoned("5").build());
  EXPECT_EQ(events(), Strings{"ill NeuronDeviceUnhealthy"});
  EXPECT_TRUE(api_.events[0].event.warning);
  EXPECT_EQ(scheduler_->cache().pod_count(), 2U);
  scheduler_->on_pod_removed({"uid-ill"});
  scheduler_->on_pod(cores_pod("p", 1).build());
  ASSERT_TRUE(scheduler_->decide_one());
  EXPECT_EQ(api_.sent_to(), Strings{});
  scheduler_->on_node(well().build());
  clock_.advance(std::chrono::seconds{10});
  scheduler_->tick();
  ASSERT_TRUE(scheduler_->decide_one());
  EXPECT_EQ(api_.sent_to(), Strings{"p@n"});
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
