#include "scheduler/waker.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/prepared.hpp"
#include "test/scheduler/fake_plugins.hpp"
#include "test/scheduler/recorder.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using test::NodeBuilder;
using test::PodBuilder;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Fits where the node still has the cpu; counts how often it is asked.
struct CpuFilter final : Plugin, FilterPlugin {
  explicit CpuFilter(int& its_asked) : asked(its_asked) {}
  void describe(const model::Pod& pod, Likeness& likeness) const override {
    likeness.add(pod.requests.cpu_milli);
  }
  Status filter(const PluginState*, const model::Pod& pod,
                const model::NodeView& node) const override {
    ++asked;
    const auto free = node.node().allocatable.cpu_milli - node.requested().cpu_milli;
    return pod.requests.cpu_milli <= free ? Status::ok() : Status::unschedulable(Name("cpu"));
  }
  int& asked;
};

// Turns a pod away as long as any pod of the label jealous=NAME counts anywhere.
struct Jealousy final : Plugin, PreFilterPlugin, FilterPlugin {
  void describe(const model::Pod&, Likeness&) const override {}
  [[nodiscard]] bool wide() const override { return true; }
  [[nodiscard]] bool concerned_by(const Event& event) const override {
    return event.pod != nullptr && event.pod->labels.find(Name("jealous")) != nullptr;
  }
  [[nodiscard]] bool may_help(const Event& event, const model::Pod& pod) const override {
    return event.pod->labels.find(Name("jealous"))->view() == pod.name;
  }
  PreFilterResult pre_filter(const model::Pod& pod, const model::Cache& cache) const override {
    for (const auto* node : cache.nodes()) {
      for (const auto& other : node->pods()) {
        const auto* of = other->labels.find(Name("jealous"));
        if (of != nullptr && of->view() == pod.name) {
          return {Status::unschedulable(Name("jealous")), nullptr, std::nullopt};
        }
      }
    }
    return {Status::ok(), nullptr, std::nullopt};
  }
  Status filter(const PluginState*, const model::Pod&, const model::NodeView&) const override {
    return Status::ok();
  }
};

class WakerTest : public testing::Test {
 protected:
  // A pod that was decided and fits nowhere.
  void asleep(const PodBuilder& builder) {
    const auto pod = builder.build();
    queue_.set_pod(pod, Gate::kOpen);
    ASSERT_EQ(queue_.pop()->pod->uid, pod->uid);
    queue_.return_rejected(pod->uid, likeness_of(profiles_[0], *pod));
  }
  void node(const std::string& name, std::int64_t cpu, Cause cause = Cause::kNodeAdd) {
    cache_.set_node(NodeBuilder(name).cpu_milli(cpu).build());
    waker_.note(cause, Name(name), nullptr);
  }
  void bind(const PodBuilder& builder) {
    const auto pod = builder.build();
    cache_.set_pod(pod);
    waker_.note(Cause::kAssignedPodAdd, pod->node_name, pod.get());
  }
  void remove(const std::string& name) {
    const auto pod = cache_.find_pod(model::Uid{"uid-" + name});
    cache_.remove_pod(pod->uid);
    waker_.note(Cause::kAssignedPodDelete, pod->node_name, pod.get());
  }
  // Who wakes by what was noted.
  std::vector<std::string> woken() {
    clock_.advance(std::chrono::seconds(30));  // Backoff is over.
    waker_.sweep();
    std::vector<std::string> names;
    while (const auto attempt = queue_.pop()) {
      names.push_back(attempt->pod->name);
      queue_.remove(attempt->pod->uid);
    }
    return names;
  }

  int asked_ = 0;
  test::SimClock clock_;
  test::RecordingObserver observer_;
  model::Cache cache_{{}};
  std::vector<Profile> profiles_ = [this] {
    std::vector<Profile> profiles;
    profiles.push_back(
        test::profile_of(test::NamedPlugin{"Cpu", std::make_unique<CpuFilter>(asked_), 1},
                         test::NamedPlugin{"Jealousy", std::make_unique<Jealousy>(), 1}));
    return profiles;
  }();
  PrioritySort order_;
  Queue queue_{clock_, observer_, order_, QueueTimes{}};
  Waker waker_{profiles_, cache_, queue_};
};

TEST_F(WakerTest, ANodeWakesExactlyWhoFitsThere) {
  asleep(PodBuilder("small").cpu_milli(100));
  asleep(PodBuilder("large").cpu_milli(900));
  node("n", 500);
  EXPECT_THAT(woken(), ElementsAre("small"));
  EXPECT_EQ(observer_.moves.back(), "active NodeAdd");
  node("n", 1000, Cause::kNodeUpdate);
  EXPECT_THAT(woken(), ElementsAre("large"));
  EXPECT_EQ(observer_.moves.back(), "active NodeUpdate");
}

TEST_F(WakerTest, ADeletedPodWakesWhoFitsInItsPlace) {
  node("n", 1000);
  node("full", 0);
  bind(PodBuilder("old").cpu_milli(800).bound_to("n"));
  (void)woken();
  asleep(PodBuilder("a").cpu_milli(900));
  asleep(PodBuilder("b").cpu_milli(2000));
  asked_ = 0;
  remove("old");
  EXPECT_THAT(woken(), ElementsAre("a"));
  EXPECT_EQ(asked_, 2);  // Only the one node, once for each of the two kinds of pods.
}

TEST_F(WakerTest, PodsOfOneLikenessAreAskedForOnce) {
  node("n", 100);
  (void)woken();
  for (const std::string name : {"a", "b", "c"}) asleep(PodBuilder(name).cpu_milli(200));
  asked_ = 0;
  node("n", 150, Cause::kNodeUpdate);
  EXPECT_THAT(woken(), IsEmpty());
  EXPECT_EQ(asked_, 1);
  node("n", 200, Cause::kNodeUpdate);
  EXPECT_THAT(woken(), UnorderedElementsAre("a", "b", "c"));
}

TEST_F(WakerTest, ManyNewsOfOneNodeAreOneQuestion) {
  asleep(PodBuilder("a").cpu_milli(200));
  for (int i = 0; i < 5; ++i) node("n", 100 + i);
  EXPECT_THAT(woken(), IsEmpty());
  EXPECT_EQ(asked_, 1);
}

TEST_F(WakerTest, APodThatComesWakesNobody) {
  node("n", 1000);
  (void)woken();
  asleep(PodBuilder("a").cpu_milli(100));
  bind(PodBuilder("new").bound_to("n"));
  EXPECT_THAT(woken(), IsEmpty());
}

TEST_F(WakerTest, ANodeThatIsGoneAgainIsNotAsked) {
  asleep(PodBuilder("a").cpu_milli(100));
  node("n", 1000);
  cache_.remove_node(Name("n"));
  EXPECT_THAT(woken(), IsEmpty());
  EXPECT_EQ(asked_, 0);
}

TEST_F(WakerTest, AWidePluginSaysWhomAnEventHelpsOnOtherNodes) {
  node("n", 1000);
  node("far", 0);
  bind(PodBuilder("j").label("jealous", "a").bound_to("far"));
  (void)woken();
  asleep(PodBuilder("a").cpu_milli(100));
  asleep(PodBuilder("b").cpu_milli(5000));
  remove("j");
  EXPECT_THAT(woken(), ElementsAre("a"));
}

TEST_F(WakerTest, WhomAWidePluginStillTurnsAwaySleepsOn) {
  node("n", 10);
  node("far", 0);
  bind(PodBuilder("j").label("jealous", "a").bound_to("far"));
  (void)woken();
  asleep(PodBuilder("a").cpu_milli(100));
  asleep(PodBuilder("b").cpu_milli(100));
  node("n", 1000, Cause::kNodeUpdate);
  EXPECT_THAT(woken(), ElementsAre("b"));
}

TEST_F(WakerTest, TooManyQuestionsWakeAll) {
  constexpr int kKinds = 300;
  for (int i = 0; i < kKinds; ++i) {
    asleep(PodBuilder("p" + std::to_string(i)).cpu_milli(10'000 + i));
  }
  const int nodes = static_cast<int>(Waker::kQuestionsMax) / kKinds + 1;
  for (int i = 0; i < nodes; ++i) node("n" + std::to_string(i), 1);
  EXPECT_EQ(woken().size(), static_cast<std::size_t>(kKinds));
  EXPECT_EQ(asked_, 0);
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
