#include "cluster/client/limited_http.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/client/fakes.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Strings = std::vector<std::string>;

class NoHandler final : public HttpStreamHandler {
 public:
  void on_header(int /*status*/, std::optional<seconds> /*retry_after*/) override {}
  void on_data(std::string_view /*bytes*/) override {}
  void on_end(std::optional<HttpFailure> /*failure*/, const std::string& /*error*/) override {}
};

// Two at once, then two a second.
class LimitedHttpTest : public testing::Test {
 protected:
  void send(const std::string& target, Lane lane = Lane::kRead) {
    HttpRequest request;
    request.method = "GET";
    request.target = target;
    request.lane = lane;
    request.deadline = seconds{3};
    http->call(std::move(request), [this, target](const HttpOutcome& outcome) {
      ended.push_back(target + (outcome.answer ? "" : ": " + outcome.error));
      last = outcome;
    });
  }
  void stream(const std::string& target) {
    HttpRequest request;
    request.method = "GET";
    request.target = target;
    streams.push_back(http->stream(std::move(request), handler));
  }
  void pass(milliseconds time) {
    clock.advance(time);
    timers.fire();
  }
  // Handed on since the last look.
  Strings sent() {
    Strings list;
    for (; seen < inner.calls.size(); ++seen) list.push_back(inner.calls[seen].request.target);
    return list;
  }

  test::FakeHttp inner;
  test::FakeTimers timers;
  neuron_scheduler::test::SimClock clock;
  std::unique_ptr<HttpClient> http = make_limited_http(inner, timers, clock, {2, 2});
  NoHandler handler;
  std::vector<std::unique_ptr<HttpStream>> streams;
  Strings ended;
  HttpOutcome last;
  std::size_t seen = 0;
};

TEST_F(LimitedHttpTest, TheBurstGoesAtOnceTheRestAtItsRate) {
  for (const char* const target : {"1", "2", "3", "4"}) send(target);
  EXPECT_EQ(sent(), (Strings{"1", "2"}));
  EXPECT_EQ(timers.delay(), milliseconds{500});
  pass(milliseconds{499});
  EXPECT_EQ(sent(), Strings{});
  EXPECT_EQ(timers.delay(), milliseconds{1});
  pass(milliseconds{1});
  EXPECT_EQ(sent(), Strings{"3"});
  pass(milliseconds{500});
  EXPECT_EQ(sent(), Strings{"4"});
  EXPECT_EQ(timers.active(), 0U);
  // No more than the burst is saved up.
  pass(seconds{60});
  for (const char* const target : {"5", "6", "7"}) send(target);
  EXPECT_EQ(sent(), (Strings{"5", "6"}));
}

TEST_F(LimitedHttpTest, HigherLanesGoFirstAndNobodyOvertakesInHisOwn) {
  send("a");
  send("b");
  send("event", Lane::kEvent);
  send("status", Lane::kStatus);
  send("bind 1", Lane::kBind);
  send("read", Lane::kRead);
  send("bind 2", Lane::kBind);
  EXPECT_EQ(sent(), (Strings{"a", "b"}));
  Strings order;
  for (int i = 0; i < 5; ++i) {
    pass(milliseconds{500});
    const auto next = sent();
    order.insert(order.end(), next.begin(), next.end());
  }
  EXPECT_EQ(order, (Strings{"bind 1", "bind 2", "read", "status", "event"}));
}

TEST_F(LimitedHttpTest, TheDeadlineIsWholeWhenARequestIsHandedOn) {
  for (const char* const target : {"1", "2", "3"}) send(target);
  pass(milliseconds{500});
  EXPECT_EQ(inner.calls.back().request.target, "3");
  EXPECT_EQ(inner.calls.back().request.deadline, seconds{3});
  inner.answer(200);
  EXPECT_EQ(ended, Strings{"1"});
}

TEST_F(LimitedHttpTest, WatchesAreFreeOtherStreamsCount) {
  stream("/api/v1/pods?watch=1&resourceVersion=7");
  stream("/api/v1/pods?limit=500");
  stream("/api/v1/nodes?limit=500");
  stream("/api/v1/nodes?limit=500&continue=x");
  EXPECT_EQ(inner.streams.size(), 4U);
  send("1");
  EXPECT_EQ(sent(), Strings{});
  EXPECT_EQ(timers.delay(), seconds{1});
  pass(seconds{1});
  EXPECT_EQ(sent(), Strings{"1"});
}

TEST_F(LimitedHttpTest, NobodyWaitsForLongerThanAMinute) {
  http = make_limited_http(inner, timers, clock, {0.001, 1});
  send("1");
  send("2");
  clock.advance(seconds{10});
  send("3");
  pass(seconds{49});
  EXPECT_EQ(ended, Strings{});
  pass(seconds{1});
  EXPECT_EQ(ended, Strings{"2: held back by clientConnection.qps: it waited for a minute"});
  EXPECT_EQ(last.failure, HttpFailure::kNotSent);
  EXPECT_EQ(timers.delay(), seconds{10});
}

TEST_F(LimitedHttpTest, TheQueueHasAnEnd) {
  for (int i = 0; i < 10'002; ++i) send("x", Lane::kEvent);
  send("too many", Lane::kEvent);
  // Not from inside call().
  EXPECT_EQ(ended, Strings{});
  timers.fire();
  EXPECT_EQ(ended,
            Strings{"too many: held back by clientConnection.qps: too many requests wait already"});
  send("bind", Lane::kBind);
  pass(milliseconds{500});
  EXPECT_EQ(sent(), (Strings{"x", "x", "bind"}));
}

TEST_F(LimitedHttpTest, NothingIsCalledAfterItIsGone) {
  for (const char* const target : {"1", "2", "3"}) send(target);
  http.reset();
  EXPECT_EQ(timers.active(), 0U);
  EXPECT_EQ(ended, Strings{});
}

}  // namespace
}  // namespace neuron_scheduler::client
