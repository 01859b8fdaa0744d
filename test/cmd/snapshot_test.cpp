#include "cmd/neuron-scheduler/snapshot.hpp"

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/asked.hpp"
#include "test/scheduler/recorder.hpp"
#include "test/support/neuron_builders.hpp"

namespace neuron_scheduler::cmd {
namespace {

using test::cores_pod;
using test::devices_pod;
using test::inf2_node;
using test::neuron_node;
using test::NodeBuilder;
using test::PodBuilder;
using test::trn1_node;

class SnapshotTest : public testing::Test {
 protected:
  void add(const NodeBuilder& node) { scheduler_->on_node(node.build()); }
  void add(const PodBuilder& pod) { scheduler_->on_pod(pod.build()); }
  // A bound pod that says which devices it has.
  void add_on(const std::string& node, PodBuilder pod, const std::string& devices) {
    add(pod.bound_to(node).annotation("AWS_NEURON_IDS", devices));
  }
  [[nodiscard]] metrics::Snapshot take() const {
    return take_snapshot(*scheduler_, clock_.steady(), 7);
  }
  // Those of which there is one at least.
  [[nodiscard]] std::map<std::string, std::size_t> pending() const {
    std::map<std::string, std::size_t> found;
    const auto counts = take().pending_by_shape;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] > 0) found.emplace(scheduler::kAskedShapes[i], counts[i]);
    }
    return found;
  }
  [[nodiscard]] std::uint64_t calls(const std::string& plugin, const std::string& point) const {
    for (const auto& each : take().plugin_calls) {
      if (each.plugin == plugin && each.extension_point == point) return each.count;
    }
    ADD_FAILURE() << plugin << " has no part in " << point;
    return 0;
  }

  test::SimClock clock_;
  test::RecordingApi api_;
  test::RecordingObserver observer_;
  std::unique_ptr<scheduler::Scheduler> scheduler_ = std::move(
      scheduler::Scheduler::make(clock_, api_, observer_, scheduler::SchedulerOptions{}).value());
};

TEST_F(SnapshotTest, CountsDevicesByInstanceType) {
  add(trn1_node("a"));
  add(trn1_node("b"));
  add(neuron_node("c", "ml.trn1.32xlarge", 16, 32));
  add(neuron_node("wrong-number", "trn1.32xlarge", 4, 8));
  add(neuron_node("unheard-of", "trn9.large", 2, 4));
  add(NodeBuilder("cpu-only"));
  const auto snapshot = take();
  ASSERT_EQ(snapshot.neuron.size(), 2U);
  EXPECT_EQ(snapshot.neuron.at("trn1.32xlarge").devices.free, 48U);
  EXPECT_EQ(snapshot.neuron.at("trn1.32xlarge").cores.free, 96U);
  EXPECT_EQ(snapshot.neuron.at("other").devices.free, 6U);
  EXPECT_EQ(snapshot.nodes, 6U);
  EXPECT_EQ(snapshot.log_lines_dropped, 7U);
}

TEST_F(SnapshotTest, FilesEachDeviceUnderOneState) {
  add(trn1_node("used").annotation("hami.io/device-cordon", "15"));
  add_on("used", devices_pod("p", 4), "0,1,2,3");
  add_on("used", cores_pod("q", 1), "8");  // Core 0 of device 4.
  add(trn1_node("strange"));
  add(cores_pod("foreign", 1).bound_to("strange"));
  add(inf2_node("ill").condition("AcceleratedHardwareReady", model::ConditionStatus::kFalse,
                                 "Broken"));
  const auto snapshot = take();
  const metrics::NeuronNodes& trn1 = snapshot.neuron.at("trn1.32xlarge");
  EXPECT_EQ(trn1.devices.allocated, 4U);
  EXPECT_EQ(trn1.devices.shared, 1U);
  EXPECT_EQ(trn1.devices.cordoned, 1U);
  EXPECT_EQ(trn1.devices.free, 10U);
  EXPECT_EQ(trn1.devices.foreign, 16U);
  EXPECT_EQ(trn1.cores.allocated, 9U);
  EXPECT_EQ(trn1.cores.free, 21U);
  EXPECT_EQ(trn1.cores.cordoned, 2U);
  EXPECT_EQ(snapshot.neuron.at("inf2.48xlarge").devices.blocked, 12U);
  EXPECT_EQ(snapshot.neuron.at("inf2.48xlarge").cores.blocked, 24U);
  EXPECT_EQ(snapshot.foreign_pods, 1U);
}

using Sizes = std::map<int, std::uint64_t>;

TEST_F(SnapshotTest, TellsWhichSetsAreFree) {
  add(trn1_node("empty"));
  add(trn1_node("begun"));
  add_on("begun", devices_pod("p", 1), "5");
  add(trn1_node("strange"));
  add(cores_pod("foreign", 1).bound_to("strange"));
  auto trn1 = take().neuron.at("trn1.32xlarge");
  EXPECT_EQ(trn1.largest_free_set, 16U);
  EXPECT_EQ(trn1.with_free_set, (Sizes{{1, 2}, {4, 2}, {8, 2}, {16, 1}}));

  scheduler_->on_node_removed(model::Name("empty"));
  trn1 = take().neuron.at("trn1.32xlarge");
  EXPECT_EQ(trn1.largest_free_set, 8U);
  EXPECT_EQ(trn1.with_free_set, (Sizes{{1, 1}, {4, 1}, {8, 1}, {16, 0}}));

  scheduler_->on_node_removed(model::Name("begun"));
  trn1 = take().neuron.at("trn1.32xlarge");
  EXPECT_EQ(trn1.largest_free_set, 0U);
  EXPECT_EQ(trn1.with_free_set, (Sizes{{1, 0}, {4, 0}, {8, 0}, {16, 0}}));
}

TEST_F(SnapshotTest, CountsPendingPodsByWhatTheyAsk) {
  add(cores_pod("a", 1));
  add(cores_pod("b", 1).gate("g"));
  add(devices_pod("c", 16));
  add(PodBuilder("d").cpu_milli(1));
  EXPECT_EQ(pending(),
            (std::map<std::string, std::size_t>{{"cores:1", 2}, {"devices:16", 1}, {"none", 1}}));
  add(cores_pod("b", 2).gate("g").resource_version("2"));  // Another object under the same name.
  scheduler_->on_pod_removed({"uid-c"});
  add(PodBuilder("d").cpu_milli(1).resource_version("2").bound_to("n"));
  EXPECT_EQ(pending(), (std::map<std::string, std::size_t>{{"cores:1", 1}, {"cores:2", 1}}));
}

TEST_F(SnapshotTest, CountsAPodUntilItsBindingIsDone) {
  add(trn1_node("n"));
  add(cores_pod("p", 1));
  ASSERT_TRUE(scheduler_->decide_one());
  ASSERT_EQ(api_.sent.size(), 1U);
  EXPECT_EQ(take().pending_binds, 1U);
  EXPECT_EQ(pending(), (std::map<std::string, std::size_t>{{"cores:1", 1}}));
  scheduler_->on_bind_answer(api_.sent[0], {model::BindEnd::kDone, "", std::nullopt});
  EXPECT_EQ(pending(), (std::map<std::string, std::size_t>{}));
}

TEST_F(SnapshotTest, TellsWhoTurnedPodsAway) {
  const auto turned_away = [&] {
    std::map<std::string, std::size_t> found;
    for (const auto& each : take().plugin_rejections) {
      EXPECT_EQ(each.profile, "neuron-scheduler");
      if (each.pods > 0) found.emplace(each.plugin, each.pods);
    }
    return found;
  };
  using Found = std::map<std::string, std::size_t>;
  add(trn1_node("small").cpu_milli(1000));
  add(inf2_node("other-kind"));
  add(cores_pod("gated", 1).gate("g"));
  EXPECT_EQ(turned_away(), (Found{{"SchedulingGates", 1}}));
  // Too many devices for both nodes, and one of them lacks the cpu besides: the first says no.
  add(devices_pod("too-big", 17));
  add(PodBuilder("too-hungry").cpu_milli(5'000'000));
  ASSERT_TRUE(scheduler_->decide_one());
  ASSERT_TRUE(scheduler_->decide_one());
  EXPECT_EQ(turned_away(), (Found{{"SchedulingGates", 1}, {"Neuron", 1}, {"NodeResourcesFit", 1}}));
  // Room for one of them: while it is decided and bound nobody turns it away.
  add(NodeBuilder("large").cpu_milli(6'000'000));
  clock_.advance(std::chrono::seconds(20));
  ASSERT_TRUE(scheduler_->decide_one());
  ASSERT_EQ(api_.sent_to(), std::vector<std::string>{"too-hungry@large"});
  EXPECT_EQ(turned_away(), (Found{{"SchedulingGates", 1}, {"Neuron", 1}}));
  add(cores_pod("gated", 1).resource_version("2"));
  scheduler_->on_pod_removed({"uid-too-big"});
  ASSERT_TRUE(scheduler_->decide_one());
  EXPECT_EQ(turned_away(), Found{});
}

TEST_F(SnapshotTest, CountsTheCallsOfPlugins) {
  for (int i = 0; i < 20; ++i) add(trn1_node("n" + std::to_string(i)));
  EXPECT_EQ(calls("Neuron", "Filter"), 0U);
  add(cores_pod("p", 1));
  ASSERT_TRUE(scheduler_->decide_one());
  EXPECT_EQ(calls("Neuron", "PreFilter"), 1U);
  EXPECT_EQ(calls("Neuron", "Filter"), 20U);
  EXPECT_EQ(calls("Neuron", "Score"), 20U);
  add(cores_pod("q", 1));
  ASSERT_TRUE(scheduler_->decide_one());
  EXPECT_EQ(calls("Neuron", "PreFilter"), 2U);
  // Nodes that did not change are asked again only if no equal pod asked them.
  EXPECT_GT(calls("Neuron", "Filter"), 20U);
  EXPECT_LE(calls("Neuron", "Filter"), 40U);
}

}  // namespace
}  // namespace neuron_scheduler::cmd
