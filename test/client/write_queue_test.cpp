#include "cluster/client/write_queue.hpp"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "test/client/fakes.hpp"
#include "test/client/recording_observer.hpp"

namespace neuron_scheduler::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Strings = std::vector<std::string>;
using Later = WriteQueue::Later;
using Worth = WriteQueue::Worth;

class WriteQueueTest : public testing::Test {
 protected:
  static WriteQueue::Config config(std::size_t waiting_max = 100, std::size_t under_way_max = 1) {
    WriteQueue::Config result;
    result.waiting_max = waiting_max;
    result.under_way_max = under_way_max;
    result.tries = 3;
    result.retry_delay = milliseconds{100};
    result.retry_factor = 4;
    result.retry_codes = {500};
    result.fine_codes = {409};
    return result;
  }
  void make(WriteQueue::Config with) {
    queue.emplace(std::move(with), http, timers, observer, [] { return std::uint32_t{0}; });
  }
  void push(const std::string& key, const std::string& target, Worth worth = Worth::kWarning) {
    WriteQueue::Entry entry;
    entry.key = key;
    entry.object = target;
    entry.request.target = target;
    entry.worth = worth;
    queue->push(std::move(entry));
  }
  void push_series(const std::string& name) {
    WriteQueue::Entry entry;
    entry.key = name;
    entry.object = name;
    entry.request.target = "patch " + name;
    entry.if_missing.emplace().target = "create " + name;
    queue->push(std::move(entry));
  }
  Strings under_way() const {
    Strings result;
    for (const auto& call : http.calls) result.push_back(call.request.target);
    return result;
  }
  // Targets in the order in which they are sent, all answered with 200.
  Strings drain() {
    Strings result;
    while (!http.calls.empty()) {
      result.push_back(http.calls.front().request.target);
      http.answer(200);
    }
    return result;
  }

  test::FakeHttp http;
  test::FakeTimers timers;
  test::RecordingObserver observer;
  std::optional<WriteQueue> queue;
};

TEST_F(WriteQueueTest, SendsInOrderWhatHasDifferentKeys) {
  make(config(100, 2));
  for (const std::string name : {"a", "b", "c", "d"}) push(name, name);
  EXPECT_EQ(under_way(), (Strings{"a", "b"}));
  EXPECT_EQ(queue->pending(), 4U);
  EXPECT_EQ(drain(), (Strings{"a", "b", "c", "d"}));
  EXPECT_EQ(queue->pending(), 0U);
}

TEST_F(WriteQueueTest, OneKeyIsOneLineAndHoldsNobodyElseUp) {
  make(config(100, 2));
  push("k", "k1");
  push("k", "k2");
  push("k", "k3");
  push("l", "l1");
  EXPECT_EQ(under_way(), (Strings{"k1", "l1"}));
  EXPECT_EQ(drain(), (Strings{"k1", "l1", "k2", "k3"}));
}

TEST_F(WriteQueueTest, ALaterOneReplacesTheWaitingOnesOnly) {
  WriteQueue::Config with = config();
  with.later = Later::kReplaceWaiting;
  make(with);
  push("k", "k1");
  push("l", "l1");
  push("k", "k2");
  push("k", "k3");
  push("l", "l2");
  EXPECT_EQ(queue->pending(), 3U);
  // k1 is under way, and not worth another try.
  http.answer(500);
  EXPECT_EQ(timers.active(), 0U);
  EXPECT_EQ(drain(), (Strings{"k3", "l2"}));
  EXPECT_TRUE(observer.take().empty());
}

TEST_F(WriteQueueTest, WhatPausesHoldsNoPlaceButItsLine) {
  make(config());
  push("k", "k1");
  push("k", "k2");
  push("l", "l1");
  http.answer(500);
  EXPECT_EQ(timers.delay(), milliseconds{100});
  EXPECT_EQ(drain(), Strings{"l1"});
  EXPECT_EQ(queue->pending(), 2U);
  timers.fire();
  http.answer(500);
  EXPECT_EQ(timers.delay(), milliseconds{400});
  timers.fire();
  EXPECT_EQ(drain(), (Strings{"k1", "k2"}));
}

TEST_F(WriteQueueTest, WhatPausedGoesBeforeYoungerOnes) {
  make(config());
  push("k", "k1");
  push("l", "l1");
  push("m", "m1");
  http.answer(500);
  timers.fire();
  EXPECT_EQ(drain(), (Strings{"l1", "k1", "m1"}));
}

TEST_F(WriteQueueTest, AFullQueueCountsWhatPauses) {
  make(config(2));
  push("a", "a");
  http.answer(500);
  push("b", "b");  // Under way.
  push("c", "c");
  EXPECT_TRUE(observer.take().empty());
  push("d", "d");
  EXPECT_EQ(observer.take(), Strings{"dropped [event] [a] [the queue is full]"});
  EXPECT_EQ(timers.active(), 0U);
  EXPECT_EQ(drain(), (Strings{"b", "c", "d"}));
  // One that comes back from being under way finds the queue full, and is the oldest.
  push("e", "e");
  push("f", "f");
  push("g", "g");
  http.answer(500);
  EXPECT_EQ(under_way(), Strings{"f"});
  push("h", "h");
  EXPECT_EQ(observer.take(), Strings{"dropped [event] [e] [the queue is full]"});
}

TEST_F(WriteQueueTest, ForgetEndsPausesAndWaiting) {
  make(config());
  push("k", "k1");
  push("l", "l1");
  push("k", "k2");
  http.answer(500);
  queue->forget("k");
  EXPECT_EQ(timers.active(), 0U);
  EXPECT_EQ(queue->pending(), 1U);
  queue->forget("unknown");
  EXPECT_EQ(drain(), Strings{"l1"});
}

struct DropCase {
  std::string name;
  std::vector<std::pair<std::string, Worth>> pushed;  // The queue holds two, and one is under way.
  Strings dropped;
  Strings kept;
};

void PrintTo(const DropCase& row, std::ostream* out) { *out << row.name; }

class DropTest : public WriteQueueTest, public testing::WithParamInterface<DropCase> {};

TEST_P(DropTest, LeastWorthFirst) {
  make(config(2));
  push("first", "first");
  for (const auto& [name, worth] : GetParam().pushed) push(name, name, worth);
  Strings want;
  for (const auto& name : GetParam().dropped) {
    want.push_back("dropped [event] [" + name + "] [the queue is full]");
  }
  EXPECT_EQ(observer.take(), want);
  http.answer(200);
  EXPECT_EQ(drain(), GetParam().kept);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, DropTest,
    testing::Values(
        DropCase{"NothingTooMuch", {{"a", Worth::kRepeat}, {"b", Worth::kNormal}}, {}, {"a", "b"}},
        DropCase{"TheOldestOfEquals",
                 {{"a", Worth::kNormal}, {"b", Worth::kNormal}, {"c", Worth::kNormal}},
                 {"a"},
                 {"b", "c"}},
        DropCase{"ANormalBeforeAnOlderWarning",
                 {{"a", Worth::kWarning}, {"b", Worth::kNormal}, {"c", Worth::kNormal}},
                 {"b"},
                 {"a", "c"}},
        DropCase{"ARepeatBeforeAll",
                 {{"a", Worth::kNormal},
                  {"b", Worth::kRepeat},
                  {"c", Worth::kWarning},
                  {"d", Worth::kWarning}},
                 {"b", "a"},
                 {"c", "d"}},
        DropCase{"TheNewcomerItself",
                 {{"a", Worth::kWarning}, {"b", Worth::kNormal}, {"c", Worth::kRepeat}},
                 {"c"},
                 {"a", "b"}},
        DropCase{"WarningsAtLast",
                 {{"a", Worth::kWarning}, {"b", Worth::kWarning}, {"c", Worth::kWarning}},
                 {"a"},
                 {"b", "c"}}),
    [](const auto& row) { return row.param.name; });

struct RetryCase {
  std::string name;
  int status = 0;
  std::optional<seconds> retry_after;
  milliseconds delay{-1};  // -1: no other try.
  bool counted = true;     // As dropped.
};

void PrintTo(const RetryCase& row, std::ostream* out) { *out << row.name; }

class RetryTest : public WriteQueueTest, public testing::WithParamInterface<RetryCase> {};

TEST_P(RetryTest, AsTheAnswerSays) {
  make(config());
  push("k", "k");
  http.answer(GetParam().status, "", GetParam().retry_after);
  EXPECT_EQ(timers.delay(), GetParam().delay);
  EXPECT_EQ(observer.take().size(), GetParam().counted ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RetryTest,
    testing::Values(RetryCase{"ListedCode", 500, {}, milliseconds{100}, false},
                    RetryCase{"ListedCodeThatSaysWhen", 500, seconds{2}, seconds{2}, false},
                    RetryCase{"TooManyThatSaysWhen", 429, seconds{1}, seconds{1}, false},
                    RetryCase{"AtOnceIsASecond", 429, seconds{0}, seconds{1}, false},
                    RetryCase{"AnHourIsAMinute", 503, seconds{3600}, seconds{60}, false},
                    RetryCase{"TooManyWithoutAWord", 429, {}, milliseconds{-1}, true},
                    RetryCase{"UnavailableWithoutAWord", 503, {}, milliseconds{-1}, true},
                    RetryCase{"ForbiddenStaysSo", 403, seconds{1}, milliseconds{-1}, true},
                    RetryCase{"NamespaceGone", 404, {}, milliseconds{-1}, true},
                    RetryCase{"FineCode", 409, {}, milliseconds{-1}, false},
                    RetryCase{"Created", 201, {}, milliseconds{-1}, false}),
    [](const auto& row) { return row.param.name; });

TEST_F(WriteQueueTest, NothingIsTriedForEver) {
  make(config());
  push("k", "k");
  for (int tries = 1; tries < 3; ++tries) {
    http.answer(429, "", seconds{1});
    timers.fire();
    ASSERT_EQ(http.calls.size(), 1U);
  }
  http.answer(429, "", seconds{1});
  EXPECT_EQ(timers.active(), 0U);
  EXPECT_EQ(observer.take().size(), 1U);
  EXPECT_EQ(queue->pending(), 0U);
}

struct MissingCase {
  std::string name;
  std::vector<int> answers;  // 0: no answer. A pause ends at once.
  Strings sent;              // After the first.
  bool counted = false;
};

void PrintTo(const MissingCase& row, std::ostream* out) { *out << row.name; }

class MissingTest : public WriteQueueTest, public testing::WithParamInterface<MissingCase> {};

TEST_P(MissingTest, CreatesWhatIsGone) {
  make(config());
  push_series("e");
  EXPECT_EQ(under_way(), Strings{"patch e"});
  Strings sent;
  for (const int status : GetParam().answers) {
    if (status == 0) {
      http.fail(HttpFailure::kNotSent);
    } else {
      http.answer(status);
    }
    timers.fire();
    for (const auto& target : under_way()) sent.push_back(target);
  }
  EXPECT_EQ(sent, GetParam().sent);
  EXPECT_EQ(observer.take().size(), GetParam().counted ? 1U : 0U);
  EXPECT_EQ(queue->pending(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, MissingTest,
    testing::Values(MissingCase{"ItIsThere", {200}, {}, false},
                    MissingCase{"ItIsGone", {404, 201}, {"create e"}, false},
                    MissingCase{"ItCameBetween", {404, 409, 200}, {"create e", "patch e"}, false},
                    MissingCase{"ItComesAndGoes",
                                {404, 409, 404, 409, 404, 409},
                                {"create e", "patch e", "create e", "patch e", "create e"},
                                true},
                    MissingCase{"NamespaceGone", {404, 404}, {"create e"}, true},
                    MissingCase{"NamespaceTerminating", {404, 403}, {"create e"}, true},
                    MissingCase{"ConflictOfThePatchIsNoSuccess", {409}, {}, true},
                    MissingCase{"CutWhileCreating",
                                {404, 0, 404, 201},
                                {"create e", "patch e", "create e"},
                                false}),
    [](const auto& row) { return row.param.name; });

TEST_F(WriteQueueTest, AgreesWithTwentyThousandKeys) {
  constexpr int kKeys = 20'000;
  WriteQueue::Config with = config(50'000, 1);
  with.later = Later::kReplaceWaiting;
  make(with);
  const auto key = [](int number) { return "uid-" + std::to_string(number); };
  for (int i = 0; i < kKeys; ++i) push(key(i), "old " + std::to_string(i));
  for (int i = 0; i < kKeys; ++i) push(key(i), std::to_string(i));
  // The first is under way with its old text, and follows with the new one.
  EXPECT_EQ(queue->pending(), kKeys + 1U);
  for (int i = 0; i < kKeys; i += 2) queue->forget(key(i));
  const Strings sent = drain();
  Strings want{"old 0"};
  for (int i = 1; i < kKeys; i += 2) want.push_back(std::to_string(i));
  EXPECT_EQ(sent, want);
  EXPECT_EQ(queue->pending(), 0U);
  EXPECT_TRUE(observer.take().empty());
}

}  // namespace
}  // namespace neuron_scheduler::client
