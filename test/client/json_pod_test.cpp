#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cluster/client/codec.hpp"
#include "test/client/representation.hpp"

namespace neuron_scheduler::client {
namespace {

using model::Name;
using model::UnbuiltNeed;

model::AnnotationFilter filter() {
  model::AnnotationFilter result;
  result.keys = {"wanted", "hami.io/x"};
  result.value_bytes_max = 10;
  return result;
}

model::Result<model::PodRef> decode(const std::string& json) {
  return make_pod_codec(filter())->decode(test::as_sent(json));
}

std::string join(const std::string& a, const std::string& b) { return b.empty() ? a : a + "," + b; }

// A pod ns/p with these further fields.
std::string pod_json(const std::string& spec = {}, const std::string& status = {},
                     const std::string& metadata = {}) {
  return R"({"kind":"Pod","apiVersion":"v1","metadata":{)" +
         join(R"("name":"p","namespace":"ns","uid":"u-1","resourceVersion":"77")", metadata) +
         R"(},"spec":{)" + join(R"("schedulerName":"neuron-scheduler","nodeName":"n1")", spec) +
         R"(},"status":{)" + status + "}}";
}

// As pod_json(), not bound.
std::string waiting_json(const std::string& spec = {}, const std::string& status = {},
                         const std::string& metadata = {}) {
  std::string json = pod_json(spec, status, metadata);
  return json.replace(json.find("n1"), 2, "");
}

model::PodRef good(const std::string& json) {
  auto pod = decode(json);
  EXPECT_TRUE(pod.has_value()) << (pod.has_error() ? pod.error().message : "");
  if (pod.has_error()) return std::make_shared<model::Pod>();
  EXPECT_EQ((*pod)->decode_error, "");
  return *pod;
}

TEST(JsonPodTest, Identity) {
  const auto pod = good(pod_json());
  EXPECT_EQ(pod->uid.text, "u-1");
  EXPECT_EQ(pod->full_name(), "ns/p");
  EXPECT_EQ(pod->resource_version, "77");
  EXPECT_EQ(pod->scheduler_name.view(), "neuron-scheduler");
  EXPECT_EQ(pod->node_name.view(), "n1");
  EXPECT_FALSE(pod->terminating);
  EXPECT_FALSE(pod->terminal);
}

TEST(JsonPodTest, MetadataAndPhase) {
  const auto pod =
      good(pod_json("", R"("phase":"Failed")",
                    R"("labels":{"a":"1","b":""},"annotations":{"wanted":"w","other":"o"},
         "creationTimestamp":"2026-11-24T12:00:00Z","deletionTimestamp":"2026-11-24T12:30:00Z",
         "managedFields":[{"manager":"x","fieldsV1":{"f:metadata":{"f:labels":{".":{}}}}}])"));
  EXPECT_EQ(pod->labels.find(Name("a"))->view(), "1");
  EXPECT_EQ(pod->labels.entries().size(), 2U);
  EXPECT_EQ(pod->annotations.find(Name("wanted")), "w");
  EXPECT_EQ(pod->annotations.size(), 1U);
  EXPECT_EQ(model::format_time(pod->created), "2026-11-24T12:00:00Z");
  EXPECT_TRUE(pod->terminating);
  EXPECT_TRUE(pod->terminal);
}

TEST(JsonPodTest, NullMeansUnset) {
  const auto pod = good(pod_json(
      R"("priority":null,"containers":null,"tolerations":null,"affinity":null,"volumes":null,
         "nodeSelector":null,"initContainers":null,"overhead":null)",
      R"("conditions":null,"phase":null)", R"("labels":null,"creationTimestamp":null)"));
  EXPECT_EQ(pod->priority, 0);
  EXPECT_TRUE(pod->containers.empty());
}

TEST(JsonPodTest, ContainersAndRequests) {
  const auto pod = good(pod_json(R"(
      "priority":-5,
      "initContainers":[
        {"name":"i","resources":{"requests":{"cpu":"3"}}},
        {"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"250m"}}}],
      "containers":[
        {"name":"a","resources":{"limits":{"cpu":"9"},
         "requests":{"cpu":"1.5","memory":"1Gi","aws.amazon.com/neuroncore":"2"}}},
        {"name":"b","resources":{"requests":{"memory":1024,"aws.amazon.com/neuron":"500m"}}}],
      "overhead":{"cpu":"10m"})"));
  EXPECT_EQ(pod->priority, -5);
  ASSERT_EQ(pod->containers.size(), 4U);
  EXPECT_EQ(pod->containers[0].role, model::ContainerRole::kInit);
  EXPECT_EQ(pod->containers[1].role, model::ContainerRole::kSidecar);
  EXPECT_EQ(pod->containers[2].role, model::ContainerRole::kApp);
  EXPECT_EQ(pod->containers[2].name.view(), "a");
  ASSERT_EQ(pod->containers[2].extended_requests.size(), 1U);
  EXPECT_EQ(pod->containers[2].extended_requests[0].first.view(), "aws.amazon.com/neuroncore");
  EXPECT_EQ(pod->containers[2].extended_requests[0].second.value(), 2);
  ASSERT_EQ(pod->containers[3].extended_requests.size(), 1U);
  EXPECT_FALSE(pod->containers[3].extended_requests[0].second.is_integer());
  EXPECT_EQ(pod->requests.cpu_milli, 3010);
  EXPECT_EQ(pod->requests.memory_bytes, (std::int64_t{1} << 30) + 1024);
  EXPECT_EQ(pod->requests.scalar(Name("aws.amazon.com/neuroncore")), 2);
  EXPECT_EQ(pod->requests.scalar(Name("aws.amazon.com/neuron")), 1);
}

TEST(JsonPodTest, ResizeInPlace) {
  const std::string spec = R"("containers":[{"name":"a","resources":{"requests":{"cpu":"4"}}}])";
  EXPECT_EQ(good(pod_json(spec, R"("containerStatuses":[{"name":"a","allocatedResources":
      {"cpu":"5"},"resources":{"requests":{"cpu":"6"}}}])"))
                ->requests.cpu_milli,
            6000);
  EXPECT_EQ(good(pod_json(spec, R"("conditions":[{"type":"PodResizePending",
      "reason":"Infeasible","status":"True"}],"containerStatuses":[{"name":"a",
      "allocatedResources":{"cpu":"2"}}])"))
                ->requests.cpu_milli,
            2000);
  EXPECT_EQ(good(pod_json(spec, R"("allocatedResources":{"cpu":"7"},
      "resources":{"requests":{"cpu":"1"}})"))
                ->requests.cpu_milli,
            7000);
  EXPECT_EQ(good(pod_json(spec + R"(,"resources":{"requests":{"cpu":"8"}})"))->requests.cpu_milli,
            8000);
}

TEST(JsonPodTest, TolerationsGatesAndConditions) {
  const auto pod = good(waiting_json(
      R"(
      "tolerations":[{"operator":"Exists"},{"key":"k","value":"v","effect":"NoExecute"},
        {"key":"k","operator":"Gt","value":"3"}],
      "schedulingGates":[{"name":"g1"},{"name":"g2"}])",
      R"("conditions":[{"type":"Ready","status":"False","reason":"x"},{"type":"PodScheduled",
        "status":"False","reason":"Unschedulable","message":"0/3 nodes"}])"));
  ASSERT_EQ(pod->waiting->tolerations.size(), 3U);
  EXPECT_EQ(pod->waiting->tolerations[0].op, model::Toleration::Operator::kExists);
  EXPECT_TRUE(pod->waiting->tolerations[0].any_effect);
  EXPECT_EQ(pod->waiting->tolerations[1].op, model::Toleration::Operator::kEqual);
  EXPECT_EQ(pod->waiting->tolerations[1].effect, model::TaintEffect::kNoExecute);
  EXPECT_FALSE(pod->waiting->tolerations[1].any_effect);
  EXPECT_EQ(pod->waiting->tolerations[2].op, model::Toleration::Operator::kUnsupported);
  EXPECT_EQ(pod->waiting->scheduling_gates, (std::vector<std::string>{"g1", "g2"}));
  EXPECT_EQ(pod->waiting->scheduled_condition_reason, "Unschedulable");
  EXPECT_EQ(pod->waiting->scheduled_condition_message, "0/3 nodes");
}

TEST(JsonPodTest, GenerationIsThereOrZero) {
  EXPECT_EQ(good(pod_json({}, {}, R"("generation":7)"))->generation, 7);
  EXPECT_EQ(good(pod_json())->generation, 0);
}

TEST(JsonPodTest, NodeAffinity) {
  const auto pod = good(waiting_json(R"("nodeSelector":{"zone":"a"},"affinity":{"nodeAffinity":{
      "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
        {"matchExpressions":[{"key":"n","operator":"Gt","values":["5"]},
                             {"key":"x","operator":"NotIn","values":["1","2"]}]},
        {"matchFields":[{"key":"metadata.name","operator":"In","values":["node-7"]}]},
        {}]}}})"));
  const auto matches = [&](const std::string& node, std::vector<std::pair<Name, Name>> labels) {
    model::Labels set;
    for (auto& [key, value] : labels) set.set(key, value);
    return pod->waiting->node_affinity.matches(Name(node), set);
  };
  const std::pair zone{Name("zone"), Name("a")};
  EXPECT_TRUE(matches("m", {zone, {Name("n"), Name("6")}}));
  EXPECT_FALSE(matches("m", {zone, {Name("n"), Name("5")}}));
  EXPECT_FALSE(matches("m", {zone, {Name("n"), Name("6")}, {Name("x"), Name("2")}}));
  EXPECT_TRUE(matches("node-7", {zone}));
  EXPECT_FALSE(matches("node-7", {}));
}

TEST(JsonPodTest, AntiAffinityTerms) {
  const auto pod = good(waiting_json(R"("affinity":{"podAntiAffinity":{
      "requiredDuringSchedulingIgnoredDuringExecution":[
        {"topologyKey":"h","labelSelector":{"matchLabels":{"app":"x"},
          "matchExpressions":[{"key":"v","operator":"Exists"}]}},
        {"topologyKey":"h","labelSelector":{},"namespaces":["other"]},
        {"topologyKey":"h","labelSelector":{},"namespaceSelector":{}},
        {"topologyKey":"h"},
        {"topologyKey":"h","labelSelector":{},"namespaces":["other"],
          "namespaceSelector":{"matchLabels":{"team":"x"}}}]}})"));
  ASSERT_EQ(pod->anti_affinity->size(), 5U);
  const auto selects = [&](std::size_t term, std::string_view in, const model::Labels& labels,
                           const model::Labels* of_namespace = nullptr) {
    EXPECT_EQ((*pod->anti_affinity)[term].topology_key, Name("h"));
    return (*pod->anti_affinity)[term].selects(Name(in), of_namespace, labels);
  };
  model::Labels labels;
  labels.set(Name("app"), Name("x"));
  EXPECT_FALSE(selects(0, "ns", labels));
  labels.set(Name("v"), Name("1"));
  EXPECT_TRUE(selects(0, "ns", labels));
  EXPECT_FALSE(selects(0, "other", labels));
  EXPECT_TRUE(selects(1, "other", labels));
  EXPECT_FALSE(selects(1, "ns", labels));
  EXPECT_TRUE(selects(2, "anywhere", labels));
  EXPECT_FALSE(selects(3, "ns", labels));
  model::Labels team;
  team.set(Name("team"), Name("x"));
  EXPECT_TRUE(selects(4, "other", labels));
  EXPECT_FALSE(selects(4, "third", labels));
  EXPECT_TRUE(selects(4, "third", labels, &team));
  EXPECT_TRUE((*pod->anti_affinity)[4].may_select(Name("third"), labels));
  EXPECT_FALSE((*pod->anti_affinity)[1].may_select(Name("third"), labels));
  EXPECT_EQ(pod->waiting->unbuilt_needs, std::vector<UnbuiltNeed>{UnbuiltNeed::kPodAffinity});
}

TEST(JsonPodTest, PreferredNodes) {
  const auto pod = good(waiting_json(R"("affinity":{"nodeAffinity":{
      "preferredDuringSchedulingIgnoredDuringExecution":[
        {"weight":100,"preference":{"matchExpressions":[{"key":"a","operator":"Exists"}]}},
        {"weight":0,"preference":{"matchExpressions":[{"key":"b","operator":"Exists"}]}},
        {"weight":5,"preference":{}},
        {"weight":7,"preference":{"matchFields":[
          {"key":"metadata.name","operator":"In","values":["n"]}]}}]}})"));
  ASSERT_EQ(pod->waiting->preferred_nodes.size(), 2U);
  EXPECT_EQ(pod->waiting->preferred_nodes[0].weight, 100);
  EXPECT_EQ(pod->waiting->preferred_nodes[0].term.expressions.at(0).key, Name("a"));
  EXPECT_EQ(pod->waiting->preferred_nodes[1].weight, 7);
  EXPECT_TRUE(pod->waiting->preferred_nodes[1].term.matches(Name("n"), {}));
  EXPECT_TRUE(pod->waiting->node_affinity.empty());
}

TEST(JsonPodTest, HostPortsOfContainersThatRunOn) {
  const auto pod = good(pod_json(R"(
      "initContainers":[{"name":"i","ports":[{"hostPort":1}]},
        {"name":"s","restartPolicy":"Always","ports":[{"hostPort":2,"protocol":"UDP"}]}],
      "containers":[{"name":"a","ports":[{"containerPort":3},{"hostPort":80},
        {"hostPort":81,"hostIP":"127.0.0.1"}]}])"));
  EXPECT_EQ(*pod->host_ports,
            (std::vector{model::make_host_port(Name("0.0.0.0"), Name("UDP"), 2),
                         model::make_host_port(Name("0.0.0.0"), Name("TCP"), 80),
                         model::make_host_port(Name("127.0.0.1"), Name("TCP"), 81)}));
  EXPECT_TRUE(pod->waiting->unbuilt_needs.empty());
}

TEST(JsonPodTest, ImagesOfContainersAndVolumesWhileThePodIsPending) {
  const std::string spec = R"(
      "initContainers":[{"name":"i","image":"init"}],
      "containers":[{"name":"a","image":"host:5000/a"},{"name":"b","image":"b@sha256:0a"},
                    {"name":"c","image":"b:1"}],
      "volumes":[{"name":"v","image":{"reference":"data:2"}},{"name":"w","emptyDir":{}}])";
  const auto pod = good(waiting_json(spec));
  std::vector<std::string> images;
  for (const auto& image : pod->waiting->images) images.push_back(image.str());
  EXPECT_EQ(images, (std::vector<std::string>{"init:latest", "host:5000/a:latest", "b@sha256:0a",
                                              "b:1", "data:2"}));
  EXPECT_TRUE(good(pod_json(spec))->waiting->images.empty());
}

struct NeedCase {
  std::string name;
  std::string spec;
  std::vector<UnbuiltNeed> want;
};
std::ostream& operator<<(std::ostream& out, const NeedCase& c) { return out << c.name; }

class JsonPodNeedTest : public testing::TestWithParam<NeedCase> {};

TEST_P(JsonPodNeedTest, IsSeen) {
  EXPECT_EQ(good(waiting_json(GetParam().spec))->waiting->unbuilt_needs, GetParam().want);
}

const NeedCase kNeeds[] = {
    {"fine_volumes",
     R"("volumes":[{"name":"a","configMap":{}},{"name":"b","secret":{}},{"name":"c","emptyDir":{}},
        {"name":"d","projected":{}},{"name":"e","downwardAPI":{}},{"name":"f","hostPath":{}},
        {"name":"g","nfs":{}},{"name":"h","image":{}},{"name":"i","csi":{}},{"name":"j"}])",
     {}},
    {"claim",
     R"("volumes":[{"name":"a","persistentVolumeClaim":{"claimName":"c"}}])",
     {UnbuiltNeed::kPersistentVolumeClaims}},
    {"ephemeral",
     R"("volumes":[{"name":"a","ephemeral":{}}])",
     {UnbuiltNeed::kPersistentVolumeClaims}},
    {"ebs", R"("volumes":[{"name":"a","awsElasticBlockStore":{}}])", {UnbuiltNeed::kOtherVolumes}},
    {"iscsi", R"("volumes":[{"name":"a","iscsi":{}}])", {UnbuiltNeed::kOtherVolumes}},
    {"unknown_volume",
     R"("volumes":[{"name":"a","fromTheFuture":{}}])",
     {UnbuiltNeed::kOtherVolumes}},
    {"resource_claims", R"("resourceClaims":[{"name":"x"}])", {UnbuiltNeed::kResourceClaims}},
    {"no_resource_claims", R"("resourceClaims":[])", {}},
    {"pod_affinity",
     R"("affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{}]}})",
     {UnbuiltNeed::kPodAffinity}},
    {"preferred_pod_affinity",
     R"("affinity":{"podAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{}]}})",
     {}},
    {"spread",
     R"("topologySpreadConstraints":[{"whenUnsatisfiable":"DoNotSchedule"}])",
     {UnbuiltNeed::kTopologySpread}},
    {"soft_spread", R"("topologySpreadConstraints":[{"whenUnsatisfiable":"ScheduleAnyway"}])", {}},
    {"all_in_order",
     R"("topologySpreadConstraints":[{}],"resourceClaims":[{}],
        "volumes":[{"name":"a","rbd":{}},{"name":"a","ephemeral":{}}])",
     {UnbuiltNeed::kPersistentVolumeClaims, UnbuiltNeed::kOtherVolumes,
      UnbuiltNeed::kResourceClaims, UnbuiltNeed::kTopologySpread}},
};
INSTANTIATE_TEST_SUITE_P(Needs, JsonPodNeedTest, testing::ValuesIn(kNeeds),
                         [](const auto& row) { return row.param.name; });

// The API server takes them; kube-scheduler lets the term match nothing.
TEST(JsonPodTest, BoundsThatAreNoIntegersMatchNothing) {
  for (const std::string op : {"Gt", "Lt"}) {
    const auto pod = decode(waiting_json(
        R"("affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
           {"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":")" +
            op + R"(","values":["x"]}]}]}}})",
        "", ""));
    ASSERT_TRUE(pod.has_value());
    EXPECT_EQ((*pod)->decode_error, "");
    for (const char* value : {"-9223372036854775808", "0", "9223372036854775807"}) {
      model::Labels labels;
      labels.set(model::Name("a"), model::Name(value));
      EXPECT_FALSE((*pod)->waiting->node_affinity.matches(model::Name("n"), labels)) << op << value;
    }
  }
}

// What somebody writes into annotations cannot make a pod look as if it asked for Neuron.
TEST(JsonPodTest, BadAnnotationsLeaveWhatThePodUses) {
  const std::string huge(70'000, 'x');
  model::AnnotationFilter filter;
  filter.keys.insert("keep");
  const auto pod = make_pod_codec(filter)->decode(
      R"({"metadata":{"uid":"u","namespace":"ns","name":"p","annotations":{"keep":")" + huge +
      R"("}},"spec":{"nodeName":"n1","containers":[{"name":"a","resources":{"requests":
         {"cpu":"2"}}}]}})");
  ASSERT_TRUE(pod.has_value());
  EXPECT_NE((*pod)->decode_error, "");
  EXPECT_EQ((*pod)->containers.size(), 1U);
  EXPECT_EQ((*pod)->requests.cpu_milli, 2000);
  EXPECT_EQ((*pod)->annotations.size(), 0U);
}

TEST(JsonPodTest, AVeryLongConditionIsCut) {
  const std::string huge(200'000, 'x');
  const auto pod = decode(waiting_json(
      "", R"("conditions":[{"type":"PodScheduled","reason":"r","message":")" + huge + R"("}])",
      ""));
  ASSERT_TRUE(pod.has_value());
  EXPECT_EQ((*pod)->decode_error, "");
  EXPECT_EQ((*pod)->waiting->scheduled_condition_message.size(), 65'536U);
}

struct BadCase {
  std::string name;
  std::string spec;
  std::string status;
  std::string metadata;
  std::string want;
};
std::ostream& operator<<(std::ostream& out, const BadCase& c) { return out << c.name; }

class JsonPodErrorTest : public testing::TestWithParam<BadCase> {};

TEST_P(JsonPodErrorTest, NamesFieldAndReasonAndKeepsTheIdentity) {
  const auto pod = decode(waiting_json(GetParam().spec, GetParam().status, GetParam().metadata));
  ASSERT_TRUE(pod.has_value());
  EXPECT_EQ((*pod)->decode_error, GetParam().want);
  EXPECT_EQ((*pod)->uid.text, "u-1");
  EXPECT_EQ((*pod)->full_name(), "ns/p");
  EXPECT_EQ((*pod)->resource_version, "77");
  EXPECT_EQ((*pod)->scheduler_name.view(), "neuron-scheduler");
  EXPECT_TRUE((*pod)->containers.empty());
  EXPECT_TRUE((*pod)->labels.entries().empty());
}

TEST(JsonPodTest, ABoundPodKeepsItsNodeWhateverCannotBeRead) {
  const auto pod = decode(pod_json(R"("containers":{})"));
  EXPECT_EQ((*pod)->decode_error, "spec.containers: must be an array");
  EXPECT_EQ((*pod)->node_name.view(), "n1");
}

TEST(JsonPodTest, WhatOnlyMattersToWaitIsNotReadOfABoundPod) {
  const std::string spec = R"("tolerations":[{"effect":"Sometimes"}],"nodeSelector":{"a":"b"})";
  const std::string status = R"("conditions":[{"type":"PodScheduled","reason":"x"}])";
  EXPECT_EQ(*good(pod_json(spec, status))->waiting, model::Waiting());
  EXPECT_NE(decode(waiting_json(spec, status))->get()->decode_error, "");
}

const BadCase kBad[] = {
    {"quantity", R"("containers":[{"name":"a","resources":{"requests":{"cpu":"abc"}}}])", "", "",
     R"(spec.containers[0].resources.requests["cpu"]: "abc" is not a quantity)"},
    {"quantity_with_a_fraction", R"("containers":[{},{"resources":{"requests":{"cpu":0.5}}}])", "",
     "", R"(spec.containers[1].resources.requests["cpu"]: must be a quantity in quotes)"},
    {"quantity_is_an_object", R"("overhead":{"cpu":{}})", "", "",
     R"(spec.overhead["cpu"]: must be a quantity in quotes)"},
    {"containers", R"("containers":{})", "", "", "spec.containers: must be an array"},
    {"container", R"("containers":[7])", "", "", "spec.containers[0]: must be an object"},
    {"priority_text", R"("priority":"high")", "", "", "spec.priority: must be an integer"},
    {"priority_fraction", R"("priority":1.5)", "", "", "spec.priority: must be an integer"},
    {"priority_large", R"("priority":2147483648)", "", "",
     "spec.priority: 2147483648 is out of range"},
    {"labels", "", "", R"("labels":[])", "metadata.labels: must be an object"},
    {"label", "", "", R"("labels":{"a":1})", R"(metadata.labels["a"]: must be a string)"},
    {"annotation", "", "", R"("annotations":{"other":1,"wanted":{}})",
     R"(metadata.annotations["wanted"]: must be a string)"},
    {"annotation_too_long", "", "",
     R"("annotations":{"other":"01234567890","wanted":"01234567890"})",
     R"(metadata.annotations["wanted"]: is longer than 10 bytes)"},
    {"created", "", "", R"("creationTimestamp":"yesterday")",
     R"(metadata.creationTimestamp: "yesterday" is not a time)"},
    {"deleted", "", "", R"("deletionTimestamp":7)", "metadata.deletionTimestamp: must be a string"},
    {"effect", R"("tolerations":[{"effect":"Sometimes"}])", "", "",
     R"(spec.tolerations[0].effect: "Sometimes" is not a taint effect)"},
    {"toleration_operator", R"("tolerations":[{"operator":"Near"}])", "", "",
     R"(spec.tolerations[0].operator: "Near" is not an operator)"},
    {"gate", R"("schedulingGates":[{"name":{}}])", "", "",
     "spec.schedulingGates[0].name: must be a string"},
    {"selector", R"("nodeSelector":{"a":true})", "", "",
     R"(spec.nodeSelector["a"]: must be a string)"},
    {"affinity_operator",
     R"("affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
        {"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Like"}]}]}}})",
     "", "",
     "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
     R"([0].matchExpressions[0].operator: "Like" is not an operator)"},
    {"match_fields",
     R"("affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
        {"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.uid","operator":"In",
        "values":["x"]}]}]}}})",
     "", "",
     "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
     "[0].matchFields[0]: only metadata.name with In or NotIn and one value is allowed"},
    {"pod_selector_operator",
     R"("affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
        [{"labelSelector":{"matchExpressions":[{"key":"a","operator":"Gt"}]}}]}})",
     "", "",
     "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]"
     R"(.labelSelector.matchExpressions[0].operator: "Gt" is not an operator)"},
    {"host_port", R"("containers":[{"ports":[{"hostPort":"80"}]}])", "", "",
     "spec.containers[0].ports[0].hostPort: must be an integer"},
    {"volume", R"("volumes":["x"])", "", "", "spec.volumes[0]: must be an object"},
    {"phase", "", R"("phase":1)", "", "status.phase: must be a string"},
    {"condition", "", R"("conditions":[{"type":"PodScheduled","reason":7}])", "",
     "status.conditions[0].reason: must be a string"},
    {"hostile_key", R"("overhead":{"a\nb\u0000":"x"})", "", "",
     R"(spec.overhead["a?b?"]: "x" is not a quantity)"},
};
INSTANTIATE_TEST_SUITE_P(Bad, JsonPodErrorTest, testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

TEST(JsonPodErrorsTest, IdentityIsKeptAsFarAsItCanBeRead) {
  const auto pod = decode(
      R"({"metadata":{"name":"p","namespace":"ns","uid":"u","resourceVersion":5},"spec":[]})");
  ASSERT_TRUE(pod.has_value());
  EXPECT_EQ((*pod)->decode_error, "metadata.resourceVersion: must be a string");
  EXPECT_EQ((*pod)->node_name.view(), "");
}

TEST(JsonPodErrorsTest, NamesThatCannotStandInAPathAreRefused) {
  for (const std::string name : {"a/b", "..", "a%2e", "a b"}) {
    const auto pod =
        decode(R"({"metadata":{"name":")" + name + R"(","namespace":"ns","uid":"u"}})");
    ASSERT_TRUE(pod.has_value());
    EXPECT_EQ((*pod)->decode_error, "metadata.name: \"" + name + "\" is not a name");
  }
}

TEST(JsonPodErrorsTest, WhatCannotBeIdentifiedIsAnError) {
  const std::pair<std::string, std::string> rows[] = {
      {"", "not JSON: "},
      {"{", "not JSON: "},
      {R"({"metadata":{}} x)", "not JSON: "},
      {"[]", "a pod without metadata.namespace, metadata.name or metadata.uid (must be an object)"},
      {"7", "a pod without metadata.namespace, metadata.name or metadata.uid (must be an object)"},
      {"{}", "a pod without metadata.namespace, metadata.name or metadata.uid"},
      {R"({"metadata":{"name":"p","namespace":"n","uid":7}})",
       "a pod without metadata.namespace, metadata.name or metadata.uid (metadata.uid: must be a "
       "string)"},
      {R"({"metadata":{"name":"p","uid":"u"}})",
       "a pod without metadata.namespace, metadata.name or metadata.uid"},
      {R"({"kind":"Node","metadata":{"name":"p","namespace":"n","uid":"u"}})",
       "an object of kind \"Node\" instead of Pod"},
  };
  for (const auto& [json, want] : rows) {
    const auto pod = decode(json);
    ASSERT_TRUE(pod.has_error()) << json;
    EXPECT_EQ(pod.error().message.substr(0, want.size()), want);
  }
}

std::string repeat(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += (i == 0 ? "" : ",") + text;
  return result;
}

TEST(JsonPodBoundsTest, CountsAreBounded) {
  const auto error = [](const std::string& spec) {
    return decode(waiting_json(spec))->get()->decode_error;
  };
  EXPECT_EQ(error(R"("containers":[)" + repeat("{}", 1024) + "]"), "");
  EXPECT_EQ(error(R"("containers":[)" + repeat("{}", 1025) + "]"),
            "spec.containers: has more than 1024 entries");
  EXPECT_EQ(error(R"("tolerations":[)" + repeat("{}", 4097) + "]"),
            "spec.tolerations: has more than 4096 entries");
  EXPECT_EQ(error(R"("schedulerName2":0,"priorityClassName":")" + std::string(100'000, 'x') + "\""),
            "");
  EXPECT_EQ(error(R"("nodeSelector":{"a":")" + std::string(4097, 'x') + "\"}"),
            R"(spec.nodeSelector["a"]: is longer than 4096 bytes)");
  const std::string container = R"({"resources":{"requests":{"a.b/a":"1","a.b/b":"1","a.b/c":"1",
      "a.b/d":"1","a.b/e":"1"}}})";
  EXPECT_EQ(error(R"("containers":[)" + repeat(container, 1000) + "]"),
            R"(spec.containers[819].resources.requests["a.b/b"]: is one of more than 4096 )"
            "resource amounts");
}

TEST(JsonPodBoundsTest, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return decode(pod_json("\"x\":" + std::string(depth, '[') + std::string(depth, ']')));
  };
  EXPECT_TRUE(nested(50).has_value());
  EXPECT_TRUE(nested(70).has_error());
}

TEST(JsonPodBoundsTest, ALargePodLeavesNoTrace) {
  auto codec = make_pod_codec(filter());
  const std::string large = pod_json("\"x\":\"" + std::string(4'000'000, 'x') + "\"");
  for (const std::string& json : {pod_json(), large, pod_json(), large}) {
    const auto pod = codec->decode(json);
    ASSERT_TRUE(pod.has_value());
    EXPECT_EQ((*pod)->decode_error, "");
  }
}

TEST(JsonPodBoundsTest, InvalidUtf8IsNotJson) {
  EXPECT_TRUE(decode(pod_json("\"x\":\"\xFF\xFE\"")).has_error());
}

}  // namespace
}  // namespace neuron_scheduler::client
