#include "scheduler/failure_reporter.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/recorder.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::PodBuilder;

class FailureReporterTest : public testing::Test {
 protected:
  void report(const std::string& message, PodBuilder pod = PodBuilder("p")) {
    reporter_.report(*pod.build(), model::Name("me"), kReasonUnschedulable, message);
  }
  static PodBuilder showing(const std::string& message) {
    PodBuilder pod("p");
    pod.raw().waiting.edit().scheduled_condition_reason = kReasonUnschedulable;
    pod.raw().waiting.edit().scheduled_condition_message = message;
    return pod;
  }
  static PodBuilder version(const std::string& number) {
    PodBuilder pod("p");
    pod.resource_version(number);
    return pod;
  }

  test::SimClock clock_;
  test::RecordingApi api_;
  FailureReporter reporter_{clock_, api_};
};

TEST_F(FailureReporterTest, WritesConditionAndEvent) {
  report("no");
  EXPECT_EQ(api_.conditions,
            (std::vector<test::RecordingApi::Condition>{{"p", "Unschedulable", "no"}}));
  ASSERT_EQ(api_.events.size(), 1U);
  EXPECT_TRUE(api_.events[0].event.warning);
  EXPECT_EQ(api_.events[0].event.reason, "FailedScheduling");
  EXPECT_EQ(api_.events[0].event.action, "Scheduling");
  EXPECT_EQ(api_.events[0].reporter, "me");
}

TEST_F(FailureReporterTest, DoesNotPatchWhatThePodShows) {
  report("no", showing("no"));
  EXPECT_TRUE(api_.conditions.empty());
  report("no", showing("yes"));
  EXPECT_EQ(api_.conditions.size(), 1U);
}

TEST_F(FailureReporterTest, DoesNotPatchAgainWhileTheWatchLagsButDoesLater) {
  report("no");
  clock_.advance(seconds(59));
  report("no");
  EXPECT_EQ(api_.conditions.size(), 1U);
  clock_.advance(seconds(1));
  report("no");
  EXPECT_EQ(api_.conditions.size(), 2U);
}

TEST_F(FailureReporterTest, AnotherMessageIsPatchedAtOnce) {
  report("no");
  report("never");
  EXPECT_EQ(api_.conditions.size(), 2U);
  // The pod still shows the first one, though the second is on its way.
  report("never", showing("no"));
  EXPECT_EQ(api_.conditions.size(), 2U);
  report("no", showing("no"));
  EXPECT_EQ(api_.conditions.size(), 2U);
}

TEST_F(FailureReporterTest, WhatWasToldBeforeIsNotOnItsWay) {
  report("no");
  report("never", showing("never"));
  // The pod still shows the newer one; what was sent before it says nothing about now.
  report("no", showing("never"));
  EXPECT_EQ(api_.conditions.size(), 2U);
}

TEST_F(FailureReporterTest, EachAttemptAtOneVersionIsAnEvent) {
  for (int i = 0; i < 100; ++i) report("no " + std::to_string(i), version("1"));
  EXPECT_EQ(api_.events.size(), 100U);
}

TEST_F(FailureReporterTest, OtherVersionsAreLimited) {
  int attempt = 0;
  const auto attempts = [&](int count) {
    api_.events.clear();
    for (int i = 0; i < count; ++i) {
      report("no " + std::to_string(attempt), version(std::to_string(attempt)));
      ++attempt;
    }
    return api_.events.size();
  };
  EXPECT_EQ(attempts(20), 10U);
  clock_.advance(minutes(5) - seconds(1));
  EXPECT_EQ(attempts(5), 0U);
  clock_.advance(seconds(1));
  EXPECT_EQ(attempts(5), 1U);
  clock_.advance(minutes(15));
  EXPECT_EQ(attempts(5), 3U);
  clock_.advance(std::chrono::hours(24));
  EXPECT_EQ(attempts(20), 10U);
  // Conditions are not: they say how it stands.
  EXPECT_EQ(api_.conditions.size(), 55U);
}

TEST_F(FailureReporterTest, AVersionThatWasNotToldIsTriedAgain) {
  for (int i = 0; i <= 10; ++i) report("no", version(std::to_string(i)));
  api_.events.clear();
  report("no", version("10"));
  EXPECT_TRUE(api_.events.empty());
  clock_.advance(minutes(5));
  report("no", version("10"));
  report("no", version("10"));
  EXPECT_EQ(api_.events.size(), 2U);
}

TEST_F(FailureReporterTest, LimitsAreOfOnePodAndEndWithIt) {
  for (int i = 0; i <= 10; ++i) report("no", version(std::to_string(i)));
  EXPECT_EQ(api_.events.size(), 10U);
  report("no", PodBuilder("q"));
  EXPECT_EQ(api_.events.size(), 11U);
  reporter_.forget({"uid-p"});
  report("no", version("10"));
  EXPECT_EQ(api_.events.size(), 12U);
}

TEST_F(FailureReporterTest, ALongMessageIsCut) {
  report(std::string(std::size_t{17} * 1024, 'x'));
  const std::string want = std::string(std::size_t{16} * 1024 - 4, 'x') + " ...";
  EXPECT_EQ(api_.conditions[0].message, want);
  EXPECT_EQ(api_.events[0].event.note, want);
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
