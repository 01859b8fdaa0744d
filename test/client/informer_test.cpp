#include "cluster/client/informer.hpp"

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

// One line for each call.
class Sink final : public PodSink, public NodeSink, public NamespaceSink {
 public:
  void on_pod(const model::PodRef& pod) override {
    lines.push_back(pod->name + "@" + pod->resource_version +
                    (pod->decode_error.empty() ? "" : " bad"));
  }
  void on_pod_removed(const model::Uid& uid) override { lines.push_back("-" + uid.text); }
  void on_pods_synced() override { lines.emplace_back("synced"); }
  void on_node(const model::NodeRef& node) override {
    lines.push_back(node->name.str() + "@" + node->resource_version + " " + node->uid.text);
  }
  void on_node_removed(const model::Name& name) override { lines.push_back("-" + name.str()); }
  void on_nodes_synced() override { lines.emplace_back("synced"); }
  void on_namespace(const model::NamespaceRef& changed) override {
    lines.push_back(changed->name.str() + "@" + changed->resource_version);
  }
  void on_namespace_removed(const model::Name& name) override { lines.push_back("-" + name.str()); }
  void on_namespaces_synced() override { lines.emplace_back("synced"); }

  Strings take() { return std::exchange(lines, {}); }

  Strings lines;
};

std::string pod(const std::string& name, const std::string& version,
                const std::string& spec = "{}") {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"ns","uid":"u-)" + name +
         R"(","resourceVersion":")" + version + R"("},"spec":)" + spec + "}";
}

std::string node(const std::string& name, const std::string& uid, const std::string& version) {
  return R"({"metadata":{"name":")" + name + R"(","uid":")" + uid + R"(","resourceVersion":")" +
         version + "\"}}";
}

std::string list(const std::string& version, const Strings& items) {
  std::string text =
      R"({"kind":"List","metadata":{"resourceVersion":")" + version + R"("},"items":[)";
  for (std::size_t i = 0; i < items.size(); ++i) text += (i == 0 ? "" : ",") + items[i];
  return text + "]}\n";
}

std::string event(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}

std::string bookmark(const std::string& version) {
  return event("BOOKMARK", R"({"kind":"Pod","metadata":{"resourceVersion":")" + version + "\"}}");
}

class InformerTest : public testing::Test {
 protected:
  InformerContext context() {
    return {http, timers, clock, observer, [] { return std::uint32_t{0}; }};
  }

  void start() {
    informer->start();
    ASSERT_NE(http.open_stream(), nullptr);
  }

  // Up to a watch from resourceVersion 10 with pods a@1 and b@2.
  void to_watching() {
    start();
    http.header(200);
    http.data(list("10", {pod("a", "1"), pod("b", "2")}));
    http.header(200);
    EXPECT_EQ(sink.take(), (Strings{"a@1", "b@2", "synced"}));
    EXPECT_EQ(observer.take(),
              (Strings{"list [pods] []", "listed [pods] [2] [0]", "watch [pods] [10]"}));
  }

  // What the observer said, and where the next request goes after the wait.
  std::string after_wait() {
    EXPECT_EQ(http.open_stream(), nullptr);
    timers.fire();
    return http.open_stream() == nullptr ? "nothing" : http.open_stream()->request.target;
  }

  test::FakeHttp http;
  test::FakeTimers timers;
  neuron_scheduler::test::SimClock clock;
  test::RecordingObserver observer;
  Sink sink;
  std::unique_ptr<Codec<model::Pod>> codec = make_pod_codec({});
  std::unique_ptr<PodInformer> informer = make_pod_informer(context(), *codec, sink);
};

const std::string kListTarget =
    "/api/v1/pods?fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed";
const std::string kWatchTarget = kListTarget + "&watch=1&allowWatchBookmarks=true&resourceVersion=";

TEST_F(InformerTest, ListsConsistentlyThenWatchesFromThere) {
  start();
  EXPECT_EQ(http.open_stream()->request.method, "GET");
  EXPECT_EQ(http.open_stream()->request.target, kListTarget);
  EXPECT_EQ(http.open_stream()->request.accept,
            "application/vnd.kubernetes.protobuf, application/json");
  EXPECT_EQ(http.open_stream()->request.deadline, seconds{60});
  EXPECT_FALSE(informer->synced());
  http.header(200);
  http.data(list("10", {pod("a", "1"), pod("b", "2")}), 5);
  EXPECT_TRUE(informer->synced());
  EXPECT_EQ(informer->object_count(), 2U);
  EXPECT_EQ(sink.take(), (Strings{"a@1", "b@2", "synced"}));
  EXPECT_EQ(http.open_stream()->request.target, kWatchTarget + "10&timeoutSeconds=300");
  EXPECT_EQ(timers.active(), 0U);
}

TEST_F(InformerTest, AnEmptyListIsASyncToo) {
  start();
  http.header(200);
  http.data(list("10", {}));
  EXPECT_EQ(sink.take(), Strings{"synced"});
}

TEST_F(InformerTest, AppliesEventsAndResumesAfterTheLast) {
  to_watching();
  http.data(event("ADDED", pod("c", "11")) + event("MODIFIED", pod("a", "12")) +
                event("DELETED", pod("b", "13")) + bookmark("20"),
            9);
  EXPECT_EQ(sink.take(), (Strings{"c@11", "a@12", "-u-b"}));
  EXPECT_EQ(informer->object_count(), 2U);
  EXPECT_EQ(observer.last_event, clock.steady());
  clock.advance(seconds{300});
  http.end();
  EXPECT_EQ(http.open_stream()->request.target, kWatchTarget + "20&timeoutSeconds=300");
  EXPECT_EQ(timers.active(), 0U);
}

TEST_F(InformerTest, TimeDoesNotGoBackAndNothingIsToldTwice) {
  to_watching();
  http.data(event("MODIFIED", pod("a", "12")) + event("MODIFIED", pod("a", "12")) +
            event("MODIFIED", pod("a", "11")) + event("DELETED", pod("a", "9")) +
            event("DELETED", pod("unknown", "14")));
  EXPECT_EQ(sink.take(), Strings{"a@12"});
}

TEST_F(InformerTest, VersionsThatAreNoNumbersAreAlwaysNews) {
  to_watching();
  http.data(event("MODIFIED", pod("a", "x")) + event("MODIFIED", pod("a", "x")));
  EXPECT_EQ(sink.take(), (Strings{"a@x", "a@x"}));
}

TEST_F(InformerTest, ARelistIsMarkAndSweep) {
  to_watching();
  http.data(event("ADDED", pod("c", "11")) +
            event("ERROR", R"({"kind":"Status","code":410,"message":"too old"})"));
  EXPECT_EQ(observer.take(), Strings{"failed [pods] [watch pods: 410 too old (the list is read "
                                     "again)] [800ms]"});
  EXPECT_EQ(after_wait(), kListTarget);
  http.header(200);
  // a is as known, b is gone, c changed, d is new.
  http.data(list("30", {pod("a", "1"), pod("c", "25"), pod("d", "26")}));
  EXPECT_EQ(sink.take(), (Strings{"c@11", "c@25", "d@26", "-u-b", "synced"}));
  EXPECT_EQ(observer.take(),
            (Strings{"list [pods] [watch pods: 410 too old (the list is read again)]",
                     "listed [pods] [3] [1]"}));
  EXPECT_EQ(http.open_stream()->request.target, kWatchTarget + "30&timeoutSeconds=300");
}

TEST_F(InformerTest, AListThatIsOlderThanWhatWasSeenIsReadAgain) {
  to_watching();
  http.data(event("MODIFIED", pod("a", "50")) + "damaged\n");
  EXPECT_EQ(sink.take(), Strings{"a@50"});
  observer.take();
  // From a server that is behind: with old pods, with pods that are gone by now, and empty.
  for (const Strings& items : {Strings{pod("a", "11"), pod("b", "2")}, {pod("x", "12")}, {}}) {
    EXPECT_EQ(after_wait(), kListTarget);
    http.header(200);
    http.data(list("12", items));
    EXPECT_EQ(sink.take(), Strings{});
    EXPECT_EQ(informer->object_count(), 2U);
    EXPECT_EQ(informer->problem(),
              "list pods: the list is as of resourceVersion 12, but 50 was seen already");
  }
  EXPECT_EQ(after_wait(), kListTarget);
  http.header(200);
  http.data(list("51", {pod("a", "50")}));
  EXPECT_EQ(sink.take(), (Strings{"-u-b", "synced"}));
  EXPECT_EQ(informer->problem(), "");
}

TEST_F(InformerTest, AClusterRestoredFromABackupIsFollowedInTheEnd) {
  to_watching();
  http.data(event("MODIFIED", pod("a", "50")) + event("ADDED", pod("c", "51")) + "damaged\n");
  sink.take();
  EXPECT_EQ(after_wait(), kListTarget);
  http.header(200);
  http.data(list("12", {pod("a", "11"), pod("d", "12")}));
  clock.advance(seconds{119});
  EXPECT_EQ(after_wait(), kListTarget);
  http.header(200);
  http.data(list("12", {pod("a", "11"), pod("d", "12")}));
  EXPECT_EQ(sink.take(), Strings{});
  clock.advance(seconds{1});
  EXPECT_EQ(after_wait(), kListTarget);
  http.header(200);
  http.data(list("12", {pod("a", "11"), pod("d", "12")}));
  EXPECT_EQ(sink.take(), (Strings{"a@11", "d@12", "-u-b", "-u-c", "synced"}));
  // From here on that is the present.
  http.header(200);
  http.data(event("MODIFIED", pod("a", "13")) + "damaged\n");
  EXPECT_EQ(after_wait(), kListTarget);
  http.header(200);
  http.data(list("14", {pod("a", "13")}));
  EXPECT_EQ(sink.take(), (Strings{"a@13", "-u-d", "synced"}));
}

TEST_F(InformerTest, TellsHowFarItsWatchHasCome) {
  start();
  EXPECT_FALSE(informer->reached("1"));
  http.header(200);
  http.data(list("10", {}));
  EXPECT_TRUE(informer->reached("10"));
  EXPECT_FALSE(informer->reached("11"));
  EXPECT_FALSE(informer->reached("x"));
  http.header(200);
  http.data(bookmark("12"));
  EXPECT_TRUE(informer->reached("11"));
  // While it lists anew it knows nothing for sure.
  http.data("damaged\n");
  EXPECT_FALSE(informer->reached("1"));
}

TEST_F(InformerTest, TakesOverOnlyWhatIsNewerThanWhatItKnows) {
  to_watching();
  http.data(event("DELETED", pod("b", "11")));
  sink.take();
  const auto read = [&](const std::string& name, const std::string& version) {
    return *codec->decode(pod(name, version));
  };
  // a is known as of 1; b was deleted at 11, which is how far the watch has come.
  informer->merge({read("a", "1"), read("a", "12"), read("b", "2"), read("c", "13"),
                   read("d", "11"), read("e", "x")});
  EXPECT_EQ(sink.take(), (Strings{"a@12", "c@13"}));
  // The watch comes behind.
  http.data(event("MODIFIED", pod("a", "12")) + event("ADDED", pod("c", "13")) +
            event("DELETED", pod("c", "14")));
  EXPECT_EQ(sink.take(), Strings{"-u-c"});
}

TEST_F(InformerTest, AListUnderWayDoesNotUndoWhatWasTakenOver) {
  to_watching();
  http.data("damaged\n");
  EXPECT_EQ(after_wait(), kListTarget);
  informer->merge({*codec->decode(pod("a", "21")), *codec->decode(pod("c", "22"))});
  EXPECT_EQ(sink.take(), (Strings{"a@21", "c@22"}));
  http.header(200);
  http.data(list("20", {pod("a", "1"), pod("b", "2")}));
  EXPECT_EQ(sink.take(), Strings{"synced"});
  EXPECT_EQ(informer->object_count(), 3U);
}

TEST_F(InformerTest, AFailedRelistSweepsNothing) {
  to_watching();
  http.data("damaged\n");
  EXPECT_EQ(after_wait(), kListTarget);
  http.header(200);
  http.data(R"({"metadata":{"resourceVersion":"30"},"items":[)" + pod("c", "25") + ",");
  http.cut(HttpFailure::kUnknown);
  EXPECT_EQ(sink.take(), Strings{"c@25"});
  EXPECT_EQ(informer->object_count(), 3U);
  EXPECT_EQ(after_wait(), kListTarget);
  http.header(200);
  http.data(list("31", {pod("c", "25")}));
  EXPECT_EQ(sink.take(), (Strings{"-u-a", "-u-b", "synced"}));
}

TEST_F(InformerTest, AnUndecodablePodIsPassedOnAndNamed) {
  to_watching();
  http.data(event("MODIFIED", pod("a", "12", R"({"priority":"x"})")));
  EXPECT_EQ(sink.take(), Strings{"a@12 bad"});
  EXPECT_EQ(observer.take(),
            Strings{"undecodable [pods] [ns/a] [spec.priority: must be an integer]"});
  EXPECT_EQ(timers.active(), 0U);
}

struct RelistCase {
  std::string bytes;
  std::string want;
};

TEST_F(InformerTest, WhatCannotBeAttributedLeadsToARelistAfterAWait) {
  const RelistCase rows[] = {
      {"what?\n", "not JSON: "},
      {event("SHOUTED", pod("a", "12")), "a watch event of type \"SHOUTED\""},
      {event("ADDED", R"({"kind":"Node","metadata":{"resourceVersion":"12"}})"),
       "an object of kind \"Node\" instead of Pod"},
      {event("ADDED", R"({"metadata":{"name":7,"resourceVersion":"12"}})"), "a pod without"},
      {event("ADDED", "7"), "a watch event without metadata.resourceVersion"},
  };
  for (const RelistCase& row : rows) {
    http = {};
    timers = {};
    informer = make_pod_informer(context(), *codec, sink);
    to_watching();
    http.data(row.bytes + event("ADDED", pod("z", "13")));
    EXPECT_TRUE(sink.take().empty()) << row.bytes;
    const Strings said = observer.take();
    ASSERT_EQ(said.size(), 1U);
    const std::string want = "failed [pods] [watch pods: " + row.want;
    EXPECT_EQ(said[0].substr(0, want.size()), want);
    EXPECT_EQ(timers.delay(), milliseconds{800});
    EXPECT_EQ(after_wait(), kListTarget);
    sink.take();
    observer.take();
  }
}

TEST_F(InformerTest, AnEventCutInTheMiddleIsAskedForAgain) {
  to_watching();
  http.data(event("ADDED", pod("c", "11")) + R"({"type":"ADDED","obj)");
  http.end();
  EXPECT_EQ(sink.take(), Strings{"c@11"});
  EXPECT_EQ(observer.take(), Strings{"failed [pods] [watch pods: the answer ends in the middle of "
                                     "an event] [800ms]"});
  EXPECT_EQ(after_wait(), kWatchTarget + "11&timeoutSeconds=300");
}

TEST_F(InformerTest, ErrorAnswersAreReadAndBounded) {
  start();
  http.header(403, seconds{5});
  http.data(R"({"kind":"Status","code":403,"message":"pods is forbidden"})");
  http.data(std::string(1'000'000, ' '));
  http.end();
  EXPECT_EQ(observer.take(), (Strings{"list [pods] []",
                                      "failed [pods] [list pods: the right \"list\" on \"pods\" "
                                      "is missing: 403 pods is forbidden] [5000ms]"}));
  EXPECT_EQ(after_wait(), kListTarget);
}

TEST_F(InformerTest, SaysWhatKeepsItFromWorkingUntilItWorks) {
  start();
  EXPECT_EQ(informer->problem(), "");
  http.header(403);
  http.data(R"({"kind":"Status","code":403,"message":"pods is forbidden: no"})");
  http.end();
  const std::string missing =
      "list pods: the right \"list\" on \"pods\" is missing: 403 pods is forbidden: no";
  EXPECT_EQ(informer->problem(), missing);
  EXPECT_TRUE(informer->denied());
  EXPECT_EQ(after_wait(), kListTarget);
  EXPECT_EQ(informer->problem(), missing);
  http.header(503);
  http.end();
  EXPECT_FALSE(informer->denied());
  EXPECT_NE(informer->problem(), "");
  EXPECT_EQ(after_wait(), kListTarget);
  http.header(200);
  http.data(list("10", {}));
  EXPECT_EQ(informer->problem(), "");
  http.header(403);
  http.end();
  EXPECT_TRUE(informer->denied());
  EXPECT_TRUE(informer->synced());
}

TEST_F(InformerTest, RetryAfterMayStandInTheStatus) {
  start();
  http.header(429);
  http.data(R"({"kind":"Status","code":429,"message":"slow","details":{"retryAfterSeconds":9}})");
  http.end();
  EXPECT_EQ(timers.delay(), seconds{9});
}

TEST_F(InformerTest, GoneAsAnAnswerLeadsToARelist) {
  to_watching();
  clock.advance(seconds{10});
  http.end();
  http.header(410);
  http.data(R"({"kind":"Status","code":410,"message":"expired"})");
  http.end();
  EXPECT_EQ(after_wait(), kListTarget);
}

TEST_F(InformerTest, ADeadServerIsAskedAgainFromTheLastEvent) {
  to_watching();
  http.data(event("ADDED", pod("c", "11")));
  http.cut(HttpFailure::kUnknown);
  EXPECT_EQ(after_wait(), kWatchTarget + "11&timeoutSeconds=300");
  http.cut(HttpFailure::kNotSent, "connection refused");
  EXPECT_EQ(timers.delay(), milliseconds{1600});
  EXPECT_EQ(after_wait(), kWatchTarget + "11&timeoutSeconds=300");
  EXPECT_EQ(sink.take(), Strings{"c@11"});
}

TEST_F(InformerTest, DestroyingItStopsEverything) {
  to_watching();
  informer.reset();
  EXPECT_EQ(http.open_stream(), nullptr);
  http = {};
  informer = make_pod_informer(context(), *codec, sink);
  start();
  http.cut(HttpFailure::kNotSent);
  EXPECT_EQ(timers.active(), 1U);
  informer.reset();
  EXPECT_EQ(timers.active(), 0U);
}

TEST_F(InformerTest, NodesAreKnownByName) {
  const auto node_codec = make_node_codec({});
  const auto nodes = make_node_informer(context(), *node_codec, sink);
  nodes->start();
  EXPECT_EQ(http.open_stream()->request.target, "/api/v1/nodes");
  http.header(200);
  http.data(list("10", {node("n1", "u1", "1"), node("n2", "u2", "2")}));
  EXPECT_EQ(http.open_stream()->request.target,
            "/api/v1/nodes?watch=1&allowWatchBookmarks=true&resourceVersion=10&timeoutSeconds=300");
  http.header(200);
  EXPECT_EQ(sink.take(), (Strings{"n1@1 u1", "n2@2 u2", "synced"}));
  http.data(event("DELETED", node("n2", "u2", "11")) + event("ADDED", node("n2", "u3", "12")));
  EXPECT_EQ(sink.take(), (Strings{"-n2", "n2@12 u3"}));
  http.cut(HttpFailure::kTooLarge);
  EXPECT_EQ(after_wait(), "/api/v1/nodes");
  http.header(200);
  // n1 was made anew while nobody looked: it is the same name, so nothing is swept.
  http.data(list("20", {node("n1", "u4", "15"), node("n2", "u3", "12")}));
  EXPECT_EQ(sink.take(), (Strings{"n1@15 u4", "synced"}));
}

TEST_F(InformerTest, NamespacesAreFollowedToo) {
  const auto namespace_codec = make_namespace_codec();
  const auto namespaces = make_namespace_informer(context(), *namespace_codec, sink);
  namespaces->start();
  EXPECT_EQ(http.open_stream()->request.target, "/api/v1/namespaces");
  http.header(403);
  http.end();
  EXPECT_TRUE(namespaces->denied());
  EXPECT_NE(namespaces->problem().find("list namespaces"), std::string::npos)
      << namespaces->problem();
  EXPECT_EQ(after_wait(), "/api/v1/namespaces");
  http.header(200);
  http.data(list("10", {node("a", "u1", "1"), node("b", "u2", "2")}));
  EXPECT_EQ(sink.take(), (Strings{"a@1", "b@2", "synced"}));
  http.header(200);
  http.data(event("MODIFIED", node("a", "u1", "11")) + event("DELETED", node("b", "u2", "12")));
  EXPECT_EQ(sink.take(), (Strings{"a@11", "-b"}));
}

}  // namespace
}  // namespace neuron_scheduler::client
