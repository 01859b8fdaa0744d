#include "cluster/embedded/server/faults.hpp"

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "test/embedded/server_fixture.hpp"

namespace neuron_scheduler::embedded {
namespace {

using namespace std::chrono_literals;
using neuron_scheduler::test::body_of;
using neuron_scheduler::test::run_for;
using neuron_scheduler::test::status_of;
using neuron_scheduler::test::without_chunks;
using test::kPods;
using test::pod_json;
using test::request;

struct BadRuleCase {
  std::string name;
  std::string json;
  std::string want;
};
std::ostream& operator<<(std::ostream& out, const BadRuleCase& c) { return out << c.name; }

class BadFaultRuleTest : public ::testing::TestWithParam<BadRuleCase> {};

TEST_P(BadFaultRuleTest, IsRefusedWithTheReason) {
  auto parsed = parse_fault_rules(GetParam().json);
  if (!parsed) {
    EXPECT_EQ(parsed.error().message, GetParam().want);
    return;
  }
  FaultRules rules;
  const auto error = rules.add(std::move(*parsed));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message, GetParam().want);
  EXPECT_TRUE(rules.rules().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BadFaultRuleTest,
    ::testing::Values(
        BadRuleCase{"NoList", "{}", "must be a list of rules"},
        BadRuleCase{"NoObject", "[1]", "rule [0]: must be an object"},
        BadRuleCase{"NoAction", R"([{"action":"drop"},{"method":"GET"}])",
                    "rule [1]: action: is missing (delay, drop, loseAnswer, cut, answer, compact, "
                    "endWatches)"},
        BadRuleCase{"UnknownAction", R"([{"action":"burn"}])",
                    "rule [0]: action: must be one of delay, drop, loseAnswer, cut, answer, "
                    "compact, endWatches"},
        BadRuleCase{"UnknownField", R"([{"action":"drop","verb":"GET"}])",
                    "rule [0]: unknown field \"verb\""},
        BadRuleCase{"WrongType", R"([{"action":"drop","watch":"yes"}])",
                    "rule [0]: watch: must be true or false"},
        BadRuleCase{"Negative", R"([{"action":"drop","skip":-1}])",
                    "rule [0]: skip: must be a whole number from 0 to 2147483647"},
        BadRuleCase{"Fraction", R"([{"action":"drop","skip":0.5}])",
                    "rule [0]: skip: must be a whole number from 0 to 2147483647"},
        BadRuleCase{"NoCount", R"([{"action":"drop","count":0}])",
                    "rule [0]: count: must be at least 1, or null for all"},
        BadRuleCase{"NoDelay", R"([{"action":"delay"}])", "rule [0]: delayMs: must be 1 to 600000"},
        BadRuleCase{"LongDelay", R"([{"action":"delay","delayMs":600001}])",
                    "rule [0]: delayMs: must be 1 to 600000"},
        BadRuleCase{"CutNowhere", R"([{"action":"cut"}])",
                    "rule [0]: action cut: needs either afterBytes or afterLines"},
        BadRuleCase{"CutTwice", R"([{"action":"cut","afterBytes":1,"afterLines":1}])",
                    "rule [0]: action cut: needs either afterBytes or afterLines"},
        BadRuleCase{"AGoodStatus", R"([{"action":"answer","status":200}])",
                    "rule [0]: status: must be 400 to 599"}),
    [](const auto& row) { return row.param.name; });

TEST(FaultRulesTest, NotJsonIsSaid) {
  const auto parsed = parse_fault_rules("[{");
  ASSERT_FALSE(parsed);
  EXPECT_TRUE(parsed.error().message.starts_with("not JSON: ")) << parsed.error().message;
}

TEST(FaultRulesTest, AreBoundedInNumber) {
  FaultRules rules;
  EXPECT_FALSE(rules.add(std::vector<FaultRule>(FaultRules::kRulesMax)));
  EXPECT_TRUE(rules.add(std::vector<FaultRule>(1)));
}

TEST(FaultRulesTest, GoesThroughJsonUnchanged) {
  const std::string text =
      R"([{"method":"POST","pathPrefix":"/api","pathSuffix":"/binding","pathContains":"x",)"
      R"("watch":false,"skip":2,"count":null,"action":"answer","status":429,"reason":"r",)"
      R"("message":"m","retryAfterSeconds":3,"seen":0,"harmed":0},)"
      R"({"skip":0,"count":1,"action":"cut","afterLines":4,"seen":0,"harmed":0}])";
  const auto parsed = parse_fault_rules(text);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(fault_rules_json(*parsed), text + "\n");
}

struct MatchCase {
  std::string name;
  FaultRule rule;
  std::string method = "GET";
  std::string target;
  bool want = true;
};
std::ostream& operator<<(std::ostream& out, const MatchCase& c) { return out << c.name; }

class FaultMatchTest : public ::testing::TestWithParam<MatchCase> {};

TEST_P(FaultMatchTest, JudgesByMethodPathAndWatch) {
  FaultRules rules;
  ASSERT_FALSE(rules.add({GetParam().rule}));
  const FaultVerdict verdict = rules.judge(GetParam().method, GetParam().target);
  EXPECT_EQ(verdict.end.has_value(), GetParam().want);
}

FaultRule rule_of(const std::string& json) { return parse_fault_rules("[" + json + "]")->front(); }

INSTANTIATE_TEST_SUITE_P(
    Requests, FaultMatchTest,
    ::testing::Values(
        MatchCase{"Any", rule_of(R"({"action":"drop"})"), "PUT", "/x", true},
        MatchCase{"Method", rule_of(R"({"action":"drop","method":"GET"})"), "PUT", "/x", false},
        MatchCase{"Prefix", rule_of(R"({"action":"drop","pathPrefix":"/a"})"), "GET", "/ab", true},
        MatchCase{"NotPrefix", rule_of(R"({"action":"drop","pathPrefix":"/a"})"), "GET", "/b/a",
                  false},
        MatchCase{"Suffix", rule_of(R"({"action":"drop","pathSuffix":"/binding"})"), "GET",
                  "/p/binding?timeout=1s", true},
        MatchCase{"QueryIsNoPath", rule_of(R"({"action":"drop","pathContains":"t=1"})"), "GET",
                  "/p?t=1", false},
        MatchCase{"Contains", rule_of(R"({"action":"drop","pathContains":"pod"})"), "GET",
                  "/v1/pods/a", true},
        MatchCase{"Watch", rule_of(R"({"action":"drop","watch":true})"), "GET", "/p?a=b&watch=1",
                  true},
        MatchCase{"BareWatch", rule_of(R"({"action":"drop","watch":true})"), "GET", "/p?watch",
                  true},
        MatchCase{"FalseWatch", rule_of(R"({"action":"drop","watch":true})"), "GET",
                  "/p?watch=false", false},
        MatchCase{"NoWatch", rule_of(R"({"action":"drop","watch":false})"), "GET", "/p?watch=true",
                  false},
        MatchCase{"OtherParameter", rule_of(R"({"action":"drop","watch":false})"), "GET",
                  "/p?watcher=1", true}),
    [](const auto& row) { return row.param.name; });

TEST(FaultRulesTest, SkipsAndCounts) {
  FaultRules rules;
  ASSERT_FALSE(rules.add({rule_of(R"({"action":"drop","skip":2,"count":2})")}));
  std::string harmed;
  for (int i = 0; i < 6; ++i) harmed += rules.judge("GET", "/").end ? 'x' : '.';
  EXPECT_EQ(harmed, "..xx..");
  EXPECT_EQ(rules.rules()[0].seen, 6U);
  EXPECT_EQ(rules.rules()[0].harmed, 2U);
}

TEST(FaultRulesTest, WhatEndsARequestHidesItFromLaterRules) {
  FaultRules rules;
  ASSERT_FALSE(rules.add({rule_of(R"({"action":"delay","delayMs":5})"),
                          rule_of(R"({"action":"delay","delayMs":7})"),
                          rule_of(R"({"action":"drop"})"), rule_of(R"({"action":"compact"})")}));
  const FaultVerdict verdict = rules.judge("GET", "/");
  EXPECT_EQ(verdict.delay, 12ms);
  ASSERT_TRUE(verdict.end);
  EXPECT_EQ(verdict.end->action, FaultAction::kDrop);
  EXPECT_FALSE(verdict.compact);
  EXPECT_EQ(rules.rules()[3].seen, 0U);
}

class FaultTest : public test::ServerTest {
 protected:
  void SetUp() override { serve(); }

  void add(const std::string& json) {
    const auto error = server_->faults().add({rule_of(json)});
    ASSERT_FALSE(error) << error->message;
  }

  bool exists(const std::string& pod) {
    return status("GET", std::string(kPods) + "/" + pod) == "200";
  }
};

TEST_F(FaultTest, DelaysOneWhileOthersAreServed) {
  add(R"({"action":"delay","delayMs":60,"method":"POST"})");
  const auto late = send(request("POST", kPods, pod_json("a")));
  run_for(io_, 10ms);
  EXPECT_FALSE(exists("a"));
  EXPECT_EQ(late->received, "");
  EXPECT_TRUE(run_until([&] { return late->has("201 Created"); }));
}

TEST_F(FaultTest, ADelayedRequestIsHandledThoughItsClientHasGone) {
  add(R"({"action":"delay","delayMs":30,"method":"POST"})");
  const auto gone = send(request("POST", kPods, pod_json("a")));
  run_for(io_, 10ms);
  gone->close();
  run_for(io_, 60ms);
  EXPECT_TRUE(exists("a"));
}

TEST_F(FaultTest, DropsWithoutHandling) {
  add(R"({"action":"drop","method":"POST"})");
  EXPECT_EQ(call("POST", kPods, pod_json("a")), "");
  EXPECT_FALSE(exists("a"));
  EXPECT_EQ(status("POST", kPods, pod_json("a")), "201");
}

TEST_F(FaultTest, LosesTheAnswer) {
  add(R"({"action":"loseAnswer","pathSuffix":"/pods"})");
  EXPECT_EQ(call("POST", kPods, pod_json("a")), "");
  EXPECT_TRUE(exists("a"));
}

TEST_F(FaultTest, ALostWatchIsClosed) {
  ApiOptions api_options;
  api_options.watches_max = 1;
  server_.reset();
  make_api(api_options);
  serve();
  add(R"({"action":"loseAnswer","watch":true})");
  EXPECT_EQ(call("GET", "/api/v1/pods?watch=1"), "");
  EXPECT_TRUE(watch_pods()->has("200 OK"));
}

TEST_F(FaultTest, CutsAnAnswer) {
  call("POST", kPods, pod_json("a"));
  add(R"({"action":"cut","afterBytes":10})");
  const std::string answer = call("GET", kPods);
  EXPECT_EQ(status_of(answer), "200");
  EXPECT_EQ(body_of(answer).size(), 10U);
  EXPECT_EQ(answer.find("Content-Length: 10\r\n"), std::string::npos);
}

TEST_F(FaultTest, CutsAWatchAfterLines) {
  add(R"({"action":"cut","afterLines":2,"watch":true})");
  const auto seen = watch_pods();
  for (const char* const name : {"a", "b", "c"}) call("POST", kPods, pod_json(name));
  ASSERT_TRUE(run_until([&] { return seen->ended; }));
  const std::string body = body_of(seen->received);
  EXPECT_TRUE(body.find("\"name\":\"b\"") != std::string::npos);
  EXPECT_TRUE(body.find("\"name\":\"c\"") == std::string::npos);
  EXPECT_FALSE(body.ends_with("0\r\n\r\n")) << "a cut is no clean end";
}

TEST_F(FaultTest, CutsAWatchInTheMiddleOfALine) {
  add(R"({"action":"cut","afterBytes":7,"watch":true})");
  const auto seen = watch_pods();
  call("POST", kPods, pod_json("a"));
  ASSERT_TRUE(run_until([&] { return seen->ended; }));
  EXPECT_EQ(without_chunks(body_of(seen->received)), R"({"type")");
}

TEST_F(FaultTest, CutsAWatchBeforeItsFirstLine) {
  add(R"({"action":"cut","afterLines":0,"watch":true})");
  EXPECT_EQ(body_of(call("GET", "/api/v1/pods?watch=1")), "");
}

TEST_F(FaultTest, AnswersWithAStatus) {
  add(R"({"action":"answer","status":429,"retryAfterSeconds":7,"message":"slow down"})");
  const std::string answer = call("POST", kPods, pod_json("a"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 429 Too Many Requests\r\n"));
  EXPECT_NE(answer.find("\r\nRetry-After: 7\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\"message\":\"slow down\""), std::string::npos);
  EXPECT_NE(answer.find("\"reason\":\"TooManyRequests\""), std::string::npos);
  EXPECT_FALSE(exists("a"));
  add(R"({"action":"answer","status":503,"reason":"Mine"})");
  EXPECT_NE(call("GET", kPods).find("\"reason\":\"Mine\""), std::string::npos);
}

TEST_F(FaultTest, ForgetsTheHistory) {
  for (const char* const name : {"a", "b", "c"}) call("POST", kPods, pod_json(name));
  const std::string first = call("GET", std::string(kPods) + "?limit=1");
  const std::size_t at = first.find("\"continue\":\"") + 12;
  const std::string token = first.substr(at, first.find('"', at) - at);
  ASSERT_FALSE(token.empty());
  const std::string next = std::string(kPods) + "?limit=1&continue=" + token;
  EXPECT_EQ(status("GET", next), "200");
  call("POST", kPods, pod_json("d"));
  add(R"({"action":"compact"})");
  EXPECT_EQ(status("GET", next), "410");
}

TEST_F(FaultTest, EndsAllWatches) {
  const auto seen = watch_pods();
  add(R"({"action":"endWatches","method":"GET"})");
  EXPECT_EQ(status("GET", kPods), "200");
  EXPECT_TRUE(run_until([&] { return seen->has("\r\n0\r\n\r\n"); }));
}

TEST_F(FaultTest, AreNotSetOverHttpUnlessAllowed) {
  EXPECT_EQ(status("POST", "/faults", R"([{"action":"drop"}])"), "404");
  EXPECT_TRUE(server_->faults().rules().empty());
}

TEST_F(FaultTest, AreSetOverHttp) {
  server_.reset();
  ServerOptions options;
  options.faults_over_http = true;
  serve(options);
  EXPECT_EQ(body_of(call("GET", "/faults")), "[]\n");
  EXPECT_EQ(status("POST", "/faults", R"([{"action":"drop","method":"GET","skip":0}])"), "200");
  EXPECT_EQ(call("GET", kPods), "");
  EXPECT_NE(call("GET", "/faults").find("\"harmed\":1"), std::string::npos);
  const std::string bad = call("POST", "/faults", R"([{"action":"burn"}])");
  EXPECT_EQ(status_of(bad), "400");
  EXPECT_NE(bad.find("faults: rule [0]: action: must be one of"), std::string::npos) << bad;
  EXPECT_EQ(server_->faults().rules().size(), 1U);
  EXPECT_EQ(body_of(call("DELETE", "/faults")), "[]\n");
  EXPECT_EQ(status("PUT", "/faults"), "405");
}

TEST_F(FaultTest, ADelayEndsWithTheServer) {
  add(R"({"action":"delay","delayMs":600000})");
  const auto late = send(request("GET", kPods));
  run_for(io_, 10ms);
  server_.reset();
  EXPECT_TRUE(run_until([&] { return late->ended; }));
  EXPECT_EQ(late->received, "");
}

}  // namespace
}  // namespace neuron_scheduler::embedded
