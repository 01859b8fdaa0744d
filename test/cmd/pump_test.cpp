#include "cmd/neuron-scheduler/pump.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/recorder.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::cmd {
namespace {

using test::NodeBuilder;
using test::PodBuilder;

// Holds what was asked for; tests let it pass.
class ManualTimers final : public client::TimerService {
 public:
  [[nodiscard]] std::unique_ptr<client::Timer> after(std::chrono::milliseconds delay,
                                                     std::function<void()> fire) override {
    struct Handle final : client::Timer {};
    wait = delay;
    fire_ = std::move(fire);
    return std::make_unique<Handle>();
  }
  void fire() { std::exchange(fire_, nullptr)(); }

  std::optional<std::chrono::milliseconds> wait;

 private:
  std::function<void()> fire_;
};

class PumpTest : public testing::Test {
 protected:
  PumpTest() { make_pump(Pump::Limits{}); }

  void make_pump(Pump::Limits limits) {
    pump_.emplace(
        *scheduler_, clock_, timers_,
        [this](std::function<void()> turn) { posted_.push_back(std::move(turn)); }, limits);
  }
  // One round of the event loop: what was posted before it, not what that posts.
  std::size_t round() {
    auto turns = std::exchange(posted_, {});
    for (auto& turn : turns) turn();
    return turns.size();
  }
  void settle() {
    while (round() > 0) {
    }
  }
  void sync() {
    pump_->on_namespaces_synced();
    pump_->on_nodes_synced();
    pump_->on_pods_synced();
  }

  test::SimClock clock_;
  test::RecordingApi api_;
  test::RecordingObserver observer_;
  ManualTimers timers_;
  std::unique_ptr<scheduler::Scheduler> scheduler_ =
      scheduler::Scheduler::make(clock_, api_, observer_, {}).value();
  std::deque<std::function<void()>> posted_;
  std::optional<Pump> pump_;
};

TEST_F(PumpTest, HandlersOnlyEnqueueAndOneTurnIsPostedForMany) {
  pump_->on_node(NodeBuilder("n").build());
  pump_->on_pod(PodBuilder("p").build());
  EXPECT_EQ(posted_.size(), 1U);
  EXPECT_EQ(scheduler_->cache().node_count(), 0U);
  round();
  EXPECT_EQ(scheduler_->cache().node_count(), 1U);
}

TEST_F(PumpTest, NothingIsDecidedBeforeAllListsAreIn) {
  pump_->on_node(NodeBuilder("n").build());
  pump_->on_pod(PodBuilder("p").build());
  pump_->on_nodes_synced();
  settle();
  EXPECT_TRUE(api_.sent.empty());
  EXPECT_TRUE(pump_->nodes_synced());
  EXPECT_FALSE(pump_->pods_synced());
  pump_->on_pods_synced();
  settle();
  EXPECT_TRUE(api_.sent.empty());
  EXPECT_TRUE(pump_->pods_synced());
  EXPECT_FALSE(pump_->namespaces_synced());
  pump_->on_namespaces_synced();
  settle();
  EXPECT_TRUE(pump_->namespaces_synced());
  ASSERT_EQ(api_.sent.size(), 1U);
  EXPECT_EQ(api_.sent[0].node_name.str(), "n");
}

TEST_F(PumpTest, OnHoldItKeepsItsCacheWarmAndDecidesNothing) {
  int synced = 0;
  pump_->hold([&] { ++synced; });
  pump_->on_node(NodeBuilder("n").build());
  pump_->on_pod(PodBuilder("p").build());
  pump_->on_nodes_synced();
  pump_->on_pods_synced();
  settle();
  EXPECT_EQ(synced, 0);
  pump_->on_namespaces_synced();
  settle();
  pump_->on_pod(PodBuilder("q").build());
  pump_->on_pods_synced();
  settle();
  EXPECT_EQ(synced, 1);
  EXPECT_EQ(scheduler_->cache().node_count(), 1U);
  EXPECT_TRUE(api_.sent.empty());
  pump_->lead();
  settle();
  EXPECT_EQ(api_.sent.size(), 2U);
}

TEST_F(PumpTest, NamespacesReachTheScheduler) {
  auto made = std::make_shared<model::Namespace>();
  made->name = model::Name("a");
  made->labels.set(model::Name("team"), model::Name("red"));
  pump_->on_namespace(made);
  settle();
  const model::Labels* labels = scheduler_->cache().namespace_labels(model::Name("a"));
  ASSERT_NE(labels, nullptr);
  EXPECT_EQ(*labels, made->labels);
  pump_->on_namespace_removed(model::Name("a"));
  settle();
  EXPECT_EQ(scheduler_->cache().namespace_labels(model::Name("a")), nullptr);
}

TEST_F(PumpTest, ATurnDecidesSomePodsAndYields) {
  Pump::Limits limits;
  limits.decisions_per_turn = 2;
  make_pump(limits);
  pump_->on_node(NodeBuilder("n").build());
  for (const auto* name : {"a", "b", "c"}) pump_->on_pod(PodBuilder(name).build());
  sync();
  round();
  EXPECT_EQ(api_.sent.size(), 2U);
  EXPECT_EQ(posted_.size(), 1U);
  round();
  EXPECT_EQ(api_.sent.size(), 3U);
}

TEST_F(PumpTest, NewsIsAppliedAtOnceWhenTheQueueIsFull) {
  Pump::Limits limits;
  limits.news_max = 3;
  make_pump(limits);
  for (const auto* name : {"a", "b", "c"}) pump_->on_node(NodeBuilder(name).build());
  EXPECT_EQ(scheduler_->cache().node_count(), 3U);
}

TEST_F(PumpTest, WakesWhenABackoffEnds) {
  sync();
  pump_->on_node(NodeBuilder("n").unschedulable().build());
  pump_->on_pod(PodBuilder("p").build());
  settle();
  EXPECT_EQ(api_.conditions.size(), 1U);
  pump_->on_node(NodeBuilder("n").build());
  settle();
  for (int i = 0; i < 5 && api_.sent.empty(); ++i) {
    ASSERT_TRUE(timers_.wait.has_value());
    clock_.advance(*timers_.wait);
    timers_.fire();
    settle();
  }
  EXPECT_EQ(api_.sent.size(), 1U);
}

TEST_F(PumpTest, DrainingWaitsForBindingsUnderWayAndDecidesNothingNew) {
  pump_->on_node(NodeBuilder("n").build());
  pump_->on_pod(PodBuilder("p").build());
  sync();
  settle();
  ASSERT_EQ(api_.sent.size(), 1U);
  int drained = 0;
  pump_->drain([&] { ++drained; });
  pump_->on_pod(PodBuilder("q").build());
  settle();
  EXPECT_EQ(drained, 0);
  pump_->on_bind_answer(api_.sent[0], {scheduler::BindEnd::kDone, "", std::nullopt});
  settle();
  EXPECT_EQ(drained, 1);
  EXPECT_EQ(api_.sent.size(), 1U);
}

TEST_F(PumpTest, DrainingIsDoneAtOnceWhenNothingIsUnderWay) {
  int drained = 0;
  pump_->drain([&] { ++drained; });
  settle();
  EXPECT_EQ(drained, 1);
}

}  // namespace
}  // namespace neuron_scheduler::cmd
