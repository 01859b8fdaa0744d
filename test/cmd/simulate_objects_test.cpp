#include "cmd/neuron-scheduler/simulate/objects.hpp"

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

#include "cmd/neuron-scheduler/simulate/json_path.hpp"

namespace neuron_scheduler::simulate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

model::Result<Cluster> cluster_of(const std::string& text) {
  auto documents = manifest::read_text(text, "f");
  if (!documents) return documents.error();
  return make_cluster(std::move(*documents), std::nullopt);
}

std::vector<std::string> pod_names(const std::string& text) {
  const auto cluster = cluster_of(text);
  if (!cluster) return {cluster.error().message};
  std::vector<std::string> names;
  for (const Object& pod : cluster->pods) names.push_back(pod.full_name());
  return names;
}

const Object& only_pod(const model::Result<Cluster>& cluster) {
  EXPECT_EQ(cluster->pods.size(), 1U);
  return cluster->pods.front();
}

std::string json_at(const boost::json::object& object, Path path) {
  const auto* value = find(object, path);
  return value == nullptr ? "" : boost::json::serialize(*value);
}

// A pod whose spec has these entries beside a container with these.
std::string pod_with(const std::string& spec, const std::string& container = "") {
  return "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {" + spec +
         " containers: [{name: c, " + container + "}]}}\n";
}

std::string workload(const std::string& kind, const std::string& name, const std::string& spec,
                     const std::string& more = "") {
  const std::string group = kind == "Job" ? "batch" : "apps";
  return "---\n{apiVersion: " + group + "/v1, kind: " + kind + ", metadata: {name: " + name +
         "}, spec: {" + spec +
         " template: {metadata: {labels: {app: a}}, spec: {containers: " + "[{name: c}]}}}" + more +
         "}\n";
}

// --- What an API server adds

struct Default {
  const char* name;
  std::string text;
  std::vector<std::string_view> path;
  std::string want;
};

void PrintTo(const Default& row, std::ostream* out) { *out << row.name; }

class SimulateDefaults : public testing::TestWithParam<Default> {};

TEST_P(SimulateDefaults, AreThoseOfAnApiServer) {
  const auto cluster = cluster_of(GetParam().text);
  ASSERT_TRUE(cluster) << cluster.error().message;
  const boost::json::object* at = &only_pod(cluster).json;
  std::string got;
  for (const std::string_view key : GetParam().path) {
    got = json_at(*at, {key});
    const auto* next = object_at(*at, {key});
    if (next != nullptr) at = next;
  }
  EXPECT_EQ(got, GetParam().want);
}

const std::vector<std::string_view> kPriority = {"spec", "priority"};
const std::string kClasses =
    "---\n{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: "
    "7, preemptionPolicy: Never}\n---\n{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, "
    "metadata: {name: base}, value: -3, globalDefault: true}\n---\n{apiVersion: "
    "scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: other}, value: 5, globalDefault: "
    "true}\n---\n";

INSTANTIATE_TEST_SUITE_P(
    Pods, SimulateDefaults,
    testing::Values(
        Default{"Namespace", pod_with(""), {"metadata", "namespace"}, R"("default")"},
        Default{
            "Uid", pod_with(""), {"metadata", "uid"}, R"("80b61cbf-69a8-59df-b703-14a287fe65f6")"},
        Default{"Created",
                pod_with(""),
                {"metadata", "creationTimestamp"},
                R"("1970-01-01T00:00:00Z")"},
        Default{"Scheduler", pod_with(""), {"spec", "schedulerName"}, R"("default-scheduler")"},
        Default{"OwnScheduler", pod_with("schedulerName: x,"), {"spec", "schedulerName"}, R"("x")"},
        Default{"Phase", pod_with(""), {"status", "phase"}, R"("Pending")"},
        Default{"Requests",
                pod_with("", "resources: {limits: {cpu: 1, memory: 1.5}, requests: {cpu: 2}}"),
                {"spec", "containers"},
                R"([{"name":"c","resources":{"limits":{"cpu":"1","memory":"1.5"},)"
                R"("requests":{"cpu":"2","memory":"1.5"}}}])"},
        Default{"RequestsOfInitContainers",
                pod_with("initContainers: [{name: i, resources: {limits: {a: 1}}}],"),
                {"spec", "initContainers"},
                R"([{"name":"i","resources":{"limits":{"a":"1"},"requests":{"a":"1"}}}])"},
        Default{"PodLevel",
                pod_with("resources: {limits: {cpu: 2, memory: 1Gi}},",
                         "resources: {requests: {cpu: 1}}"),
                {"spec", "resources", "requests"},
                R"({"memory":"1Gi"})"},
        Default{"NoPriority", pod_with(""), kPriority, "0"},
        Default{"PriorityOfClass", kClasses + pod_with("priorityClassName: high,"), kPriority, "7"},
        Default{"PolicyOfClass",
                kClasses + pod_with("priorityClassName: high,"),
                {"spec", "preemptionPolicy"},
                R"("Never")"},
        Default{"SystemClass", pod_with("priorityClassName: system-node-critical,"), kPriority,
                "2000001000"},
        Default{"GlobalDefault", kClasses + pod_with(""), kPriority, "-3"},
        Default{"NameOfGlobalDefault",
                kClasses + pod_with(""),
                {"spec", "priorityClassName"},
                R"("base")"},
        Default{"GivenPriority", kClasses + pod_with("priority: 4,"), kPriority, "4"},
        Default{
            "Tolerations",
            pod_with("tolerations: [{key: node.kubernetes.io/not-ready}],"),
            {"spec", "tolerations"},
            R"([{"key":"node.kubernetes.io/not-ready"},{"key":"node.kubernetes.io/unreachable",)"
            R"("operator":"Exists","effect":"NoExecute","tolerationSeconds":300}])"},
        Default{"ToleratesAll",
                pod_with("tolerations: [{operator: Exists}],"),
                {"spec", "tolerations"},
                R"([{"operator":"Exists"}])"},
        Default{"OddTypesStay",
                pod_with("tolerations: 5, priority: x,"),
                {"spec", "tolerations"},
                "5"}),
    [](const auto& row) { return row.param.name; });

TEST(SimulateObjects, NodesGetAllocatableFromCapacity) {
  const auto cluster = cluster_of(
      "{apiVersion: v1, kind: Node, metadata: {name: m}, status: {capacity: {cpu: 4, a: 0.5}}}");
  ASSERT_TRUE(cluster) << cluster.error().message;
  EXPECT_EQ(json_at(cluster->nodes.front().json, {"status", "allocatable"}),
            R"({"cpu":"4","a":"0.5"})");
}

TEST(SimulateObjects, NowIsTheLatestCreation) {
  const auto cluster = cluster_of(
      "{apiVersion: v1, kind: Pod, metadata: {name: a, creationTimestamp: 2026-11-01T00:00:05Z}, "
      "spec: {containers: [{name: c}]}}\n"
      "---\n{apiVersion: v1, kind: Node, metadata: {name: m, creationTimestamp: "
      "\"2026-11-02T00:00:00Z\"}}\n"
      "---\n{apiVersion: v1, kind: Pod, metadata: {name: b, creationTimestamp: null}, "
      "spec: {containers: [{name: c}]}}\n");
  ASSERT_TRUE(cluster) << cluster.error().message;
  EXPECT_EQ(model::format_time(cluster->now), "2026-11-02T00:00:00Z");
  EXPECT_EQ(model::format_time(*cluster->pods[0].created), "2026-11-01T00:00:05Z");
  EXPECT_EQ(model::format_time(*cluster->pods[1].created), "2026-11-02T00:00:00Z");
}

TEST(SimulateObjects, AnUnknownPriorityClassIsNamed) {
  const auto cluster = cluster_of(pod_with("priorityClassName: none,"));
  ASSERT_TRUE(cluster) << cluster.error().message;
  EXPECT_THAT(
      cluster->warnings,
      ElementsAre("Pod default/p: there is no PriorityClass \"none\" in the input, priority 0"));
}

TEST(SimulateObjects, GeneratedNamesDifferAndAreTheSameEachTime) {
  const std::string text =
      "{apiVersion: v1, kind: Pod, metadata: {generateName: p-}, spec: {containers: [{name: "
      "c}]}}\n---\n"
      "{apiVersion: v1, kind: Pod, metadata: {generateName: p-}, spec: {containers: [{name: "
      "c}]}}\n";
  const auto names = pod_names(text);
  ASSERT_EQ(names.size(), 2U);
  EXPECT_THAT(names[0], MatchesRegex("default/p-[a-z0-9]{5}"));
  EXPECT_NE(names[0], names[1]);
  EXPECT_EQ(names, pod_names(text));
}

TEST(SimulateObjects, GeneratedNamesKeepClearOfGivenOnes) {
  const std::string unnamed =
      "{apiVersion: v1, kind: Pod, metadata: {generateName: p-}, spec: {containers: [{name: "
      "c}]}}\n";
  const std::string first = pod_names(unnamed).at(0);
  const std::string named = "---\n{apiVersion: v1, kind: Pod, metadata: {name: " + first.substr(8) +
                            "}, spec: {containers: [{name: c}]}}\n";
  const auto names = pod_names(unnamed + named);
  ASSERT_EQ(names.size(), 2U);
  EXPECT_NE(names[0], first);
  EXPECT_EQ(names[1], first);
}

// --- What controllers make

TEST(SimulateWorkloads, ADeploymentMakesPodsOfAReplicaSet) {
  const auto cluster = cluster_of(workload("Deployment", "web", "replicas: 2,"));
  ASSERT_TRUE(cluster) << cluster.error().message;
  ASSERT_EQ(cluster->pods.size(), 2U);
  const auto& pod = cluster->pods[0].json;
  EXPECT_THAT(cluster->pods[0].name(), MatchesRegex("web-[a-z0-9]+-[a-z0-9]{5}"));
  const std::string hash(text_at(pod, {"metadata", "labels", "pod-template-hash"}));
  EXPECT_EQ(text_at(pod, {"metadata", "generateName"}), "web-" + hash + '-');
  EXPECT_EQ(json_at(pod, {"metadata", "labels", "app"}), R"("a")");
  const std::string uid = derived_uid("ReplicaSet", "default", "web-" + hash);
  EXPECT_EQ(json_at(pod, {"metadata", "ownerReferences"}),
            R"([{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-)" + hash + R"(","uid":")" +
                uid + R"(","controller":true,"blockOwnerDeletion":true}])");
  EXPECT_EQ(cluster->pods[0].place, "f:2");
  EXPECT_EQ(json_at(pod, {"status", "phase"}), R"("Pending")");
}

TEST(SimulateWorkloads, AStatefulSetMakesOrdinals) {
  const auto cluster = cluster_of(workload(
      "StatefulSet", "db",
      "replicas: 2, ordinals: {start: 5}, serviceName: s, volumeClaimTemplates: [{metadata: "
      "{name: data}}],"));
  ASSERT_TRUE(cluster) << cluster.error().message;
  ASSERT_EQ(cluster->pods.size(), 2U);
  const auto& pod = cluster->pods[1].json;
  EXPECT_EQ(cluster->pods[1].full_name(), "default/db-6");
  EXPECT_EQ(json_at(pod, {"metadata", "labels", "apps.kubernetes.io/pod-index"}), R"("6")");
  EXPECT_EQ(json_at(pod, {"metadata", "labels", "statefulset.kubernetes.io/pod-name"}),
            R"("db-6")");
  EXPECT_EQ(json_at(pod, {"spec", "hostname"}), R"("db-6")");
  EXPECT_EQ(json_at(pod, {"spec", "subdomain"}), R"("s")");
  EXPECT_EQ(json_at(pod, {"spec", "volumes"}),
            R"([{"name":"data","persistentVolumeClaim":{"claimName":"data-db-6"}}])");
}

TEST(SimulateWorkloads, AnIndexedJobMakesIndexes) {
  const auto cluster = cluster_of(
      workload("Job", "train", "completionMode: Indexed, parallelism: 2, completions: 5,",
               ", status: {succeeded: 3, completedIndexes: '0,2-3'}"));
  ASSERT_TRUE(cluster) << cluster.error().message;
  ASSERT_EQ(cluster->pods.size(), 2U);
  EXPECT_THAT(cluster->pods[0].name(), MatchesRegex("train-1-[a-z0-9]{5}"));
  EXPECT_THAT(cluster->pods[1].name(), MatchesRegex("train-4-[a-z0-9]{5}"));
  const auto& pod = cluster->pods[1].json;
  constexpr const char* kIndex = "batch.kubernetes.io/job-completion-index";
  EXPECT_EQ(json_at(pod, {"metadata", "annotations", kIndex}), R"("4")");
  EXPECT_EQ(json_at(pod, {"metadata", "labels", kIndex}), R"("4")");
  EXPECT_EQ(json_at(pod, {"metadata", "labels", "job-name"}), R"("train")");
  EXPECT_EQ(json_at(pod, {"spec", "hostname"}), R"("train-4")");
}

struct Count {
  const char* name;
  std::string text;
  std::size_t want;
  std::string warning{};
};

void PrintTo(const Count& row, std::ostream* out) { *out << row.name; }

class SimulateWorkloadCounts : public testing::TestWithParam<Count> {};

TEST_P(SimulateWorkloadCounts, AreThoseOfTheControllers) {
  const auto cluster = cluster_of(GetParam().text);
  ASSERT_TRUE(cluster) << cluster.error().message;
  std::size_t made = 0;
  std::set<std::string> names;
  for (const Object& pod : cluster->pods) {
    made += pod.place == "f:2" ? 1 : 0;
    EXPECT_TRUE(names.insert(pod.full_name()).second);
  }
  EXPECT_EQ(made, GetParam().want);
  const auto& warnings = cluster->warnings;
  EXPECT_EQ(warnings.empty() ? "" : warnings.front(), GetParam().warning);
}

std::string owned(const std::string& name, const std::string& kind, const std::string& owner,
                  const std::string& more = "") {
  return "---\n{apiVersion: v1, kind: Pod, metadata: {name: " + name +
         ", ownerReferences: [{kind: " + kind + ", name: " + owner +
         ", uid: " + derived_uid(kind, "default", owner) + "}]" + more +
         ", spec: {containers: [{name: c}]}}\n";
}

std::string deleted(std::string text) {
  const std::string key = "metadata: {name: a";
  return text.insert(text.find(key) + key.size(), ", deletionTimestamp: 2026-11-01T00:00:00Z");
}

// It makes three pods.
std::string replica_set_of(const std::string& deployment) {
  return "---\n{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: b, ownerReferences: "
         "[{kind: Deployment, name: " +
         deployment + ", uid: " + derived_uid("Deployment", "default", deployment) +
         "}]}, spec: {replicas: 3, template: {spec: {containers: [{name: c}]}}}}\n";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, SimulateWorkloadCounts,
    testing::Values(
        Count{"ReplicasByDefault", workload("ReplicaSet", "a", ""), 1},
        Count{"NoReplicas", workload("ReplicaSet", "a", "replicas: 0,"), 0},
        Count{"SomeAreThere",
              workload("ReplicaSet", "a", "replicas: 3,") + owned("x", "ReplicaSet", "a", "}"), 2},
        Count{"MoreThanEnough",
              workload("ReplicaSet", "a", "") + owned("x", "ReplicaSet", "a", "}") +
                  owned("z", "ReplicaSet", "a", "}"),
              0},
        Count{"FailedDoNotCount",
              workload("ReplicaSet", "a", "") +
                  owned("x", "ReplicaSet", "a", "}, status: {phase: Failed}"),
              1},
        Count{"DeletedDoNotCount",
              workload("ReplicaSet", "a", "") +
                  owned("x", "ReplicaSet", "a", ", deletionTimestamp: \"2026-11-01T00:00:00Z\"}"),
              1},
        Count{"OthersDoNotCount",
              workload("ReplicaSet", "a", "") + owned("x", "StatefulSet", "a", "}"), 1},
        Count{"Ordinals",
              workload("StatefulSet", "a", "replicas: 3,") +
                  "---\n{apiVersion: v1, kind: Pod, metadata: {name: a-1}, "
                  "spec: {containers: [{name: c}]}}",
              2},
        Count{"JobByDefault", workload("Job", "a", ""), 1},
        Count{"JobParallel", workload("Job", "a", "parallelism: 4,"), 4},
        Count{"JobBounded", workload("Job", "a", "parallelism: 4, completions: 2,"), 2},
        Count{"JobPartlyDone",
              workload("Job", "a", "parallelism: 4, completions: 5,", ", status: {succeeded: 3}"),
              2},
        Count{"JobOwnPodsDone",
              workload("Job", "a", "parallelism: 2, completions: 2,") +
                  owned("x", "Job", "a", "}, status: {phase: Succeeded}"),
              1},
        Count{"JobActive",
              workload("Job", "a", "parallelism: 2, completions: 9,") + owned("x", "Job", "a", "}"),
              1},
        Count{
            "JobOver",
            workload("Job", "a", "", ", status: {conditions: [{type: Complete, status: 'True'}]}"),
            0},
        Count{"JobFailed",
              workload("Job", "a", "", ", status: {conditions: [{type: Failed, status: 'True'}]}"),
              0},
        Count{"JobSuspended", workload("Job", "a", "suspend: true,"), 0,
              "Job default/a is suspended: it makes no pods"},
        Count{"JobNotSuspended", workload("Job", "a", "suspend: false,"), 1},
        Count{"JobDeleted", deleted(workload("Job", "a", "")), 0,
              "Job default/a is being deleted: it makes no pods"},
        Count{"StatefulSetDeleted", deleted(workload("StatefulSet", "a", "")), 0,
              "StatefulSet default/a is being deleted: it makes no pods"},
        Count{"ReplicaSetDeleted", deleted(workload("ReplicaSet", "a", "")), 0,
              "ReplicaSet default/a is being deleted: it makes no pods"},
        Count{"DeploymentDeleted", deleted(workload("Deployment", "a", "replicas: 2,")), 0,
              "Deployment default/a is being deleted: it makes no pods"},
        Count{"DeploymentPaused", workload("Deployment", "a", "paused: true,"), 0,
              "Deployment default/a is paused and has no ReplicaSet: it makes no pods"},
        Count{"DeploymentPausedWithReplicaSet",
              replica_set_of("a") + workload("Deployment", "a", "paused: true,"), 3},
        Count{"JobQueueDone", workload("Job", "a", "parallelism: 3,", ", status: {succeeded: 1}"),
              0},
        Count{"JobIndexes",
              workload("Job", "a", "completionMode: Indexed, completions: 100000, parallelism: 2,",
                       ", status: {succeeded: 99999, completedIndexes: 0-99998}"),
              1},
        Count{"DeploymentWithReplicaSet",
              workload("Deployment", "a", "") +
                  "---\n{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: a-1, "
                  "ownerReferences: [{kind: Deployment, name: a, uid: " +
                  derived_uid("Deployment", "default", "a") +
                  "}]}, spec: {replicas: 0, template: {spec: {containers: [{name: c}]}}}}\n",
              0}),
    [](const auto& row) { return row.param.name; });

TEST(SimulateWorkloads, KindsThatAreNotSimulatedAreNamed) {
  const auto cluster = cluster_of(
      "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: d}, spec: {template: {spec: "
      "{containers: [{}]}}}}\n---\n"
      "{apiVersion: x/v1, kind: Any, metadata: {name: a, namespace: m}, spec: {deep: "
      "[{podTemplate: {spec: {containers: []}}}]}}\n---\n"
      "{apiVersion: v1, kind: LimitRange, metadata: {name: l}}\n---\n"
      "{apiVersion: v1, kind: LimitRange, metadata: {name: m}}\n---\n"
      "{apiVersion: v1, kind: Secret, metadata: {name: s}, spec: {template: {spec: 1}}}\n");
  ASSERT_TRUE(cluster) << cluster.error().message;
  EXPECT_THAT(cluster->warnings, ElementsAre("DaemonSet d: pods that it makes are not simulated",
                                             "Any m/a: pods that it makes are not simulated",
                                             "LimitRange objects have no effect in simulate"));
  EXPECT_THAT(cluster->pods, IsEmpty());
}

// --- Unknown fields

struct Unknown {
  const char* name;
  std::string text;
  std::string want;
};

void PrintTo(const Unknown& row, std::ostream* out) { *out << row.name; }

class SimulateUnknownFields : public testing::TestWithParam<Unknown> {};

TEST_P(SimulateUnknownFields, AreNamed) {
  const auto cluster = cluster_of(GetParam().text);
  ASSERT_TRUE(cluster) << cluster.error().message;
  if (GetParam().want.empty()) {
    EXPECT_THAT(cluster->warnings, IsEmpty());
  } else {
    EXPECT_THAT(cluster->warnings, ElementsAre(GetParam().want));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, SimulateUnknownFields,
    testing::Values(
        Unknown{"Resource", pod_with("", "resource: {limits: {cpu: 1}}"),
                "Pod default/p: unknown fields: spec.containers[0].resource"},
        Unknown{"Limit", pod_with("", "resources: {limit: {cpu: 1}}"),
                "Pod default/p: unknown fields: spec.containers[0].resources.limit"},
        Unknown{"OfInitContainer", pod_with("initContainers: [{name: i}, {name: j, Image: x}],"),
                "Pod default/p: unknown fields: spec.initContainers[1].Image"},
        Unknown{"OfSpec", pod_with("nodeSelectors: {a: b},"),
                "Pod default/p: unknown fields: spec.nodeSelectors"},
        Unknown{"PodLevel", pod_with("resources: {x: 1},"),
                "Pod default/p: unknown fields: spec.resources.x"},
        Unknown{"Many", pod_with("a: 1, b: 2, c: 3,", "d: 4, e: 5, f: 6"),
                "Pod default/p: unknown fields: spec.a, spec.b, spec.c, spec.containers[0].d and 2 "
                "more"},
        Unknown{"Long", pod_with(std::string(100, 'x') + ": 1,"),
                "Pod default/p: unknown fields: spec." + std::string(60, 'x') + " ..."},
        Unknown{"OfDeployment", workload("Deployment", "a", "replica: 3,"),
                "Deployment default/a: unknown fields: spec.replica"},
        Unknown{"OfJob", workload("Job", "a", "replicas: 3,"),
                "Job default/a: unknown fields: spec.replicas"},
        Unknown{"OfStatefulSet", workload("StatefulSet", "a", "paused: true,"),
                "StatefulSet default/a: unknown fields: spec.paused"},
        Unknown{"OfReplicaSet", workload("ReplicaSet", "a", "strategy: {},"),
                "ReplicaSet default/a: unknown fields: spec.strategy"},
        Unknown{"OfTemplate",
                "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: a}, spec: {template: "
                "{metdata: {}, spec: {hostname: h, containers: [{name: c, cmd: x}]}}}}",
                "ReplicaSet default/a: unknown fields: spec.template.metdata, "
                "spec.template.spec.containers[0].cmd"},
        Unknown{"AllOfPods",
                pod_with(
                    "activeDeadlineSeconds: null, affinity: null, automountServiceAccountToken: "
                    "null, dnsConfig: null, dnsPolicy: null, enableServiceLinks: null, "
                    "ephemeralContainers: null, evictionResponders: null, hostAliases: null, "
                    "hostIPC: null, hostNetwork: null, hostPID: null, hostUsers: null, hostname: "
                    "null, hostnameOverride: null, imagePullSecrets: null, initContainers: null, "
                    "nodeName: null, nodeSelector: null, os: null, overhead: null, "
                    "preemptionPolicy: null, priority: null, priorityClassName: null, "
                    "readinessGates: null, resourceClaims: null, resources: null, restartPolicy: "
                    "null, runtimeClassName: null, schedulerName: null, schedulingGates: null, "
                    "schedulingGroup: null, securityContext: null, serviceAccount: null, "
                    "serviceAccountName: null, setHostnameAsFQDN: null, shareProcessNamespace: "
                    "null, subdomain: null, terminationGracePeriodSeconds: null, tolerations: "
                    "null, topologySpreadConstraints: null, volumes: null, workloadRef: null,",
                    "args: null, command: null, env: null, envFrom: null, image: null, "
                    "imagePullPolicy: null, lifecycle: null, livenessProbe: null, ports: null, "
                    "readinessProbe: null, resizePolicy: null, restartPolicy: null, "
                    "restartPolicyRules: null, securityContext: null, startupProbe: null, stdin: "
                    "null, stdinOnce: null, terminationMessagePath: null, "
                    "terminationMessagePolicy: null, tty: null, volumeDevices: null, volumeMounts: "
                    "null, workingDir: null, resources: {limits: {}, requests: {}, claims: []}"),
                ""},
        Unknown{
            "AllOfDeployments",
            workload("Deployment", "a",
                     "minReadySeconds: null, paused: null, progressDeadlineSeconds: null, "
                     "replicas: null, revisionHistoryLimit: null, selector: null, strategy: null,"),
            ""},
        Unknown{
            "AllOfReplicaSets",
            workload("ReplicaSet", "a", "minReadySeconds: null, replicas: null, selector: null,"),
            ""},
        Unknown{"AllOfStatefulSets",
                workload("StatefulSet", "a",
                         "minReadySeconds: null, ordinals: null, "
                         "persistentVolumeClaimRetentionPolicy: null, podManagementPolicy: null, "
                         "replicas: null, revisionHistoryLimit: null, selector: null, serviceName: "
                         "null, updateStrategy: null, volumeClaimTemplates: null,"),
                ""},
        Unknown{
            "AllOfJobs",
            workload(
                "Job", "a",
                "activeDeadlineSeconds: null, backoffLimit: null, backoffLimitPerIndex: null, "
                "completionMode: null, completions: null, failedPodsLimit: null, managedBy: null, "
                "manualSelector: null, maxFailedIndexes: null, parallelism: null, "
                "podFailurePolicy: null, podReplacementPolicy: null, scheduling: null, selector: "
                "null, successPolicy: null, suspend: null, ttlSecondsAfterFinished: null,"),
            ""}),
    [](const auto& row) { return row.param.name; });

// --- Mistakes

struct Mistake {
  const char* name;
  std::string text;
  std::string want;
};

void PrintTo(const Mistake& row, std::ostream* out) { *out << row.name; }

class SimulateMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(SimulateMistakes, AreNamedWithTheirPlace) {
  const auto cluster = cluster_of(GetParam().text);
  ASSERT_FALSE(cluster);
  EXPECT_EQ(cluster.error().message, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, SimulateMistakes,
    testing::Values(
        Mistake{"Twice",
                "{apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n{apiVersion: v1, kind: "
                "Pod, metadata: {name: a, namespace: default}}",
                "f:3: Pod default/a is already at f:1"},
        Mistake{"TwiceInAnotherVersion",
                "{apiVersion: a/v1, kind: B, metadata: {name: c}}\n---\n{apiVersion: a/v2, kind: "
                "B, metadata: {name: c}}",
                "f:3: B c is already at f:1"},
        Mistake{"PodVersion", "{apiVersion: v2, kind: Pod, metadata: {name: a}}",
                "f:1: Pod: apiVersion \"v2\" must be v1"},
        Mistake{"DeploymentVersion", "{apiVersion: apps/v1beta2, kind: Deployment}",
                "f:1: Deployment: apiVersion \"apps/v1beta2\" must be apps/v1"},
        Mistake{"NoContainers", "\n{apiVersion: v1, kind: Pod, metadata: {name: a}}",
                "f:2: Pod default/a: spec.containers must hold at least one container"},
        Mistake{"MisspeltContainers",
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {contianers: [{name: c}]}}",
                "f:1: Pod default/a: spec.containers must hold at least one container (unknown "
                "fields: spec.contianers)"},
        Mistake{"MisspeltSpec",
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, sepc: {containers: [{name: c}]}}",
                "f:1: Pod default/a: spec.containers must hold at least one container (unknown "
                "fields: sepc)"},
        Mistake{"SpecNumber", "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: 1}",
                "f:1: Pod default/a: spec must be an object, not 1"},
        Mistake{"ContainersObject",
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: {name: c}}}",
                "f:1: Pod default/a: spec.containers must be a list, not {\"name\":\"c\"}"},
        Mistake{"ContainerText",
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [c]}}",
                "f:1: Pod default/a: spec.containers[0] must be an object, not \"c\""},
        Mistake{"ResourcesList", pod_with("", "resources: []"),
                "f:1: Pod default/p: spec.containers[0].resources must be an object, not []"},
        Mistake{"LimitsList", pod_with("", "resources: {limits: []}"),
                "f:1: Pod default/p: spec.containers[0].resources.limits must be an object, not "
                "[]"},
        Mistake{"RequestsOfInitContainer",
                pod_with("initContainers: [{name: i, resources: {requests: 5}}],"),
                "f:1: Pod default/p: spec.initContainers[0].resources.requests must be an object, "
                "not 5"},
        Mistake{"PodLevelLimits", pod_with("resources: {limits: x},"),
                "f:1: Pod default/p: spec.resources.limits must be an object, not \"x\""},
        Mistake{"TemplateWithoutContainers",
                "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {template: {}}}",
                "f:1: Job default/a: spec.template.spec.containers must hold at least one "
                "container"},
        Mistake{"TwiceOfAnyKind",
                "{apiVersion: a/v1, kind: B, metadata: {name: c}}\n---\n{apiVersion: a/v1, kind: "
                "B, metadata: {name: c}}",
                "f:3: B c is already at f:1"},
        Mistake{"SameUid",
                "{apiVersion: v1, kind: Pod, metadata: {name: a, uid: u}, spec: {containers: "
                "[{name: c}]}}\n---\n{apiVersion: v1, "
                "kind: Pod, metadata: {name: b, uid: u}, spec: {containers: [{name: c}]}}",
                "f:3: Pod default/b has the uid of Pod default/a at f:1"},
        Mistake{"NoName", "\napiVersion: v1\nkind: Pod\n", "f:2: Pod: metadata.name is missing"},
        Mistake{"NoMetadata", "{apiVersion: v1, kind: Node, metadata: x}",
                "f:1: Node: metadata must be an object"},
        Mistake{"NameNumber", "{apiVersion: v1, kind: Node, metadata: {name: 5}}",
                "f:1: Node: metadata.name must be a string, not 5"},
        Mistake{"NameLetters", "{apiVersion: v1, kind: Pod, metadata: {name: A_b}}",
                "f:1: Pod: metadata.name \"A_b\" is no name (small letters, digits, '-' and '.')"},
        Mistake{"NameEscape", "{apiVersion: v1, kind: Pod, metadata: {name: \"a\\e[31m\"}}",
                "f:1: Pod: metadata.name \"a\\u001b[31m\" is no name (small letters, digits, '-' "
                "and '.')"},
        Mistake{"Namespace", "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b.c}}",
                "f:1: Pod a: metadata.namespace \"b.c\" is no name of a namespace"},
        Mistake{"NamespaceWithDots", "{apiVersion: v1, kind: Namespace, metadata: {name: b.c}}",
                "f:1: Namespace: metadata.name \"b.c\" is no name of a namespace"},
        Mistake{"NamespaceVersion", "{apiVersion: v2, kind: Namespace, metadata: {name: b}}",
                "f:1: Namespace: apiVersion \"v2\" must be v1"},
        Mistake{"Time",
                "{apiVersion: v1, kind: Pod, metadata: {name: a, creationTimestamp: yesterday}}",
                "f:1: Pod default/a: metadata.creationTimestamp \"yesterday\" is no time"},
        Mistake{"ClassValue",
                "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: a}, "
                "value: 3000000000}",
                "f:1: PriorityClass a: value must be a whole number of 32 bits"},
        Mistake{"NegativeReplicas", workload("Deployment", "a", "replicas: -1,"),
                "f:2: Deployment default/a: spec.replicas must be a whole number from 0 to "
                "2147483647, not -1"},
        Mistake{"TextReplicas", workload("StatefulSet", "a", "replicas: three,"),
                "f:2: StatefulSet default/a: spec.replicas must be a whole number from 0 to "
                "2147483647, not \"three\""},
        Mistake{"TooManyReplicas", workload("ReplicaSet", "a", "replicas: 100001,"),
                "f:2: ReplicaSet default/a: more than 100000 pods in all"},
        Mistake{"TooManyBytes",
                "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: a}, spec: {replicas: "
                "90000, template: {metadata: {annotations: {x: " +
                    std::string(100'000, 'y') + "}}, spec: {containers: [{name: c}]}}}}",
                "f:1: ReplicaSet default/a: more than 268435456 bytes of pods made from templates "
                "in all"},
        Mistake{"NoTemplate", "{apiVersion: batch/v1, kind: Job, metadata: {name: a}}",
                "f:1: Job default/a: spec.template is missing"},
        Mistake{"NoCompletions", workload("Job", "a", "completionMode: Indexed,"),
                "f:2: Job default/a: spec.completions is missing, which an Indexed Job needs"},
        Mistake{
            "LongPodName",
            "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: " + std::string(252, 'a') +
                "}, spec: {template: {spec: {containers: [{name: c}]}}}}",
            "f:1: StatefulSet default/" + std::string(252, 'a') + ": the name of its pod \"" +
                std::string(252, 'a') + "-\" is too long"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::simulate
