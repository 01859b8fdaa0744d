#include "cluster/client/watch_fsm.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace neuron_scheduler::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = WatchFsm::Event::Kind;

constexpr std::uint32_t kHalf = 0x8000'0000U;

WatchFsm::Event event(Kind kind, std::string text = {}, int code = 0) {
  WatchFsm::Event result;
  result.kind = kind;
  result.text = std::move(text);
  result.code = code;
  return result;
}

WatchFsm::Event cut(HttpFailure failure) {
  WatchFsm::Event result = event(Kind::kCut, "cut");
  result.failure = failure;
  return result;
}

WatchFsm::Event later(WatchFsm::Event base, seconds retry_after) {
  base.retry_after = retry_after;
  return base;
}

std::string text_of(const WatchFsm::Action& action, const WatchFsm& fsm) {
  switch (action.kind) {
    case WatchFsm::Action::Kind::kNone:
      return "none";
    case WatchFsm::Action::Kind::kList:
      return "list";
    case WatchFsm::Action::Kind::kWatch:
      return "watch from " + fsm.resource_version() + " for " +
             std::to_string(action.watch_timeout.count()) + "s";
    case WatchFsm::Action::Kind::kWait:
      return "wait " + std::to_string(action.wait.count()) + "ms" +
             (fsm.resource_version().empty() ? " to list: " : " to watch: ") + action.message;
  }
  return "";
}

// One FSM with a clock that the test moves.
class Driver {
 public:
  std::string send(const WatchFsm::Event& e, std::uint32_t random = 0) {
    return text_of(fsm.resume(e, now, random), fsm);
  }
  void pass(milliseconds time) { now += time; }

  void to_listing() { EXPECT_EQ(send(event(Kind::kStart)), "list"); }
  void to_watching() {
    to_listing();
    EXPECT_EQ(send(event(Kind::kListDone, "10")), "watch from 10 for 300s");
  }
  void to_waiting_to_watch() {
    to_watching();
    EXPECT_EQ(send(cut(HttpFailure::kUnknown)), "wait 800ms to watch: watch pods: cut");
  }

  WatchFsm fsm{"pods"};
  model::SteadyTime now{seconds{1000}};
};

enum class From {
  kIdle,
  kListing,
  kWatching,
  kWatchingWithEvents,
  kLongWatching,
  kSilentWatching,
  kWaiting
};

struct Case {
  std::string name;
  From from;
  WatchFsm::Event event;
  std::string want;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class WatchFsmTest : public testing::TestWithParam<Case> {};

TEST_P(WatchFsmTest, Acts) {
  Driver driver;
  switch (GetParam().from) {
    case From::kIdle:
      break;
    case From::kListing:
      driver.to_listing();
      break;
    case From::kWatching:
      driver.to_watching();
      break;
    case From::kWatchingWithEvents:
      driver.to_watching();
      EXPECT_EQ(driver.send(event(Kind::kObject, "11")), "none");
      break;
    case From::kLongWatching:
      driver.to_watching();
      driver.pass(milliseconds{1000});
      break;
    case From::kSilentWatching:
      driver.to_watching();
      driver.pass(seconds{120});
      break;
    case From::kWaiting:
      driver.to_waiting_to_watch();
      break;
  }
  EXPECT_EQ(driver.send(GetParam().event), GetParam().want);
}

const std::string kToList = "wait 800ms to list: ";
const std::string kToWatch = "wait 800ms to watch: ";

const Case kIdleCases[] = {
    {"start", From::kIdle, event(Kind::kStart), "list"},
    {"anything_else", From::kIdle, event(Kind::kTimer), "none"},
};

const Case kListingCases[] = {
    {"done", From::kListing, event(Kind::kListDone, "42"), "watch from 42 for 300s"},
    {"refused", From::kListing, event(Kind::kRefused, "boom", 500),
     kToList + "list pods: 500 boom"},
    {"unauthorized", From::kListing, event(Kind::kRefused, "Unauthorized", 401),
     kToList + "list pods: the server does not accept our credentials: 401 Unauthorized"},
    {"forbidden", From::kListing, event(Kind::kRefused, "no", 403),
     kToList + "list pods: the right \"list\" on \"pods\" is missing: 403 no"},
    {"gone", From::kListing, event(Kind::kRefused, "old", 410),
     kToList + "list pods: 410 old (the list is read again)"},
    {"too_many", From::kListing, later(event(Kind::kRefused, "slow down", 429), seconds{3}),
     "wait 3000ms to list: list pods: 429 slow down"},
    {"damaged", From::kListing, event(Kind::kDamaged, "not JSON"), kToList + "list pods: not JSON"},
    {"ended_early", From::kListing, event(Kind::kEnded), kToList + "list pods: ended early"},
    {"cut", From::kListing, cut(HttpFailure::kUnknown), kToList + "list pods: cut"},
    {"not_sent", From::kListing, cut(HttpFailure::kNotSent), kToList + "list pods: cut"},
    {"too_large", From::kListing, cut(HttpFailure::kTooLarge), kToList + "list pods: cut"},
    {"start_again", From::kListing, event(Kind::kStart), "none"},
    {"object", From::kListing, event(Kind::kObject, "5"), "none"},
    {"error_event", From::kListing, event(Kind::kErrorEvent, "x", 410), "none"},
    {"timer", From::kListing, event(Kind::kTimer), "none"},
};

const Case kWatchingCases[] = {
    {"object", From::kWatching, event(Kind::kObject, "11"), "none"},
    {"ended_after_a_while", From::kLongWatching, event(Kind::kEnded), "watch from 10 for 300s"},
    {"ended_at_once", From::kWatching, event(Kind::kEnded), kToList + "watch pods: ended at once"},
    {"ended_at_once_with_events", From::kWatchingWithEvents, event(Kind::kEnded),
     kToWatch + "watch pods: ended at once"},
    {"gone_by_http", From::kWatching, event(Kind::kRefused, "too old", 410),
     kToList + "watch pods: 410 too old (the list is read again)"},
    {"gone_by_event", From::kWatching, event(Kind::kErrorEvent, "too old", 410),
     kToList + "watch pods: 410 too old (the list is read again)"},
    {"other_error_event", From::kWatching, event(Kind::kErrorEvent, "broken", 500),
     kToList + "watch pods: 500 broken"},
    {"error_event_with_retry", From::kWatching,
     later(event(Kind::kErrorEvent, "slow", 429), seconds{7}),
     "wait 7000ms to list: watch pods: 429 slow"},
    {"too_many", From::kWatching, later(event(Kind::kRefused, "slow", 429), seconds{2}),
     "wait 2000ms to watch: watch pods: 429 slow"},
    {"unauthorized", From::kWatching, event(Kind::kRefused, "who", 401),
     kToWatch + "watch pods: the server does not accept our credentials: 401 who"},
    {"forbidden", From::kWatching, event(Kind::kRefused, "no", 403),
     kToWatch + "watch pods: the right \"watch\" on \"pods\" is missing: 403 no"},
    {"server_error", From::kWatching, event(Kind::kRefused, "boom", 503),
     kToList + "watch pods: 503 boom"},
    {"not_sent", From::kWatching, cut(HttpFailure::kNotSent), kToWatch + "watch pods: cut"},
    {"cut", From::kLongWatching, cut(HttpFailure::kUnknown), kToWatch + "watch pods: cut"},
    {"ended_after_silence", From::kSilentWatching, event(Kind::kEnded),
     kToList + "watch pods: ended without an event or a bookmark"},
    {"cut_after_silence", From::kSilentWatching, cut(HttpFailure::kUnknown),
     kToList + "watch pods: cut"},
    {"too_large", From::kWatching, cut(HttpFailure::kTooLarge), kToList + "watch pods: cut"},
    {"damaged", From::kWatchingWithEvents, event(Kind::kDamaged, "not JSON"),
     kToList + "watch pods: not JSON"},
    {"start_again", From::kWatching, event(Kind::kStart), "none"},
    {"list_done", From::kWatching, event(Kind::kListDone, "99"), "none"},
    {"timer", From::kWatching, event(Kind::kTimer), "none"},
};

const Case kWaitingCases[] = {
    {"timer", From::kWaiting, event(Kind::kTimer), "watch from 10 for 300s"},
    {"start", From::kWaiting, event(Kind::kStart), "none"},
    {"list_done", From::kWaiting, event(Kind::kListDone, "99"), "none"},
    {"object", From::kWaiting, event(Kind::kObject, "99"), "none"},
    {"error_event", From::kWaiting, event(Kind::kErrorEvent, "x", 410), "none"},
    {"refused", From::kWaiting, event(Kind::kRefused, "x", 500), "none"},
    {"damaged", From::kWaiting, event(Kind::kDamaged, "x"), "none"},
    {"ended", From::kWaiting, event(Kind::kEnded), "none"},
    {"cut", From::kWaiting, cut(HttpFailure::kUnknown), "none"},
};

const auto kName = [](const auto& row) { return row.param.name; };
INSTANTIATE_TEST_SUITE_P(Idle, WatchFsmTest, testing::ValuesIn(kIdleCases), kName);
INSTANTIATE_TEST_SUITE_P(Listing, WatchFsmTest, testing::ValuesIn(kListingCases), kName);
INSTANTIATE_TEST_SUITE_P(Watching, WatchFsmTest, testing::ValuesIn(kWatchingCases), kName);
INSTANTIATE_TEST_SUITE_P(Waiting, WatchFsmTest, testing::ValuesIn(kWaitingCases), kName);

TEST(WatchFsmSequenceTest, WatchesOnFromTheLastEvent) {
  Driver driver;
  driver.to_watching();
  EXPECT_EQ(driver.send(event(Kind::kObject, "11")), "none");
  EXPECT_EQ(driver.send(event(Kind::kObject, "17")), "none");
  driver.pass(seconds{300});
  EXPECT_EQ(driver.send(event(Kind::kEnded)), "watch from 17 for 300s");
  EXPECT_EQ(driver.send(cut(HttpFailure::kNotSent)), kToWatch + "watch pods: cut");
  driver.pass(milliseconds{800});
  EXPECT_EQ(driver.send(event(Kind::kTimer)), "watch from 17 for 300s");
}

TEST(WatchFsmSequenceTest, ListsAgainAfterGone) {
  Driver driver;
  driver.to_watching();
  EXPECT_EQ(driver.fsm.list_reason(), "");
  EXPECT_EQ(driver.send(event(Kind::kErrorEvent, "too old", 410)),
            kToList + "watch pods: 410 too old (the list is read again)");
  EXPECT_EQ(driver.send(event(Kind::kTimer)), "list");
  EXPECT_EQ(driver.fsm.list_reason(), "watch pods: 410 too old (the list is read again)");
  EXPECT_EQ(driver.send(event(Kind::kListDone, "50")), "watch from 50 for 300s");
}

TEST(WatchFsmSequenceTest, TimeoutIsSpreadOverItsRange) {
  Driver driver;
  driver.to_listing();
  EXPECT_EQ(driver.send(event(Kind::kListDone, "1"), 0xFFFF'FFFFU), "watch from 1 for 600s");
  EXPECT_EQ(driver.send(event(Kind::kObject, "1")), "none");
  driver.pass(seconds{600});
  EXPECT_EQ(driver.send(event(Kind::kEnded), kHalf), "watch from 1 for 450s");
}

TEST(WatchFsmSequenceTest, WaitsDoubleUpToAMaximumAndJitterLengthensThem) {
  Driver driver;
  driver.to_listing();
  std::vector<std::string> waits;
  for (int i = 0; i < 8; ++i) {
    const auto action = driver.fsm.resume(cut(HttpFailure::kNotSent), driver.now, kHalf);
    waits.push_back(std::to_string(action.wait.count()));
    driver.pass(action.wait);
    EXPECT_EQ(driver.send(event(Kind::kTimer)), "list");
  }
  EXPECT_EQ(waits, (std::vector<std::string>{"1200", "2400", "4800", "9600", "19200", "38400",
                                             "45000", "45000"}));
}

TEST(WatchFsmSequenceTest, StartsOverAfterTwoHealthyMinutes) {
  Driver driver;
  driver.to_watching();
  EXPECT_EQ(driver.send(cut(HttpFailure::kUnknown)), kToWatch + "watch pods: cut");
  driver.pass(milliseconds{800});
  EXPECT_EQ(driver.send(event(Kind::kTimer)), "watch from 10 for 300s");
  EXPECT_EQ(driver.send(event(Kind::kObject, "10")), "none");
  driver.pass(milliseconds{119'999});
  EXPECT_EQ(driver.send(cut(HttpFailure::kUnknown)), "wait 1600ms to watch: watch pods: cut");
  driver.pass(milliseconds{1600});
  EXPECT_EQ(driver.send(event(Kind::kTimer)), "watch from 10 for 300s");
  EXPECT_EQ(driver.send(event(Kind::kObject, "10")), "none");
  driver.pass(milliseconds{120'000});
  EXPECT_EQ(driver.send(cut(HttpFailure::kUnknown)), kToWatch + "watch pods: cut");
}

TEST(WatchFsmSequenceTest, NeverLoopsWithoutWaitingHoweverTheServerEndsWatches) {
  Driver driver;
  driver.to_watching();
  // Each watch brings an event and ends at once: the waits grow all the same.
  for (const auto* want : {"wait 800ms", "wait 1600ms", "wait 3200ms"}) {
    EXPECT_EQ(driver.send(event(Kind::kObject, "11")), "none");
    const std::string got = driver.send(event(Kind::kEnded));
    EXPECT_EQ(got.substr(0, std::string(want).size()), want);
    EXPECT_EQ(driver.send(event(Kind::kTimer)), "watch from 11 for 300s");
  }
}

TEST(WatchFsmSequenceTest, RetryAfterIsObeyedButBounded) {
  Driver driver;
  driver.to_listing();
  EXPECT_EQ(driver.send(later(event(Kind::kRefused, "x", 429), seconds{1'000'000'000'000'000})),
            "wait 300000ms to list: list pods: 429 x");
  EXPECT_EQ(driver.send(event(Kind::kTimer)), "list");
  EXPECT_EQ(driver.send(later(event(Kind::kRefused, "x", 429), seconds{0})),
            "wait 1600ms to list: list pods: 429 x");
}

}  // namespace
}  // namespace neuron_scheduler::client
