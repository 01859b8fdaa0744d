#include "cmd/neuron-scheduler/node_register.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include "scheduler/profile_config.hpp"
#include "test/client/fakes.hpp"
#include "test/client/recording_observer.hpp"
#include "test/scheduler/recorder.hpp"
#include "test/support/neuron_builders.hpp"

namespace neuron_scheduler::cmd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::neuron_node;
using test::NodeBuilder;
using Strings = std::vector<std::string>;

class RecordingLog final : public Log {
 public:
  void error(std::string_view message) override { lines.emplace_back(message); }
  void warning(std::string_view message) override { lines.emplace_back(message); }
  void info(std::string_view message) override { lines.emplace_back(message); }
  void verbose(int /*level*/, std::string_view message) override { lines.emplace_back(message); }
  [[nodiscard]] bool shows(int /*level*/) const override { return true; }
  [[nodiscard]] std::uint64_t dropped() const override { return 0; }

  Strings lines;
};

constexpr std::string_view kKey = "hami.io/node-register-aws-neuron";

std::string healthy(const std::string& name) {
  return name + "-AWSNeuron-0,2,0,3,AWSNeuron,0,true:";
}
std::string ill(const std::string& name) { return name + "-AWSNeuron-0,2,0,3,AWSNeuron,0,false:"; }

NodeBuilder one_device(const std::string& name) {
  return neuron_node(name, "inf2.xlarge", 1, 2).uid("u-" + name);
}

class NodeRegisterTest : public testing::Test {
 protected:
  // args: of the plugin Neuron in the first profile, and in a second one; "": there is none.
  void make(const std::string& args = "{}", const std::string& second = "") {
    scheduler::SchedulerOptions options;
    options.profiles.clear();
    for (const auto& [name, text] : {std::pair{"a", args}, {"b", second}}) {
      if (text.empty()) continue;
      auto profile = scheduler::default_profile_config();
      profile.scheduler_name = name;
      profile.args["Neuron"] = {boost::json::parse(text).as_object(), "args"};
      options.profiles.push_back(std::move(profile));
    }
    scheduler_ = scheduler::Scheduler::make(clock_, api_, observer_, options).value();
    register_.emplace(*scheduler_, *calls_, timers_, clock_, log_);
  }
  void SetUp() override { make(); }

  void set(NodeBuilder node) { scheduler_->on_node(node.build()); }
  void show(NodeBuilder node, const std::string& text) {
    node.raw().reports.set(model::Name(kKey), model::fingerprint(text));
    set(std::move(node));
  }
  // What is being asked of the API server: METHOD PATH BODY.
  [[nodiscard]] Strings under_way() const {
    Strings list;
    for (const auto& call : http_.calls) {
      const auto& request = call.request;
      list.push_back(request.method + ' ' + request.target.substr(0, request.target.find('?')) +
                     ' ' + request.body);
    }
    return list;
  }
  [[nodiscard]] static Strings patch(const std::string& name, const std::string& value) {
    return {"PATCH /api/v1/nodes/" + name + R"( {"metadata":{"uid":"u-)" + name +
            R"(","annotations":{")" + std::string(kKey) + "\":" + value + "}}}"};
  }
  [[nodiscard]] static Strings writes(const std::string& name, const std::string& text) {
    return patch(name, '"' + text + '"');
  }
  void pass(milliseconds time) {
    clock_.advance(time);
    timers_.fire();
  }

  test::SimClock clock_;
  client::test::FakeHttp http_;
  client::test::FakeTimers timers_;
  client::test::RecordingObserver client_observer_;
  RecordingLog log_;
  std::unique_ptr<client::Codec<model::Pod>> codec_ = client::make_pod_codec({});
  std::unique_ptr<client::ApiCalls> calls_ = client::make_api_calls(
      {http_, timers_, clock_, client_observer_, *codec_, [] { return std::uint32_t{0}; }}, {});
  test::RecordingApi api_;
  test::RecordingObserver observer_;
  std::unique_ptr<scheduler::Scheduler> scheduler_;
  std::optional<NodeRegister> register_;
};

TEST_F(NodeRegisterTest, AFollowerWritesNothing) {
  set(one_device("a"));
  pass(seconds{10});
  EXPECT_EQ(under_way(), Strings{});
  register_->start();
  EXPECT_EQ(under_way(), writes("a", healthy("a")));
}

TEST_F(NodeRegisterTest, WritesOnceAndGoesLast) {
  set(one_device("a"));
  register_->start();
  ASSERT_EQ(under_way(), writes("a", healthy("a")));
  EXPECT_EQ(http_.calls[0].request.lane, client::Lane::kEvent);
  EXPECT_EQ(http_.calls[0].request.content_type, "application/merge-patch+json");
  http_.answer(200);
  for (int i = 0; i < 9; ++i) pass(seconds{1});
  EXPECT_EQ(under_way(), Strings{}) << "the watch has not shown it yet";
  show(one_device("a"), healthy("a"));
  for (int i = 0; i < 100; ++i) pass(seconds{1});
  EXPECT_EQ(under_way(), Strings{});
}

TEST_F(NodeRegisterTest, IsSlowWhilePodsArePlaced) {
  set(one_device("a"));
  set(one_device("b"));
  scheduler_->on_pod(test::PodBuilder("p").scheduler("a").build());
  register_->start();
  ASSERT_EQ(under_way(), writes("a", healthy("a")));
  http_.answer(200);
  EXPECT_EQ(timers_.delay(), NodeRegister::kGapWhilePlacing);
  pass(NodeRegister::kGapWhilePlacing);
  EXPECT_EQ(under_way(), writes("b", healthy("b")));
}

TEST_F(NodeRegisterTest, ARestartWritesNothing) {
  show(one_device("a"), healthy("a"));
  set(NodeBuilder("plain"));
  register_->start();
  pass(seconds{2});
  EXPECT_EQ(under_way(), Strings{});
}

TEST_F(NodeRegisterTest, AChangeIsWrittenAfterAWhile) {
  set(one_device("a"));
  register_->start();
  http_.answer(200);
  show(one_device("a").annotation("hami.io/device-cordon", "0"), healthy("a"));
  pass(NodeRegister::kGap);
  EXPECT_EQ(under_way(), Strings{}) << "not so soon after the last one";
  pass(NodeRegister::kAgainAfter);
  EXPECT_EQ(under_way(), writes("a", ill("a")));
}

TEST_F(NodeRegisterTest, WhatChangesBeforeItIsWrittenIsWrittenOnce) {
  set(one_device("a"));
  set(one_device("b"));
  set(one_device("c"));
  register_->start();
  set(one_device("b").annotation("hami.io/device-cordon", "0"));
  show(one_device("c"), healthy("c"));
  ASSERT_EQ(under_way(), writes("a", healthy("a")));
  http_.answer(200);
  EXPECT_EQ(under_way(), Strings{}) << "one at a time, with a pause";
  EXPECT_EQ(timers_.delay(), NodeRegister::kGap);
  pass(NodeRegister::kGap);
  ASSERT_EQ(under_way(), writes("b", ill("b")));
  http_.answer(200);
  pass(NodeRegister::kGap);
  EXPECT_EQ(under_way(), Strings{});
}

TEST_F(NodeRegisterTest, SomebodyElsesTextIsMendedEverLessOften) {
  show(one_device("a"), "theirs");
  register_->start();
  ASSERT_EQ(under_way(), writes("a", healthy("a")));
  http_.answer(200);
  int written = 0;
  for (int i = 0; i < 600; ++i) {
    show(one_device("a"), healthy("a"));
    show(one_device("a"), "theirs");
    pass(seconds{1});
    if (http_.calls.empty()) continue;
    ++written;
    http_.answer(200);
  }
  EXPECT_EQ(written, 5);  // After 10, 20, 40, 80 and 160 seconds more.
  EXPECT_EQ(log_.lines,
            Strings{"Node a: somebody else writes the annotation hami.io/node-register-aws-neuron, "
                    "too: it is written ever less often"});
}

TEST_F(NodeRegisterTest, ItGoesWhenTheDevicesGo) {
  show(NodeBuilder("a").uid("u-a"), healthy("a"));
  register_->start();
  EXPECT_EQ(under_way(), patch("a", "null"));
}

TEST_F(NodeRegisterTest, ANodeThatGoesMeanwhileIsNoFault) {
  set(one_device("a"));
  set(one_device("b"));
  set(one_device("c"));
  register_->start();
  scheduler_->on_node_removed(model::Name("a"));
  scheduler_->on_node_removed(model::Name("b"));
  http_.answer(404);
  pass(NodeRegister::kGap);
  ASSERT_EQ(under_way(), writes("c", healthy("c")));
  http_.answer(409);
  EXPECT_EQ(client_observer_.take(), Strings{});
}

TEST_F(NodeRegisterTest, WithoutTheRightItStopsAndSaysSoOnce) {
  set(one_device("a"));
  set(one_device("b"));
  register_->start();
  http_.answer(403, R"({"kind":"Status","message":"User \"u\" cannot patch resource \"nodes\""})");
  for (int i = 0; i < 1000; ++i) pass(seconds{1});
  EXPECT_EQ(under_way(), Strings{});
  EXPECT_EQ(client_observer_.take(),
            Strings{R"(dropped [node] [a] [403 User "u" cannot patch resource "nodes"])"});
  ASSERT_EQ(log_.lines.size(), 1U);
  EXPECT_EQ(
      log_.lines[0],
      "The annotation hami.io/node-register-aws-neuron of nodes is not kept up to date until "
      "the next start: 403 User \"u\" cannot patch resource \"nodes\". Grant the right to patch "
      "nodes, or set registerNodes: false in NeuronArgs");
}

// From a webhook that protects one node, for instance.
TEST_F(NodeRegisterTest, ARefusedNodeHoldsUpNoOther) {
  set(one_device("a"));
  set(one_device("b"));
  register_->start();
  http_.answer(403, R"({"kind":"Status","message":"admission webhook \"w\" denied the request"})");
  pass(NodeRegister::kGap);
  ASSERT_EQ(under_way(), writes("b", healthy("b")));
  http_.answer(200);
  show(one_device("b"), healthy("b"));
  for (int i = 0; i < 590; ++i) pass(seconds{1});
  EXPECT_EQ(under_way(), Strings{});
  for (int i = 0; i < 12; ++i) pass(seconds{1});
  EXPECT_EQ(under_way(), writes("a", healthy("a")));
}

TEST_F(NodeRegisterTest, ABusyServerIsLeftAloneForAWhile) {
  const std::vector<std::pair<std::function<void()>, seconds>> rows = {
      {[&] { http_.answer(500); }, NodeRegister::kFailedAfter},
      {[&] { http_.answer(429, "", seconds{7}); }, seconds{7}},
      {[&] { http_.answer(429, "", seconds{0}); }, seconds{1}},
      {[&] { http_.answer(503, "", seconds{86'400}); }, NodeRegister::kFailedAfterMax},
      {[&] { http_.fail(client::HttpFailure::kNotSent); }, NodeRegister::kFailedAfter},
      {[&] { http_.fail(client::HttpFailure::kUnknown); }, NodeRegister::kFailedAfter}};
  set(one_device("a"));
  register_->start();
  for (const auto& [fail, pause] : rows) {
    ASSERT_EQ(under_way(), writes("a", healthy("a")));
    fail();
    ASSERT_EQ(timers_.delay(), pause);
    pass(pause);
    pass(NodeRegister::kLookPeriod);
  }
  EXPECT_EQ(client_observer_.take().size(), rows.size());
}

TEST_F(NodeRegisterTest, StoppedItWritesNoMore) {
  set(one_device("a"));
  set(one_device("b"));
  register_->start();
  register_->stop();
  http_.answer(200);
  for (int i = 0; i < 10; ++i) pass(seconds{1});
  EXPECT_EQ(under_way(), Strings{});
}

TEST_F(NodeRegisterTest, AThousandNodesTakeTheirTime) {
  constexpr int kNodes = 1000;
  for (int i = 0; i < kNodes; ++i) set(one_device("n" + std::to_string(i)));
  register_->start();
  int written = 0;
  while (written < kNodes) {
    ASSERT_LE(http_.calls.size(), 1U);
    if (!http_.calls.empty()) {
      ++written;
      http_.answer(200);
    }
    pass(NodeRegister::kGap);
  }
  EXPECT_GE(clock_.steady() - test::SimClock().steady(), seconds{kNodes / 20});
}

struct Switch {
  std::string name;
  std::string first;
  std::string second;
  bool on = false;
};

void PrintTo(const Switch& row, std::ostream* out) { *out << row.name; }

class NodeRegisterSwitchTest : public NodeRegisterTest,
                               public testing::WithParamInterface<Switch> {};

TEST_P(NodeRegisterSwitchTest, IsAnArgumentOfThePlugin) {
  make(GetParam().first, GetParam().second);
  set(one_device("a"));
  register_->start();
  EXPECT_EQ(under_way().size(), GetParam().on ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(Profiles, NodeRegisterSwitchTest,
                         testing::Values(Switch{"Default", "{}", "", true},
                                         Switch{"On", R"({"registerNodes":true})", "", true},
                                         Switch{"Off", R"({"registerNodes":false})", "", false},
                                         Switch{"OffInOneOfTwo", "{}", R"({"registerNodes":false})",
                                                false},
                                         Switch{"OnInBoth", "{}", "{}", true}),
                         [](const auto& row) { return row.param.name; });

TEST_F(NodeRegisterTest, WithoutThePluginThereIsNothingToRegister) {
  scheduler::SchedulerOptions options;
  std::erase_if(options.profiles[0].plugins,
                [](const auto& plugin) { return plugin.name == "Neuron"; });
  register_.reset();
  scheduler_ = scheduler::Scheduler::make(clock_, api_, observer_, options).value();
  register_.emplace(*scheduler_, *calls_, timers_, clock_, log_);
  set(one_device("a"));
  register_->start();
  EXPECT_EQ(under_way(), Strings{});
}

}  // namespace
}  // namespace neuron_scheduler::cmd
