#include "scheduler/queue.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/plugins/priority_sort.hpp"
#include "test/scheduler/recorder.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::PodBuilder;

model::Uid uid(const std::string& name) { return {"uid-" + name}; }

class QueueTest : public testing::Test {
 protected:
  void add(const std::string& name, std::int32_t priority = 0) {
    queue_.set_pod(PodBuilder(name).priority(priority).build(), Gate::kOpen);
  }
  // Name of the pod that is popped, "" if none.
  std::string pop() {
    const auto attempt = queue_.pop();
    return attempt ? attempt->pod->name : "";
  }
  void pop_and_reject(const std::string& name) {
    ASSERT_EQ(pop(), name);
    queue_.return_rejected(uid(name), "any");
  }
  void wake_all() {
    for (const auto& example : queue_.one_of_each_likeness()) {
      for (const auto& pod : queue_.all_like(*example)) {
        queue_.wake(pod->uid, Cause::kAssignedPodDelete);
      }
    }
  }
  // active backoff unschedulable gated
  std::string sizes() const {
    const auto sizes = queue_.sizes();
    return std::to_string(sizes.active) + ' ' + std::to_string(sizes.backoff) + ' ' +
           std::to_string(sizes.unschedulable) + ' ' + std::to_string(sizes.gated);
  }

  test::SimClock clock_;
  PrioritySort order_;
  test::RecordingObserver observer_;
  Queue queue_{clock_, observer_, order_, QueueTimes{}};
};

TEST_F(QueueTest, PopsByPriorityThenAge) {
  add("low", 1);
  add("first", 5);
  add("second", 5);
  EXPECT_EQ(sizes(), "3 0 0 0");
  EXPECT_EQ(pop(), "first");
  EXPECT_EQ(pop(), "second");
  EXPECT_EQ(pop(), "low");
  EXPECT_EQ(pop(), "");
}

TEST_F(QueueTest, CountsAttemptsAndKeepsTheFirstTime) {
  add("p");
  const auto start = clock_.steady();
  clock_.advance(seconds(3));
  pop_and_reject("p");
  wake_all();
  clock_.advance(seconds(30));
  const auto attempt = queue_.pop();
  ASSERT_TRUE(attempt);
  EXPECT_EQ(attempt->attempts, 2U);
  EXPECT_EQ(attempt->first_queued, start);
}

TEST_F(QueueTest, ARejectedPodSleepsUntilAnEvent) {
  add("p");
  pop_and_reject("p");
  EXPECT_EQ(sizes(), "0 0 1 0");
  clock_.advance(seconds(100));
  EXPECT_EQ(pop(), "");
  wake_all();
  EXPECT_EQ(pop(), "p");
}

TEST_F(QueueTest, AWokenPodServesItsBackoffWhileOthersAreActive) {
  add("p", 9);
  pop_and_reject("p");
  wake_all();
  add("q");
  queue_.tick();
  EXPECT_EQ(sizes(), "1 1 0 0");
  EXPECT_EQ(pop(), "q");
  // Nothing active is left: kube-scheduler takes rejected pods out of backoff then.
  EXPECT_EQ(pop(), "p");
}

TEST_F(QueueTest, BackoffEndsWithTheSecondAfterItsLastOne) {
  clock_.advance(milliseconds(300));
  add("p");
  pop_and_reject("p");
  wake_all();
  queue_.tick();
  EXPECT_EQ(sizes(), "0 1 0 0");
  // Rejected at .3, 1 s more is 1.3, whole second 1: leaves at 2.
  EXPECT_EQ(queue_.next_timer(), clock_.steady() + milliseconds(1'700));
  clock_.advance(milliseconds(1'699));
  queue_.tick();
  EXPECT_EQ(sizes(), "0 1 0 0");
  clock_.advance(milliseconds(1));
  queue_.tick();
  EXPECT_EQ(sizes(), "1 0 0 0");
}

TEST_F(QueueTest, BackoffDoublesToItsMaximum) {
  add("p");
  std::vector<seconds> waits;
  for (int i = 0; i < 6; ++i) {
    ASSERT_EQ(pop(), "p");
    queue_.return_failed(uid("p"));
    const auto until = queue_.next_timer();
    ASSERT_TRUE(until);
    waits.push_back(std::chrono::duration_cast<seconds>(*until - clock_.steady()));
    clock_.advance(*until - clock_.steady());
  }
  EXPECT_EQ(waits, (std::vector<seconds>{seconds(2), seconds(3), seconds(5), seconds(9),
                                         seconds(11), seconds(11)}));
}

TEST_F(QueueTest, AFailedPodServesItsBackoffEvenIfNothingElseIsThere) {
  add("p");
  ASSERT_EQ(pop(), "p");
  queue_.return_failed(uid("p"));
  EXPECT_EQ(sizes(), "0 1 0 0");
  EXPECT_EQ(pop(), "");
  clock_.advance(seconds(2));
  EXPECT_EQ(pop(), "p");
}

TEST_F(QueueTest, ARejectionEndsTheRowOfFailures) {
  add("p");
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(pop(), "p");
    queue_.return_failed(uid("p"));
    clock_.advance(seconds(20));
  }
  pop_and_reject("p");
  wake_all();
  queue_.tick();
  // One rejection: one second, not the fourth step of a row.
  EXPECT_EQ(queue_.next_timer(), clock_.steady() + seconds(2));
}

TEST_F(QueueTest, AChangeOfThePodDuringTheAttemptIsNotLost) {
  add("p");
  ASSERT_EQ(pop(), "p");
  queue_.set_pod(PodBuilder("p").resource_version("2").tolerate("x").build(), Gate::kOpen);
  EXPECT_EQ(queue_.find(uid("p"))->resource_version, "2");
  queue_.return_rejected(uid("p"), "any");
  EXPECT_EQ(sizes(), "0 1 0 0");
}

TEST_F(QueueTest, OurOwnConditionWakesNobody) {
  add("p");
  pop_and_reject("p");
  PodBuilder updated("p");
  updated.resource_version("2");
  updated.raw().waiting.edit().scheduled_condition_reason = "Unschedulable";
  updated.raw().waiting.edit().scheduled_condition_message = "0/1 nodes are available: 1 x.";
  queue_.set_pod(updated.build(), Gate::kOpen);
  EXPECT_EQ(sizes(), "0 0 1 0");
  EXPECT_EQ(queue_.find(uid("p"))->resource_version, "2");
}

TEST_F(QueueTest, AChangeOfItsOwnWakesASleepingPod) {
  add("p");
  pop_and_reject("p");
  clock_.advance(seconds(5));
  queue_.set_pod(PodBuilder("p").resource_version("2").label("a", "b").build(), Gate::kOpen);
  EXPECT_EQ(sizes(), "1 0 0 0");
}

TEST_F(QueueTest, AnActivePodIsReplacedInPlace) {
  add("first");
  add("second");
  queue_.set_pod(PodBuilder("first").resource_version("2").label("a", "b").build(), Gate::kOpen);
  const auto attempt = queue_.pop();
  EXPECT_EQ(attempt->pod->name, "first");
  EXPECT_EQ(attempt->pod->resource_version, "2");
}

TEST_F(QueueTest, AChangedPriorityMovesAnActivePod) {
  add("first");
  add("second");
  queue_.set_pod(PodBuilder("second").priority(3).build(), Gate::kOpen);
  EXPECT_EQ(pop(), "second");
}

TEST_F(QueueTest, GatedPodsWaitForTheirOwnUpdate) {
  queue_.set_pod(PodBuilder("p").gate("g").build(), Gate::kClosed);
  EXPECT_EQ(sizes(), "0 0 0 1");
  wake_all();
  clock_.advance(seconds(1000));
  EXPECT_EQ(pop(), "");
  EXPECT_EQ(queue_.next_timer(), std::nullopt);
  queue_.set_pod(PodBuilder("p").build(), Gate::kOpen);
  EXPECT_EQ(sizes(), "1 0 0 0");
  const auto attempt = queue_.pop();
  // Its time counts from when it was let in.
  EXPECT_EQ(attempt->first_queued, clock_.steady());
}

TEST_F(QueueTest, AGateThatClosesTakesAPodOut) {
  add("p");
  queue_.set_pod(PodBuilder("p").gate("g").build(), Gate::kClosed);
  EXPECT_EQ(sizes(), "0 0 0 1");
  EXPECT_EQ(pop(), "");
}

TEST_F(QueueTest, SleepersAreFlushedAfterFiveMinutes) {
  add("p");
  pop_and_reject("p");
  EXPECT_EQ(queue_.next_timer(), clock_.steady() + seconds(300));
  clock_.advance(seconds(300) - milliseconds(1));
  EXPECT_EQ(pop(), "");
  clock_.advance(milliseconds(1));
  EXPECT_EQ(pop(), "p");
}

TEST_F(QueueTest, SleepersAreGroupedByLikeness) {
  for (const std::string name : {"a1", "b1", "a2"}) {
    add(name);
    ASSERT_EQ(pop(), name);
    queue_.return_rejected(uid(name), name.substr(0, 1));
    clock_.advance(seconds(1));
  }
  const auto names_like = [&](const std::string& name) {
    std::vector<std::string> names;
    for (const auto& pod : queue_.all_like(*PodBuilder(name).build())) names.push_back(pod->name);
    return names;
  };
  EXPECT_EQ(queue_.likenesses(), 2U);
  EXPECT_EQ(queue_.one_of_each_likeness().front()->name, "a1");
  EXPECT_EQ(names_like("a2"), (std::vector<std::string>{"a1", "a2"}));
  queue_.wake(uid("a1"), Cause::kNodeAdd);
  EXPECT_EQ(names_like("a2"), std::vector<std::string>{"a2"});
  EXPECT_TRUE(names_like("a1").empty());
  queue_.remove(uid("b1"));
  EXPECT_EQ(queue_.likenesses(), 1U);
  queue_.wake(uid("b1"), Cause::kNodeAdd);
  EXPECT_EQ(sizes(), "1 0 1 0");
}

TEST_F(QueueTest, SaysWhatComesInAndWhy) {
  add("p");
  pop_and_reject("p");
  queue_.wake(uid("p"), Cause::kNodeAdd);
  ASSERT_EQ(pop(), "p");
  queue_.return_failed(uid("p"));
  clock_.advance(seconds(20));
  pop_and_reject("p");
  clock_.advance(seconds(300));
  queue_.tick();
  queue_.set_pod(PodBuilder("p").gate("g").build(), Gate::kClosed);
  queue_.set_pod(PodBuilder("p").gate("g").label("a", "b").build(), Gate::kClosed);  // It stays.
  queue_.set_pod(PodBuilder("p").build(), Gate::kOpen);
  ASSERT_EQ(pop(), "p");
  queue_.set_pod(PodBuilder("p").label("a", "b").build(), Gate::kOpen);
  queue_.return_rejected(uid("p"), "any");
  EXPECT_THAT(observer_.moves,
              testing::ElementsAre("active UnscheduledPodAdd",
                                   "unschedulable ScheduleAttemptFailure", "backoff NodeAdd",
                                   "active PopFromBackoffQ", "backoff ScheduleAttemptFailure",
                                   "active BackoffComplete", "unschedulable ScheduleAttemptFailure",
                                   "active UnschedulableTimeout", "gated TargetPodUpdate",
                                   "active TargetPodUpdate", "backoff ScheduleAttemptFailure"));
}

TEST_F(QueueTest, AFailingPodGoesBehindItsEquals) {
  add("a");
  pop_and_reject("a");
  clock_.advance(seconds(10));
  add("b");
  wake_all();
  // "a" was stamped when it was returned, before "b" came.
  EXPECT_EQ(pop(), "a");
  clock_.advance(seconds(1));
  queue_.return_rejected(uid("a"), "any");
  wake_all();
  clock_.advance(seconds(20));
  EXPECT_EQ(pop(), "b");
}

TEST_F(QueueTest, RemoveWorksInEveryPlace) {
  add("active");
  add("flying", 9);
  ASSERT_EQ(pop(), "flying");
  queue_.set_pod(PodBuilder("gated").build(), Gate::kClosed);
  add("sleeping", 9);
  pop_and_reject("sleeping");
  add("failed", 9);
  ASSERT_EQ(pop(), "failed");
  queue_.return_failed(uid("failed"));
  EXPECT_EQ(sizes(), "1 1 1 1");
  for (const auto* name : {"active", "flying", "gated", "sleeping", "failed", "unknown"}) {
    queue_.remove(uid(name));
    EXPECT_EQ(queue_.find(uid(name)), nullptr);
  }
  EXPECT_EQ(sizes(), "0 0 0 0");
  queue_.return_rejected(uid("flying"), "any");
  queue_.return_failed(uid("flying"));
  EXPECT_EQ(sizes(), "0 0 0 0");
  EXPECT_EQ(queue_.next_timer(), std::nullopt);
}

TEST_F(QueueTest, APodIsReturnedOnlyOnce) {
  add("p");
  pop_and_reject("p");
  queue_.return_failed(uid("p"));
  EXPECT_EQ(sizes(), "0 0 1 0");
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
