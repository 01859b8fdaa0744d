#include "cluster/client/event_correlator.hpp"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/support/builders.hpp"

namespace neuron_scheduler::client {
namespace {

using neuron_scheduler::test::PodBuilder;
using neuron_scheduler::test::SimClock;
using std::chrono::minutes;
using std::chrono::seconds;
using Strings = std::vector<std::string>;

class EventCorrelatorTest : public testing::Test {
 protected:
  EventObject event(const std::string& pod, const std::string& note = "no room") const {
    const auto object = PodBuilder(pod).uid("u-" + pod).resource_version("7").build();
    return make_event(*object, {true, "FailedScheduling", "Scheduling", note}, {"me", "me-host"},
                      clock.wall());
  }
  // "create", "patch N", or "" if nothing is to be written.
  static std::string shown(const std::optional<EventObject>& due) {
    if (!due) return "";
    return due->series ? "patch " + std::to_string(due->series->count) : "create";
  }
  std::string observe(EventObject object) {
    return shown(correlator.observe(std::move(object), clock.steady()));
  }
  std::string observe(const std::string& pod) { return observe(event(pod)); }
  // POD: what, in the order in which they are due.
  Strings sweep() {
    Strings result;
    for (const auto& due : correlator.sweep(clock.steady())) {
      result.push_back(due.pod_name + ": " + shown(due));
    }
    return result;
  }

  SimClock clock;
  EventCorrelator correlator{3};
};

TEST_F(EventCorrelatorTest, TheSecondMakesASeriesAndFurtherOnesAreCounted) {
  const EventObject first = event("p", "one");
  EXPECT_EQ(shown(correlator.observe(first, clock.steady())), "create");
  clock.advance(minutes(5));
  const auto second = correlator.observe(event("p", "two"), clock.steady());
  ASSERT_TRUE(second && second->series);
  EXPECT_EQ(second->name, first.name);
  EXPECT_EQ(second->text.note, "one");
  EXPECT_EQ(second->time, first.time);
  EXPECT_EQ(second->series->count, 2);
  EXPECT_EQ(second->series->last_observed, clock.wall());
  clock.advance(minutes(5));
  EXPECT_EQ(observe("p"), "");
  EXPECT_EQ(correlator.size(), 1U);
}

struct KeyCase {
  std::string name;
  std::function<void(EventObject&)> change;
  bool equal = false;
};

void PrintTo(const KeyCase& row, std::ostream* out) { *out << row.name; }

class KeyTest : public EventCorrelatorTest, public testing::WithParamInterface<KeyCase> {};

TEST_P(KeyTest, SaysWhatIsEqual) {
  EXPECT_EQ(observe("p"), "create");
  clock.advance(seconds(1));
  EventObject other = event("p");
  GetParam().change(other);
  EXPECT_EQ(observe(other), GetParam().equal ? "patch 2" : "create");
}

INSTANTIATE_TEST_SUITE_P(
    Rows, KeyTest,
    testing::Values(KeyCase{"Nothing", [](EventObject&) {}, true},
                    KeyCase{"Note", [](EventObject& e) { e.text.note = "x"; }, true},
                    KeyCase{"Type", [](EventObject& e) { e.text.warning = false; }},
                    KeyCase{"Reason", [](EventObject& e) { e.text.reason = "x"; }},
                    KeyCase{"Action", [](EventObject& e) { e.text.action = "x"; }},
                    KeyCase{"Controller", [](EventObject& e) { e.reporter.controller = "x"; }},
                    KeyCase{"Instance", [](EventObject& e) { e.reporter.instance = "x"; }},
                    KeyCase{"Namespace", [](EventObject& e) { e.namespace_name = "x"; }},
                    KeyCase{"PodName", [](EventObject& e) { e.pod_name = "x"; }},
                    KeyCase{"PodUid", [](EventObject& e) { e.pod_uid = "x"; }},
                    KeyCase{"PodVersion", [](EventObject& e) { e.pod_version = "8"; }}),
    [](const auto& row) { return row.param.name; });

TEST_F(EventCorrelatorTest, ASingleIsForgottenAfterSixMinutes) {
  EXPECT_EQ(observe("p"), "create");
  clock.advance(minutes(6));
  EXPECT_EQ(sweep(), Strings{});
  EXPECT_EQ(correlator.size(), 1U);
  clock.advance(seconds(1));
  EXPECT_EQ(sweep(), Strings{});
  EXPECT_EQ(correlator.size(), 0U);
  EXPECT_EQ(observe("p"), "create");
}

TEST_F(EventCorrelatorTest, ASeriesEndsWithWhatWasNotToldYet) {
  for (const std::string pod : {"told", "untold"}) {
    observe(pod);
    observe(pod);
  }
  observe("untold");
  const auto last = clock.wall();
  clock.advance(minutes(6) + seconds(1));
  const auto due = correlator.sweep(clock.steady());
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].pod_name, "untold");
  EXPECT_EQ(due[0].series->count, 3);
  EXPECT_EQ(due[0].series->last_observed, last);
  EXPECT_EQ(correlator.size(), 0U);
}

TEST_F(EventCorrelatorTest, ASeriesThatGoesOnIsToldHalfHourly) {
  observe("p");
  observe("p");
  Strings told;
  for (int minute = 1; minute <= 95; ++minute) {
    clock.advance(minutes(1));
    if (minute % 5 == 0) observe("p");
    for (const auto& line : sweep()) told.push_back(std::to_string(minute) + " " + line);
  }
  EXPECT_EQ(told, (Strings{"30 p: patch 8", "60 p: patch 14", "90 p: patch 20"}));
  clock.advance(minutes(7));
  EXPECT_EQ(sweep(), Strings{"p: patch 21"});
}

TEST_F(EventCorrelatorTest, TheKeyThatWasSilentForLongestGivesWay) {
  for (const std::string pod : {"a", "b", "c"}) observe(pod);
  EXPECT_EQ(observe("a"), "patch 2");
  EXPECT_EQ(observe("d"), "create");  // b is forgotten.
  EXPECT_EQ(correlator.size(), 3U);
  EXPECT_EQ(observe("a"), "");
  EXPECT_EQ(observe("c"), "patch 2");
  EXPECT_EQ(observe("b"), "create");
}

TEST_F(EventCorrelatorTest, WithoutPlaceNothingIsRemembered) {
  EventCorrelator none(0);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(shown(none.observe(event("p"), clock.steady())), "create");
  }
  EXPECT_EQ(none.size(), 0U);
}

// 20,000 pods that never fit, tried every five minutes: a create and a patch each, then one patch
// in half an hour.
TEST_F(EventCorrelatorTest, AStormIsCounted) {
  constexpr int kPods = 20'000;
  EventCorrelator storm(32'768);
  std::vector<EventObject> events;
  for (int pod = 0; pod < kPods; ++pod) events.push_back(event("p" + std::to_string(pod)));
  std::size_t creates = 0;
  std::size_t patches = 0;
  for (int minute = 0; minute < 40; ++minute) {
    if (minute % 5 == 0) {
      for (const EventObject& again : events) {
        const auto due = storm.observe(again, clock.steady());
        if (due) ++(due->series ? patches : creates);
      }
    }
    clock.advance(minutes(1));
    patches += storm.sweep(clock.steady()).size();
  }
  EXPECT_EQ(creates, kPods);
  EXPECT_EQ(patches, 2U * kPods);
}

}  // namespace
}  // namespace neuron_scheduler::client
