#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/embedded/api_fixture.hpp"

namespace neuron_scheduler::embedded::test {
namespace {

namespace json = boost::json;
using std::chrono::seconds;
using Strings = std::vector<std::string>;

const std::string kP{kPods};
const std::string kStreamed =
    "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

class ApiWatchesTest : public ApiTest {
 protected:
  WatchId watch_from_now(const std::string& more = "") {
    return watch(kP + "?watch=1&resourceVersion=" + version() + more);
  }
};

TEST_F(ApiWatchesTest, TellsWhatHappens) {
  const WatchId id = watch_from_now();
  EXPECT_EQ(read(id), Strings{});
  create_pod("a");
  bind("a");
  expect(200, {"DELETE", kP + "/a?gracePeriodSeconds=0"});
  EXPECT_EQ(read(id), (Strings{"ADDED a", "MODIFIED a", "MODIFIED a", "DELETED a"}));
  EXPECT_EQ(read(id), Strings{});
}

TEST_F(ApiWatchesTest, LinesAreOneFormForAll) {
  const WatchId one = watch_from_now();
  const WatchId two =
      watch(kP + "?watch=1&fieldSelector=metadata.name%3Da&resourceVersion=" + version());
  create_pod("a");
  std::string first;
  std::string second;
  (void)api().read_watch(one, 1 << 20, first);
  (void)api().read_watch(two, 1 << 20, second);
  const std::string object = get(kP + "/a").body;
  EXPECT_EQ(first, R"({"type":"ADDED","object":)" + object.substr(0, object.size() - 1) + "}\n");
  EXPECT_EQ(first, second);
}

TEST_F(ApiWatchesTest, BeginsWhereItIsToldTo) {
  create_pod("a");
  const std::string old = version();
  create_pod("b");
  EXPECT_EQ(read(watch(kP + "?watch=1&resourceVersion=" + old)), Strings{"ADDED b"});
  EXPECT_EQ(read(watch(kP + "?watch=1&resourceVersion=0")), (Strings{"ADDED a", "ADDED b"}));
  EXPECT_EQ(read(watch(kP + "?watch=1")), (Strings{"ADDED a", "ADDED b"}));
  EXPECT_EQ(read(watch("/api/v1/watch/namespaces/default/pods/b")), Strings{"ADDED b"});
  const WatchId future =
      watch(kP + "?watch=1&resourceVersion=" + std::to_string(api().resource_version() + 1));
  create_pod("c");
  create_pod("d");
  EXPECT_EQ(read(future), Strings{"ADDED d"});
}

TEST_F(ApiWatchesTest, StreamsLists) {
  create_pod("a");
  create_pod("b", R"(,"labels":{"x":"y"})");
  const std::string at = version();
  EXPECT_EQ(read(watch(kP + kStreamed)), (Strings{"ADDED a", "ADDED b", "BOOKMARK " + at + "!"}));
  EXPECT_EQ(read(watch(kP + kStreamed + "&labelSelector=x")),
            (Strings{"ADDED b", "BOOKMARK " + at + "!"}));
  EXPECT_EQ(read(watch(kP + "?watch=1&allowWatchBookmarks=true")),
            (Strings{"ADDED a", "ADDED b", "BOOKMARK " + at + "!"}));
  EXPECT_EQ(read(watch(kP + kStreamed + "&resourceVersion=999")), (Strings{"ERROR 504", "end"}));
  EXPECT_EQ(read(watch(kP + "?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan")),
            Strings{});
}

TEST_F(ApiWatchesTest, AListIsStreamedAsOfItsBeginning) {
  for (const char* name : {"a", "b", "c"}) create_pod(name);
  const std::string at = version();
  const WatchId id = watch(kP + kStreamed);
  EXPECT_EQ(read(id, 1), Strings{"ADDED a"});
  expect(200, {"DELETE", kP + "/b"});
  create_pod("bb");
  EXPECT_EQ(read(id, 1), Strings{"ADDED b"});
  EXPECT_EQ(read(id),
            (Strings{"ADDED c", "BOOKMARK " + at + "!", "MODIFIED b", "DELETED b", "ADDED bb"}));
}

TEST_F(ApiWatchesTest, ServersWithoutStreamedLists) {
  make({.streamed_lists = false});
  create_pod("a");
  const json::value answer = expect(422, {"GET", kP + kStreamed});
  EXPECT_NE(answer.at("message").as_string().find("WatchList feature gate"), std::string::npos);
  EXPECT_EQ(read(watch(kP + "?watch=1&allowWatchBookmarks=true")), Strings{"ADDED a"});
}

TEST_F(ApiWatchesTest, SelectionsAreEnteredAndLeft) {
  create_pod("a");
  create_pod("b", R"(,"labels":{"x":"y"})");
  const WatchId unbound = watch_from_now("&fieldSelector=spec.nodeName%3D");
  const WatchId bound = watch_from_now("&fieldSelector=spec.nodeName!%3D");
  const WatchId labelled = watch_from_now("&labelSelector=x%3Dy");
  bind("a");
  expect(200, {"PATCH", kP + "/a", R"({"metadata":{"labels":{"x":"y"}}})", std::string{kMerge}});
  expect(200, {"PATCH", kP + "/b", R"({"metadata":{"labels":{"x":"z"}}})", std::string{kMerge}});
  EXPECT_EQ(read(unbound), (Strings{"DELETED a", "MODIFIED b"}));
  EXPECT_EQ(read(bound), (Strings{"ADDED a", "MODIFIED a"}));
  EXPECT_EQ(read(labelled), (Strings{"ADDED a", "DELETED b"}));
}

TEST_F(ApiWatchesTest, WhoLeavesIsToldAsItWas) {
  create_pod("a");
  const WatchId id = watch_from_now("&fieldSelector=spec.nodeName%3D");
  bind("a");
  std::string text;
  (void)api().read_watch(id, 1 << 20, text);
  const json::value event = json::parse(text);
  EXPECT_EQ(event.at("type"), "DELETED");
  EXPECT_FALSE(event.at("object").at("spec").as_object().contains("nodeName"));
  EXPECT_EQ(string_in(event.at("object").at("metadata").at("resourceVersion")), version());
}

TEST_F(ApiWatchesTest, OtherNamespacesAndResourcesAreNotSeen) {
  expect(201, {"POST", "/api/v1/namespaces", R"({"metadata":{"name":"other"}})"});
  const WatchId here = watch_from_now();
  const WatchId nodes = watch("/api/v1/nodes?watch=1&resourceVersion=" + version());
  const WatchId all = watch("/api/v1/pods?watch=1&resourceVersion=" + version());
  expect(201, {"POST", "/api/v1/namespaces/other/pods", pod("z")});
  EXPECT_EQ(read(here), Strings{});
  EXPECT_EQ(read(nodes), Strings{});
  EXPECT_EQ(read(all), Strings{"ADDED z"});
}

TEST_F(ApiWatchesTest, TablesHaveTheirColumnsOnce) {
  create_pod("a");
  create_pod("b");
  const WatchId id =
      watch(kP + "?watch=1", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
  std::string text;
  (void)api().read_watch(id, 1 << 20, text);
  const std::size_t end = text.find('\n');
  const json::value first = json::parse(text.substr(0, end));
  const json::value second = json::parse(text.substr(end + 1));
  EXPECT_EQ(first.at("object").at("kind"), "Table");
  EXPECT_TRUE(first.at("object").at("columnDefinitions").is_array());
  EXPECT_TRUE(second.at("object").at("columnDefinitions").is_null());
  EXPECT_EQ(second.at("object").at("rows").at(0).at("cells").at(0), "b");
}

// --- Time

TEST_F(ApiWatchesTest, EndsWhenItsTimeIsUp) {
  const WatchId id = watch_from_now("&timeoutSeconds=5");
  const WatchId other = watch_from_now();
  EXPECT_EQ(api().next_timer(), clock_.steady() + seconds{5});
  clock_.advance(seconds{5});
  EXPECT_EQ(api().take_ready(), (std::vector<WatchId>{id, other}));
  api().tick();
  EXPECT_EQ(api().take_ready(), std::vector<WatchId>{id});
  EXPECT_EQ(read(id), Strings{"end"});
  EXPECT_EQ(read(id), Strings{"end"});
  EXPECT_EQ(read(other), Strings{});
}

TEST_F(ApiWatchesTest, BookmarksComeInTheirTime) {
  const WatchId id = watch_from_now("&allowWatchBookmarks=true");
  expect(201, {"POST", "/api/v1/nodes", R"({"metadata":{"name":"n"}})"});
  clock_.advance(seconds{60});
  api().tick();
  EXPECT_EQ(read(id), Strings{"BOOKMARK " + version()});
  EXPECT_EQ(read(id), Strings{});
  EXPECT_EQ(api().next_timer(), clock_.steady() + seconds{60});
}

TEST_F(ApiWatchesTest, ABookmarkComesTwoSecondsBeforeTheEnd) {
  const WatchId id = watch_from_now("&allowWatchBookmarks=true&timeoutSeconds=5");
  EXPECT_EQ(api().next_timer(), clock_.steady() + seconds{3});
  clock_.advance(seconds{3});
  api().tick();
  EXPECT_EQ(read(id), Strings{"BOOKMARK " + version()});
  EXPECT_EQ(api().next_timer(), clock_.steady() + seconds{2});
}

// --- Bounds

TEST_F(ApiWatchesTest, ReadyAreThoseThatMayHaveSomething) {
  const WatchId pods = watch_from_now();
  const WatchId nodes = watch("/api/v1/nodes?watch=1&resourceVersion=" + version());
  EXPECT_EQ(api().take_ready(), (std::vector<WatchId>{pods, nodes}));
  EXPECT_TRUE(api().take_ready().empty());
  create_pod("a");
  create_pod("b");
  EXPECT_EQ(api().take_ready(), std::vector<WatchId>{pods});
  EXPECT_EQ(read(pods, 1), Strings{"ADDED a"});
  EXPECT_EQ(api().take_ready(), std::vector<WatchId>{pods});  // It was not read to the end.
  EXPECT_EQ(read(pods, 1), Strings{"ADDED b"});
  api().close_watch(pods);
  EXPECT_EQ(read(pods), Strings{"end"});
  api().close_watch(pods);
}

TEST_F(ApiWatchesTest, SlowReadersAreCutOff) {
  make({.history_events_max = 10});
  const WatchId slow = watch_from_now();
  const WatchId listing = watch(kP + kStreamed);
  const std::string old = version();
  for (int i = 0; i < 20; ++i) create_pod("p" + std::to_string(i));
  EXPECT_EQ(read(slow), (Strings{"ERROR 410", "end"}));
  EXPECT_EQ(read(listing), (Strings{"ERROR 410", "end"}));
  EXPECT_EQ(read(watch(kP + "?watch=1&resourceVersion=" + old)), (Strings{"ERROR 410", "end"}));
  const WatchId fresh = watch(kP + "?watch=1&resourceVersion=" + version());
  create_pod("z");
  EXPECT_EQ(read(fresh), Strings{"ADDED z"});
}

TEST_F(ApiWatchesTest, HistoryIsBoundedInBytes) {
  make({.history_bytes_max = 64 * 1024});
  const WatchId slow = watch_from_now();
  const std::string large(30 * 1024, 'x');
  for (int i = 0; i < 4; ++i) {
    create_pod("p" + std::to_string(i), R"(,"annotations":{"a":")" + large + R"("})");
  }
  EXPECT_EQ(read(slow), (Strings{"ERROR 410", "end"}));
}

TEST_F(ApiWatchesTest, HistoryOfOthersIsNotForgottenFirst) {
  make({.history_events_max = 10});
  create_pod("a");
  const std::string old = version();
  for (int i = 0; i < 5; ++i) {
    expect(201,
           {"POST", "/api/v1/nodes", R"({"metadata":{"name":"n)" + std::to_string(i) + R"("}})"});
  }
  EXPECT_EQ(read(watch(kP + "?watch=1&resourceVersion=" + old)), Strings{});
}

TEST_F(ApiWatchesTest, CompactionCutsOffWhoIsBehind) {
  const WatchId behind = watch_from_now();
  create_pod("a");
  const WatchId level = watch_from_now();
  const std::string old = std::to_string(api().resource_version() - 1);
  api().compact();
  EXPECT_EQ(read(behind), (Strings{"ERROR 410", "end"}));
  EXPECT_EQ(read(watch(kP + "?watch=1&resourceVersion=" + old)), (Strings{"ERROR 410", "end"}));
  create_pod("b");
  EXPECT_EQ(read(level), Strings{"ADDED b"});
}

TEST_F(ApiWatchesTest, EndingAllIsWithoutAWord) {
  const WatchId id = watch_from_now();
  create_pod("a");
  (void)api().take_ready();
  api().end_watches();
  EXPECT_EQ(api().take_ready(), std::vector<WatchId>{id});
  EXPECT_EQ(read(id), Strings{"end"});
}

TEST_F(ApiWatchesTest, ThereIsAMostOfWatches) {
  make({.watches_max = 2});
  const WatchId first = watch_from_now();
  watch_from_now();
  const ApiAnswer refused = get(kP + "?watch=1");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.retry_after, seconds{1});
  api().close_watch(first);
  watch_from_now();
}

TEST_F(ApiWatchesTest, ThereIsAMostOfObjects) {
  make({.objects_max = 6});
  create_pod("a");
  create_pod("b");
  const json::value full = expect(500, {"POST", kP, pod("c")});
  EXPECT_EQ(full.at("message"), "etcdserver: mvcc: database space exceeded");
  bind("a");
  expect(200, {"DELETE", kP + "/b"});
  create_pod("c");
}

TEST_F(ApiWatchesTest, ThereIsAMostOfBytes) {
  make({.objects_bytes_max = 64 * 1024});
  const std::string large = R"(,"annotations":{"a":")" + std::string(30 * 1024, 'x') + R"("})";
  create_pod("a", large);
  expect(500, {"POST", kP, pod("b", large)});
  create_pod("c");
}

}  // namespace
}  // namespace neuron_scheduler::embedded::test
