#include <algorithm>
#include <fstream>
#include <ostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cmd/manifest/manifest.hpp"
#include "cmd/neuron-scheduler/options.hpp"
#include "cmd/neuron-scheduler/simulate/command.hpp"
#include "cmd/neuron-scheduler/simulate/json_path.hpp"
#include "cmd/neuron-scheduler/simulate/output.hpp"

namespace neuron_scheduler::simulate {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::string kData = "test/cmd/manifests/";

struct Result {
  int code = -1;
  std::string out;
  std::string error;
};

// With words as on the command line; input is what "-f -" reads.
Result simulate(const std::vector<std::string>& words, const std::string& input = "") {
  std::vector<std::string> arguments = {"simulate"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  const auto parsed = cmd::parse_options(arguments);
  EXPECT_TRUE(parsed.simulate) << parsed.output;
  if (!parsed.simulate) return {};
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream error;
  const cmd::DrawingStyle style{80, false, true};
  const int code = run_command(*parsed.simulate, style, in, out, error);
  return {code, out.str(), error.str()};
}

// What stands before the drawing, and before the blank line between them.
std::string table(const Result& result) {
  if (!result.out.starts_with("POD ")) return {};
  return result.out.substr(0, result.out.find("\n\n"));
}

std::string pod(const std::string& name, const std::string& limits, const std::string& more = "",
                const std::string& meta = "") {
  return "---\n{apiVersion: v1, kind: Pod, metadata: {name: " + name + meta +
         "}, spec: {schedulerName: neuron-scheduler, " + more +
         " containers: [{name: c, resources: {limits: {" + limits + "}}}]}}\n";
}

std::string node(const std::string& name, const std::string& type, int devices, int cores) {
  return "---\n{apiVersion: v1, kind: Node, metadata: {name: " + name +
         ", labels: {node.kubernetes.io/instance-type: " + type +
         "}}, status: {capacity: {cpu: 64, memory: 64Gi, pods: 100, aws.amazon.com/neuron: " +
         std::to_string(devices) + ", aws.amazon.com/neuroncore: " + std::to_string(cores) +
         "}}}\n";
}

const std::string kTrn1 = node("trn1", "trn1.32xlarge", 16, 32);

// --- Manifests of the usual shapes, on the nodes of nodes.yaml

struct File {
  const char* name;
  const char* file;
  const char* want;
  const char* warnings = "";
  bool all_pods = false;
};

void PrintTo(const File& row, std::ostream* out) { *out << row.name; }

class SimulateFiles : public testing::TestWithParam<File> {};

TEST_P(SimulateFiles, GoThrough) {
  std::vector<std::string> words = {"-f", kData + "nodes.yaml", "-f", kData + GetParam().file};
  if (GetParam().all_pods) words.emplace_back("--all-pods");
  const auto result = simulate(words);
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.error, GetParam().warnings);
  EXPECT_EQ(table(result), GetParam().want);
  EXPECT_THAT(result.out, HasSubstr("4x4 torus"));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, SimulateFiles,
    testing::Values(
        File{"Deployment", "deployment.yaml",
             "POD                                 NODE    NEURON\n"
             "serving/inference-5c6c777cdb-hdrc5  inf2-a  cores 22-23\n"
             "serving/inference-5c6c777cdb-jg67l  inf2-a  cores 20-21\n"
             "serving/inference-5c6c777cdb-kjj45  inf2-a  cores 18-19\n"
             "3 pods: 3 placed, 0 pending"},
        File{"StatefulSet", "statefulset.yaml",
             "POD              NODE       NEURON\n"
             "default/store-3  <pending>  0/3 nodes are available: pod has PersistentVolumeClaims, "
             "which neuron-scheduler does not schedule yet.\n"
             "default/store-4  <pending>  0/3 nodes are available: pod has PersistentVolumeClaims, "
             "which neuron-scheduler does not schedule yet.\n"
             "2 pods: 0 placed, 2 pending"},
        File{"Jobs", "jobs.yaml",
             "POD                    NODE    NEURON\n"
             "default/pi-hh7np       trn1-a\n"
             "default/pi-jkkk8       inf2-a\n"
             "default/train-0-t4xgr  inf2-a  devices 0-3\n"
             "default/train-1-n4ztv  inf2-a  devices 4-7\n"
             "default/train-2-62d9s  inf2-a  devices 8-11\n"
             "5 pods: 5 placed, 0 pending",
             "warning: Job default/asleep is suspended: it makes no pods\n"},
        File{"HelmTemplate", "helm-template.yaml",
             "POD                                         NODE    NEURON\n"
             "default/release-inference-6796f5fd79-nr4l8  inf2-a  devices 11\n"
             "1 pod: 1 placed, 0 pending",
             "warning: 1 pod has another schedulerName than neuron-scheduler and is not tried "
             "(--all-pods tries them): default/release-inference-test\n"},
        File{"KubectlGet", "kubectl-get.yaml",
             "POD                          NODE    NEURON\n"
             "default/web-5d8f6c7b9-dvldl  trn1-a  cores 6-7\n"
             "1 pod: 1 placed, 0 pending"},
        File{"JsonLists", "pods.json",
             "POD             NODE     NEURON\n"
             "default/json-a  inf2-a   cores 22\n"
             "default/json-b  plain-a\n"
             "default/json-c  trn1-a\n"
             "3 pods: 3 placed, 0 pending"},
        File{"Anchors", "anchors.yaml",
             "POD             NODE    NEURON\n"
             "default/second  inf2-a  devices 11\n"
             "default/first   inf2-a  cores 20-21\n"
             "2 pods: 2 placed, 0 pending"},
        // The shapes of the examples that everybody knows.
        File{"NginxDeployment", "nginx-deployment.yaml",
             "POD                                        NODE     NEURON\n"
             "default/nginx-deployment-6668d955f8-54rq9  plain-a\n"
             "default/nginx-deployment-6668d955f8-666lr  inf2-a\n"
             "default/nginx-deployment-6668d955f8-78jhb  trn1-a\n"
             "3 pods: 3 placed, 0 pending",
             "", true},
        File{"WebStatefulSet", "web-statefulset.yaml",
             "POD            NODE       NEURON\n"
             "default/web-0  <pending>  0/3 nodes are available: pod has PersistentVolumeClaims, "
             "which neuron-scheduler does not schedule yet.\n"
             "default/web-1  <pending>  0/3 nodes are available: pod has PersistentVolumeClaims, "
             "which neuron-scheduler does not schedule yet.\n"
             "default/web-2  <pending>  0/3 nodes are available: pod has PersistentVolumeClaims, "
             "which neuron-scheduler does not schedule yet.\n"
             "3 pods: 0 placed, 3 pending",
             "", true},
        File{"PiJob", "pi-job.yaml",
             "POD               NODE    NEURON\n"
             "default/pi-hh7np  trn1-a\n"
             "1 pod: 1 placed, 0 pending",
             "", true},
        File{"IndexedJob", "indexed-job.yaml",
             "POD                      NODE     NEURON\n"
             "default/indexed-0-72r5q  plain-a\n"
             "default/indexed-1-k8mnz  trn1-a\n"
             "default/indexed-2-lmllv  trn1-a\n"
             "3 pods: 3 placed, 0 pending",
             "", true},
        File{"Guestbook", "guestbook-all-in-one.yaml",
             "POD                                      NODE     NEURON\n"
             "default/redis-leader-86cf6c5fc7-4gwwd    plain-a\n"
             "default/redis-follower-77664cd9f9-ljrrc  inf2-a\n"
             "default/redis-follower-77664cd9f9-ml6mt  inf2-a\n"
             "default/frontend-77fd54fcd5-zx4hj        inf2-a\n"
             "default/frontend-77fd54fcd5-22gd2        inf2-a\n"
             "default/frontend-77fd54fcd5-45s8j        inf2-a\n"
             "6 pods: 6 placed, 0 pending",
             "", true},
        File{"List", "list.yaml",
             "POD                              NODE    NEURON\n"
             "default/listed-7596cf7bfd-k8sct  inf2-a  cores 22\n"
             "default/listed-7596cf7bfd-lb87c  inf2-a  cores 23\n"
             "2 pods: 2 placed, 0 pending",
             "", true},
        File{"JsonController", "controller.json",
             "POD                     NODE    NEURON\n"
             "default/json-set-lvmv6  inf2-a  devices 11\n"
             "default/json-set-mxzqn  inf2-a  devices 10\n"
             "2 pods: 2 placed, 0 pending",
             "", true},
        File{"OtherKinds", "other-kinds.yaml", "",
             "warning: DaemonSet kube-system/agent: pods that it makes are not simulated\n"
             "warning: CronJob nightly: pods that it makes are not simulated\n"
             "warning: ReplicationController old: pods that it makes are not simulated\n"
             "warning: PyTorchJob tune: pods that it makes are not simulated\n"
             "warning: LimitRange objects have no effect in simulate\n"}),
    [](const auto& row) { return row.param.name; });

// --- What becomes of pods

TEST(Simulate, BoundPodsKeepTheirDevicesAndTerminalOnesHoldNothing) {
  const std::string bound =
      pod("a", "aws.amazon.com/neuron: 4", "nodeName: trn1,",
          ", annotations: {AWS_NEURON_IDS: \"0,1,2,3\", hami.io/aws-neuron-devices-allocated: "
          "\"trn1-AWSNeuron-0,AWSNeuron,0,3:trn1-AWSNeuron-1,AWSNeuron,0,3:"
          "trn1-AWSNeuron-2,AWSNeuron,0,3:trn1-AWSNeuron-3,AWSNeuron,0,3:;\"}") +
      "---\n{apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {nodeName: trn1, containers: "
      "[{name: c, resources: {limits: {aws.amazon.com/neuron: 8}}}]}, status: {phase: Failed}}\n";
  const auto result = simulate({"-f", "-"}, kTrn1 + bound + pod("c", "aws.amazon.com/neuron: 8"));
  EXPECT_EQ(table(result),
            "POD        NODE  NEURON\n"
            "default/c  trn1  devices 8-15\n"
            "1 pod: 1 placed, 0 pending");
  EXPECT_THAT(result.error, IsEmpty());
}

TEST(Simulate, ReasonsStandInTheLine) {
  const auto result = simulate({"-f", "-"}, kTrn1 + pod("minus", "aws.amazon.com/neuron: -1") +
                                                pod("half", "aws.amazon.com/neuroncore: 1.5") +
                                                pod("huge", "aws.amazon.com/neuron: 1e18") +
                                                pod("wrong", "aws.amazon.com/neuron: {}") +
                                                pod("gated", "", "schedulingGates: [{name: g}],") +
                                                pod("two-lines", "", "nodeSelector: {a: b},"));
  EXPECT_EQ(
      table(result),
      "POD                NODE       NEURON\n"
      "default/minus      <pending>  container c asks for a negative number of "
      "aws.amazon.com/neuron: -1\n"
      "default/half       <pending>  container c asks for a fraction of "
      "aws.amazon.com/neuroncore: 1.5\n"
      "default/huge       <pending>  0/1 nodes are available: container c asks for more than "
      "2147483648 aws.amazon.com/neuron.\n"
      "default/wrong      <pending>  0/1 nodes are available: pod could not be read: "
      "spec.containers[0].resources.requests[\"aws.amazon.com/neuron\"]: must be a quantity in "
      "quotes.\n"
      "default/gated      <pending>  Scheduling is blocked due to non-empty scheduling gates\n"
      "default/two-lines  <pending>  0/1 nodes are available: 1 node(s) didn't match Pod's node "
      "affinity/selector.\n"
      "6 pods: 0 placed, 6 pending");
}

struct Impossible {
  const char* name;
  std::string container;  // Entries of the container beside its name.
  std::string spec;       // And of the spec.
  std::string want;
};

void PrintTo(const Impossible& row, std::ostream* out) { *out << row.name; }

class SimulateImpossible : public testing::TestWithParam<Impossible> {};

TEST_P(SimulateImpossible, StaysPendingWithTheReason) {
  const std::string text =
      "---\n{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: "
      "{schedulerName: neuron-scheduler, " +
      GetParam().spec + " containers: [{name: c, " + GetParam().container + "}]}}\n";
  const auto result = simulate({"-f", "-", "--fail-on-pending"}, kTrn1 + text);
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(table(result), "POD        NODE       NEURON\ndefault/a  <pending>  " +
                               GetParam().want + "\n1 pod: 0 placed, 1 pending");
  const auto json = simulate({"-f", "-", "-o", "json"}, kTrn1 + text);
  EXPECT_THAT(json.out, HasSubstr("\"message\": "));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, SimulateImpossible,
    testing::Values(Impossible{"NegativeRequests",
                               "resources: {requests: {cpu: -1000, memory: -100Gi}}", "",
                               "container c asks for a negative number of cpu: -1000"},
                    Impossible{"NegativeMemory", "resources: {requests: {memory: -100Gi}}", "",
                               "container c asks for a negative number of memory: -100Gi"},
                    Impossible{"NegativeLimit", "resources: {limits: {cpu: -1}}", "",
                               "container c asks for a negative number of cpu: -1"},
                    Impossible{"NegativeLimitBesideRequest",
                               "resources: {limits: {cpu: -1}, requests: {cpu: 1}}", "",
                               "container c has limits of a negative number of cpu: -1"},
                    Impossible{"LimitIsNoQuantity",
                               "resources: {limits: {cpu: x}, requests: {cpu: 1}}", "",
                               "container c has limits of what is no quantity of cpu: x"},
                    Impossible{"FractionOfExtended", "resources: {limits: {nvidia.com/gpu: 1.5}}",
                               "", "container c asks for a fraction of nvidia.com/gpu: 1.5"},
                    Impossible{"InitContainer", "",
                               "initContainers: [{name: i, resources: {requests: {cpu: -1m}}}],",
                               "container i asks for a negative number of cpu: -1m"},
                    Impossible{"PodLevel", "", "resources: {requests: {cpu: -2}},",
                               "pod asks for a negative number of cpu: -2"},
                    Impossible{"Overhead", "", "overhead: {cpu: -2},",
                               "pod has overhead of a negative number of cpu: -2"},
                    Impossible{"TooLarge", "resources: {requests: {cpu: 1e30}}", "",
                               "0/1 nodes are available: 1 Insufficient cpu."}),
    [](const auto& row) { return row.param.name; });

TEST(Simulate, FractionsOfCpuAreNothingOdd) {
  const auto result = simulate({"-f", "-"}, kTrn1 + pod("a", "cpu: 0.5, memory: 1.5Gi"));
  EXPECT_THAT(result.out, HasSubstr("1 pod: 1 placed, 0 pending"));
}

TEST(Simulate, WithoutNodesNothingIsPlaced) {
  const auto result = simulate({"-f", "-"}, pod("a", ""));
  EXPECT_EQ(result.out,
            "POD        NODE       NEURON\n"
            "default/a  <pending>  no nodes available to schedule pods\n"
            "1 pod: 0 placed, 1 pending\n");
  EXPECT_EQ(simulate({"-f", "-"}).out, "0 pods: 0 placed, 0 pending\n");
}

TEST(Simulate, EachProfileOfAConfigurationHasItsPods) {
  const std::string path = testing::TempDir() + "neuron-scheduler-simulate-config.yaml";
  std::ofstream(path) << "apiVersion: kubescheduler.config.k8s.io/v1\n"
                         "kind: KubeSchedulerConfiguration\n"
                         "profiles:\n- schedulerName: strict\n- schedulerName: careless\n"
                         "  plugins: {filter: {disabled: [{name: NodeUnschedulable}]}}\n";
  std::string text =
      "{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {unschedulable: true}, "
      "status: {capacity: {cpu: 4, memory: 8Gi, pods: 10}}}\n";
  for (const std::string name : {"strict", "careless", "other"}) {
    text += "---\n{apiVersion: v1, kind: Pod, metadata: {name: p-" + name +
            "}, spec: {schedulerName: " + name + ", containers: [{name: c}]}}\n";
  }
  const auto result = simulate({"-f", "-", "--config", path}, text);
  EXPECT_EQ(table(result),
            "POD                 NODE       NEURON\n"
            "default/p-strict    <pending>  0/1 nodes are available: 1 node(s) were "
            "unschedulable.\n"
            "default/p-careless  n1\n"
            "2 pods: 1 placed, 1 pending");
  EXPECT_EQ(result.error,
            "warning: 1 pod has another schedulerName than strict, careless and is not tried "
            "(--all-pods tries them): default/p-other\n");
  // Whoever has no profile gets the first one.
  EXPECT_THAT(simulate({"-f", "-", "--config", path, "--all-pods"}, text).out,
              HasSubstr("default/p-other     <pending>"));
  const auto wrong = simulate({"-f", "-", "--config", "/no/such/file"}, text);
  EXPECT_EQ(wrong.code, 2);
  EXPECT_EQ(wrong.error, "neuron-scheduler: /no/such/file: No such file or directory\n");
}

TEST(Simulate, AProfileWithoutNeuronPlacesNoNeuronPods) {
  const std::string path = testing::TempDir() + "neuron-scheduler-simulate-plain.yaml";
  std::ofstream(path) << "apiVersion: kubescheduler.config.k8s.io/v1\n"
                         "kind: KubeSchedulerConfiguration\n"
                         "profiles:\n- schedulerName: neuron-scheduler\n"
                         "  plugins: {multiPoint: {disabled: [{name: '*'}], enabled: ["
                         "{name: PrioritySort}, {name: NodeResourcesFit}, "
                         "{name: DefaultBinder}]}}\n";
  const auto result = simulate({"-f", "-", "--config", path},
                               kTrn1 + pod("a", "aws.amazon.com/neuroncore: 2") + pod("b", ""));
  EXPECT_THAT(result.out, HasSubstr("default/a  <pending>  0/1 nodes are available: pod asks for "
                                    "aws.amazon.com/neuroncore, which only a profile with the "
                                    "plugin Neuron can place."));
  EXPECT_THAT(result.out, HasSubstr("2 pods: 1 placed, 1 pending"));
}

TEST(Simulate, OtherSchedulersPodsAreTriedOnlyIfAsked) {
  const std::string text =
      kTrn1 +
      "---\n{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: "
      "[{name: c}]}}\n" +
      "---\n{apiVersion: v1, kind: Pod, metadata: {name: b}, spec: "
      "{schedulerName: volcano, containers: [{name: c}]}}\n";
  const auto without = simulate({"-f", "-"}, text);
  EXPECT_EQ(table(without), "");
  EXPECT_THAT(without.out, StartsWith("trn1 "));
  EXPECT_EQ(without.error,
            "warning: 2 pods have another schedulerName than neuron-scheduler and are not tried "
            "(--all-pods tries them): default/a, ...\n");
  const auto with = simulate({"-f", "-", "--all-pods", "-o", "json"}, text);
  EXPECT_THAT(with.error, IsEmpty());
  const auto list = boost::json::parse(with.out).as_object();
  ASSERT_EQ(list.at("items").as_array().size(), 2U);
  const auto& second = list.at("items").as_array()[1].as_object();
  EXPECT_EQ(text_at(second, {"spec", "schedulerName"}), "volcano");
  EXPECT_EQ(text_at(second, {"spec", "nodeName"}), "trn1");
}

TEST(Simulate, NamespacesHaveTheirLabels) {
  const auto jealous = [](const std::string& selected) {
    return "---\n{apiVersion: v1, kind: Pod, metadata: {name: j}, spec: {nodeName: trn1, affinity: "
           "{podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: "
           "kubernetes.io/hostname, labelSelector: {}, namespaceSelector: {matchLabels: {" +
           selected + "}}}]}}, containers: [{name: c}]}}\n";
  };
  const std::string node = R"(---
{apiVersion: v1, kind: Node, metadata: {name: trn1, labels: {kubernetes.io/hostname: trn1}},
 status: {capacity: {cpu: 8, memory: 8Gi, pods: 9}}}
)";
  const std::string pods =
      pod("p", "cpu: 1", "", ", namespace: a") + pod("q", "cpu: 1", "", ", namespace: b");
  const std::string given =
      "---\n{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {team: red}}}\n";
  const auto placed = [&](const std::string& selected, const std::string& spaces) {
    return simulate({"-f", "-"}, node + jealous(selected) + pods + spaces);
  };
  EXPECT_THAT(table(placed("team: red", given)), HasSubstr("2 pods: 1 placed, 1 pending"));
  EXPECT_THAT(table(placed("team: red", "")), HasSubstr("2 pods: 2 placed, 0 pending"));
  EXPECT_THAT(table(placed("kubernetes.io/metadata.name: b", "")),
              HasSubstr("2 pods: 1 placed, 1 pending"));
  EXPECT_THAT(placed("team: red",
                     "---\n{apiVersion: v1, kind: Namespace, metadata: {name: a, "
                     "labels: [red]}}\n")
                  .error,
              HasSubstr("Namespace a could not be read, it counts as one without labels: "
                        "metadata.labels: must be an object"));
}

TEST(Simulate, WhatIsOddIsWarnedOf) {
  const std::string text =
      kTrn1 + "---\n{apiVersion: v1, kind: Node, metadata: {name: bad}, spec: {taints: x}}\n" +
      pod("lost", "", "nodeName: gone,") +
      pod("foreign", "aws.amazon.com/neuron: 1", "nodeName: trn1,") +
      pod("going", "", "", ", deletionTimestamp: \"2026-11-01T00:00:00Z\"");
  const auto result = simulate({"-f", "-"}, text + pod("a", "aws.amazon.com/neuron: 1"));
  EXPECT_THAT(result.error,
              AllOf(HasSubstr("warning: Node bad could not be read, it takes no pods: spec.taints: "
                              "must be an array\n"),
                    HasSubstr("warning: Pod default/lost is bound to node gone, which is not in "
                              "the input: it counts nowhere\n"),
                    HasSubstr("warning: Pod default/going is being deleted: not tried\n"),
                    HasSubstr("warning: Pod default/foreign: ")));
  EXPECT_THAT(table(result), HasSubstr("1 node(s) had the foreign Neuron pod default/foreign"));
}

// --- Order

TEST(Simulate, PriorityThenCreationThenInputDecide) {
  const std::string text =
      "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: "
      "9}\n" +
      kTrn1 + pod("last", "") + pod("young", "", "", ", creationTimestamp: 2026-11-01T00:00:02Z") +
      pod("old", "", "", ", creationTimestamp: 2026-11-01T00:00:01Z") +
      pod("same", "", "", ", creationTimestamp: 2026-11-01T00:00:02Z") +
      pod("high", "", "priorityClassName: high,");
  const auto result = simulate({"-f", "-"}, text);
  std::string names;
  std::istringstream lines(table(result));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("default/")) names += line.substr(8, line.find(' ') - 8) + ' ';
  }
  EXPECT_EQ(names, "high old last young same ");
}

std::vector<std::string> mixed_objects() {
  std::vector<std::string> objects;
  const auto stamp = [&objects] {
    const auto number = std::to_string(100 + objects.size()).substr(1);
    return ", creationTimestamp: \"2026-11-01T00:00:" + number + "Z\"";
  };
  const auto stamped = [&](std::string text, const std::string& name) {
    const std::string key = "metadata: {name: " + name;
    return text.insert(text.find(key) + key.size(), stamp());
  };
  for (const char* const name : {"n1", "n2", "n3"}) {
    objects.push_back(stamped(node(name, "trn1.32xlarge", 16, 32), name));
    objects.push_back(
        stamped(node(std::string("i-") + name, "inf2.48xlarge", 12, 24), std::string("i-") + name));
  }
  for (int i = 0; i < 40; ++i) {
    const std::string name = "p" + std::to_string(i);
    const char* const resource =
        i % 3 == 0 ? "aws.amazon.com/neuron: " : "aws.amazon.com/neuroncore: ";
    objects.push_back(stamped(
        pod(name, resource + std::to_string(1 << (i % 5)), i % 7 == 0 ? "priority: 3," : ""),
        name));
  }
  objects.push_back(stamped(pod("bound", "aws.amazon.com/neuroncore: 1", "nodeName: n1,",
                                ", annotations: {AWS_NEURON_IDS: \"0\"}"),
                            "bound"));
  objects.push_back(
      stamped("---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {replicas: "
              "4, template: {spec: {schedulerName: neuron-scheduler, containers: [{name: c, "
              "resources: {limits: {aws.amazon.com/neuroncore: 2}}}]}}}}\n",
              "d"));
  return objects;
}

TEST(Simulate, TheOrderOfTheInputDoesNotMatterIfTimesDiffer) {
  auto objects = mixed_objects();
  const auto joined = [&] {
    std::string text;
    for (const std::string& object : objects) text += object;
    return text;
  };
  const auto want = simulate({"-f", "-"}, joined());
  ASSERT_THAT(want.out, AllOf(HasSubstr("44 pods: "), HasSubstr("<pending>")));
  const auto want_json = simulate({"-f", "-", "-o", "json"}, joined());
  std::mt19937 random(7);
  for (int i = 0; i < 8; ++i) {
    std::ranges::shuffle(objects, random);
    const auto got = simulate({"-f", "-"}, joined());
    ASSERT_EQ(got.out, want.out);
    ASSERT_EQ(got.error, want.error);
    ASSERT_EQ(simulate({"-f", "-", "-o", "json"}, joined()).out, want_json.out);
  }
}

TEST(Simulate, TheOrderOfTheInputDoesNotMatterForGeneratedNames) {
  const std::string spec =
      "spec: {schedulerName: neuron-scheduler, containers: [{name: c, resources: {limits: "
      "{aws.amazon.com/neuroncore: 1}}}]}";
  std::vector<std::string> objects;
  const auto metadata = [&objects](const std::string& name) {
    return "metadata: {" + name + ", creationTimestamp: \"2026-11-01T00:00:0" +
           std::to_string(objects.size()) + "Z\"}, ";
  };
  for (int i = 0; i < 4; ++i) {
    objects.push_back("---\n{apiVersion: v1, kind: Pod, " + metadata("generateName: g-") + spec +
                      "}\n");
  }
  // Both make pods named g-SUFFIX, too.
  objects.push_back("---\n{apiVersion: batch/v1, kind: Job, " + metadata("name: g") +
                    "spec: {template: {" + spec + "}}}\n");
  objects.push_back("---\n{apiVersion: apps/v1, kind: ReplicaSet, " + metadata("name: g") +
                    "spec: {template: {" + spec + "}}}\n");
  const auto joined = [&objects] {
    std::string text = kTrn1;
    for (const std::string& object : objects) text += object;
    return simulate({"-f", "-", "-o", "json"}, text);
  };
  const auto want = joined();
  ASSERT_EQ(want.code, 0) << want.error;
  std::mt19937 random(7);
  for (int i = 0; i < 12; ++i) {
    std::ranges::shuffle(objects, random);
    ASSERT_EQ(joined().out, want.out);
  }
}

TEST(Simulate, TheSeedDecidesBetweenEqualNodes) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += node("n" + std::to_string(i), "trn1.32xlarge", 16, 32);
  text += pod("a", "aws.amazon.com/neuron: 16");
  std::vector<std::string> outs;
  for (const char* const seed : {"0", "1", "2", "3", "4", "5"}) {
    outs.push_back(table(simulate({"-f", "-", "--seed", seed}, text)));
    EXPECT_EQ(table(simulate({"--seed", seed, "-f", "-"}, text)), outs.back());
  }
  std::ranges::sort(outs);
  EXPECT_GT(std::ranges::distance(outs.begin(), std::ranges::unique(outs).begin()), 1);
}

// --- Lists

TEST(Simulate, TheListHoldsPodsAsAnApiServerWould) {
  const std::string text =
      "{apiVersion: v1, kind: Node, metadata: {name: m, labels: {topology.kubernetes.io/zone: z, "
      "node.kubernetes.io/instance-type: inf2.xlarge}}, status: {capacity: {cpu: 4, memory: 8Gi, "
      "pods: 9, aws.amazon.com/neuron: 1, aws.amazon.com/neuroncore: 2}}}\n" +
      pod("a", "aws.amazon.com/neuroncore: 1", "", ", annotations: {keep: me}, labels: {b: c}") +
      pod("b", "aws.amazon.com/neuroncore: 3");
  const auto result = simulate({"-f", "-", "-o", "json", "--now", "2026-11-24T12:00:00Z"}, text);
  const auto list = boost::json::parse(result.out).as_object();
  EXPECT_EQ(text_at(list, {"apiVersion"}), "v1");
  EXPECT_EQ(text_at(list, {"kind"}), "List");
  const auto& items = list.at("items").as_array();
  ASSERT_EQ(items.size(), 2U);
  const auto& placed = items[0].as_object();
  EXPECT_EQ(text_at(placed, {"kind"}), "Pod");
  EXPECT_EQ(text_at(placed, {"spec", "nodeName"}), "m");
  EXPECT_EQ(boost::json::serialize(*find(placed, {"metadata", "labels"})),
            R"({"b":"c","topology.kubernetes.io/zone":"z"})");
  EXPECT_EQ(boost::json::serialize(*find(placed, {"metadata", "annotations"})),
            R"({"keep":"me","AWS_NEURON_IDS":"0","NEURON_ALLOCATED":"false",)"
            R"("NEURON_ALLOC_TIME":"1795521600000000000",)"
            R"("NEURON_RESOURCE_TYPE":"aws.amazon.com/neuroncore",)"
            R"("aws.amazon.com/predicate-node":"m",)"
            R"("hami.io/aws-neuron-devices-allocated":"m-AWSNeuron-0,AWSNeuron,0,1:;",)"
            R"("hami.io/bind-phase":"allocating","hami.io/bind-time":"1795521600",)"
            R"("hami.io/vgpu-node":"m","hami.io/vgpu-time":"1795521600"})");
  EXPECT_EQ(boost::json::serialize(*find(placed, {"status", "conditions"})),
            R"([{"type":"PodScheduled","status":"True","lastProbeTime":null,)"
            R"("lastTransitionTime":"2026-11-24T12:00:00Z"}])");
  const auto& pending = items[1].as_object();
  EXPECT_EQ(find(pending, {"spec", "nodeName"}), nullptr);
  EXPECT_EQ(boost::json::serialize(*find(pending, {"status", "conditions"})),
            R"([{"type":"PodScheduled","status":"False","lastProbeTime":null,)"
            R"("lastTransitionTime":"2026-11-24T12:00:00Z","reason":"Unschedulable","message":)"
            R"("0/1 nodes are available: 1 node(s) cannot give 3 aws.amazon.com/neuroncore to one )"
            R"(container (legal numbers of devices: 1)."}])");
  const auto yaml = simulate({"-f", "-", "-o", "yaml", "--now", "2026-11-24T12:00:00Z"}, text);
  const auto same = manifest::yaml_to_object(yaml.out);
  ASSERT_TRUE(same) << same.error().message;
  EXPECT_EQ(boost::json::value(*same), boost::json::value(list));
}

TEST(Simulate, AConditionKeepsTheTimeOfItsStatus) {
  const std::string text =
      "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {schedulerName: neuron-scheduler, "
      "containers: [{name: c}]}, status: {conditions: [{type: Other, status: 'True'}, {type: "
      "PodScheduled, status: 'False', "
      "reason: Unschedulable, message: old, lastTransitionTime: '2026-11-01T00:00:00Z'}]}}";
  const auto result = simulate({"-f", "-", "-o", "json", "--now", "2026-11-24T12:00:00Z"}, text);
  const auto list = boost::json::parse(result.out).as_object();
  EXPECT_EQ(boost::json::serialize(
                *find(list.at("items").as_array()[0].as_object(), {"status", "conditions"})),
            R"([{"type":"Other","status":"True"},{"type":"PodScheduled","status":"False",)"
            R"("lastProbeTime":null,"lastTransitionTime":"2026-11-01T00:00:00Z",)"
            R"("reason":"Unschedulable","message":"no nodes available to schedule pods"}])");
  // Its own output is input again, and gives the same.
  EXPECT_EQ(simulate({"-f", "-", "-o", "json", "--now", "2026-11-24T12:00:00Z"}, result.out).out,
            result.out);
}

// --- Ends

TEST(Simulate, BadInputEndsWithTwoAndPlacesNothing) {
  for (const char* const format : {"table", "json", "yaml"}) {
    const auto result =
        simulate({"-f", "-", "-o", format}, kTrn1 + pod("a", "") + "---\nkind: Pod\nmetadata: [\n");
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.error, StartsWith("neuron-scheduler: -:8: not YAML: "));
  }
  EXPECT_EQ(simulate({"-f", "none.yaml"}).error,
            "neuron-scheduler: none.yaml: no such file or folder\n");
  EXPECT_EQ(simulate({"-f", kData + "nodes.yaml", "-f", kData + "nodes.yaml"}).error,
            "neuron-scheduler: test/cmd/manifests/nodes.yaml:2: Node trn1-a is already at "
            "test/cmd/manifests/nodes.yaml:2\n");
}

TEST(Simulate, PendingPodsCountOnlyIfAsked) {
  const std::string left = kTrn1 + pod("a", "aws.amazon.com/neuron: 17");
  EXPECT_EQ(simulate({"-f", "-"}, left).code, 0);
  EXPECT_EQ(simulate({"-f", "-", "--fail-on-pending"}, left).code, 3);
  EXPECT_EQ(simulate({"-f", "-", "--fail-on-pending"}, kTrn1 + pod("a", "")).code, 0);
}

TEST(Simulate, NothingFromTheInputControlsATerminal) {
  const auto result =
      simulate({"-f", "-"},
               kTrn1 + "---\n" +
                   R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{)"
                   R"("schedulerName":"neuron-scheduler","containers":[{"name":"\u001b[2J\u009b",)"
                   R"("resources":{"limits":{"aws.amazon.com/neuron":"-1"}}}]}})"
                   "\n---\n"
                   R"({"apiVersion":"v1","kind":"Odd\u001b[2J","metadata":{"name":"a\nb"},)"
                   R"("spec":{"template":{"spec":{"containers":[]}}}})");
  EXPECT_THAT(result.out, HasSubstr("container  [2J  asks for a negative number"));
  EXPECT_EQ(result.error, "warning: Odd [2J a b: pods that it makes are not simulated\n");
}

TEST(Simulate, IdsAreShownAsRanges) {
  EXPECT_EQ(short_ids(""), "");
  EXPECT_EQ(short_ids("7"), "7");
  EXPECT_EQ(short_ids("0,1,2,3"), "0-3");
  EXPECT_EQ(short_ids("0,1,4,6,7,6,7"), "0-1,4,6-7,6-7");
}

}  // namespace
}  // namespace neuron_scheduler::simulate
