#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

#include "test/embedded/api_fixture.hpp"

namespace neuron_scheduler::embedded::test {
namespace {

namespace json = boost::json;
using std::chrono::seconds;
using Strings = std::vector<std::string>;

const std::string kP{kPods};

class ApiWritesTest : public ApiTest {};

TEST_F(ApiWritesTest, CreateSetsWhatIsTheServers) {
  const json::value made = expect(
      201, {"POST", kP,
            pod("a", R"(,"uid":"x","creationTimestamp":"2001-01-01T00:00:00Z","generation":7,)"
                     R"("deletionTimestamp":"2001-01-01T00:00:00Z","managedFields":[])")});
  const json::object& metadata = made.at("metadata").as_object();
  EXPECT_EQ(made.at("kind"), "Pod");
  EXPECT_EQ(made.at("apiVersion"), "v1");
  EXPECT_EQ(metadata.at("namespace"), "default");
  EXPECT_EQ(string_in(metadata.at("uid")).size(), 36U);
  EXPECT_EQ(string_in(metadata.at("resourceVersion")), version());
  EXPECT_EQ(metadata.at("creationTimestamp"), "2026-01-01T00:00:00Z");
  EXPECT_EQ(metadata.at("generation"), 1);
  EXPECT_FALSE(metadata.contains("deletionTimestamp"));
  EXPECT_FALSE(metadata.contains("managedFields"));
  EXPECT_EQ(expect(200, {"GET", kP + "/a"}), made);
}

TEST_F(ApiWritesTest, GeneratesNames) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const json::value made = expect(201, {"POST", kP,
                                          R"({"metadata":{"generateName":"g-"},)"
                                          R"("spec":{"containers":[{"name":"c","image":"i"}]}})"});
    const std::string name = string_in(made.at("metadata").at("name"));
    EXPECT_TRUE(name.starts_with("g-")) << name;
    EXPECT_EQ(name.size(), 7U);
    seen.insert(name);
  }
  EXPECT_EQ(seen.size(), 20U);
}

TEST_F(ApiWritesTest, DryRunsChangeNothing) {
  create_pod("a");
  bind("a");
  const std::string before = version();
  const std::string dry = "?dryRun=All";
  expect(201, {"POST", kP + dry, pod("b")});
  expect(200,
         {"PATCH", kP + "/a" + dry, R"({"metadata":{"labels":{"x":"y"}}})", std::string{kMerge}});
  expect(200, {"DELETE", kP + "/a" + dry});
  expect(200, {"DELETE", kP + "/a" + dry + "&gracePeriodSeconds=0"});
  EXPECT_EQ(version(), before);
  EXPECT_EQ(names(expect(200, {"GET", kP})), Strings{"a"});
}

TEST_F(ApiWritesTest, FieldManagersAreShort) {
  const std::string query = kP + "?fieldManager=";
  expect(201, {"POST", query + std::string(128, 'm'), pod("a")});
  const json::value answer = expect(422, {"POST", query + std::string(129, 'm'), pod("b")});
  EXPECT_EQ(answer.at("details").at("causes").at(0).at("message"),
            "Too long: may not be more than 128 bytes");
}

TEST_F(ApiWritesTest, WarnsOfUnknownFields) {
  const ApiAnswer answer = send({"POST", kP, pod("a", R"(,"foo":1)")});
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.warnings, Strings{R"(unknown field "metadata.foo")"});
  EXPECT_EQ(answer.body.find("foo"), std::string::npos);
}

TEST_F(ApiWritesTest, BindingIsOneWrite) {
  create_pod("a", R"(,"annotations":{"theirs":"1","both":"1"},"labels":{"l":"1"})",
             R"(,"nodeSelector":{"x":"y"})");
  const WatchId id = watch(kP + "?watch=1&resourceVersion=" + version());
  const std::uint64_t before = api().resource_version();
  const json::value answer = expect(
      201, {"POST", kP + "/a/binding",
            binding("a", "n7", R"(,"annotations":{"ours":"2","both":"2"},"labels":{"m":"2"})")});
  EXPECT_EQ(answer, json::parse(R"({"kind":"Status","apiVersion":"v1","metadata":{},)"
                                R"("status":"Success","code":201})"));
  EXPECT_EQ(api().resource_version(), before + 1);
  const json::value bound = expect(200, {"GET", kP + "/a"});
  EXPECT_EQ(bound.at("spec").at("nodeName"), "n7");
  EXPECT_EQ(bound.at("metadata").at("annotations"),
            json::parse(R"({"theirs":"1","both":"2","ours":"2"})"));
  EXPECT_EQ(bound.at("metadata").at("labels"), json::parse(R"({"l":"1","m":"2"})"));
  EXPECT_EQ(bound.at("metadata").at("generation"), 1);
  EXPECT_EQ(bound.at("status").at("conditions"),
            json::parse(R"([{"type":"PodScheduled","status":"True","lastProbeTime":null,)"
                        R"("lastTransitionTime":"2026-01-01T00:00:00Z"}])"));
  EXPECT_EQ(read(id), Strings{"MODIFIED a"});
}

TEST_F(ApiWritesTest, BindingReplacesTheCondition) {
  create_pod("a");
  expect(200, {"PATCH", kP + "/a/status",
               R"({"status":{"nominatedNodeName":"x","conditions":[{"type":"PodScheduled",)"
               R"("status":"False","reason":"Unschedulable","message":"m"},)"
               R"({"type":"Ready","status":"False"}]}})",
               std::string{kStrategic}});
  clock_.advance(seconds{60});
  expect(201, {"POST", "/api/v1/namespaces/default/bindings", binding("a")});
  const json::value bound = expect(200, {"GET", kP + "/a"});
  const json::object& condition = bound.at("status").at("conditions").at(0).as_object();
  EXPECT_EQ(condition.at("status"), "True");
  EXPECT_EQ(condition.at("lastTransitionTime"), "2026-01-01T00:01:00Z");
  EXPECT_FALSE(condition.contains("reason"));
  EXPECT_EQ(bound.at("status").at("conditions").at(1).at("type"), "Ready");
  EXPECT_FALSE(bound.at("status").as_object().contains("nominatedNodeName"));
}

TEST_F(ApiWritesTest, BindingWithPreconditionsThatHold) {
  create_pod("a");
  const json::value made = expect(200, {"GET", kP + "/a"});
  const std::string uid = string_in(made.at("metadata").at("uid"));
  expect(201, {"POST", kP + "/a/binding",
               binding("a", "n1",
                       R"(,"uid":")" + uid + R"(","resourceVersion":")" + version() + R"(")")});
}

TEST_F(ApiWritesTest, AnUpdateThatChangesNothingIsNone) {
  create_pod("a");
  const WatchId id = watch(kP + "?watch=1&resourceVersion=" + version());
  const json::value now = expect(200, {"GET", kP + "/a"});
  const std::string before = version();
  expect(200, {"PUT", kP + "/a", json::serialize(now)});
  expect(200, {"PATCH", kP + "/a", "{}", std::string{kMerge}});
  EXPECT_EQ(version(), before);
  EXPECT_EQ(read(id), Strings{});
}

TEST_F(ApiWritesTest, UpdatesKeepWhatIsTheServers) {
  create_pod("a");
  const json::value before = expect(200, {"GET", kP + "/a"});
  clock_.advance(seconds{60});
  const json::value after =
      expect(200, {"PATCH", kP + "/a",
                   R"({"metadata":{"creationTimestamp":"2001-01-01T00:00:00Z","generation":9,)"
                   R"("labels":{"x":"y"}},)"
                   R"("status":{"phase":"Failed"}})",
                   std::string{kMerge}});
  const json::object& metadata = after.at("metadata").as_object();
  for (const char* key : {"uid", "creationTimestamp", "generation"}) {
    EXPECT_EQ(metadata.at(key), before.at("metadata").at(key)) << key;
  }
  EXPECT_EQ(metadata.at("labels").at("x"), "y");
  EXPECT_EQ(after.at("status"), before.at("status"));
}

TEST_F(ApiWritesTest, StatusIsAPartOfItsOwn) {
  expect(201, {"POST", "/api/v1/nodes",
               R"({"metadata":{"name":"n"},)"
               R"("status":{"capacity":{"cpu":"4"}}})"});
  const json::value node = expect(200, {"PUT", "/api/v1/nodes/n/status",
                                        R"({"metadata":{"name":"n"},"spec":{"unschedulable":true},)"
                                        R"("status":{"capacity":{"cpu":"8"}}})"});
  EXPECT_EQ(node.at("status").at("capacity").at("cpu"), "8");
  EXPECT_FALSE(node.at("spec").as_object().contains("unschedulable"));
  EXPECT_EQ(expect(200, {"GET", "/api/v1/nodes/n/status"}), node);
}

TEST_F(ApiWritesTest, PutCreatesLeasesAndEvents) {
  const std::string lease = std::string{kLeases} + "/l";
  expect(201, {"PUT", lease, R"({"metadata":{"name":"l"},"spec":{"holderIdentity":"x"}})"});
  const json::value made = expect(200, {"GET", lease});
  json::value next = made;
  next.at("spec").as_object()["holderIdentity"] = "y";
  expect(200, {"PUT", lease, json::serialize(next)});
  expect(409, {"PUT", lease, json::serialize(next)});
  expect(201, {"PUT", std::string{kCoreEvents} + "/e",
               R"({"metadata":{"name":"e"},"involvedObject":{"namespace":"default"}})"});
}

TEST_F(ApiWritesTest, EventsHaveTwoFaces) {
  expect(201, {"POST", std::string{kEvents},
               R"({"metadata":{"name":"e"},"regarding":{"kind":"Pod","namespace":"default",)"
               R"("name":"p"},"reason":"Scheduled","note":"n","type":"Normal","action":"Binding",)"
               R"("eventTime":"2026-01-01T00:00:00.000001Z","reportingController":"c",)"
               R"("reportingInstance":"i"})"});
  const json::value core = expect(200, {"GET", std::string{kCoreEvents} + "/e"});
  EXPECT_EQ(core.at("apiVersion"), "v1");
  EXPECT_EQ(core.at("involvedObject").at("name"), "p");
  EXPECT_EQ(core.at("message"), "n");
  EXPECT_EQ(core.at("reportingComponent"), "c");
  const json::value list =
      expect(200, {"GET", std::string{kCoreEvents} + "?fieldSelector=involvedObject.name%3Dp"});
  EXPECT_EQ(names(list), Strings{"e"});
  const json::value patched =
      expect(200, {"PATCH", std::string{kEvents} + "/e",
                   R"({"series":{"count":2,"lastObservedTime":"2026-01-01T00:01:00.000000Z"}})",
                   std::string{kStrategic}});
  EXPECT_EQ(patched.at("apiVersion"), "events.k8s.io/v1");
  EXPECT_EQ(patched.at("regarding").at("name"), "p");
  EXPECT_EQ(patched.at("series").at("count"), 2);
}

TEST_F(ApiWritesTest, EventsGoAfterAnHour) {
  const std::string event = R"({"metadata":{"name":"e"},"involvedObject":{"namespace":"default"}})";
  expect(201, {"POST", std::string{kCoreEvents}, event});
  clock_.advance(std::chrono::minutes{40});
  api().tick();
  expect(200, {"PATCH", std::string{kCoreEvents} + "/e", R"({"count":2})", std::string{kMerge}});
  const WatchId id = watch(std::string{kCoreEvents} +
                           "?watch=1&timeoutSeconds=86400&resourceVersion=" + version());
  clock_.advance(std::chrono::minutes{59});
  ASSERT_TRUE(api().next_timer().has_value());
  api().tick();
  expect(200, {"GET", std::string{kCoreEvents} + "/e"});
  clock_.advance(std::chrono::minutes{1});
  EXPECT_LE(*api().next_timer(), clock_.steady());
  api().tick();
  expect(404, {"GET", std::string{kCoreEvents} + "/e"});
  const Strings seen = read(id);
  EXPECT_EQ(seen, Strings{"DELETED e"});
}

TEST_F(ApiWritesTest, SameCallsGiveSameBytes) {
  const auto run = [](std::uint64_t seed) {
    neuron_scheduler::test::SimClock clock;
    Api api(clock, {.seed = seed});
    std::string all;
    const auto call = [&](std::string_view method, const std::string& target,
                          const std::string& body) {
      all += api.handle({method, target, "application/json", "", body}).body;
    };
    call("POST", kP,
         R"({"metadata":{"generateName":"g-"},)"
         R"("spec":{"containers":[{"name":"c","image":"i"}]}})");
    call("POST", kP, pod("a"));
    call("POST", kP + "/a/binding", binding("a"));
    call("GET", "/api/v1/pods", "");
    call("GET", "/api/v1/namespaces", "");
    const ApiAnswer answer = api.handle({"GET", kP + "?watch=1", "", "", ""});
    (void)api.read_watch(*answer.watch, 1 << 20, all);
    return all;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

// --- Deleting

TEST_F(ApiWritesTest, UnboundPodsGoAtOnce) {
  create_pod("a");
  const WatchId id = watch(kP + "?watch=1&resourceVersion=" + version());
  const json::value gone = expect(200, {"DELETE", kP + "/a"});
  EXPECT_EQ(gone.at("kind"), "Pod");
  EXPECT_EQ(gone.at("metadata").at("deletionGracePeriodSeconds"), 0);
  EXPECT_EQ(string_in(gone.at("metadata").at("resourceVersion")), version());
  expect(404, {"GET", kP + "/a"});
  EXPECT_EQ(read(id), (Strings{"MODIFIED a", "DELETED a"}));
}

TEST_F(ApiWritesTest, BoundPodsWaitForTheKubelet) {
  create_pod("a");
  bind("a");
  const json::value going = expect(200, {"DELETE", kP + "/a"});
  const json::object& metadata = going.at("metadata").as_object();
  EXPECT_EQ(metadata.at("deletionTimestamp"), "2026-01-01T00:00:30Z");
  EXPECT_EQ(metadata.at("deletionGracePeriodSeconds"), 30);
  EXPECT_EQ(metadata.at("generation"), 2);
  const std::string before = version();
  // Longer does not lengthen it, shorter shortens it.
  EXPECT_EQ(expect(200, {"DELETE", kP + "/a?gracePeriodSeconds=40"}), going);
  EXPECT_EQ(version(), before);
  clock_.advance(seconds{3});
  const json::value sooner = expect(200, {"DELETE", kP + "/a", R"({"gracePeriodSeconds":10})"});
  EXPECT_EQ(sooner.at("metadata").at("deletionTimestamp"), "2026-01-01T00:00:10Z");
  EXPECT_EQ(sooner.at("metadata").at("generation"), 2);
  expect(200, {"DELETE", kP + "/a?gracePeriodSeconds=0"});
  expect(404, {"GET", kP + "/a"});
}

TEST_F(ApiWritesTest, PodsThatEndedGoAtOnce) {
  create_pod("a");
  bind("a");
  expect(200,
         {"PATCH", kP + "/a/status", R"({"status":{"phase":"Succeeded"}})", std::string{kMerge}});
  expect(200, {"DELETE", kP + "/a"});
  expect(404, {"GET", kP + "/a"});
}

TEST_F(ApiWritesTest, FinalizersHold) {
  create_pod("a", R"(,"finalizers":["x/y"])");
  const json::value going = expect(200, {"DELETE", kP + "/a"});
  EXPECT_TRUE(going.at("metadata").as_object().contains("deletionTimestamp"));
  EXPECT_EQ(expect(200, {"DELETE", kP + "/a"}), going);
  expect(200, {"PATCH", kP + "/a", R"({"metadata":{"finalizers":null}})", std::string{kMerge}});
  expect(404, {"GET", kP + "/a"});

  expect(201, {"POST", "/api/v1/nodes", R"({"metadata":{"name":"n","finalizers":["x/y"]}})"});
  expect(200, {"DELETE", "/api/v1/nodes/n"});
  const json::value node = expect(200, {"GET", "/api/v1/nodes/n"});
  EXPECT_EQ(node.at("metadata").at("deletionGracePeriodSeconds"), 0);
}

TEST_F(ApiWritesTest, NodesGoWithAStatus) {
  expect(201, {"POST", "/api/v1/nodes", R"({"metadata":{"name":"n"}})"});
  const json::value node = expect(200, {"GET", "/api/v1/nodes/n"});
  const json::value answer = expect(200, {"DELETE", "/api/v1/nodes/n"});
  EXPECT_EQ(answer.at("status"), "Success");
  EXPECT_EQ(answer.at("details").at("name"), "n");
  EXPECT_EQ(answer.at("details").at("uid"), node.at("metadata").at("uid"));
}

TEST_F(ApiWritesTest, DeletesCollections) {
  for (const char* name : {"a", "b", "c", "d"}) create_pod(name, R"(,"labels":{"x":"y"})");
  create_pod("e");
  bind("d");
  const json::value gone = expect(200, {"DELETE", kP + "?labelSelector=x"});
  EXPECT_EQ(gone.at("kind"), "PodList");
  EXPECT_EQ(names(gone), (Strings{"a", "b", "c", "d"}));
  const json::value left = expect(200, {"GET", kP});
  EXPECT_EQ(names(left), (Strings{"d", "e"}));
  EXPECT_TRUE(left.at("items").at(0).at("metadata").as_object().contains("deletionTimestamp"));
}

TEST_F(ApiWritesTest, NamespacesAreEmptiedBeforeTheyGo) {
  expect(201, {"POST", "/api/v1/namespaces", R"({"metadata":{"name":"x"}})"});
  const json::value going = expect(200, {"DELETE", "/api/v1/namespaces/x"});
  EXPECT_EQ(going.at("status").at("phase"), "Terminating");
  EXPECT_EQ(expect(200, {"DELETE", "/api/v1/namespaces/x"}), going);
  expect(200, {"PUT", "/api/v1/namespaces/x/finalize",
               R"({"metadata":{"name":"x"},"spec":{"finalizers":[]}})"});
  expect(404, {"GET", "/api/v1/namespaces/x"});
}

}  // namespace
}  // namespace neuron_scheduler::embedded::test
