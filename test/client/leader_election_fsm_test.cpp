#include "cluster/client/leader_election_fsm.hpp"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace neuron_scheduler::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = LeaderElectionFsm::Event::Kind;

std::string text_of(const LeaseRecord& record) {
  return (record.holder.empty() ? "nobody" : record.holder) + " for " +
         std::to_string(record.duration.count()) + "s, transitions " +
         std::to_string(record.transitions) + ", acquired " +
         std::to_string(record.acquired.time_since_epoch() / seconds{1}) + ", renewed " +
         std::to_string(record.renewed.time_since_epoch() / seconds{1});
}

std::string text_of(const LeaderElectionFsm::Action& action) {
  const std::string within = " within " + std::to_string(action.within.count()) + "ms";
  const std::string message = action.message.empty() ? "" : ": " + action.message;
  switch (action.kind) {
    case LeaderElectionFsm::Action::Kind::kNone:
      return "none";
    case LeaderElectionFsm::Action::Kind::kRead:
      return "read" + within;
    case LeaderElectionFsm::Action::Kind::kCreate:
      return "create" + within + ": " + text_of(action.record);
    case LeaderElectionFsm::Action::Kind::kUpdate:
      return "update" + within + ": " + text_of(action.record);
    case LeaderElectionFsm::Action::Kind::kWait:
      return "wait " + std::to_string(action.wait.count()) + "ms" + message;
    case LeaderElectionFsm::Action::Kind::kLost:
      return "lost" + message;
    case LeaderElectionFsm::Action::Kind::kStopped:
      return "stopped" + message;
  }
  return "";
}

LeaseRecord held_by(std::string holder, seconds renewed = seconds{5}) {
  LeaseRecord record;
  record.holder = std::move(holder);
  record.duration = seconds{15};
  record.acquired = model::WallTime{seconds{1}};
  record.renewed = model::WallTime{renewed};
  record.transitions = 4;
  return record;
}

// One FSM of "me" with clocks that the test moves: at first both show 100 s.
class Driver {
 public:
  std::string send(Kind kind, std::string message = {}, std::uint32_t random = 0) {
    LeaderElectionFsm::Event event;
    event.kind = kind;
    event.message = std::move(message);
    return text_of(fsm.resume(event, {steady, wall}, random));
  }
  std::string found(const LeaseRecord& record) {
    LeaderElectionFsm::Event event;
    event.kind = Kind::kFound;
    event.record = record;
    return text_of(fsm.resume(event, {steady, wall}, 0));
  }
  void pass(milliseconds time) {
    steady += time;
    wall += time;
  }

  void to_reading() { EXPECT_EQ(send(Kind::kStart), "read within 5000ms"); }
  // Acquired and renewed at 100 s: valid until 115 s.
  void to_leading() {
    to_reading();
    EXPECT_EQ(send(Kind::kNotFound),
              "create within 5000ms: me for 15s, transitions 0, acquired 100, renewed 100");
    EXPECT_EQ(send(Kind::kWritten), "wait 2000ms");
    EXPECT_TRUE(fsm.leading());
  }
  // At 102 s; the renew deadline is at 112 s.
  void to_renewing() {
    to_leading();
    pass(seconds{2});
    EXPECT_EQ(send(Kind::kTimer),
              "update within 5000ms: me for 15s, transitions 0, acquired 100, renewed 102");
  }
  void to_reading_after_failed_renewal() {
    to_renewing();
    EXPECT_EQ(send(Kind::kFailed, "cut"), "read within 5000ms");
  }

  LeaderElectionFsm fsm{"me", {}};
  model::SteadyTime steady{seconds{100}};
  model::WallTime wall{seconds{100}};
};

using Steps = std::function<std::vector<std::string>(Driver&)>;

struct Case {
  std::string name;
  Steps steps;
  std::vector<std::string> want;
  bool leads = false;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class LeaderElectionFsmTest : public testing::TestWithParam<Case> {};

TEST_P(LeaderElectionFsmTest, Acts) {
  Driver driver;
  EXPECT_EQ(GetParam().steps(driver), GetParam().want);
  EXPECT_EQ(driver.fsm.leading(), GetParam().leads);
}

const Case kFollowing[] = {
    {"HeldByAStranger",
     [](Driver& d) {
       d.to_reading();
       return std::vector{d.found(held_by("them"))};
     },
     {"wait 2000ms"}},
    {"WaitsAreJittered",
     [](Driver& d) {
       d.to_reading();
       return std::vector{d.send(Kind::kFailed, "503", 0xFFFF'FFFFU)};
     },
     {"wait 4399ms: 503"}},
    {"RespectedUntilItsTimeHasPassedSinceItWasSeen",
     [](Driver& d) {
       d.to_reading();
       std::vector<std::string> got{d.found(held_by("them"))};
       d.pass(milliseconds{14'999});
       got.push_back(d.send(Kind::kTimer));
       got.push_back(d.found(held_by("them")));
       d.pass(milliseconds{1});
       got.push_back(d.send(Kind::kTimer));
       got.push_back(d.found(held_by("them")));
       got.push_back(d.send(Kind::kWritten));
       return got;
     },
     {"wait 2000ms", "read within 5000ms", "wait 2000ms", "read within 5000ms",
      "update within 5000ms: me for 15s, transitions 5, acquired 115, renewed 115", "wait 2000ms"},
     true},
    {"ARenewalStartsItsTimeAnew",
     [](Driver& d) {
       d.to_reading();
       std::vector<std::string> got{d.found(held_by("them"))};
       d.pass(seconds{14});
       got.push_back(d.send(Kind::kTimer));
       got.push_back(d.found(held_by("them", seconds{6})));
       d.pass(seconds{14});
       got.push_back(d.send(Kind::kTimer));
       got.push_back(d.found(held_by("them", seconds{6})));
       return got;
     },
     {"wait 2000ms", "read within 5000ms", "wait 2000ms", "read within 5000ms", "wait 2000ms"}},
    {"TimesInTheRecordAreNotCompared",
     [](Driver& d) {
       d.to_reading();
       // Renewed long ago, by a clock that is wrong, or ours jumped ahead.
       d.wall += seconds{1'000'000};
       return std::vector{d.found(held_by("them"))};
     },
     {"wait 2000ms"}},
    {"AClockThatJumpsChangesNothing",
     [](Driver& d) {
       d.to_reading();
       std::vector<std::string> got{d.found(held_by("them"))};
       d.wall += seconds{3600};
       got.push_back(d.send(Kind::kTimer));
       got.push_back(d.found(held_by("them")));
       d.wall -= seconds{7200};
       got.push_back(d.send(Kind::kTimer));
       got.push_back(d.found(held_by("them")));
       return got;
     },
     {"wait 2000ms", "read within 5000ms", "wait 2000ms", "read within 5000ms", "wait 2000ms"}},
    {"GivenBack",
     [](Driver& d) {
       d.to_reading();
       return std::vector{d.found(held_by(""))};
     },
     {"update within 5000ms: me for 15s, transitions 5, acquired 100, renewed 100"}},
    {"ADurationOfItsOwn",
     [](Driver& d) {
       d.to_reading();
       LeaseRecord brief = held_by("them");
       brief.duration = seconds{1};
       std::vector<std::string> got{d.found(brief)};
       d.pass(seconds{2});
       got.push_back(d.send(Kind::kTimer));
       got.push_back(d.found(brief));
       return got;
     },
     {"wait 2000ms", "read within 5000ms",
      "update within 5000ms: me for 15s, transitions 5, acquired 102, renewed 102"}},
    {"NoDuration",
     [](Driver& d) {
       d.to_reading();
       LeaseRecord none = held_by("them");
       none.duration = seconds{0};
       return std::vector{d.found(none)};
     },
     {"update within 5000ms: me for 15s, transitions 5, acquired 100, renewed 100"}},
    {"TransitionsDoNotOverflow",
     [](Driver& d) {
       d.to_reading();
       LeaseRecord many = held_by("");
       many.transitions = 2'147'483'647;
       return std::vector{d.found(many)};
     },
     {"update within 5000ms: me for 15s, transitions 2147483647, acquired 100, renewed 100"}},
    {"LostTheRace",
     [](Driver& d) {
       d.to_reading();
       std::vector<std::string> got{d.send(Kind::kNotFound)};
       got.push_back(d.send(Kind::kConflict, "409"));
       return got;
     },
     {"create within 5000ms: me for 15s, transitions 0, acquired 100, renewed 100",
      "wait 2000ms: 409"}},
    {"AWriteWithoutAnAnswerWasCarriedOut",
     [](Driver& d) {
       d.to_reading();
       std::vector<std::string> got{d.send(Kind::kNotFound)};
       got.push_back(d.send(Kind::kFailed, "no answer"));
       d.pass(seconds{2});
       got.push_back(d.send(Kind::kTimer));
       LeaseRecord ours = held_by("me");
       ours.transitions = 0;
       got.push_back(d.found(ours));
       got.push_back(d.send(Kind::kWritten));
       return got;
     },
     {"create within 5000ms: me for 15s, transitions 0, acquired 100, renewed 100",
      "wait 2000ms: no answer", "read within 5000ms",
      "update within 5000ms: me for 15s, transitions 0, acquired 1, renewed 102", "wait 2000ms"},
     true},
    {"AnAnswerAfterALongStopIsNoLeadership",
     [](Driver& d) {
       d.to_reading();
       std::vector<std::string> got{d.send(Kind::kNotFound)};
       d.pass(seconds{15});
       got.push_back(d.send(Kind::kWritten));
       return got;
     },
     {"create within 5000ms: me for 15s, transitions 0, acquired 100, renewed 100",
      "wait 2000ms: the answer came too late"}},
    {"Stopped",
     [](Driver& d) {
       d.to_reading();
       std::vector<std::string> got{d.send(Kind::kStop)};
       got.push_back(d.found(held_by("")));
       return got;
     },
     {"stopped", "none"}},
    {"StoppedWhileItMayBecomeOurs",
     [](Driver& d) {
       d.to_reading();
       std::vector<std::string> got{d.found(held_by(""))};
       got.push_back(d.send(Kind::kStop));
       got.push_back(d.found(held_by("me")));
       got.push_back(d.send(Kind::kWritten));
       return got;
     },
     {"update within 5000ms: me for 15s, transitions 5, acquired 100, renewed 100",
      "read within 5000ms",
      "update within 5000ms: nobody for 1s, transitions 4, acquired 100, renewed 100", "stopped"}},
};

const Case kLeading[] = {
    {"RenewsEveryRetryPeriod",
     [](Driver& d) {
       d.to_renewing();
       std::vector<std::string> got{d.send(Kind::kWritten)};
       d.pass(seconds{2});
       got.push_back(d.send(Kind::kTimer));
       return got;
     },
     {"wait 2000ms", "update within 5000ms: me for 15s, transitions 0, acquired 100, renewed 104"},
     true},
    {"LooksWhenARenewalFails",
     [](Driver& d) {
       d.to_reading_after_failed_renewal();
       LeaseRecord ours = held_by("me");
       return std::vector{d.found(ours), d.send(Kind::kWritten)};
     },
     {"update within 5000ms: me for 15s, transitions 4, acquired 1, renewed 102", "wait 2000ms"},
     true},
    {"TriesAgainEveryRetryPeriodSinceTheLastTry",
     [](Driver& d) {
       d.to_reading_after_failed_renewal();
       d.pass(milliseconds{500});
       return std::vector{d.send(Kind::kFailed, "503")};
     },
     {"wait 1500ms: 503"},
     true},
    {"ASlowTryIsFollowedAtOnce",
     [](Driver& d) {
       d.to_reading_after_failed_renewal();
       d.pass(seconds{5});
       return std::vector{d.send(Kind::kFailed, "no answer")};
     },
     {"wait 0ms: no answer"},
     true},
    {"LastTryEndsWithTheRenewDeadline",
     [](Driver& d) {
       d.to_reading_after_failed_renewal();
       d.pass(seconds{7});
       std::vector<std::string> got{d.send(Kind::kFailed, "no answer")};
       got.push_back(d.send(Kind::kTimer));
       d.pass(seconds{2});
       got.push_back(d.send(Kind::kFailed, "no answer"));
       d.pass(seconds{1});
       got.push_back(d.send(Kind::kFailed, "no answer"));
       return got;
     },
     {"wait 0ms: no answer",
      "update within 3000ms: me for 15s, transitions 0, acquired 100, renewed 109",
      "read within 1000ms", "lost: not renewed in time: no answer"}},
    {"WaitsNoLongerThanTheRenewDeadline",
     [](Driver& d) {
       d.to_reading_after_failed_renewal();
       d.pass(seconds{8});
       std::vector<std::string> got{d.send(Kind::kFailed, "503"), d.send(Kind::kTimer)};
       got.push_back(d.send(Kind::kFailed, "503"));
       d.pass(seconds{1});
       got.push_back(d.send(Kind::kFailed, "503"));
       d.pass(seconds{1});
       got.push_back(d.send(Kind::kTimer));
       return got;
     },
     {"wait 0ms: 503", "update within 2000ms: me for 15s, transitions 0, acquired 100, renewed 110",
      "read within 2000ms", "wait 1000ms: 503", "lost: not renewed in time"}},
    {"ALatePulseShortensTheDeadline",
     [](Driver& d) {
       d.to_leading();
       d.pass(seconds{12});
       std::vector<std::string> got{d.send(Kind::kTimer)};
       got.push_back(d.send(Kind::kFailed, "503"));
       d.pass(seconds{3});
       got.push_back(d.send(Kind::kFailed, "503"));
       return got;
     },
     {"update within 3000ms: me for 15s, transitions 0, acquired 100, renewed 112",
      "read within 3000ms", "lost: not renewed in time: 503"}},
    {"StoppedForLongerThanTheLease",
     [](Driver& d) {
       d.to_leading();
       d.pass(seconds{30});
       return std::vector{d.send(Kind::kTimer), d.send(Kind::kTimer)};
     },
     {"lost: not renewed in time", "none"}},
    {"StoppedForLongInARenewal",
     [](Driver& d) {
       d.to_renewing();
       d.pass(seconds{30});
       return std::vector{d.send(Kind::kWritten)};
     },
     {"lost: not renewed in time: the answer came too late"}},
    {"AClockThatJumpsChangesNothing",
     [](Driver& d) {
       d.to_leading();
       d.pass(seconds{2});
       d.wall += seconds{3600};
       return std::vector{d.send(Kind::kTimer), d.send(Kind::kWritten)};
     },
     {"update within 5000ms: me for 15s, transitions 0, acquired 100, renewed 3702", "wait 2000ms"},
     true},
    {"TakenByAStranger",
     [](Driver& d) {
       d.to_reading_after_failed_renewal();
       return std::vector{d.found(held_by("them"))};
     },
     {"lost: the lease is held by \"them\""}},
    {"TakenFromUsByHand",
     [](Driver& d) {
       d.to_reading_after_failed_renewal();
       return std::vector{d.found(held_by(""))};
     },
     {"lost: the lease is held by \"\""}},
    {"Deleted",
     [](Driver& d) {
       d.to_reading_after_failed_renewal();
       return std::vector{d.send(Kind::kNotFound), d.send(Kind::kWritten)};
     },
     {"create within 5000ms: me for 15s, transitions 0, acquired 102, renewed 102", "wait 2000ms"},
     true},
    {"GivesTheLeaseBack",
     [](Driver& d) {
       d.to_leading();
       LeaseRecord ours = held_by("me");
       return std::vector{d.send(Kind::kStop), d.found(ours), d.send(Kind::kWritten),
                          d.send(Kind::kStop)};
     },
     {"read within 5000ms",
      "update within 5000ms: nobody for 1s, transitions 4, acquired 100, renewed 100", "stopped",
      "none"}},
    {"GivesNothingBackThatIsNotOurs",
     [](Driver& d) {
       d.to_leading();
       return std::vector{d.send(Kind::kStop), d.found(held_by("them"))};
     },
     {"read within 5000ms", "stopped"}},
    {"NothingToGiveBack",
     [](Driver& d) {
       d.to_leading();
       return std::vector{d.send(Kind::kStop), d.send(Kind::kNotFound)};
     },
     {"read within 5000ms", "stopped"}},
    {"GivingBackMeetsAnUpdateOfOurs",
     [](Driver& d) {
       d.to_renewing();
       std::vector<std::string> got{d.send(Kind::kStop), d.found(held_by("me"))};
       got.push_back(d.send(Kind::kConflict, "409"));
       got.push_back(d.found(held_by("me", seconds{102})));
       got.push_back(d.send(Kind::kWritten));
       return got;
     },
     {"read within 5000ms",
      "update within 5000ms: nobody for 1s, transitions 4, acquired 102, renewed 102",
      "read within 5000ms",
      "update within 5000ms: nobody for 1s, transitions 4, acquired 102, renewed 102", "stopped"}},
    {"GivingBackEnds",
     [](Driver& d) {
       d.to_leading();
       std::vector<std::string> got{d.send(Kind::kStop), d.found(held_by("me"))};
       d.pass(seconds{10});
       got.push_back(d.send(Kind::kConflict, "409"));
       return got;
     },
     {"read within 5000ms",
      "update within 5000ms: nobody for 1s, transitions 4, acquired 100, renewed 100",
      "stopped: 409"}},
    {"GivingBackFails",
     [](Driver& d) {
       d.to_leading();
       return std::vector{d.send(Kind::kStop), d.send(Kind::kFailed, "503")};
     },
     {"read within 5000ms", "stopped: 503"}},
};

const auto kName = [](const testing::TestParamInfo<Case>& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Following, LeaderElectionFsmTest, testing::ValuesIn(kFollowing), kName);
INSTANTIATE_TEST_SUITE_P(Leading, LeaderElectionFsmTest, testing::ValuesIn(kLeading), kName);

TEST(LeaderElectionFsmTime, TheLeaseCountsFromTheSendingOfItsLastRenewal) {
  Driver driver;
  driver.to_renewing();
  EXPECT_EQ(driver.fsm.valid_until(), model::SteadyTime{seconds{115}});
  driver.pass(seconds{3});
  EXPECT_EQ(driver.send(Kind::kWritten), "wait 2000ms");
  EXPECT_EQ(driver.fsm.valid_until(), model::SteadyTime{seconds{117}});
}

TEST(LeaderElectionFsmTime, ALeaseIsWrittenAndUsedInWholeSeconds) {
  LeaderElectionFsm::Timing timing;
  timing.lease_duration = milliseconds{15'900};
  Driver driver;
  driver.fsm = LeaderElectionFsm("me", timing);
  driver.to_leading();
  EXPECT_EQ(driver.fsm.valid_until(), model::SteadyTime{seconds{115}});
}

}  // namespace
}  // namespace neuron_scheduler::client
