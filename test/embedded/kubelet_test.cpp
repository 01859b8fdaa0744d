#include "cluster/embedded/store/kubelet.hpp"

#include <chrono>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "test/support/builders.hpp"

namespace neuron_scheduler::embedded {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::string_view kPod = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a",
  "annotations":{"other":"kept"}},"spec":{"initContainers":[{"name":"first","image":"i"}],
  "containers":[{"name":"main","image":"app:1"}]}})";
constexpr std::string_view kNode = R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n"},
  "status":{"addresses":[{"type":"InternalIP","address":"172.16.0.9"}]}})";

class KubeletTest : public ::testing::Test {
 protected:
  void SetUp() override { start({}); }

  void start(const KubeletOptions& options) {
    kubelet_.emplace(api_, clock_, options);
    settle();
  }

  // The answer's object; null if it is a failure.
  json::value call(std::string_view method, std::string_view target, std::string_view body = {},
                   std::string_view type = "application/json") {
    ApiRequest request;
    request.method = method;
    request.target = target;
    request.content_type = type;
    request.body = body;
    const ApiAnswer answer = api_.handle(request);
    if (answer.status >= 300) return nullptr;
    json::parse_options options;
    options.max_depth = 64;
    return json::parse(answer.body, {}, options);
  }

  void create(std::string_view target, std::string_view body) {
    ASSERT_FALSE(call("POST", target, body).is_null()) << body;
  }
  void create_pod(std::string_view body = kPod) { create("/api/v1/namespaces/default/pods", body); }
  void create_node(std::string_view body = kNode) { create("/api/v1/nodes", body); }

  void bind(const std::string& pod = "a", const std::string& annotations = "{}") {
    create("/api/v1/namespaces/default/pods/" + pod + "/binding",
           R"({"apiVersion":"v1","kind":"Binding","metadata":{"name":")" + pod +
               R"(","annotations":)" + annotations + R"(},"target":{"kind":"Node","name":"n"}})");
  }

  // Steps until nothing is left to do now.
  void settle() {
    for (int i = 0; i < 1'000; ++i) {
      kubelet_->step();
      const auto next = kubelet_->next_timer();
      if (!next || *next > clock_.steady()) return;
    }
    FAIL() << "the kubelet never rests";
  }

  void pass(std::chrono::nanoseconds time) {
    settle();
    clock_.advance(time);
    settle();
  }

  json::value pod(const std::string& name = "a") {
    return call("GET", "/api/v1/namespaces/default/pods/" + name);
  }
  json::value lease() {
    return call("GET", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n");
  }
  std::string phase(const std::string& name = "a") {
    const json::value value = pod(name);
    return value.is_null() ? "gone" : text(value, "/status/phase");
  }

  static std::string text(const json::value& value, std::string_view pointer) {
    json::error_code error;
    const json::value* const found = value.find_pointer(pointer, error);
    if (found == nullptr) return "nothing";
    return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
  }

  // "Status" of a condition of that type.
  static std::string condition(const json::value& value, std::string_view type,
                               const std::string& field = "status") {
    for (const json::value& each : value.at_pointer("/status/conditions").as_array()) {
      if (text(each, "/type") == type) return text(each, "/" + field);
    }
    return "nothing";
  }

  neuron_scheduler::test::SimClock clock_;
  Api api_{clock_, ApiOptions{}};
  std::optional<StandInKubelet> kubelet_;
};

TEST_F(KubeletTest, RunsABoundPodAfterAWhile) {
  create_node();
  create_pod();
  pass(10s);
  EXPECT_EQ(phase(), "Pending") << "it is not bound";
  bind();
  pass(400ms);
  EXPECT_EQ(phase(), "Pending");
  pass(200ms);
  const json::value running = pod();
  EXPECT_EQ(text(running, "/status/phase"), "Running");
  EXPECT_EQ(text(running, "/status/hostIP"), "172.16.0.9");
  EXPECT_EQ(text(running, "/status/podIP"), "10.128.0.1");
  EXPECT_EQ(text(running, "/status/startTime"), "2026-01-01T00:00:10Z");
  for (const char* const type : {"PodScheduled", "Initialized", "Ready", "ContainersReady"}) {
    EXPECT_EQ(condition(running, type), "True") << type;
  }
  EXPECT_EQ(text(running, "/status/containerStatuses/0/name"), "main");
  EXPECT_EQ(text(running, "/status/containerStatuses/0/ready"), "true");
  EXPECT_EQ(text(running, "/status/containerStatuses/0/state/running/startedAt"),
            "2026-01-01T00:00:10Z");
  EXPECT_EQ(text(running, "/status/initContainerStatuses/0/state/terminated/reason"), "Completed");
  pass(1h);
  EXPECT_EQ(phase(), "Running");
}

TEST_F(KubeletTest, ANativeSidecarRunsOn) {
  create_node();
  create_pod(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{
    "initContainers":[{"name":"side","image":"i","restartPolicy":"Always"}],
    "containers":[{"name":"main","image":"i"}]}})");
  bind();
  pass(1s);
  EXPECT_NE(text(pod(), "/status/initContainerStatuses/0/state/running"), "nothing");
}

TEST_F(KubeletTest, SaysThatDevicesAreAllocatedWhereThatIsAsked) {
  create_node();
  create_pod();
  bind("a", R"({"NEURON_ALLOCATED":"false","AWS_NEURON_IDS":"3"})");
  pass(1s);
  EXPECT_EQ(text(pod(), "/metadata/annotations/NEURON_ALLOCATED"), "true");
  EXPECT_EQ(text(pod(), "/metadata/annotations/AWS_NEURON_IDS"), "3");
  EXPECT_EQ(text(pod(), "/metadata/annotations/other"), "kept");
  pass(10s);
  EXPECT_EQ(text(pod(), "/status/podIPs"), R"([{"ip":"10.128.0.1"}])") << "it starts once";
}

TEST_F(KubeletTest, AddsNoAnnotationToOthers) {
  create_node();
  create_pod();
  bind();
  pass(1s);
  EXPECT_EQ(text(pod(), "/metadata/annotations"), R"({"other":"kept"})");
}

TEST_F(KubeletTest, EndsAPodThatSaysWhen) {
  create_node();
  create_pod(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a",
    "annotations":{"demo.neuron-scheduler/run-seconds":"30"}},
    "spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"app:1"}]}})");
  bind();
  pass(1s);
  pass(28s);
  EXPECT_EQ(phase(), "Running");
  pass(2s);
  const json::value ended = pod();
  EXPECT_EQ(text(ended, "/status/phase"), "Succeeded");
  EXPECT_EQ(condition(ended, "Ready"), "False");
  EXPECT_EQ(condition(ended, "Ready", "reason"), "PodCompleted");
  EXPECT_EQ(text(ended, "/status/containerStatuses/0/state/terminated/exitCode"), "0");
  EXPECT_EQ(text(ended, "/status/podIP"), "10.128.0.1");
}

TEST_F(KubeletTest, ABadRunTimeIsNoRunTime) {
  create_node();
  create_pod(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a",
    "annotations":{"demo.neuron-scheduler/run-seconds":"soon"}},
    "spec":{"containers":[{"name":"main","image":"app:1"}]}})");
  bind();
  pass(1s);
  pass(1h);
  EXPECT_EQ(phase(), "Running");
}

TEST_F(KubeletTest, TakesADeletedPodAwayAfterItsGrace) {
  create_node();
  create_pod();
  bind();
  pass(1s);
  call("DELETE", "/api/v1/namespaces/default/pods/a?gracePeriodSeconds=1");
  pass(500ms);
  EXPECT_EQ(phase(), "Running");
  EXPECT_NE(text(pod(), "/metadata/deletionTimestamp"), "nothing");
  pass(1s);
  EXPECT_EQ(phase(), "gone");
}

TEST_F(KubeletTest, DoesNotWaitForALongGrace) {
  create_node();
  create_pod();
  bind();
  pass(1s);
  call("DELETE", "/api/v1/namespaces/default/pods/a");  // 30 s by default.
  pass(1s);
  EXPECT_EQ(phase(), "Running");
  pass(1s);
  EXPECT_EQ(phase(), "gone");
}

TEST_F(KubeletTest, APodThatIsDeletedBeforeItRunsNeverDoes) {
  create_node();
  create_pod();
  bind();
  settle();
  call("DELETE", "/api/v1/namespaces/default/pods/a");
  pass(1s);
  EXPECT_EQ(phase(), "Pending");
  pass(2s);
  EXPECT_EQ(phase(), "gone");
}

TEST_F(KubeletTest, ANameThatIsUsedAgainIsAnotherPod) {
  create_node();
  create_pod();
  bind();
  pass(400ms);
  call("DELETE", "/api/v1/namespaces/default/pods/a?gracePeriodSeconds=0");
  create_pod();
  bind();
  pass(200ms);
  EXPECT_EQ(phase(), "Pending") << "the first one's time is not the second one's";
  pass(400ms);
  EXPECT_EQ(phase(), "Running");
}

TEST_F(KubeletTest, APodWaitsForItsNode) {
  create_pod();
  bind();
  pass(5s);
  EXPECT_EQ(phase(), "Pending");
  create_node();
  pass(10s);
  EXPECT_EQ(phase(), "Running");
}

TEST_F(KubeletTest, RenewsTheLeaseOfANode) {
  create_node();
  pass(0s);
  EXPECT_EQ(text(lease(), "/spec/holderIdentity"), "n");
  EXPECT_EQ(text(lease(), "/spec/leaseDurationSeconds"), "40");
  EXPECT_EQ(text(lease(), "/spec/renewTime"), "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(text(lease(), "/metadata/ownerReferences/0/kind"), "Node");
  pass(10s);
  EXPECT_EQ(text(lease(), "/spec/renewTime"), "2026-01-01T00:00:10.000000Z");
  call("DELETE", "/api/v1/nodes/n");
  pass(10s);
  EXPECT_TRUE(lease().is_null());
}

TEST_F(KubeletTest, ManyNodesRenewMoreSeldom) {
  KubeletOptions options;
  options.renewals_per_second_max = 1;
  start(options);
  for (int i = 0; i < 30; ++i) {
    create_node(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n)" + std::to_string(i) +
                "\"}}");
  }
  create_node();
  settle();
  pass(29s);
  EXPECT_EQ(text(lease(), "/spec/renewTime"), "2026-01-01T00:00:00.000000Z");
  pass(2s);
  EXPECT_EQ(text(lease(), "/spec/renewTime"), "2026-01-01T00:00:31.000000Z");
}

TEST_F(KubeletTest, ReportsTheConditionsThatANodeLacks) {
  create_node(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n"},"status":{"conditions":[
    {"type":"Ready","status":"False","reason":"Sick"},
    {"type":"NeuronHealth","status":"True","reason":"NeuronHasError"}]}})");
  pass(0s);
  json::value node = call("GET", "/api/v1/nodes/n");
  EXPECT_EQ(condition(node, "MemoryPressure"), "False");
  EXPECT_EQ(condition(node, "MemoryPressure", "reason"), "KubeletHasSufficientMemory");
  EXPECT_EQ(condition(node, "Ready"), "False") << "what somebody said is not taken back";
  EXPECT_EQ(condition(node, "NeuronHealth", "reason"), "NeuronHasError");
  pass(300s);
  node = call("GET", "/api/v1/nodes/n");
  EXPECT_EQ(condition(node, "Ready", "lastHeartbeatTime"), "2026-01-01T00:05:00Z");
  EXPECT_EQ(condition(node, "Ready"), "False");
}

TEST_F(KubeletTest, TakesUpWhatWasThereBefore) {
  create_node();
  for (int i = 0; i < 1'203; ++i) {  // Some pages.
    const std::string name = "p" + std::to_string(i);
    create_pod(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
               R"("},"spec":{"containers":[{"name":"main","image":"i"}]}})");
    bind(name);
  }
  start({});
  pass(1s);
  for (const char* const name : {"p0", "p600", "p1202"}) EXPECT_EQ(phase(name), "Running");
}

TEST_F(KubeletTest, GoesOnWhenItsWatchesEndOrTheHistoryIsGone) {
  create_node();
  create_pod();
  bind();
  pass(1s);
  api_.end_watches();
  call("DELETE", "/api/v1/namespaces/default/pods/a?gracePeriodSeconds=0");
  create_pod();
  bind();
  api_.compact();
  settle();
  pass(1s);
  EXPECT_EQ(phase(), "Running");
  EXPECT_EQ(text(pod(), "/status/podIP"), "10.128.0.2");
}

// The Api takes 64 levels, more than a parser of JSON may by default.
TEST_F(KubeletTest, ADeepPodRunsAndStopsNoOther) {
  const auto deep_pod = [](const std::string& name) {
    constexpr int kLevels = 45;
    std::string inner = "1";
    for (int i = 0; i < kLevels; ++i) {
      inner.insert(0, R"({"a":)");
      inner += '}';
    }
    return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
           R"("},"spec":{"volumes":[{"name":"v","gitRepo":)" + inner +
           R"(}],"containers":[{"name":"main","image":"i"}]}})";
  };
  create_node();
  create_pod(deep_pod("watched"));
  create_pod();
  bind("watched");
  bind();
  pass(1s);
  EXPECT_EQ(phase("watched"), "Running");
  EXPECT_EQ(phase(), "Running");

  kubelet_.reset();
  create_pod(deep_pod("listed"));
  bind("listed");
  start({});
  pass(1s);
  EXPECT_EQ(phase("listed"), "Running");
}

class FailingClock final : public model::Clock {
 public:
  explicit FailingClock(const model::Clock& clock) : clock_(clock) {}
  model::SteadyTime steady() const override { return clock_.steady(); }
  model::WallTime wall() const override {
    if (fails) throw std::bad_alloc();
    return clock_.wall();
  }

  bool fails = false;

 private:
  const model::Clock& clock_;
};

TEST_F(KubeletTest, WhatFailedIsTriedAgain) {
  FailingClock clock(clock_);
  kubelet_.emplace(api_, clock, KubeletOptions{});
  create_node();
  create_pod();
  bind();
  settle();
  clock_.advance(1s);
  clock.fails = true;
  EXPECT_THROW(kubelet_->step(), std::bad_alloc);
  clock.fails = false;
  pass(9s);
  EXPECT_EQ(phase(), "Pending");
  pass(2s);
  EXPECT_EQ(phase(), "Running");
  kubelet_.reset();
}

TEST_F(KubeletTest, DoesABoundedAmountInOneStep) {
  KubeletOptions options;
  options.actions_max = 10;
  start(options);
  create_node();
  for (int i = 0; i < 35; ++i) {
    const std::string name = "p" + std::to_string(i);
    create_pod(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
               R"("},"spec":{"containers":[{"name":"main","image":"i"}]}})");
    bind(name);
  }
  settle();
  clock_.advance(1s);
  const auto running = [&] {
    const json::value list =
        call("GET", "/api/v1/namespaces/default/pods?fieldSelector=status.phase%3DRunning");
    return list.at("items").as_array().size();
  };
  for (const std::size_t want : {10U, 20U, 30U, 35U}) {
    ASSERT_TRUE(kubelet_->next_timer());
    EXPECT_LE(*kubelet_->next_timer(), clock_.steady());
    kubelet_->step();
    EXPECT_EQ(running(), want);
  }
}

TEST_F(KubeletTest, WaitsForNothingWhereThereIsNothing) { EXPECT_FALSE(kubelet_->next_timer()); }

}  // namespace
}  // namespace neuron_scheduler::embedded
