#include "metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace neuron_scheduler::metrics {
namespace {

using namespace std::chrono_literals;
using scheduler::AttemptResult;
using testing::HasSubstr;
using testing::Not;

constexpr model::SteadyTime kStarted{100s};

class MetricsTest : public testing::Test {
 protected:
  [[nodiscard]] static MetricsOptions options() {
    MetricsOptions made;
    made.version = "1.2.3";
    made.api_host = "10.0.0.1:443";
    made.profiles = {"neuron-scheduler"};
    made.started = kStarted;
    return made;
  }

  [[nodiscard]] std::string text() const { return metrics_->text(snapshot_); }
  // Its lines of this metric, without the metric's own name; those of a histogram's parts, too.
  [[nodiscard]] std::vector<std::string> series(const std::string& name) const {
    std::vector<std::string> lines;
    std::istringstream stream(text());
    for (std::string line; std::getline(stream, line);) {
      if (line.starts_with(name)) lines.push_back(line.substr(name.size()));
    }
    return lines;
  }
  [[nodiscard]] double value(const std::string& series_name) const {
    const auto found = series(series_name + " ");
    return found.size() == 1 ? std::stod(found.front()) : -1;
  }

  MetricsTest() { snapshot_.now = kStarted; }

  Snapshot snapshot_;
  const std::unique_ptr<Metrics> metrics_ = make_metrics(options());
};

TEST_F(MetricsTest, CountsAttemptsByResultAndProfile) {
  metrics_->attempt(AttemptResult::kScheduled, "neuron-scheduler", 3ms);
  metrics_->attempt(AttemptResult::kScheduled, "neuron-scheduler", 3s);
  metrics_->attempt(AttemptResult::kError, "other-profile", 1ms);
  EXPECT_THAT(series("scheduler_schedule_attempts_total"),
              testing::ElementsAre("{profile=\"neuron-scheduler\",result=\"error\"} 0",
                                   "{profile=\"neuron-scheduler\",result=\"scheduled\"} 2",
                                   "{profile=\"neuron-scheduler\",result=\"unschedulable\"} 0",
                                   "{profile=\"other-profile\",result=\"error\"} 1",
                                   "{profile=\"other-profile\",result=\"scheduled\"} 0",
                                   "{profile=\"other-profile\",result=\"unschedulable\"} 0"));
  const std::string duration =
      "scheduler_scheduling_attempt_duration_seconds_bucket{profile=\"neuron-scheduler\",result="
      "\"scheduled\",le=";
  EXPECT_EQ(value(duration + "\"0.002\"}"), 0);
  EXPECT_EQ(value(duration + "\"0.004\"}"), 1);
  EXPECT_EQ(value(duration + "\"+Inf\"}"), 2);
}

TEST_F(MetricsTest, FilesPodsUnderTheirNumberOfAttempts) {
  for (const std::uint32_t attempts : {1U, 14U, 15U, 16U, 4'000'000'000U, 0U}) {
    metrics_->pod_bound(20ms, attempts);
  }
  const std::string count = "scheduler_pod_scheduling_sli_duration_seconds_count{attempts=";
  EXPECT_EQ(value(count + "\"1\"}"), 2);
  EXPECT_EQ(value(count + "\"2\"}"), 0);
  EXPECT_EQ(value(count + "\"14\"}"), 1);
  EXPECT_EQ(value(count + "\"15+\"}"), 3);
  EXPECT_EQ(value("scheduler_pod_scheduling_attempts_count"), 6);
  EXPECT_EQ(value("scheduler_pod_scheduling_attempts_bucket{le=\"1\"}"), 2);
  EXPECT_EQ(value("scheduler_pod_scheduling_attempts_bucket{le=\"16\"}"), 5);
}

TEST_F(MetricsTest, MeasuresDecisionsApartFromBindings) {
  metrics_->decided(3ms);
  const std::string name = "scheduler_scheduling_algorithm_duration_seconds";
  EXPECT_EQ(value(name + "_sum"), 0.003);
  EXPECT_EQ(value(name + "_bucket{le=\"0.002\"}"), 0);
  EXPECT_EQ(value(name + "_bucket{le=\"0.004\"}"), 1);
}

struct PointCase {
  std::string name;
  std::string point;
  scheduler::Code code;
  std::string status;  // "": not counted.
};
void PrintTo(const PointCase& each, std::ostream* out) { *out << each.name; }

class PointTest : public MetricsTest, public testing::WithParamInterface<PointCase> {};

TEST_P(PointTest, IsCountedUnderKubeSchedulersWords) {
  const auto& [name, point, code, status] = GetParam();
  const std::string metric = "scheduler_framework_extension_point_duration_seconds_count";
  const auto before = series(metric);
  const auto sum = [&] {
    double all = 0;
    for (const std::string& line : series(metric)) all += std::stod(line.substr(line.rfind(' ')));
    return all;
  };
  metrics_->extension_point(point, code, "neuron-scheduler", 1ms);
  metrics_->extension_point(point, code, "neuron-scheduler", 1s);
  if (status.empty()) {
    EXPECT_EQ(series(metric), before);
    return;
  }
  EXPECT_EQ(value(metric + "{extension_point=\"" + point +
                  "\",profile=\"neuron-scheduler\",status=\"" + status + "\"}"),
            2);
  EXPECT_EQ(sum(), 2);
}

using scheduler::Code;
INSTANTIATE_TEST_SUITE_P(
    Points, PointTest,
    testing::Values(
        PointCase{"gated", "PreEnqueue", Code::kUnresolvable, "UnschedulableAndUnresolvable"},
        PointCase{"prepared", "PreFilter", Code::kOk, "Success"},
        PointCase{"rejected", "PreFilter", Code::kUnschedulable, "Unschedulable"},
        PointCase{"rejected_otherwise", "PreFilter", static_cast<Code>(5), "Unschedulable"},
        PointCase{"filtered", "Filter", Code::kOk, "Success"},
        PointCase{"filter_broke", "Filter", Code::kError, "Error"},
        PointCase{"nothing_to_score", "PreScore", Code::kSkip, "Skip"},
        PointCase{"scored", "Score", Code::kOk, "Success"},
        PointCase{"taken", "Reserve", Code::kUnschedulable, "Unschedulable"},
        PointCase{"bound", "Bind", Code::kOk, "Success"},
        PointCase{"not_bound", "Bind", Code::kError, "Error"},
        PointCase{"no_such_point", "Lunch", Code::kOk, ""}),
    [](const auto& test) { return test.param.name; });

struct IncomingCase {
  std::string name;
  scheduler::QueueName queue;
  scheduler::Cause cause;
  std::string labels;
};
void PrintTo(const IncomingCase& each, std::ostream* out) { *out << each.name; }

class IncomingTest : public MetricsTest, public testing::WithParamInterface<IncomingCase> {};

TEST_P(IncomingTest, IsCountedUnderKubeSchedulersWords) {
  EXPECT_TRUE(series("scheduler_queue_incoming_pods_total").empty());
  metrics_->queued(GetParam().queue, GetParam().cause);
  metrics_->queued(GetParam().queue, GetParam().cause);
  EXPECT_THAT(series("scheduler_queue_incoming_pods_total"),
              testing::ElementsAre("{" + GetParam().labels + "} 2"));
}

using scheduler::Cause;
using scheduler::QueueName;
INSTANTIATE_TEST_SUITE_P(
    Queues, IncomingTest,
    testing::Values(IncomingCase{"new", QueueName::kActive, Cause::kPodAdd,
                                 R"(event="UnscheduledPodAdd",queue="active")"},
                    IncomingCase{"gated", QueueName::kGated, Cause::kPodAdd,
                                 R"(event="UnscheduledPodAdd",queue="unschedulable")"},
                    IncomingCase{"edited", QueueName::kActive, Cause::kPodUpdate,
                                 R"(event="TargetPodUpdate",queue="active")"},
                    IncomingCase{"rejected", QueueName::kUnschedulable,
                                 Cause::kScheduleAttemptFailure,
                                 R"(event="ScheduleAttemptFailure",queue="unschedulable")"},
                    IncomingCase{"waited", QueueName::kActive, Cause::kBackoffComplete,
                                 R"(event="BackoffComplete",queue="active")"},
                    IncomingCase{"slept_long", QueueName::kActive, Cause::kUnschedulableTimeout,
                                 R"(event="UnschedulableTimeout",queue="active")"},
                    IncomingCase{"nothing_else", QueueName::kActive, Cause::kPopFromBackoff,
                                 R"(event="PopFromBackoffQ",queue="active")"},
                    IncomingCase{"node_came", QueueName::kBackoff, Cause::kNodeAdd,
                                 R"(event="NodeAdd",queue="backoff")"},
                    IncomingCase{"node_changed", QueueName::kBackoff, Cause::kNodeUpdate,
                                 R"(event="NodeUpdate",queue="backoff")"},
                    IncomingCase{"room", QueueName::kBackoff, Cause::kAssignedPodDelete,
                                 R"(event="AssignedPodDelete",queue="backoff")"}),
    [](const auto& test) { return test.param.name; });

struct BucketsCase {
  std::string name;
  std::string metric;
  std::vector<std::string> want;
};
void PrintTo(const BucketsCase& each, std::ostream* out) { *out << each.name; }

class BucketsTest : public MetricsTest, public testing::WithParamInterface<BucketsCase> {};

TEST_P(BucketsTest, AreKubeSchedulers) {
  const std::string key = "le=\"";
  std::vector<std::string> bounds;
  for (const std::string& line : series(GetParam().metric + "_bucket")) {
    const auto at = line.rfind(key) + key.size();
    const std::string bound = line.substr(at, line.find('"', at) - at);
    if (bounds.empty() || bounds.back() != "+Inf") bounds.push_back(bound);
  }
  EXPECT_EQ(bounds, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Histograms, BucketsTest,
    testing::Values(
        BucketsCase{"attempt",
                    "scheduler_scheduling_attempt_duration_seconds",
                    {"0.001", "0.002", "0.004", "0.008", "0.016", "0.032", "0.064", "0.128",
                     "0.256", "0.512", "1.024", "2.048", "4.096", "8.192", "16.384", "+Inf"}},
        BucketsCase{"algorithm",
                    "scheduler_scheduling_algorithm_duration_seconds",
                    {"0.001", "0.002", "0.004", "0.008", "0.016", "0.032", "0.064", "0.128",
                     "0.256", "0.512", "1.024", "2.048", "4.096", "8.192", "16.384", "+Inf"}},
        BucketsCase{"point",
                    "scheduler_framework_extension_point_duration_seconds",
                    {"0.0001", "0.0002", "0.0004", "0.0008", "0.0016", "0.0032", "0.0064", "0.0128",
                     "0.0256", "0.0512", "0.1024", "0.2048", "+Inf"}},
        BucketsCase{"pod_attempts",
                    "scheduler_pod_scheduling_attempts",
                    {"1", "2", "4", "8", "16", "+Inf"}},
        BucketsCase{"pod",
                    "scheduler_pod_scheduling_sli_duration_seconds",
                    {"0.01",   "0.02",   "0.04",   "0.08",    "0.16",    "0.32",    "0.64",
                     "1.28",   "2.56",   "5.12",   "10.24",   "20.48",   "40.96",   "81.92",
                     "163.84", "327.68", "655.36", "1310.72", "2621.44", "5242.88", "+Inf"}},
        BucketsCase{"request",
                    "rest_client_request_duration_seconds",
                    {"0.005", "0.025", "0.1", "0.25", "0.5", "1", "2", "4", "8", "15", "30", "60",
                     "+Inf"}}),
    [](const auto& test) { return test.param.name; });

TEST_F(MetricsTest, BoundsTheLabelsOfRequests) {
  for (int code = 0; code < 1000; ++code) {
    metrics_->request_finished("GET", std::to_string(code), "elsewhere:1", 30ms);
  }
  std::string method = "POST";
  metrics_->request_finished(method, "409", "", 1ms);
  method = "BREW";  // What came in may go: the series keeps a text of its own.
  metrics_->request_finished(method, "418", "", 1ms);
  metrics_->request_finished("GET", "<error>", "", 1ms);

  const auto requests = series("rest_client_requests_total");
  EXPECT_THAT(requests, testing::SizeIs(testing::Lt(40)));
  EXPECT_THAT(requests, testing::Each(HasSubstr("host=\"10.0.0.1:443\"")));
  const auto count = [&](const std::string& code, const std::string& verb) {
    return value("rest_client_requests_total{code=\"" + code +
                 "\",host=\"10.0.0.1:443\",method=\"" + verb + "\"}");
  };
  EXPECT_EQ(count("200", "GET"), 1);
  EXPECT_EQ(count("other", "GET"), 1000 - 23);
  EXPECT_EQ(count("409", "POST"), 1);
  EXPECT_EQ(count("other", "other"), 1);
  EXPECT_EQ(count("<error>", "GET"), 1);
  EXPECT_EQ(count("<error>", "PATCH"), 0);
  EXPECT_EQ(value("rest_client_request_duration_seconds_count{host=\"10.0.0.1:443\",verb=\"GET\"}"),
            1001);
}

TEST_F(MetricsTest, CountsWhatTheClientReports) {
  using client::Resource;
  using client::Write;
  metrics_->list_started(Resource::kPods, "");
  metrics_->list_started(Resource::kPods, "410 Gone");
  metrics_->list_finished(Resource::kPods, 5, 1);
  metrics_->watch_started(Resource::kNodes, "17");
  metrics_->watch_failed(Resource::kNodes, "cut", 1s);
  metrics_->watch_failed(Resource::kNamespaces, "cut", 1s);
  metrics_->decode_error(Resource::kNodes, "n", "no name");
  metrics_->write_dropped(Write::kEvent, "a/b", "queue full");
  metrics_->write_dropped(Write::kEvent, "a/b", "queue full");
  metrics_->write_dropped(Write::kStatus, "a/b", "404");
  metrics_->bind_conflict();
  metrics_->bind_unknown();
  metrics_->bind_unknown();

  const std::string prefix = "neuron_scheduler_";
  EXPECT_EQ(value(prefix + "relists_total{resource=\"pods\"}"), 1);
  EXPECT_EQ(value(prefix + "relists_total{resource=\"nodes\"}"), 0);
  EXPECT_EQ(value(prefix + "watch_failures_total{resource=\"nodes\"}"), 1);
  EXPECT_EQ(value(prefix + "watch_failures_total{resource=\"pods\"}"), 0);
  EXPECT_EQ(value(prefix + "watch_failures_total{resource=\"namespaces\"}"), 1);
  EXPECT_EQ(value(prefix + "decode_errors_total{resource=\"nodes\"}"), 1);
  EXPECT_EQ(value(prefix + "decode_errors_total{resource=\"pods\"}"), 0);
  EXPECT_EQ(value(prefix + "writes_dropped_total{write=\"event\"}"), 2);
  EXPECT_EQ(value(prefix + "writes_dropped_total{write=\"status\"}"), 1);
  EXPECT_EQ(value(prefix + "writes_dropped_total{write=\"binding\"}"), 0);
  EXPECT_EQ(value(prefix + "writes_dropped_total{write=\"node\"}"), 0);
  EXPECT_EQ(value(prefix + "bind_conflicts_total"), 1);
  EXPECT_EQ(value(prefix + "bind_unknown_total"), 2);
}

TEST_F(MetricsTest, TellsHowOldTheNewsIs) {
  metrics_->watch_event(client::Resource::kPods, kStarted + 4s);
  snapshot_.now = kStarted + 5500ms;
  EXPECT_EQ(value("neuron_scheduler_watch_news_age_seconds{resource=\"pods\"}"), 1.5);
  EXPECT_EQ(value("neuron_scheduler_watch_news_age_seconds{resource=\"nodes\"}"), 5.5);
}

TEST_F(MetricsTest, ShowsTheSnapshot) {
  snapshot_.queue = {.active = 1, .backoff = 2, .unschedulable = 3, .gated = 4};
  snapshot_.nodes = 5;
  snapshot_.pods = 6;
  snapshot_.assumed_pods = 7;
  snapshot_.pending_binds = 8;
  NeuronNodes& trn1 = snapshot_.neuron["trn1.32xlarge"];
  trn1.devices = {
      .cordoned = 14, .allocated = 11, .shared = 10, .foreign = 12, .blocked = 13, .free = 9};
  trn1.cores = {.allocated = 16, .cordoned = 19, .foreign = 17, .blocked = 18, .free = 15};
  trn1.largest_free_set = 8;
  trn1.with_free_set = {{1, 5}, {4, 3}, {8, 1}, {16, 0}};
  snapshot_.neuron["other"].devices.free = 2;
  snapshot_.pending_by_shape[4] = 23;
  snapshot_.plugin_calls = {{"Neuron", "Filter", "neuron-scheduler", 24}};
  snapshot_.plugin_rejections = {{"Neuron", "neuron-scheduler", 25}};
  snapshot_.foreign_pods = 20;
  snapshot_.drifted_pods = 21;
  snapshot_.log_lines_dropped = 22;

  using testing::ElementsAre;
  EXPECT_THAT(series("scheduler_pending_pods"),
              ElementsAre("{queue=\"active\"} 1", "{queue=\"backoff\"} 2", "{queue=\"gated\"} 4",
                          "{queue=\"unschedulable\"} 3"));
  EXPECT_THAT(series("scheduler_cache_size"),
              ElementsAre("{type=\"assumed_pods\"} 7", "{type=\"nodes\"} 5", "{type=\"pods\"} 6"));
  EXPECT_THAT(series("neuron_scheduler_pending_bindings"), ElementsAre(" 8"));
  const auto of = [&](const std::string& metric) {
    return series("neuron_scheduler_neuron_" + metric + "{instance_type=\"trn1.32xlarge\"");
  };
  EXPECT_THAT(of("devices"), ElementsAre(",state=\"allocated\"} 11", ",state=\"blocked\"} 13",
                                         ",state=\"cordoned\"} 14", ",state=\"foreign\"} 12",
                                         ",state=\"free\"} 9", ",state=\"shared\"} 10"));
  EXPECT_THAT(of("cores"), ElementsAre(",state=\"allocated\"} 16", ",state=\"blocked\"} 18",
                                       ",state=\"cordoned\"} 19", ",state=\"foreign\"} 17",
                                       ",state=\"free\"} 15"));
  EXPECT_EQ(value("neuron_scheduler_neuron_devices{instance_type=\"other\",state=\"free\"}"), 2);
  EXPECT_THAT(of("largest_free_set"), ElementsAre("} 8"));
  EXPECT_THAT(of("free_set_nodes"), ElementsAre(",devices=\"1\"} 5", ",devices=\"16\"} 0",
                                                ",devices=\"4\"} 3", ",devices=\"8\"} 1"));
  EXPECT_THAT(series("neuron_scheduler_pending_pods"), testing::SizeIs(27));
  EXPECT_EQ(value("neuron_scheduler_pending_pods{asks=\"devices:4\"}"), 23);
  EXPECT_THAT(series("scheduler_unschedulable_pods"),
              ElementsAre("{plugin=\"Neuron\",profile=\"neuron-scheduler\"} 25"));
  EXPECT_THAT(series("scheduler_plugin_evaluation_total"),
              ElementsAre("{plugin=\"Neuron\",extension_point=\"Filter\",profile=\"neuron-"
                          "scheduler\"} 24"));
  EXPECT_THAT(series("neuron_scheduler_foreign_pods"), ElementsAre(" 20"));
  EXPECT_THAT(series("neuron_scheduler_annotation_drift_pods"), ElementsAre(" 21"));
  EXPECT_THAT(series("neuron_scheduler_log_lines_dropped_total"), ElementsAre(" 22"));
  EXPECT_THAT(series("neuron_scheduler_build_info"), ElementsAre("{version=\"1.2.3\"} 1"));
}

TEST_F(MetricsTest, ReadsTheProcessWhenAsked) {
  EXPECT_GT(value("process_start_time_seconds"), 1.6e9);
  EXPECT_GT(value("process_resident_memory_bytes"), 1 << 16);

  MetricsOptions without_proc = options();
  without_proc.proc = "/nonexistent";
  EXPECT_THAT(make_metrics(without_proc)->text(snapshot_), Not(HasSubstr("process_")));
}

TEST_F(MetricsTest, EqualStateGivesEqualText) {
  MetricsOptions without_proc = options();
  without_proc.proc = "/nonexistent";
  without_proc.profiles = {"a", "b", "c"};
  const auto one = make_metrics(without_proc);
  std::ranges::reverse(without_proc.profiles);
  const auto other = make_metrics(without_proc);
  one->request_finished("GET", "500", "", 1ms);
  one->request_finished("POST", "409", "", 1ms);
  other->request_finished("POST", "409", "", 1ms);
  other->request_finished("GET", "500", "", 1ms);
  EXPECT_EQ(one->text(snapshot_), other->text(snapshot_));
}

// A hostile name of a profile does not break the format.
TEST_F(MetricsTest, EscapesLabels) {
  metrics_->attempt(AttemptResult::kError, "a\"b\\c\nd", 1ms);
  EXPECT_THAT(text(), HasSubstr("profile=\"a\\\"b\\\\c\\nd\",result=\"error\"} 1"));
}

TEST_F(MetricsTest, PromtoolIsContent) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "promtool (Debian package prometheus) is not installed";
  }
  metrics_->attempt(AttemptResult::kScheduled, "neuron-scheduler", 3ms);
  metrics_->queued(QueueName::kActive, Cause::kPodAdd);
  metrics_->leader_changed("lease", "", false);
  snapshot_.neuron["other"].with_free_set = {{1, 1}};
  snapshot_.plugin_calls = {{"Neuron", "Filter", "neuron-scheduler", 1}};
  snapshot_.plugin_rejections = {{"Neuron", "neuron-scheduler", 1}};
  const auto file = std::filesystem::path(testing::TempDir()) / "metrics-for-promtool";
  std::ofstream(file) << text();
  const auto report = file.string() + ".report";
  const int status = std::system(
      ("promtool check metrics <'" + file.string() + "' >'" + report + "' 2>&1").c_str());
  std::stringstream said;
  said << std::ifstream(report).rdbuf();
  EXPECT_EQ(status, 0) << said.str();
  EXPECT_EQ(said.str(), "");
  std::filesystem::remove(file);
  std::filesystem::remove(report);
}

TEST_F(MetricsTest, SaysWhoLeadsOnlyWhereThereIsAnElection) {
  EXPECT_TRUE(series("leader_election_master_status").empty());
  metrics_->leader_changed("neuron-scheduler", "", false);
  EXPECT_EQ(value("leader_election_master_status{name=\"neuron-scheduler\"}"), 0);
  metrics_->leader_changed("neuron-scheduler", "us", true);
  EXPECT_EQ(value("leader_election_master_status{name=\"neuron-scheduler\"}"), 1);
  metrics_->leader_changed("neuron-scheduler", "them", false);
  EXPECT_EQ(value("leader_election_master_status{name=\"neuron-scheduler\"}"), 0);
}

// --- docs/metrics.md

struct Documented {
  std::string type;
  std::set<std::string> labels;
  std::string help;
  friend bool operator==(const Documented&, const Documented&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Documented& each) {
    out << each.type << " {";
    for (const std::string& label : each.labels) out << " " << label;
    return out << " } " << each.help;
  }
};
using Catalog = std::map<std::string, Documented>;

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find(separator, begin)) != std::string::npos;
       begin = end + separator.size()) {
    parts.push_back(text.substr(begin, end - begin));
  }
  parts.push_back(text.substr(begin));
  return parts;
}

// Rows "| `name` | type | `label`, `label` | help |" of all tables.
Catalog read_documentation(std::istream& file) {
  Catalog catalog;
  for (std::string line; std::getline(file, line);) {
    const auto cells = split(line, " | ");
    if (cells.size() != 4 || !cells[0].starts_with("| `")) continue;
    const std::string name = cells[0].substr(3, cells[0].size() - 4);
    Documented& row = catalog[name];
    row.type = cells[1];
    const auto quoted = split(cells[2], "`");
    for (std::size_t i = 1; i < quoted.size(); i += 2) row.labels.insert(quoted[i]);
    row.help = cells[3].substr(0, cells[3].size() - 2);
  }
  return catalog;
}

// The same out of the text that the program gives.
Catalog read_text(const std::string& text) {
  Catalog catalog;
  std::istringstream stream(text);
  std::string family;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("# ")) {
      const auto words = split(line, " ");
      family = words[2];
      (words[1] == "HELP" ? catalog[family].help : catalog[family].type) =
          line.substr(words[0].size() + words[1].size() + words[2].size() + 3);
      continue;
    }
    const auto begin = line.find('{');
    if (begin == std::string::npos) continue;
    for (const std::string& label : split(line.substr(begin + 1, line.rfind('}')), "\",")) {
      const std::string name = label.substr(0, label.find('='));
      if (name != "le" && !name.empty() && name != "}") catalog[family].labels.insert(name);
    }
  }
  return catalog;
}

TEST_F(MetricsTest, DocumentationListsAllOfThem) {
  std::ifstream file("docs/metrics.md");
  ASSERT_TRUE(file) << "to be run in the root of the tree";
  metrics_->leader_changed("lease", "", false);
  metrics_->queued(QueueName::kActive, Cause::kPodAdd);
  snapshot_.neuron["other"].with_free_set = {{1, 1}};
  snapshot_.plugin_calls = {{"Neuron", "Filter", "neuron-scheduler", 1}};
  snapshot_.plugin_rejections = {{"Neuron", "neuron-scheduler", 1}};
  const Catalog documented = read_documentation(file);
  const Catalog real = read_text(text());
  EXPECT_GT(real.size(), 20U);
  for (const auto& [name, row] : real) {
    const auto found = documented.find(name);
    ASSERT_NE(found, documented.end()) << name << " is not in docs/metrics.md";
    EXPECT_EQ(found->second, row) << name;
  }
  for (const auto& [name, row] : documented) {
    EXPECT_TRUE(real.contains(name)) << name << " is in docs/metrics.md alone";
  }
}

}  // namespace
}  // namespace neuron_scheduler::metrics
