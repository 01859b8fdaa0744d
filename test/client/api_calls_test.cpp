#include "cluster/client/api_calls.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/client/fakes.hpp"
#include "test/client/recording_observer.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::client {
namespace {

using model::BindAnswer;
using model::BindEnd;
using model::PodReading;

using neuron_scheduler::test::PodBuilder;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Strings = std::vector<std::string>;

std::string status_json(const std::string& message, const std::string& more = "") {
  return R"({"kind":"Status","status":"Failure","message":")" + message + "\"" + more + "}";
}

class ApiCallsTest : public testing::Test {
 protected:
  void make(std::size_t waiting_max = 1000, std::size_t under_way_max = 8) {
    ApiOptions options;
    options.hostname = "host";
    options.statuses_waiting_max = waiting_max;
    options.events_waiting_max = waiting_max;
    options.statuses_under_way_max = options.events_under_way_max = under_way_max;
    api = make_api_calls({http, timers, clock, observer, *codec, [] { return std::uint32_t{0}; }},
                         options);
  }
  void SetUp() override { make(); }

  BindAnswer bind_answered(const std::function<void()>& answer) {
    model::Binding binding;
    binding.namespace_name = model::Name("ns");
    binding.pod_name = "p";
    binding.pod_uid.text = "u-p";
    binding.node_name = model::Name("n1");
    std::vector<BindAnswer> answers;
    api->bind(binding, [&](BindAnswer a) { answers.push_back(std::move(a)); });
    EXPECT_TRUE(answers.empty());
    EXPECT_EQ(http.calls.size(), 1U);
    request = http.calls.front().request;
    answer();
    EXPECT_EQ(answers.size(), 1U);
    return answers.empty() ? BindAnswer{} : answers.front();
  }

  // Targets of the requests that wait for an answer.
  Strings targets() const {
    Strings result;
    for (const auto& call : http.calls) result.push_back(call.request.target);
    return result;
  }

  static model::PodRef pod(const std::string& name) {
    return PodBuilder(name).uid("u-" + name).namespace_name("ns").build();
  }

  test::FakeHttp http;
  test::FakeTimers timers;
  neuron_scheduler::test::SimClock clock;
  test::RecordingObserver observer;
  std::unique_ptr<Codec<model::Pod>> codec = make_pod_codec({});
  std::unique_ptr<ApiCalls> api;
  HttpRequest request;
};

TEST_F(ApiCallsTest, BindIsOneRequestWithItsTimeout) {
  const BindAnswer answer = bind_answered([&] { http.answer(201, status_json("")); });
  EXPECT_EQ(answer.end, BindEnd::kDone);
  EXPECT_EQ(answer.message, "");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/api/v1/namespaces/ns/pods/p/binding?timeout=5s");
  EXPECT_EQ(request.content_type, "application/json");
  EXPECT_EQ(request.accept, codec->accept());
  EXPECT_EQ(request.lane, Lane::kBind);
  EXPECT_EQ(request.deadline, seconds{5});
  EXPECT_NE(request.body.find(R"("uid":"u-p")"), std::string::npos);
}

TEST_F(ApiCallsTest, WhatIsCreatedIsInProtobufAsLongAsTheServerSpeaksIt) {
  const std::string json = "application/json";
  const std::string protobuf = "application/vnd.kubernetes.protobuf";
  const std::string said = std::string("k8s\0", 4);
  struct Step {
    int status;
    std::string body;
    std::string sent;        // The Binding that is answered so.
    std::string event_sent;  // Before it.
    BindEnd end;
  };
  // A server that cannot is never asked again, and the Binding that it refused goes out once more.
  const Step steps[] = {
      {201, status_json(""), json, json, BindEnd::kDone},
      {409, said, json, json, BindEnd::kConflict},
      {429, "later", protobuf, json, BindEnd::kNotTried},
      {201, status_json(""), protobuf, json, BindEnd::kDone},
      {404, said, protobuf, protobuf, BindEnd::kNotFound},
      {415, said, protobuf, protobuf, BindEnd::kNotTried},
      {415, said, json, json, BindEnd::kRefused},
      {201, said, json, json, BindEnd::kDone},
      {201, said, json, json, BindEnd::kDone},
  };
  for (const auto& step : steps) {
    SCOPED_TRACE(&step - steps);
    api->write_event(*pod("e"), {false, "Scheduled", "Binding", "x"}, "r");
    EXPECT_EQ(http.calls.front().request.content_type, step.event_sent);
    EXPECT_EQ(http.calls.front().request.body.front(), step.event_sent == json ? '{' : 'k');
    http.answer(201, "");
    EXPECT_EQ(bind_answered([&] { http.answer(step.status, step.body); }).end, step.end);
    EXPECT_EQ(request.content_type, step.sent);
    EXPECT_EQ(request.body.front(), step.sent == json ? '{' : 'k');
  }
  api->patch_unscheduled(*pod("p"), "Unschedulable", "0/1");
  EXPECT_EQ(http.calls.front().request.content_type, "application/strategic-merge-patch+json");
}

TEST_F(ApiCallsTest, EveryWriteHasTheGateAndTheTimeThatItCountsOn) {
  int asked = 0;
  ApiOptions options;
  options.write_timeout = seconds{3};
  options.may_write = [&asked] { return ++asked < 0; };
  api = make_api_calls({http, timers, clock, observer, *codec, [] { return std::uint32_t{0}; }},
                       options);
  api->bind({}, [](const BindAnswer&) {});
  api->patch_unscheduled(*pod("p"), "Unschedulable", "0/1");
  api->write_event(*pod("p"), {true, "FailedScheduling", "Scheduling", "x"}, "r");
  api->annotate_node({}, [](const WriteEnd&) {});
  api->get_pod(model::Name("ns"), "p", [](const PodReading&) {});
  ASSERT_EQ(http.calls.size(), 5U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(http.calls[i].request.deadline, seconds{3}) << i;
    EXPECT_TRUE(http.calls[i].request.target.ends_with("?timeout=3s")) << i;
    ASSERT_TRUE(http.calls[i].request.gate) << i;
    EXPECT_FALSE(http.calls[i].request.gate()) << i;
  }
  EXPECT_EQ(asked, 4);
  EXPECT_FALSE(http.calls[4].request.gate);
  EXPECT_EQ(http.calls[4].request.target.find("timeout"), std::string::npos);
}

TEST_F(ApiCallsTest, BindEndsByStatus) {
  const std::pair<int, BindEnd> rows[] = {
      {200, BindEnd::kDone},    {201, BindEnd::kDone},     {202, BindEnd::kUnknown},
      {301, BindEnd::kRefused}, {400, BindEnd::kRefused},  {401, BindEnd::kNotTried},
      {403, BindEnd::kRefused}, {404, BindEnd::kNotFound}, {405, BindEnd::kRefused},
      {408, BindEnd::kUnknown}, {409, BindEnd::kConflict}, {413, BindEnd::kRefused},
      {422, BindEnd::kRefused}, {429, BindEnd::kNotTried}, {500, BindEnd::kUnknown},
      {503, BindEnd::kUnknown}, {504, BindEnd::kUnknown},  {100, BindEnd::kUnknown},
      {999, BindEnd::kUnknown},
  };
  for (const auto& [status, want] : rows) {
    const BindAnswer answer =
        bind_answered([&, code = status] { http.answer(code, status_json("because")); });
    EXPECT_EQ(answer.end, want) << status;
    if (want != BindEnd::kDone) {
      EXPECT_EQ(answer.message, "because") << status;
    }
  }
}

TEST_F(ApiCallsTest, BindEndsByFailure) {
  EXPECT_EQ(bind_answered([&] { http.fail(HttpFailure::kNotSent, "refused"); }).end,
            BindEnd::kNotTried);
  const BindAnswer unknown = bind_answered([&] { http.fail(HttpFailure::kUnknown, "cut"); });
  EXPECT_EQ(unknown.end, BindEnd::kUnknown);
  EXPECT_EQ(unknown.message, "cut");
  EXPECT_EQ(bind_answered([&] { http.fail(HttpFailure::kTooLarge); }).end, BindEnd::kUnknown);
}

TEST_F(ApiCallsTest, BindSaysWhenToTryAgain) {
  EXPECT_EQ(bind_answered([&] { http.answer(429, "", seconds{3}); }).retry_after, seconds{3});
  const std::string body = status_json("slow", R"(,"details":{"retryAfterSeconds":7})");
  EXPECT_EQ(bind_answered([&] { http.answer(429, body); }).retry_after, seconds{7});
}

TEST_F(ApiCallsTest, GetReadsThePod) {
  std::vector<PodReading> answers;
  const auto get = [&] {
    api->get_pod(model::Name("ns"), "a/b", [&](PodReading a) { answers.push_back(std::move(a)); });
  };
  get();
  EXPECT_EQ(targets(), Strings{"/api/v1/namespaces/ns/pods/a%2Fb"});
  http.answer(200, R"({"kind":"Pod","metadata":{"name":"p","namespace":"ns","uid":"u"}})");
  EXPECT_EQ(answers.back().kind, PodReading::Kind::kFound);
  EXPECT_EQ(answers.back().pod->uid.text, "u");
  get();
  http.answer(404, status_json("gone"));
  EXPECT_EQ(answers.back().kind, PodReading::Kind::kNotFound);
  get();
  http.answer(500, "oops");
  EXPECT_EQ(answers.back().kind, PodReading::Kind::kFailed);
  EXPECT_EQ(answers.back().message, "HTTP 500 \"oops\"");
  get();
  http.answer(200, "oops");
  EXPECT_EQ(answers.back().kind, PodReading::Kind::kFailed);
  get();
  http.fail(HttpFailure::kUnknown, "cut");
  EXPECT_EQ(answers.back().kind, PodReading::Kind::kFailed);
  EXPECT_EQ(answers.back().message, "cut");
  EXPECT_EQ(answers.size(), 5U);
}

TEST_F(ApiCallsTest, PatchIsSentAndAnswered) {
  api->patch_unscheduled(*pod("p"), "Unschedulable", "0/1");
  ASSERT_EQ(http.calls.size(), 1U);
  const HttpRequest& patch = http.calls.front().request;
  EXPECT_EQ(patch.method, "PATCH");
  EXPECT_EQ(patch.target, "/api/v1/namespaces/ns/pods/p/status?timeout=5s");
  EXPECT_EQ(patch.content_type, "application/strategic-merge-patch+json");
  EXPECT_EQ(patch.lane, Lane::kStatus);
  EXPECT_NE(patch.body.find(R"("lastTransitionTime":"2026-01-01T00:00:00Z")"), std::string::npos);
  http.answer(200);
  EXPECT_TRUE(observer.take().empty());
  EXPECT_EQ(timers.active(), 0U);
}

TEST_F(ApiCallsTest, PatchKeepsTheTimeOfAKnownCondition) {
  auto known = *pod("p");
  known.waiting.edit().scheduled_condition_reason = "SchedulingGated";
  api->patch_unscheduled(known, "Unschedulable", "0/1");
  EXPECT_EQ(http.calls.front().request.body.find("lastTransitionTime"), std::string::npos);
}

TEST_F(ApiCallsTest, PatchIsTriedFourTimes) {
  api->patch_unscheduled(*pod("p"), "Unschedulable", "0/1");
  for (const int wait : {10, 50, 250}) {
    http.answer(wait == 50 ? 409 : 503);
    EXPECT_EQ(timers.delay(), milliseconds{wait});
    EXPECT_TRUE(http.calls.empty());
    timers.fire();
    ASSERT_EQ(http.calls.size(), 1U);
  }
  http.answer(500, status_json("boom"));
  EXPECT_EQ(timers.active(), 0U);
  EXPECT_EQ(observer.take(), Strings{"dropped [status] [ns/p] [500 boom]"});
}

TEST_F(ApiCallsTest, PatchIsTriedAgainOnlyWhereThatIsOfUse) {
  const auto retried = [&](const std::function<void()>& answer) {
    http = {};
    make();
    api->patch_unscheduled(*pod("p"), "Unschedulable", "0/1");
    answer();
    return timers.active() == 1;
  };
  EXPECT_TRUE(retried([&] { http.answer(429, "", seconds{2}); }));
  EXPECT_EQ(timers.delay(), seconds{2});
  EXPECT_TRUE(retried([&] { http.fail(HttpFailure::kNotSent); }));
  EXPECT_FALSE(retried([&] { http.fail(HttpFailure::kUnknown); }));
  EXPECT_FALSE(retried([&] { http.answer(403); }));
  EXPECT_FALSE(retried([&] { http.answer(422); }));
  EXPECT_EQ(observer.take().size(), 3U);
  EXPECT_FALSE(retried([&] { http.answer(404); }));
  EXPECT_TRUE(observer.take().empty());
}

TEST_F(ApiCallsTest, APatchForAPodWhoseNameIsAnothersNowIsNoFailure) {
  const auto answered = [&](const std::string& field) {
    api->patch_unscheduled(*pod("p"), "Unschedulable", "0/1");
    http.answer(422, status_json("is invalid", R"(,"details":{"causes":[{"field":")" + field +
                                                   R"(","message":"field is immutable"}]})"));
    EXPECT_EQ(timers.active(), 0U);
    return observer.take();
  };
  EXPECT_EQ(answered("metadata.uid"), Strings{});
  EXPECT_EQ(answered("status.conditions"), Strings{"dropped [status] [ns/p] [422 is invalid]"});
}

TEST_F(ApiCallsTest, ALaterPatchReplacesAWaitingOne) {
  make(1000, 1);
  api->patch_unscheduled(*pod("p"), "Unschedulable", "one");
  api->patch_unscheduled(*pod("q"), "Unschedulable", "two");
  api->patch_unscheduled(*pod("p"), "Unschedulable", "three");
  api->patch_unscheduled(*pod("q"), "Unschedulable", "four");
  Strings sent;
  while (!http.calls.empty()) {
    const std::string body = http.calls.front().request.body;
    for (const std::string word : {"one", "two", "three", "four"}) {
      if (body.find('"' + word + '"') != std::string::npos) sent.push_back(word);
    }
    // The first try of "one" fails, but it is out of date.
    http.answer(sent.back() == "one" ? 503 : 200);
  }
  EXPECT_EQ(sent, (Strings{"one", "three", "four"}));
  EXPECT_EQ(timers.active(), 0U);
  EXPECT_TRUE(observer.take().empty());
}

TEST_F(ApiCallsTest, ABindDropsWhatWouldSayTheOpposite) {
  make(1000, 1);
  api->patch_unscheduled(*pod("other"), "Unschedulable", "x");
  api->patch_unscheduled(*pod("p"), "Unschedulable", "x");
  model::Binding binding;
  binding.pod_uid.text = "u-p";
  api->bind(binding, [](const BindAnswer&) {});
  http.answer(200);
  EXPECT_EQ(targets(), Strings{"/api/v1/namespaces//pods//binding?timeout=5s"});
}

TEST_F(ApiCallsTest, ABindEndsTheTriesOfAPatch) {
  api->patch_unscheduled(*pod("p"), "Unschedulable", "x");
  http.answer(503);
  EXPECT_EQ(timers.active(), 1U);
  model::Binding binding;
  binding.pod_uid.text = "u-p";
  api->bind(binding, [](const BindAnswer&) {});
  EXPECT_EQ(timers.active(), 0U);
}

TEST_F(ApiCallsTest, FullQueuesDropWhatIsWorthLeast) {
  make(2, 1);
  const auto write = [&](const std::string& name, bool warning) {
    api->write_event(*pod(name), {warning, "Reason", "Action", "note"}, "neuron-scheduler");
  };
  write("a", true);
  write("b", true);
  write("c", false);
  EXPECT_TRUE(observer.take().empty());
  write("d", true);
  EXPECT_EQ(observer.take(), Strings{"dropped [event] [ns/c] [the queue is full]"});
  write("a", true);  // A repetition.
  EXPECT_EQ(observer.take(), Strings{"dropped [event] [ns/a] [the queue is full]"});
  EXPECT_EQ(api->writes_pending(), 3U);
}

TEST_F(ApiCallsTest, EachPendingPodKeepsItsCondition) {
  make(50'000, 1);
  for (int i = 0; i < 20'000; ++i) {
    api->patch_unscheduled(*pod("p" + std::to_string(i)), "Unschedulable", "0/1");
  }
  EXPECT_TRUE(observer.take().empty());
  EXPECT_EQ(api->writes_pending(), 20'000U);
}

TEST_F(ApiCallsTest, EventsHaveNamesOfTheirOwnAndKeepTheirOrder) {
  api->write_event(*pod("p"), {true, "FailedScheduling", "Scheduling", "one"}, "neuron-scheduler");
  api->write_event(*pod("p"), {false, "Scheduled", "Binding", "two"}, "neuron-scheduler");
  ASSERT_EQ(http.calls.size(), 1U);
  EXPECT_EQ(http.calls.front().request.target,
            "/apis/events.k8s.io/v1/namespaces/ns/events?timeout=5s");
  EXPECT_EQ(http.calls.front().request.lane, Lane::kEvent);
  EXPECT_NE(http.calls.front().request.body.find(R"("name":"p.18867251edfa0000")"),
            std::string::npos);
  EXPECT_NE(http.calls.front().request.body.find(R"("reportingInstance":"neuron-scheduler-host")"),
            std::string::npos);
  http.answer(201);
  ASSERT_EQ(http.calls.size(), 1U);
  EXPECT_NE(http.calls.front().request.body.find(R"("name":"p.18867251edfa0001")"),
            std::string::npos);
}

TEST_F(ApiCallsTest, RepeatedWarningsBecomeASeries) {
  const auto write = [&](const std::string& note) {
    api->write_event(*pod("p"), {true, "FailedScheduling", "Scheduling", note}, "me");
  };
  write("one");
  http.answer(201);
  clock.advance(seconds{2});
  write("two");
  ASSERT_EQ(http.calls.size(), 1U);
  const HttpRequest patch = http.calls.front().request;
  EXPECT_EQ(patch.method, "PATCH");
  EXPECT_EQ(patch.target,
            "/apis/events.k8s.io/v1/namespaces/ns/events/p.18867251edfa0000?timeout=5s");
  EXPECT_EQ(patch.content_type, "application/strategic-merge-patch+json");
  EXPECT_EQ(patch.lane, Lane::kEvent);
  EXPECT_EQ(patch.body,
            R"({"series":{"count":2,"lastObservedTime":"2026-01-01T00:00:02.000000Z"}})");
  http.answer(404);
  ASSERT_EQ(http.calls.size(), 1U);
  const HttpRequest create = http.calls.front().request;
  EXPECT_EQ(create.method, "POST");
  EXPECT_EQ(create.target, "/apis/events.k8s.io/v1/namespaces/ns/events?timeout=5s");
  EXPECT_NE(create.body.find(R"("note":"one")"), std::string::npos);
  EXPECT_NE(create.body.find(R"("series":{"count":2,)"), std::string::npos);
  http.answer(201);
  write("three");
  EXPECT_TRUE(http.calls.empty());
  EXPECT_TRUE(observer.take().empty());
}

TEST_F(ApiCallsTest, SeriesAreSweptEachMinuteAsLongAsThereAreAny) {
  for (int i = 0; i < 3; ++i) {
    api->write_event(*pod("p"), {true, "FailedScheduling", "Scheduling", "x"}, "me");
    while (!http.calls.empty()) http.answer(200);
  }
  EXPECT_EQ(timers.active(), 1U);
  int minute = 0;
  for (; http.calls.empty() && minute < 20; ++minute) {
    EXPECT_EQ(timers.delay(), seconds{60});
    clock.advance(seconds{60});
    timers.fire();
  }
  EXPECT_EQ(minute, 7);
  EXPECT_NE(http.calls.front().request.body.find(R"("count":3)"), std::string::npos);
  EXPECT_EQ(timers.active(), 0U);
}

TEST_F(ApiCallsTest, NormalEventsAreSaidEachTime) {
  for (int i = 0; i < 2; ++i) {
    api->write_event(*pod("p"), {false, "Scheduled", "Binding", "x"}, "me");
    ASSERT_EQ(http.calls.size(), 1U);
    EXPECT_EQ(http.calls.front().request.method, "POST");
    http.answer(201);
  }
  EXPECT_EQ(timers.active(), 0U);
}

TEST_F(ApiCallsTest, EventsAreTriedAgainOnlyWithoutAnAnswer) {
  const auto create = [&] {
    api->write_event(*pod("p"), {false, "Scheduled", "Binding", "x"}, "neuron-scheduler");
  };
  create();
  for (int tries = 1; tries < 12; ++tries) {
    http.fail(tries % 2 == 0 ? HttpFailure::kUnknown : HttpFailure::kNotSent);
    EXPECT_EQ(timers.delay(), seconds{10});
    timers.fire();
    ASSERT_EQ(http.calls.size(), 1U);
  }
  http.fail(HttpFailure::kNotSent, "refused");
  EXPECT_EQ(observer.take(), Strings{"dropped [event] [ns/p] [refused]"});
  for (const int final : {403, 404, 422, 429, 500, 503}) {
    create();
    http.answer(final, status_json("boom"));
    EXPECT_EQ(observer.take(),
              Strings{"dropped [event] [ns/p] [" + std::to_string(final) + " boom]"});
    EXPECT_EQ(timers.active(), 0U);
  }
  create();
  http.answer(409);
  EXPECT_TRUE(observer.take().empty());
  EXPECT_EQ(timers.active(), 0U);
}

}  // namespace
}  // namespace neuron_scheduler::client
