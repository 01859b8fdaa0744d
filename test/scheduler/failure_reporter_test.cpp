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
    pod.raw().scheduled_condition_reason = kReasonUnschedulable;
    pod.raw().scheduled_condition_message = message;
    return pod;
  }
  std::vector<std::string> notes() const {
    std::vector<std::string> list;
    for (const auto& event : api_.events) list.push_back(event.event.note);
    return list;
  }

  test::SimClock clock_;
  test::RecordingApi api_;
  FailureReporter reporter_{clock_, api_};
};

using Notes = std::vector<std::string>;

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

TEST_F(FailureReporterTest, EqualEventsAreRepeatedHalfHourly) {
  report("no");
  clock_.advance(minutes(29));
  report("no");
  EXPECT_EQ(notes(), Notes{"no"});
  clock_.advance(minutes(1));
  report("no");
  EXPECT_EQ(notes(), (Notes{"no", "no"}));
}

TEST_F(FailureReporterTest, ChangingEventsAreLimited) {
  for (int i = 0; i < 100; ++i) {
    report("no " + std::to_string(i));
    clock_.advance(seconds(1));
  }
  EXPECT_EQ(api_.events.size(), 10U);
  EXPECT_EQ(api_.conditions.size(), 100U);
}

TEST_F(FailureReporterTest, LimitsAreOfOnePodAndEndWithIt) {
  report("no");
  report("no", PodBuilder("q"));
  EXPECT_EQ(api_.events.size(), 2U);
  reporter_.forget({"uid-p"});
  report("no");
  EXPECT_EQ(api_.events.size(), 3U);
}

TEST_F(FailureReporterTest, NotesAreCutConditionsAreNot) {
  const std::string message(2000, 'x');
  report(message);
  EXPECT_EQ(api_.conditions[0].message, message);
  EXPECT_EQ(api_.events[0].event.note, std::string(1020, 'x') + " ...");
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
