#include "cluster/embedded/store/table.hpp"

#include <ostream>
#include <string>

#include <boost/json.hpp>

#include "cluster/embedded/store/schema.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const model::WallTime kNow = model::parse_time("2026-01-01T01:00:00Z").value();

struct Case {
  std::string name;
  Face face;
  std::string object;  // Without metadata.
  std::string cells;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class Rows : public testing::TestWithParam<Case> {};

TEST_P(Rows, HaveTheCellsOfTheRealPrinter) {
  json::object object = json::parse(GetParam().object).as_object();
  json::object metadata{{"name", "x"}, {"creationTimestamp", "2026-01-01T00:00:00Z"}};
  if (auto* more = object.if_contains("metadata")) {
    for (const auto& member : more->as_object()) metadata[member.key()] = member.value();
  }
  object["metadata"] = std::move(metadata);
  const json::object* row = &object;
  const json::object table =
      make_table(GetParam().face, {&row, 1}, {}, {IncludeObject::kNone, true, kNow});
  const json::array& cells = table.at("rows").at(0).at("cells").as_array();
  EXPECT_EQ(json::serialize(cells), GetParam().cells);
  EXPECT_EQ(cells.size(), table.at("columnDefinitions").as_array().size());
}

// One pod with containers a, b, init containers i, s (a sidecar) and this status.
std::string pod(const std::string& status, const std::string& metadata = "{}") {
  return R"({"metadata":)" + metadata +
         R"(,"spec":{"containers":[{"name":"a"},{"name":"b"}],"initContainers":[{"name":"i"},)" +
         R"({"name":"s","restartPolicy":"Always"}]},"status":)" + status + "}";
}

std::string cells(const std::string& ready, const std::string& status,
                  const std::string& restarts = "0") {
  return "[\"x\",\"" + ready + "\",\"" + status + "\",\"" + restarts +
         R"(","60m","<none>","<none>","<none>","<none>"])";
}

const std::string kRunning = R"("ready":true,"state":{"running":{}})";

INSTANTIATE_TEST_SUITE_P(
    Pods, Rows,
    testing::Values(
        Case{"pending", Face::kPods, pod(R"({"phase":"Pending"})"), cells("0/3", "Pending")},
        Case{"gated", Face::kPods,
             pod(R"({"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False",
                     "reason":"SchedulingGated"}]})"),
             cells("0/3", "SchedulingGated")},
        Case{"evicted", Face::kPods, pod(R"({"phase":"Failed","reason":"Evicted"})"),
             cells("0/3", "Evicted")},
        Case{"initWaits", Face::kPods,
             pod(R"({"phase":"Pending","initContainerStatuses":[{"name":"i","state":
                     {"waiting":{"reason":"PodInitializing"}}}]})"),
             cells("0/3", "Init:0/2")},
        Case{"initBackOff", Face::kPods,
             pod(R"({"phase":"Pending","initContainerStatuses":[{"name":"i","restartCount":3,
                     "state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":
                     {"finishedAt":"2026-01-01T00:58:30Z"}}}]})"),
             cells("0/3", "Init:CrashLoopBackOff", "3 (90s ago)")},
        Case{"initFailed", Face::kPods,
             pod(R"({"phase":"Pending","initContainerStatuses":[{"name":"i","state":
                     {"terminated":{"exitCode":2}}}]})"),
             cells("0/3", "Init:ExitCode:2")},
        Case{"initSignal", Face::kPods,
             pod(R"({"phase":"Pending","initContainerStatuses":[{"name":"i","state":
                     {"terminated":{"exitCode":2,"signal":9}}}]})"),
             cells("0/3", "Init:Signal:9")},
        Case{"running", Face::kPods,
             pod(R"({"phase":"Running","initContainerStatuses":[{"name":"i","state":{"terminated":
                     {"exitCode":0,"reason":"Completed"}}},{"name":"s","started":true,)" +
                 kRunning + R"(}],"containerStatuses":[{"name":"a",)" + kRunning +
                 R"(},{"name":"b",)" + kRunning + "}]}"),
             cells("3/3", "Running")},
        Case{"creating", Face::kPods,
             pod(R"({"phase":"Pending","containerStatuses":[{"name":"a","state":{"waiting":
                     {"reason":"ContainerCreating"}}}]})"),
             cells("0/3", "ContainerCreating")},
        Case{"oneCompleted", Face::kPods,
             pod(R"({"phase":"Running","conditions":[{"type":"Ready","status":"True"}],
                     "containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,
                     "reason":"Completed"}}},{"name":"b",)" +
                 kRunning + "}]}"),
             cells("1/3", "Running")},
        Case{"oneCompletedNotReady", Face::kPods,
             pod(R"({"phase":"Running","containerStatuses":[{"name":"a","state":{"terminated":
                     {"exitCode":0,"reason":"Completed"}}},{"name":"b",)" +
                 kRunning + "}]}"),
             cells("1/3", "NotReady")},
        Case{"errorBeforeCompleted", Face::kPods,
             pod(R"({"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":
                     {"exitCode":0,"reason":"Completed"}}},{"name":"b","state":{"terminated":
                     {"exitCode":1,"reason":"Error"}}}]})"),
             cells("0/3", "Error")},
        Case{"terminating", Face::kPods,
             pod(R"({"phase":"Running"})", R"({"deletionTimestamp":"2026-01-01T00:00:00Z"})"),
             cells("0/3", "Terminating")},
        Case{"nodeLost", Face::kPods,
             pod(R"({"phase":"Running","reason":"NodeLost"})",
                 R"({"deletionTimestamp":"2026-01-01T00:00:00Z"})"),
             cells("0/3", "Unknown")},
        Case{"ended", Face::kPods,
             pod(R"({"phase":"Succeeded"})", R"({"deletionTimestamp":"2026-01-01T00:00:00Z"})"),
             cells("0/3", "Succeeded")},
        Case{"wide", Face::kPods,
             R"({"spec":{"nodeName":"n","readinessGates":[{"conditionType":"a/b"},
                 {"conditionType":"c/d"}]},"status":{"phase":"Running","nominatedNodeName":"m",
                 "podIPs":[{"ip":"1.2.3.4"}],"conditions":[{"type":"a/b","status":"True"}]}})",
             R"(["x","0/0","Running","0","60m","1.2.3.4","n","m","1/2"])"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Others, Rows,
    testing::Values(
        Case{"node", Face::kNodes,
             R"({"metadata":{"labels":{"node-role.kubernetes.io/b":"","kubernetes.io/role":"a"}},
                 "spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready",
                 "status":"True"}],"addresses":[{"type":"InternalIP","address":"10.0.0.1"}],
                 "nodeInfo":{"kubeletVersion":"v1","osImage":"os","kernelVersion":"6",
                 "architecture":"amd64","containerRuntimeVersion":"c"}}})",
             R"(["x","Ready,SchedulingDisabled","a,b","60m","v1","10.0.0.1","<none>","os",)"
             R"x("6 (amd64)","c"])x"},
        Case{"bareNode", Face::kNodes, R"({"spec":{},"status":{}})",
             R"(["x","Unknown","<none>","60m","","<none>","<none>","<unknown>","<unknown>",)"
             R"("<unknown>"])"},
        Case{"notReady", Face::kNodes,
             R"({"status":{"conditions":[{"type":"Ready","status":"Unknown"}]}})",
             R"(["x","NotReady","<none>","60m","","<none>","<none>","<unknown>","<unknown>",)"
             R"("<unknown>"])"},
        Case{"namespace", Face::kNamespaces, R"({"status":{"phase":"Active"}})",
             R"(["x","Active","60m"])"},
        Case{"lease", Face::kLeases, R"({"spec":{"holderIdentity":"h"}})", R"(["x","h","60m"])"},
        Case{"newEvent", Face::kEvents,
             R"({"eventTime":"2026-01-01T00:59:50.000000Z","reportingController":"c",
                 "reportingInstance":"i","reason":"R","type":"Warning","note":" n\n",
                 "regarding":{"kind":"Pod","name":"p"}})",
             R"(["10s","Warning","R","pod/p","","c, i","n","10s",1,"x"])"},
        Case{"series", Face::kEvents,
             R"({"eventTime":"2026-01-01T00:00:00.000000Z","regarding":{"kind":"Node"},
                 "series":{"count":7,"lastObservedTime":"2026-01-01T00:59:00.000000Z"}})",
             R"(["60s","","","node","","","","60m",7,"x"])"},
        Case{"coreEvent", Face::kCoreEvents,
             R"({"firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:55:00Z",
                 "count":3,"source":{"component":"k","host":"n"},"message":"m","reason":"R",
                 "involvedObject":{"kind":"Pod","name":"p","fieldPath":"f"},"type":"Normal"})",
             R"(["5m","Normal","R","pod/p","f","k, n","m","60m",3,"x"])"}),
    [](const auto& row) { return row.param.name; });

TEST(Table, SaysWhatItIsAskedFor) {
  const json::object object = json::parse(R"({"kind":"Namespace","metadata":{"name":"a"},
                                              "status":{"phase":"Active"}})")
                                  .as_object();
  const json::object* row = &object;
  const auto of_row = [&](IncludeObject include) {
    const auto table = make_table(Face::kNamespaces, {&row, 1}, {{"resourceVersion", "5"}},
                                  {include, false, kNow});
    EXPECT_TRUE(table.at("columnDefinitions").is_null());
    EXPECT_EQ(table.at("metadata").at("resourceVersion"), "5");
    return table.at("rows").at(0).at("object");
  };
  EXPECT_TRUE(of_row(IncludeObject::kNone).is_null());
  EXPECT_EQ(of_row(IncludeObject::kObject), json::value(object));
  EXPECT_EQ(json::serialize(of_row(IncludeObject::kMetadata)),
            R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1",)"
            R"("metadata":{"name":"a"}})");
}

TEST(Table, WideColumnsHavePriority) {
  const auto table = make_table(Face::kPods, {}, {}, {IncludeObject::kNone, true, kNow});
  std::string narrow;
  for (const json::value& column : table.at("columnDefinitions").as_array()) {
    if (column.at("priority") == 0) {
      narrow += std::string(column.at("name").as_string()) + " ";
    }
  }
  EXPECT_EQ(narrow, "Name Ready Status Restarts Age ");
  EXPECT_EQ(table.at("rows"), json::array());
}

TEST(Negotiate, TakesTheFirstClauseItCanServe) {
  const auto form = [](std::string_view accept) {
    const auto result = negotiate(accept);
    return result ? static_cast<int>(*result) : -result.error().code;
  };
  const std::string table = "application/json;as=Table;v=v1;g=meta.k8s.io";
  EXPECT_EQ(form(""), static_cast<int>(Representation::kObject));
  EXPECT_EQ(form("*/*;q=0.5"), static_cast<int>(Representation::kObject));
  EXPECT_EQ(form(table), static_cast<int>(Representation::kTable));
  EXPECT_EQ(form("application/json, " + table), static_cast<int>(Representation::kObject));
  EXPECT_EQ(form("application/json;as=Table;v=v2;g=meta.k8s.io, application/json"),
            static_cast<int>(Representation::kObject));
  EXPECT_EQ(form("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"),
            static_cast<int>(Representation::kPartial));
  EXPECT_EQ(form("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"),
            static_cast<int>(Representation::kPartialList));
  EXPECT_EQ(form("application/json;as=Table;v=v2;g=meta.k8s.io"), -406);
  EXPECT_EQ(form("text/plain"), -406);
}

TEST(IncludeObjectParameter, IsOneOfThree) {
  EXPECT_EQ(parse_include_object("").value(), IncludeObject::kMetadata);
  EXPECT_EQ(parse_include_object("None").value(), IncludeObject::kNone);
  EXPECT_EQ(parse_include_object("x").error().code, 400);
}

TEST(HumanDuration, HasAtMostTwoUnits) {
  const std::pair<seconds, const char*> rows[] = {
      {seconds(-5), "<invalid>"},
      {seconds(-1), "0s"},
      {seconds(0), "0s"},
      {seconds(119), "119s"},
      {seconds(120), "2m"},
      {seconds(125), "2m5s"},
      {minutes(10) + seconds(5), "10m"},
      {minutes(179), "179m"},
      {hours(3), "3h"},
      {hours(7) + minutes(59), "7h59m"},
      {hours(8) + minutes(5), "8h"},
      {hours(47), "47h"},
      {hours(48), "2d"},
      {hours(49), "2d1h"},
      {hours(24 * 8), "8d"},
      {hours(24 * 729), "729d"},
      {hours(24 * 730), "2y"},
      {hours(24 * 731), "2y1d"},
      {hours(24 * 365 * 9 + 99), "9y"},
  };
  for (const auto& [duration, want] : rows) EXPECT_EQ(human_duration(duration), want);
}

}  // namespace
}  // namespace neuron_scheduler::embedded
