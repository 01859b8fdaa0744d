#include "cluster/client/leader_election.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/client/fakes.hpp"
#include "test/client/recording_observer.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Strings = std::vector<std::string>;

const std::string kTarget = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";

std::string lease(const std::string& holder, const std::string& version) {
  return R"({"kind":"Lease","metadata":{"name":"l","resourceVersion":")" + version +
         R"("},"spec":{"holderIdentity":")" + holder +
         R"(","leaseDurationSeconds":15,"renewTime":"2026-01-01T00:00:00.000000Z"}})";
}

class RecordingSink final : public LeaderSink {
 public:
  void on_leading() override { told.emplace_back("leading"); }
  void on_leadership_lost(const std::string& why) override { told.push_back("lost: " + why); }
  void on_election_stopped() override { told.emplace_back("stopped"); }
  Strings told;
};

class LeaderElectionTest : public testing::Test {
 protected:
  void start() {
    LeaderElectionConfig config;
    config.namespace_name = "kube-system";
    config.lease_name = "l";
    config.identity = "me";
    election = make_leader_election(
        {http, timers, clock, observer, [] { return std::uint32_t{0}; }}, config, sink);
    EXPECT_EQ(observer.take(), Strings{"leader [l] [] [not us]"});
    election->start();
  }
  void to_leading() {
    start();
    http.answer(404, R"({"kind":"Status","code":404,"message":"no lease"})");
    http.answer(201, lease("me", "1"));
    EXPECT_EQ(observer.take(), Strings{"leader [l] [me] [us]"});
    EXPECT_EQ(sink.told, Strings{"leading"});
  }
  // Method, target and what is in the body.
  std::string asked() {
    if (http.calls.size() != 1) return std::to_string(http.calls.size()) + " requests";
    const HttpRequest& request = http.calls.front().request;
    return request.method + " " + request.target;
  }
  void pass(std::chrono::nanoseconds time) {
    clock.advance(time);
    timers.fire();
  }

  test::FakeHttp http;
  test::FakeTimers timers;
  neuron_scheduler::test::SimClock clock;
  test::RecordingObserver observer;
  RecordingSink sink;
  std::unique_ptr<LeaderElection> election;
};

TEST_F(LeaderElectionTest, CreatesTheLeaseAndRenewsItOnTopOfWhatWasAnswered) {
  start();
  EXPECT_EQ(asked(), "GET " + kTarget + "/l");
  EXPECT_EQ(http.calls.front().request.deadline, seconds{5});
  http.answer(404);
  EXPECT_EQ(asked(), "POST " + kTarget);
  EXPECT_NE(http.calls.front().request.body.find(
                R"("spec":{"holderIdentity":"me","leaseDurationSeconds":15,)"
                R"("acquireTime":"2026-01-01T00:00:00.000000Z",)"
                R"("renewTime":"2026-01-01T00:00:00.000000Z","leaseTransitions":0})"),
            std::string::npos)
      << http.calls.front().request.body;
  EXPECT_TRUE(sink.told.empty());
  http.answer(201, lease("me", "1"));
  EXPECT_EQ(sink.told, Strings{"leading"});
  EXPECT_EQ(timers.delay(), seconds{2});
  pass(seconds{2});
  EXPECT_EQ(asked(), "PUT " + kTarget + "/l");
  const std::string body = http.calls.front().request.body;
  EXPECT_NE(body.find(R"("resourceVersion":"1")"), std::string::npos) << body;
  EXPECT_NE(body.find(R"("renewTime":"2026-01-01T00:00:02.000000Z")"), std::string::npos) << body;
  http.answer(200, lease("me", "2"));
  pass(seconds{2});
  EXPECT_NE(http.calls.front().request.body.find(R"("resourceVersion":"2")"), std::string::npos);
  EXPECT_EQ(sink.told, Strings{"leading"});
}

TEST_F(LeaderElectionTest, FollowsWhoHoldsIt) {
  start();
  http.answer(200, lease("them", "1"));
  EXPECT_EQ(observer.take(), Strings{"leader [l] [them] [not us]"});
  EXPECT_FALSE(election->covers(seconds{0}));
  pass(seconds{2});
  http.answer(403, R"({"kind":"Status","code":403,"message":"leases is forbidden"})");
  EXPECT_EQ(observer.take(), Strings{"lease failed [l] [GET lease: 403 leases is forbidden]"});
  EXPECT_TRUE(sink.told.empty());
  EXPECT_EQ(election->problem(), "");
}

TEST_F(LeaderElectionTest, AnAnswerThatIsNoLeaseIsAFailedTry) {
  start();
  http.answer(200, "what?");
  const Strings said = observer.take();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said.front().substr(0, 37), "lease failed [l] [Lease: not JSON: sy");
  EXPECT_EQ(timers.delay(), seconds{2});
}

TEST_F(LeaderElectionTest, TheFenceEndsBeforeTheLease) {
  to_leading();
  // 15 s, less a margin of 1.5 s, less what is asked about.
  EXPECT_TRUE(election->covers(seconds{5}));
  clock.advance(milliseconds{8'499});
  EXPECT_TRUE(election->covers(seconds{5}));
  clock.advance(milliseconds{1});
  EXPECT_FALSE(election->covers(seconds{5}));
  EXPECT_TRUE(election->covers(seconds{4}));
}

TEST_F(LeaderElectionTest, TheFenceIsDownFromTheMomentOfStopping) {
  to_leading();
  election->stop();
  EXPECT_FALSE(election->covers(seconds{1}));
  EXPECT_EQ(timers.active(), 0U);
  EXPECT_EQ(asked(), "GET " + kTarget + "/l");
  http.answer(200, lease("me", "5"));
  EXPECT_EQ(asked(), "PUT " + kTarget + "/l");
  EXPECT_NE(
      http.calls.front().request.body.find(R"("holderIdentity":"","leaseDurationSeconds":1,)"),
      std::string::npos);
  http.answer(200, lease("", "6"));
  EXPECT_EQ(sink.told, Strings{"leading"});
  timers.fire();
  EXPECT_EQ(sink.told, (Strings{"leading", "stopped"}));
}

TEST_F(LeaderElectionTest, AnAnswerThatStoppingHasOvertakenIsIgnored) {
  to_leading();
  pass(seconds{2});
  election->stop();
  ASSERT_EQ(http.calls.size(), 2U);
  http.answer(200, lease("me", "2"));
  EXPECT_EQ(asked(), "GET " + kTarget + "/l");
  EXPECT_FALSE(election->covers(seconds{1}));
}

TEST_F(LeaderElectionTest, AFollowerStopsAtOnce) {
  start();
  http.answer(200, lease("them", "1"));
  election->stop();
  EXPECT_TRUE(http.calls.empty());
  EXPECT_TRUE(sink.told.empty());
  timers.fire();
  EXPECT_EQ(sink.told, Strings{"stopped"});
}

TEST_F(LeaderElectionTest, WhatIsLostIsToldOnceAndNothingIsWrittenAnyMore) {
  to_leading();
  pass(seconds{30});
  EXPECT_EQ(sink.told, (Strings{"leading", "lost: not renewed in time"}));
  EXPECT_EQ(observer.take(), Strings{"leader [l] [me] [not us]"});
  EXPECT_TRUE(http.calls.empty());
  EXPECT_EQ(timers.active(), 0U);
}

TEST_F(LeaderElectionTest, HealthFailsTwentySecondsAfterTheLease) {
  to_leading();
  clock.advance(seconds{35});
  EXPECT_EQ(election->problem(), "");
  clock.advance(milliseconds{1});
  EXPECT_EQ(election->problem(), "failed election to renew leadership on lease l");
}

struct TimingCase {
  std::string name;
  milliseconds lease, renew, retry;
  std::string want;
};

TEST(LeaderElectionTiming, IsCheckedAsKubeDoes) {
  const TimingCase rows[] = {
      {"Defaults", seconds{15}, seconds{10}, seconds{2}, ""},
      {"Short", seconds{4}, seconds{3}, milliseconds{500}, ""},
      {"NoRetry", seconds{15}, seconds{10}, seconds{0}, "the retry period must be greater"},
      {"NoRenew", seconds{15}, seconds{0}, seconds{2}, "the renew deadline must be greater than z"},
      {"LeaseEqual", seconds{10}, seconds{10}, seconds{2}, "the lease duration must be greater"},
      {"RetryLong", seconds{15}, seconds{12}, seconds{10}, "the renew deadline must be greater th"},
      {"LeaseLong", std::chrono::hours{25}, seconds{10}, seconds{2}, "at most 24h"},
      {"LeaseFraction", milliseconds{1'900}, seconds{1}, milliseconds{300}, "a whole number of s"},
      {"NoTime", seconds{3}, seconds{2}, milliseconds{350}, "leaves no time for a Bindi"},
      {"JustTime", seconds{3}, seconds{2}, milliseconds{349}, ""},
  };
  for (const TimingCase& row : rows) {
    LeaderElectionFsm::Timing timing;
    timing.lease_duration = row.lease;
    timing.renew_deadline = row.renew;
    timing.retry_period = row.retry;
    const std::string got = check_timing(timing);
    if (row.want.empty()) {
      EXPECT_EQ(got, "") << row.name;
    } else {
      EXPECT_NE(got.find(row.want), std::string::npos) << row.name << ": " << got;
    }
  }
}

struct WriteTimeCase {
  std::string name;
  milliseconds lease, renew, retry;
  seconds want;
};

TEST(LeaderElectionTiming, AWriteFitsTwiceIntoWhatIsLeftOfTheLease) {
  const WriteTimeCase rows[] = {
      {"Defaults", seconds{15}, seconds{10}, seconds{2}, seconds{4}},
      {"Shortest", seconds{3}, seconds{2}, milliseconds{349}, seconds{1}},
      {"LeftAfterTheDeadline", seconds{13}, seconds{10}, seconds{1}, seconds{3}},
      {"DeadlineJustBefore", seconds{11}, milliseconds{10'500}, seconds{1}, seconds{1}},
      {"JustBelowThree", seconds{10}, seconds{2}, milliseconds{1'501}, seconds{2}},
      {"Three", seconds{10}, seconds{2}, milliseconds{1'500}, seconds{3}},
      {"Long", seconds{60}, seconds{10}, seconds{2}, seconds{5}},
  };
  for (const WriteTimeCase& row : rows) {
    LeaderElectionFsm::Timing timing;
    timing.lease_duration = row.lease;
    timing.renew_deadline = row.renew;
    timing.retry_period = row.retry;
    EXPECT_EQ(check_timing(timing), "") << row.name;
    EXPECT_EQ(write_time_max(timing), row.want) << row.name;
  }
}

}  // namespace
}  // namespace neuron_scheduler::client
