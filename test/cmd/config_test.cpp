#include "cmd/neuron-scheduler/config/configuration.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/model/name_rules.hpp"
#include "cmd/neuron-scheduler/configured.hpp"
#include "scheduler/registry.hpp"

namespace neuron_scheduler::config {
namespace {

using scheduler::Point;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using Strings = std::vector<std::string>;

std::string with_header(const std::string& rest) {
  return "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n" + rest;
}

Configuration read(const std::string& rest) {
  auto configuration = read_text(with_header(rest), "f");
  if (!configuration) {
    ADD_FAILURE() << configuration.error().message;
    return {};
  }
  return std::move(*configuration);
}

std::string error_of(const std::string& text) {
  const auto configuration = read_text(text, "f");
  return configuration ? "" : configuration.error().message;
}

std::string profile(const std::string& keys) { return "profiles: [{" + keys + "}]\n"; }

Strings names(const std::vector<scheduler::PluginChoice>& list) {
  Strings result;
  for (const auto& choice : list) result.push_back(choice.name);
  return result;
}

const Strings& default_names() {
  static const Strings kNames = names(scheduler::default_profile_config().plugins);
  return kNames;
}

std::optional<std::int64_t> weight_of(const Configuration& configuration, std::string_view name) {
  for (const auto& choice : configuration.profiles.front().plugins) {
    if (choice.name == name) return choice.weight;
  }
  ADD_FAILURE() << name;
  return {};
}

TEST(ConfigurationTest, AnEmptyOneIsTheDefault) {
  const auto configuration = read("");
  ASSERT_EQ(configuration.profiles.size(), 1U);
  EXPECT_EQ(configuration.scheduler_names(), Strings{"neuron-scheduler"});
  EXPECT_EQ(names(configuration.profiles[0].plugins), default_names());
  EXPECT_EQ(configuration.profiles[0].percentage_of_nodes_to_score, std::nullopt);
  EXPECT_EQ(configuration.queue.initial_backoff, seconds{1});
  EXPECT_EQ(configuration.queue.max_backoff, seconds{10});
  EXPECT_FALSE(configuration.leader_election.leader_elect);
  EXPECT_FALSE(configuration.leader_election.lease_duration);
  EXPECT_FALSE(configuration.requests);
  EXPECT_EQ(configuration.kubeconfig, "");
}

TEST(ConfigurationTest, EveryKeyOfItsOwnCounts) {
  const auto configuration = read(R"(
parallelism: 3
enableProfiling: false
enableContentionProfiling: false
delayCacheUntilActive: false
extenders: []
percentageOfNodesToScore: 40
podInitialBackoffSeconds: 2
podMaxBackoffSeconds: 30
clientConnection:
  kubeconfig: /k
  contentType: application/json
  acceptContentTypes: application/json
  qps: 12.5
  burst: 20
leaderElection:
  leaderElect: false
  leaseDuration: 1m
  renewDeadline: 40s
  retryPeriod: 1500ms
  resourceLock: leases
  resourceName: lock
  resourceNamespace: ns
profiles:
- schedulerName: a
- schedulerName: b
  percentageOfNodesToScore: 5
- schedulerName: c
  percentageOfNodesToScore: 0
)");
  EXPECT_EQ(configuration.scheduler_names(), (Strings{"a", "b", "c"}));
  EXPECT_EQ(configuration.profiles[0].percentage_of_nodes_to_score, 40);
  EXPECT_EQ(configuration.profiles[1].percentage_of_nodes_to_score, 5);
  EXPECT_EQ(configuration.profiles[2].percentage_of_nodes_to_score, std::nullopt);
  EXPECT_EQ(configuration.queue.initial_backoff, seconds{2});
  EXPECT_EQ(configuration.queue.max_backoff, seconds{30});
  EXPECT_EQ(configuration.kubeconfig, "/k");
  EXPECT_EQ(configuration.format, client::Format::kJson);
  ASSERT_TRUE(configuration.requests);
  EXPECT_EQ(configuration.requests->per_second, 12.5);
  EXPECT_EQ(configuration.requests->burst, 20U);
  const auto& election = configuration.leader_election;
  EXPECT_EQ(election.leader_elect, false);
  EXPECT_EQ(election.lease_duration, seconds{60});
  EXPECT_EQ(election.renew_deadline, seconds{40});
  EXPECT_EQ(election.retry_period, milliseconds{1500});
  EXPECT_EQ(election.resource_name, "lock");
  EXPECT_EQ(election.resource_namespace, "ns");
}

TEST(ConfigurationTest, JsonIsYaml) {
  const auto configuration = read_text(
      R"({"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
          "profiles": [{"schedulerName": "j"}]})",
      "f");
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->scheduler_names(), Strings{"j"});
}

TEST(ConfigurationTest, ARateHasKubeSchedulersBurst) {
  EXPECT_EQ(read("clientConnection: {qps: 50}").requests->burst, 100U);
  EXPECT_FALSE(read("clientConnection: {qps: -1}").requests);
  EXPECT_FALSE(read("clientConnection: {qps: 0, burst: 0}").requests);
}

TEST(ConfigurationTest, JsonInOneKeyIsJsonBothWays) {
  const std::string json = "application/json";
  const std::string protobuf = "application/vnd.kubernetes.protobuf";
  const std::tuple<std::string, std::string, client::Format> rows[] = {
      {"", "", client::Format::kProtobufOrJson},
      {protobuf, "", client::Format::kProtobufOrJson},
      {protobuf, protobuf, client::Format::kProtobufOrJson},
      {protobuf, protobuf + "," + json, client::Format::kProtobufOrJson},
      {json, "", client::Format::kJson},
      {"", json, client::Format::kJson},
      {protobuf, json, client::Format::kJson},
      {json, protobuf, client::Format::kJson},
  };
  for (const auto& [content, accept, want] : rows) {
    EXPECT_EQ(read("clientConnection: {contentType: '" + content + "', acceptContentTypes: '" +
                   accept + "'}")
                  .format,
              want)
        << content << ' ' << accept;
  }
}

TEST(ConfigurationTest, AZeroLeaseTimeIsNotSaid) {
  EXPECT_FALSE(read("leaderElection: {leaseDuration: 0s}").leader_election.lease_duration);
}

struct Bad {
  const char* name;
  std::string rest;
  std::string want;  // Each of its lines after `f: `.
};

void PrintTo(const Bad& row, std::ostream* out) { *out << row.name; }

class BadConfiguration : public testing::TestWithParam<Bad> {};

TEST_P(BadConfiguration, IsNamedByItsPath) {
  EXPECT_EQ(error_of(with_header(GetParam().rest)), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Keys, BadConfiguration,
    testing::Values(
        Bad{"Unknown", "healthzBindAddress: x", "f: unknown field \"healthzBindAddress\""},
        Bad{"UnknownBelow", "leaderElection: {leaderelect: true}",
            "f: unknown field \"leaderElection.leaderelect\""},
        Bad{"UnknownInProfile", profile("plugin: {}"), "f: unknown field \"profiles[0].plugin\""},
        Bad{"UnknownPoint", profile("plugins: {prefilter: {}}"),
            "f: unknown field \"profiles[0].plugins.prefilter\""},
        Bad{"UnknownInPlugin", profile("plugins: {score: {disabled: [{name: '*', wait: 1}]}}"),
            "f: unknown field \"profiles[0].plugins.score.disabled[0].wait\""},
        Bad{"Twice", "parallelism: 1\nparallelism: 2",
            "f: line 4: the key \"parallelism\" is there twice"},
        Bad{"Type", "parallelism: many",
            "f: parallelism: Invalid value: \"many\": must be an integer"},
        Bad{"Parallelism", "parallelism: 0",
            "f: parallelism: Invalid value: 0: must be in the range [1-2147483647]"},
        Bad{"Percentage", "percentageOfNodesToScore: 101",
            "f: percentageOfNodesToScore: Invalid value: 101: must be in the range [0-100]"},
        Bad{"ProfilePercentage", profile("percentageOfNodesToScore: -1"),
            "f: profiles[0].percentageOfNodesToScore: Invalid value: -1: must be in the range "
            "[0-100]"},
        Bad{"Backoff", "podInitialBackoffSeconds: 0",
            "f: podInitialBackoffSeconds: Invalid value: 0: must be in the range [1-86400]"},
        Bad{"BackoffOrder", "podMaxBackoffSeconds: 1\npodInitialBackoffSeconds: 2",
            "f: podMaxBackoffSeconds: Invalid value: 1: must be greater than or equal to "
            "podInitialBackoffSeconds"},
        Bad{"Extenders", "extenders: [{urlPrefix: 'http://x'}]",
            "f: extenders[0]: extenders are not built yet"},
        Bad{"ExtendersType", "extenders: {}",
            "f: extenders: Invalid value: {}: must be a list of objects"},
        Bad{"DelayCache", "delayCacheUntilActive: true",
            "f: delayCacheUntilActive: Invalid value: true: is not built yet: every replica keeps "
            "its cache"},
        Bad{"Burst", "clientConnection: {burst: -1, qps: 1}",
            "f: clientConnection.burst: Invalid value: -1: must be in the range [0-2147483647]"},
        Bad{"BurstAlone", "clientConnection: {burst: 10}",
            "f: clientConnection.burst: has no meaning without qps: there is no limit then"},
        Bad{"Qps", "clientConnection: {qps: fast}",
            "f: clientConnection.qps: Invalid value: \"fast\": must be a number"},
        Bad{"QpsMax", "clientConnection: {qps: 1e9}",
            "f: clientConnection.qps: Invalid value: 1000000000: must not be more than 1000000"},
        Bad{"ContentType", "clientConnection: {contentType: application/yaml}",
            "f: clientConnection.contentType: Invalid value: \"application/yaml\": must be "
            "\"application/json\" or \"application/vnd.kubernetes.protobuf\""},
        Bad{"Lock", "leaderElection: {resourceLock: endpoints}",
            "f: leaderElection.resourceLock: Invalid value: \"endpoints\": resourceLock value must "
            "be \"leases\""},
        Bad{"LeaseNamespace", "leaderElection: {resourceNamespace: a.b}",
            "f: leaderElection.resourceNamespace: Invalid value: \"a.b\": must not contain dots"},
        Bad{"LeaseName", "leaderElection: {resourceName: a/b}",
            "f: leaderElection.resourceName: Invalid value: \"a/b\": " +
                model::check_dns_subdomain("a/b").front()},
        Bad{"Duration", "leaderElection: {retryPeriod: 2}",
            "f: leaderElection.retryPeriod: Invalid value: 2: must be a string"},
        Bad{"DurationText", "leaderElection: {retryPeriod: soon}",
            "f: leaderElection.retryPeriod: Invalid value: \"soon\": must be a duration like "
            "\"15s\""},
        Bad{"DurationSign", "leaderElection: {renewDeadline: -1s}",
            "f: leaderElection.renewDeadline: Invalid value: \"-1s\": must be greater than zero"},
        Bad{"DurationMax", "leaderElection: {leaseDuration: 25h}",
            "f: leaderElection.leaseDuration: Invalid value: \"25h\": must not be longer than "
            "24h"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Profiles, BadConfiguration,
    testing::Values(
        Bad{"EmptyName", profile("schedulerName: ''"),
            "f: profiles[0].schedulerName: Required value"},
        Bad{"NoName", "profiles: [{}, {schedulerName: b}]",
            "f: profiles[0].schedulerName: Required value"},
        Bad{"SameName", "profiles: [{schedulerName: a}, {schedulerName: a}]",
            "f: profiles[1].schedulerName: Duplicate value: \"a\""},
        Bad{"NotBuilt", profile("plugins: {postFilter: {enabled: [{name: DefaultPreemption}]}}"),
            "f: profiles[0].plugins.postFilter.enabled[0].name: Invalid value: "
            "\"DefaultPreemption\": plugin is not built yet"},
        Bad{"NotBuiltEverywhere", profile("plugins: {multiPoint: {enabled: [{name: VolumeZone}]}}"),
            "f: profiles[0].plugins.multiPoint.enabled[0].name: Invalid value: \"VolumeZone\": "
            "plugin is not built yet"},
        Bad{"Removed", profile("plugins: {filter: {enabled: [{name: EBSLimits}]}}"),
            "f: profiles[0].plugins.filter.enabled[0].name: Invalid value: \"EBSLimits\": plugin "
            "was removed before kubescheduler.config.k8s.io/v1"},
        Bad{"NoPlugin", profile("plugins: {filter: {disabled: [{name: nodename}]}}"),
            "f: profiles[0].plugins.filter.disabled[0].name: Invalid value: \"nodename\": there is "
            "no such plugin"},
        Bad{"AllEnabled", profile("plugins: {filter: {enabled: [{name: '*'}]}}"),
            "f: profiles[0].plugins.filter.enabled[0].name: Invalid value: \"*\": there is no such "
            "plugin"},
        Bad{"NoPluginName", profile("plugins: {filter: {enabled: [{weight: 1}]}}"),
            "f: profiles[0].plugins.filter.enabled[0].name: Required value"},
        Bad{"TwiceEnabled",
            profile("plugins: {filter: {enabled: [{name: NodeName}, {name: NodeName}]}}"),
            "f: profiles[0].plugins.filter.enabled[1].name: Duplicate value: \"NodeName\""},
        Bad{"Weight", profile("plugins: {score: {enabled: [{name: Neuron, weight: 10001}]}}"),
            "f: profiles[0].plugins.score.enabled[0].weight: Invalid value: 10001: must be in the "
            "range [0-10000]"},
        Bad{"OtherPoint", profile("plugins: {bind: {enabled: [{name: Neuron}]}}"),
            "f: profiles[0].plugins.bind.enabled[0]: Invalid value: \"Neuron\": plugin does not "
            "extend bind"},
        Bad{"OtherPointOfKube", profile("plugins: {permit: {enabled: [{name: Neuron}]}}"),
            "f: profiles[0].plugins.permit.enabled[0].name: Invalid value: \"Neuron\": plugin does "
            "not extend permit"},
        Bad{"UnbuiltFeatures",
            profile("plugins: {multiPoint: {disabled: [{name: "
                    "UnbuiltFeatures}]}}"),
            "f: profiles[0].plugins.multiPoint.disabled: UnbuiltFeatures cannot be disabled"},
        Bad{"HalfNeuron", profile("plugins: {reserve: {disabled: [{name: Neuron}]}}"),
            "f: profiles[0].plugins.reserve.disabled: Neuron cannot be left out here alone: "
            "disable it in multiPoint"},
        Bad{"QueueSort",
            "profiles:\n- {schedulerName: a}\n"
            "- {schedulerName: b, plugins: {queueSort: {enabled: [{name: PrioritySort}]}}}",
            "f: profiles[1].plugins.queueSort: must be the same for all profiles"},
        Bad{"ArgsOfNobody", profile("pluginConfig: [{name: Mine, args: {}}]"),
            "f: profiles[0].pluginConfig[0].name: Invalid value: \"Mine\": there is no such "
            "plugin"},
        Bad{"ArgsTwice", profile("pluginConfig: [{name: NodeName}, {name: NodeName}]"),
            "f: profiles[0].pluginConfig[1].name: Duplicate value: \"NodeName\""},
        Bad{"ArgsType", profile("pluginConfig: [{name: NodeName, args: 1}]"),
            "f: profiles[0].pluginConfig[0].args: Invalid value: 1: must be an object"},
        Bad{"ArgsKind", profile("pluginConfig: [{name: NodeName, args: {kind: NodeArgs}}]"),
            "f: profiles[0].pluginConfig[0].args.kind: Unsupported value: \"NodeArgs\": supported "
            "values: \"NodeNameArgs\""},
        Bad{"ArgsUnknown", profile("pluginConfig: [{name: NodeName, args: {x: 1}}]"),
            "f: unknown field \"profiles[0].pluginConfig[0].args.x\""},
        Bad{"ArgsOfADisabledPlugin",
            profile("plugins: {multiPoint: {disabled: [{name: NodeName}]}}, "
                    "pluginConfig: [{name: NodeName, args: {x: 1}}]"),
            "f: unknown field \"profiles[0].pluginConfig[0].args.x\""},
        Bad{"ArgsNotBuilt",
            profile("pluginConfig: [{name: DefaultPreemption, args: "
                    "{minCandidateNodesAbsolute: 7}}]"),
            "f: profiles[0].pluginConfig[0].args.minCandidateNodesAbsolute: Invalid value: 7: "
            "plugin is not built yet: only its default is taken, 100"},
        Bad{"ArgsNotBuiltUnknown",
            profile("pluginConfig: [{name: DefaultPreemption, args: {mincandidates: 7}}]"),
            "f: unknown field \"profiles[0].pluginConfig[0].args.mincandidates\""}),
    [](const auto& row) { return row.param.name; });

TEST(ConfigurationTest, TheKindIsAskedFor) {
  EXPECT_EQ(error_of("a: 1"),
            "f: apiVersion: Required value\nf: kind: Required value\nf: unknown field \"a\"");
  EXPECT_EQ(error_of("apiVersion: kubescheduler.config.k8s.io/v1beta3\nkind: Pod"),
            "f: apiVersion: Unsupported value: \"kubescheduler.config.k8s.io/v1beta3\": supported "
            "values: \"kubescheduler.config.k8s.io/v1\"\n"
            "f: kind: Unsupported value: \"Pod\": supported values: "
            "\"KubeSchedulerConfiguration\"");
  EXPECT_EQ(error_of(""), "f: line 1: no object");
  EXPECT_THAT(error_of("{a: ["), HasSubstr("f: line 1: "));
}

TEST(ConfigurationTest, EveryMistakeIsToldAtOnce) {
  EXPECT_EQ(error_of(with_header(R"(
parallelism: 0
extra: 1
profiles:
- schedulerName: a
  plugins: {score: {enabled: [{name: ImageLocalty}]}, reserve: {disabled: [{name: '*'}]}}
- schedulerName: a
  pluginConfig: [{name: NodeName, args: {wrong: 1}}]
)")),
            "f: parallelism: Invalid value: 0: must be in the range [1-2147483647]\n"
            "f: profiles[0].plugins.score.enabled[0].name: Invalid value: \"ImageLocalty\": there "
            "is no such plugin\n"
            "f: profiles[1].schedulerName: Duplicate value: \"a\"\n"
            "f: unknown field \"extra\"\n"
            "f: profiles[0].plugins.reserve.disabled: Neuron cannot be left out here alone: "
            "disable it in multiPoint\n"
            "f: unknown field \"profiles[1].pluginConfig[0].args.wrong\"");
}

TEST(ConfigurationTest, ManyMistakesAreCounted) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "k" + std::to_string(i) + ": 1\n";
  const std::string error = error_of(with_header(text));
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 200);
  EXPECT_TRUE(error.ends_with("\nf: and 100 more")) << error;
}

TEST(ConfigurationTest, ProfilesHaveAMaximum) {
  std::string text = "profiles:\n";
  for (std::size_t i = 0; i <= kProfilesMax; ++i) {
    text += "- schedulerName: s" + std::to_string(i) + "\n";
  }
  EXPECT_EQ(error_of(with_header(text)), "f: profiles: Too many: must have at most 64 items");
}

TEST(ConfigurationTest, NoControlCharacterGetsOut) {
  EXPECT_EQ(error_of(with_header("\"a\\nb\\e[1m\": 1")), "f: unknown field \"a b [1m\"");
}

TEST(PluginsTest, DefaultsKeepTheirPlacesAndGetTheUsersWeights) {
  const auto configuration =
      read(profile("plugins: {multiPoint: {enabled: [{name: Neuron, weight: 9}, "
                   "{name: NodeResourcesFit}], disabled: [{name: DefaultPreemption}]}}"));
  EXPECT_EQ(names(configuration.profiles[0].plugins), default_names());
  EXPECT_EQ(weight_of(configuration, "Neuron"), 9);
  // No weight is a weight of one, as kube-scheduler has it, whatever the default is.
  EXPECT_EQ(weight_of(configuration, "NodeResourcesFit"), 0);
  EXPECT_EQ(weight_of(configuration, "NodeName"), std::nullopt);
}

TEST(PluginsTest, AListOfOnesOwnIsInItsOrderAndKeepsUnbuiltFeatures) {
  const auto configuration = read(
      profile("plugins: {multiPoint: {disabled: [{name: '*'}], enabled: [{name: DefaultBinder}, "
              "{name: PrioritySort}, {name: NodeName}]}}"));
  EXPECT_THAT(names(configuration.profiles[0].plugins),
              ElementsAre("DefaultBinder", "PrioritySort", "NodeName", "UnbuiltFeatures"));
}

TEST(PluginsTest, ADisabledPluginThatIsEnabledAgainMovesToTheEnd) {
  const auto configuration =
      read(profile("plugins: {multiPoint: {disabled: [{name: NodeName}], "
                   "enabled: [{name: NodeName}]}}"));
  EXPECT_EQ(configuration.profiles[0].plugins.back().name, "NodeName");
  EXPECT_EQ(configuration.profiles[0].plugins.size(), default_names().size());
}

TEST(PluginsTest, PointsAreHandedOn) {
  const auto configuration =
      read(profile("plugins: {score: {enabled: [{name: Neuron, weight: 3}], disabled: [{name: "
                   "'*', weight: 0}]}, postFilter: {disabled: [{name: DefaultPreemption}]}}"));
  const auto& points = configuration.profiles[0].points;
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points.at(Point::kScore).enabled,
            (std::vector<scheduler::PluginChoice>{{"Neuron", 3}}));
  EXPECT_EQ(points.at(Point::kScore).disabled, Strings{"*"});
}

TEST(PluginsTest, DefaultArgumentsOfPluginsNotBuiltAreTaken) {
  const auto configuration = read(profile(R"(pluginConfig: [
    {name: DefaultPreemption, args: {apiVersion: kubescheduler.config.k8s.io/v1,
      kind: DefaultPreemptionArgs, minCandidateNodesPercentage: 10,
      minCandidateNodesAbsolute: 100}},
    {name: DynamicResources, args: {filterTimeout: 10s, bindingTimeout: 600s}},
    {name: VolumeBinding, args: {bindTimeoutSeconds: 600, shape: null}},
    {name: NodeName, args: {kind: NodeNameArgs}},
    {name: InterPodAffinity, args: {hardPodAffinityWeight: 1}}])"));
  EXPECT_THAT(configuration.profiles[0].args, testing::SizeIs(2));
  EXPECT_TRUE(configuration.profiles[0].args.at("InterPodAffinity").object.empty());
  EXPECT_TRUE(configuration.profiles[0].args.at("NodeName").object.empty());
  EXPECT_EQ(configuration.profiles[0].args.at("NodeName").path, "profiles[0].pluginConfig[3].args");
}

TEST(PluginsTest, ArgumentsReachTheirPlugin) {
  const auto configuration =
      read(profile("pluginConfig: [{name: NodeResourcesFit, args: {kind: NodeResourcesFitArgs, "
                   "scoringStrategy: {type: MostAllocated}}}]"));
  EXPECT_EQ(boost::json::serialize(configuration.profiles[0].args.at("NodeResourcesFit").object),
            R"({"scoringStrategy":{"type":"MostAllocated"}})");
  EXPECT_THAT(error_of(with_header(profile("pluginConfig: [{name: NodeResourcesFit, args: "
                                           "{scoringStrategy: {type: Most}}}]"))),
              HasSubstr("f: profiles[0].pluginConfig[0].args.scoringStrategy.type: Unsupported "
                        "value: \"Most\""));
}

TEST(ConfigurationTest, ProfilesMustAgreeOnWhatNeuronNodesAre) {
  const auto two_profiles = [](const std::string& first, const std::string& second) {
    const auto config = [](const std::string& args) {
      return "pluginConfig: [{name: Neuron, args: {" + args + "}}]}";
    };
    return with_header("profiles: [{schedulerName: a, " + config(first) + ", {schedulerName: b, " +
                       config(second) + "]\n");
  };
  EXPECT_EQ(error_of(two_profiles("ringWrap: true", "ringWrap: true, nodePolicy: spread")), "");
  EXPECT_EQ(error_of(two_profiles("", "placement: Connected")),
            "f: profiles[1].pluginConfig[0].args.placement: Invalid value: \"Connected\": profile "
            "\"a\" has \"Aligned\", and all profiles must agree on it");
  EXPECT_EQ(error_of(two_profiles("devicePolicy: numa", "placement: connected")),
            "f: profiles[0].pluginConfig[0].args.devicePolicy: Unsupported value: \"numa\": "
            "supported values: \"binpack\", \"spread\", \"mutex\"\n"
            "f: profiles[1].pluginConfig[0].args.placement: Unsupported value: \"connected\": "
            "supported values: \"Aligned\", \"Connected\"");
}

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The key as the documents name it: [] for any place in a list, POINT for any extension point.
std::string general(const std::string& key) {
  constexpr std::string_view kPlugins = ".plugins.";
  std::string name;
  for (std::size_t i = 0; i < key.size(); ++i) {
    name += key[i];
    if (key[i] == '[') i = key.find(']', i) - 1;
    if (!name.ends_with(kPlugins)) continue;
    name += "POINT";
    i = std::min(key.find_first_of(".[", i + 1), key.size()) - 1;
  }
  return name;
}

// Paths of single values that the program asks for, without numbers, points being alike.
std::set<std::string> accepted_keys() {
  std::string points;
  for (const char* const point :
       {"preEnqueue", "queueSort", "preFilter", "filter", "postFilter", "preScore", "score",
        "reserve", "permit", "preBind", "bind", "postBind", "multiPoint", "placementGenerate",
        "placementScore", "podGroupPostFilter"}) {
    points += (points.empty() ? "\"" : ", \"") + std::string(point) +
              R"(": {"enabled": [{}], "disabled": [{}]})";
  }
  const auto text =
      boost::json::parse(R"({"leaderElection": {}, "clientConnection": {},
      "profiles": [{"plugins": {)" +
                         points + R"(}, "pluginConfig": [{"name": "VolumeZone", "args": {}}]}]})");
  scheduler::ArgsReader reader(text.get_object(), "");
  (void)read_object(reader);
  const auto asked = reader.asked();
  std::set<std::string> keys;
  for (const std::string& key : asked) {
    const bool is_leaf = std::none_of(asked.begin(), asked.end(), [&](const std::string& other) {
      return other.starts_with(key + ".") || other.starts_with(key + "[");
    });
    if (!is_leaf) continue;
    keys.insert(general(key));
  }
  return keys;
}

TEST(DocumentationTest, ListsExactlyTheKeysThatAreAccepted) {
  const std::string text = file_text("docs/configuration.md");
  const auto begin = text.find("## Configuration file");
  ASSERT_NE(begin, std::string::npos);
  const std::string section = text.substr(begin, text.find("\n## ", begin + 1) - begin);
  std::set<std::string> documented;
  // Rows of the table begin so; their first cell is a key.
  constexpr std::string_view kRow = "\n| `";
  for (auto at = section.find(kRow); at != std::string::npos; at = section.find(kRow, at + 1)) {
    const auto first = at + kRow.size();
    const std::string key = section.substr(first, section.find('`', first) - first);
    EXPECT_TRUE(documented.insert(key).second) << key;
  }
  EXPECT_EQ(documented, accepted_keys());
}

TEST(DocumentationTest, TheExampleIsValid) {
  const auto configuration = load("deploy/configuration/scheduler.yaml");
  ASSERT_TRUE(configuration) << configuration.error().message;
  EXPECT_THAT(configuration->scheduler_names(), Contains("neuron-scheduler"));
}

TEST(LoadTest, AFileThatIsNotThereIsNamed) {
  EXPECT_EQ(load("/no/such/file").error().message, "/no/such/file: No such file or directory");
  EXPECT_EQ(load("").value().scheduler_names(), Strings{"neuron-scheduler"});
}

TEST(LoadTest, AFileHasAMaximum) {
  EXPECT_EQ(load("/dev/zero").error().message, "/dev/zero: more than 1048576 bytes");
}

class ConfiguredTest : public testing::Test {
 protected:
  // The options with a file of this text beside them.
  model::Result<cmd::Configured> configure(Strings arguments, const std::string& rest) {
    std::ofstream(path_) << with_header(rest);
    arguments.push_back("--config=" + path_);
    auto parsed = cmd::parse_options(arguments);
    EXPECT_TRUE(parsed.run) << parsed.output;
    return cmd::configure(parsed.options);
  }

  const std::string path_ = testing::TempDir() + "neuron-scheduler-config-test.yaml";
};

TEST_F(ConfiguredTest, FlagsOfLeaderElectionCountMoreThanTheFile) {
  const auto configured =
      configure({"--leader-elect-resource-name=flag", "--leader-elect-retry-period=1s"},
                "leaderElection: {leaderElect: true, resourceName: file, resourceNamespace: ns, "
                "leaseDuration: 30s, retryPeriod: 3s}\nclientConnection: {kubeconfig: /k}");
  ASSERT_TRUE(configured) << configured.error().message;
  const auto& elect = configured->options.leader_elect;
  EXPECT_TRUE(elect.enabled);
  EXPECT_EQ(elect.resource_name, "flag");
  EXPECT_EQ(elect.resource_namespace, "ns");
  EXPECT_EQ(elect.timing.lease_duration, seconds{30});
  EXPECT_EQ(elect.timing.renew_deadline, seconds{10});
  EXPECT_EQ(elect.timing.retry_period, seconds{1});
  EXPECT_EQ(configured->options.kubeconfig, "/k");
}

TEST_F(ConfiguredTest, TheFileMaySwitchLeaderElectionOff) {
  EXPECT_FALSE(configure({}, "leaderElection: {leaderElect: false}")->options.leader_elect.enabled);
  EXPECT_TRUE(configure({"--leader-elect=true"}, "leaderElection: {leaderElect: false}")
                  ->options.leader_elect.enabled);
  EXPECT_TRUE(configure({}, "")->options.leader_elect.enabled);
}

TEST_F(ConfiguredTest, TimingsAreCheckedTogether) {
  // Each by itself would be wrong beside the other's default.
  EXPECT_TRUE(
      configure({"--leader-elect-lease-duration=8s"}, "leaderElection: {renewDeadline: 6s}"));
  const auto wrong = configure({}, "leaderElection: {leaseDuration: 5s}");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message,
            path_ + ": leaderElection: the lease duration must be greater than the renew deadline");
  EXPECT_TRUE(configure({}, "leaderElection: {leaderElect: false, leaseDuration: 5s}"));
}

TEST_F(ConfiguredTest, TwoKubeconfigsContradict) {
  const auto configured = configure({"--kubeconfig=/a"}, "clientConnection: {kubeconfig: /b}");
  ASSERT_FALSE(configured);
  EXPECT_EQ(configured.error().message,
            path_ +
                ": clientConnection.kubeconfig: there is --kubeconfig, too: only one of them "
                "can be meant");
  EXPECT_EQ(configure({"--kubeconfig=/a"}, "")->options.kubeconfig, "/a");
}

}  // namespace
}  // namespace neuron_scheduler::config
