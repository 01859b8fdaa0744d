// design.md §6, and the arguments and policies that §5 and §7 name, line by line.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/plugins/neuron_rules/world.hpp"

namespace neuron_scheduler::test::rules {
namespace {

const std::string kIds = "AWS_NEURON_IDS";
const std::string kNodes = "hami.io/node-scheduler-policy";
const std::string kDevices = "hami.io/gpu-scheduler-policy";
const std::string kFull = "...no free legal set...";
const std::string kSize = "...cannot give...";

Step trn1() { return there_is(node("w", "trn1.32xlarge", 16, 32)); }
Step ring() { return there_is(node("w", "inf2.48xlarge", 12, 24)); }
Step line() { return there_is(node("w", "inf2.24xlarge", 6, 12)); }
Step inf1() { return there_is(node("w", "inf1.6xlarge", 4, 16)); }

// All devices but these are held.
Step only_free(int devices, const std::vector<int>& free) {
  std::string pods;
  for (int device = 0; device < devices; ++device) {
    if (std::find(free.begin(), free.end(), device) != free.end()) continue;
    const std::string id = std::to_string(device);
    pods += bound("x" + id, "w", "neuron: 1", {{kIds, id}});
  }
  return there_is(pods);
}

const Rule kArguments[] = {
    {"S5_80_ConnectedGivesLinkedDevices",
     {trn1(), asks(pod("p", "neuron: 2"), "w: 0,1"), asks(pod("q", "neuron: 3"), "...w: ...")},
     neuron_args("placement: Connected")},
    {"S5_81_ConnectedGivesSquaresAndColumns",
     {trn1(), only_free(16, {9, 10, 13, 14}), asks(pod("p", "neuron: 4"), "w: 9,10,13,14")},
     neuron_args("placement: Connected")},
    {"S5_82_ConnectedGivesNothingThatIsNotLinked",
     {trn1(), only_free(16, {0, 5, 10}), asks(pod("p", "neuron: 2"), kFull)},
     neuron_args("placement: Connected")},
    {"S5_83_ConnectedPrefersTheSmallestDiameter",
     {trn1(), only_free(16, {0, 1, 5, 6, 7, 9}), asks(pod("p", "neuron: 4"), "w: 1,5,6,9")},
     neuron_args("placement: Connected")},
    {"S5_84_ConnectedOfAnUnknownTypeIsAligned",
     {there_is(node("w", "trn9.48xlarge", 16, 32)), asks(pod("p", "neuron: 2"), kSize)},
     neuron_args("placement: Connected")},
    {"S5_85_RingWrap",
     {ring(), only_free(12, {0, 11}), asks(pod("p", "neuron: 2"), "w: 0,11")},
     neuron_args("ringWrap: true")},
    {"S5_86_RingWrapIsNotForLines",
     {line(), only_free(6, {0, 5}), asks(pod("p", "neuron: 2"), kFull)},
     neuron_args("ringWrap: true")},
    {"S5_87_UnhealthyDevicesAllow",
     {there_is(node("w", "inf2.24xlarge", 6, 12, "",
                    ", allocatable: {cpu: 64, memory: 64Gi, pods: 100, aws.amazon.com/neuron: 5, "
                    "aws.amazon.com/neuroncore: 10}")),
      asks(pod("p", "neuron: 1"), "w: 5")},
     neuron_args("unhealthyDevices: Allow")},
    {"S5_88_MixedUnitsAllow",
     {inf1(), asks(pod("p", "neuron: 1 | neuroncore: 1"), "w: 3,8"),
      has("p", "hami.io/aws-neuron-devices-allocated",
          "w-AWSNeuron-3,AWSNeuron,0,15:;w-AWSNeuron-2,AWSNeuron,0,1:;")},
     neuron_args("mixedUnits: Allow")},
    {"S7_60_InitContainerIdsOnce",
     {ring(), asks(pod("p", "init neuron: 1 | neuron: 1"), "w: 11"),
      asks(pod("q", "init neuroncore: 2 | neuroncore: 1 | neuroncore: 1"), "w: 20,21")},
     neuron_args("initContainerIds: Once")},
    {"S7_61_ResourcesOfOtherNames",
     {there_is("{apiVersion: v1, kind: Node, metadata: {name: w, labels: "
               "{node.kubernetes.io/instance-type: inf1.6xlarge}}, status: {capacity: {cpu: 9, "
               "memory: 9Gi, pods: 9, example.com/chip: 4, example.com/core: 16}}}"),
      asks(
          "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {schedulerName: "
          "neuron-scheduler, containers: [{name: c, resources: {limits: {example.com/core: 2}}}]}}",
          "w: 12,13"),
      has("p", "NEURON_RESOURCE_TYPE", "example.com/core"),
      asks(
          "{apiVersion: v1, kind: Pod, metadata: {name: q}, spec: {schedulerName: "
          "neuron-scheduler, containers: [{name: c, resources: {limits: {example.com/unit: 2}}}]}}",
          "w: 0,1")},
     neuron_args("deviceResource: example.com/chip, deviceAliases: [example.com/unit], "
                 "coreResource: example.com/core")},
};

class Section6 : public testing::TestWithParam<Rule> {};
TEST_P(Section6, Holds) { expect_rule(GetParam()); }
std::string id_of(const testing::TestParamInfo<Rule>& row) { return row.param.id; }
INSTANTIATE_TEST_SUITE_P(Arguments, Section6, testing::ValuesIn(kArguments), id_of);

// Two nodes, and a pod on the second of them.
const std::string kTwo = node("v", "inf2.24xlarge", 6, 12) + node("w", "inf2.24xlarge", 6, 12) +
                         bound("x", "w", "neuroncore: 1", {{kIds, "6"}});

const Rule kChoice[] = {
    {"S6_01_PartlyUsedDevicesFirst",
     {line(), there_is(bound("x", "w", "neuroncore: 1", {{kIds, "6"}})),
      asks(pod("p", "neuroncore: 1"), "w: 7")},
     ""},
    {"S6_02_BrokenRowsFirst",
     {trn1(), there_is(bound("x", "w", "neuron: 1", {{kIds, "5"}})),
      asks(pod("p", "neuron: 1"), "w: 7"), asks(pod("q", "neuron: 4"), "w: 0,1,2,3")},
     ""},
    {"S6_03_TheFreeRunThatFitsTightest",
     {ring(),
      there_is(bound("x", "w", "neuron: 1", {{kIds, "4"}}) +
               bound("z", "w", "neuron: 1", {{kIds, "7"}})),
      asks(pod("p", "neuron: 2"), "w: 5,6")},
     ""},
    {"S6_04_TheFreeRunOfCoresThatFitsTightest",
     {inf1(),
      there_is(bound("x", "w", "neuroncore: 1", {{kIds, "2"}}) +
               bound("z", "w", "neuroncore: 2", {{kIds, "8,9"}})),
      asks(pod("p", "neuroncore: 1"), "w: 3"), asks(pod("q", "neuroncore: 2"), "...w: ...")},
     ""},
    {"S6_05_TheNodeThatIsBrokenAlready",
     {there_is(kTwo), asks(pod("p", "neuroncore: 1"), "w: 7")},
     ""},
    {"S6_10_NodesSpreadByAnnotation",
     {there_is(kTwo), asks(pod("p", "neuroncore: 1", annotated({{kNodes, "spread"}})), "v: 10")},
     ""},
    {"S6_11_NodesSpreadByDefault",
     {there_is(kTwo), asks(pod("p", "neuroncore: 1"), "v: 10")},
     neuron_args("nodePolicy: spread")},
    {"S6_12_AnnotationBeforeDefault",
     {there_is(kTwo), asks(pod("p", "neuroncore: 1", annotated({{kNodes, "binpack"}})), "w: 7")},
     neuron_args("nodePolicy: spread")},
    {"S6_13_UnknownNodePolicyIsRefusedByName",
     {there_is(kTwo),
      asks(pod("p", "neuroncore: 1", annotated({{kNodes, "closest"}})), "...\"closest\"...")},
     ""},
    {"S6_20_DevicesSpreadByAnnotation",
     {inf1(), there_is(bound("x", "w", "neuroncore: 1", {{kIds, "12"}})),
      asks(pod("p", "neuroncore: 1", annotated({{kDevices, "spread"}})), "w: 4")},
     ""},
    {"S6_21_DevicesSpreadByDefault",
     {inf1(), there_is(bound("x", "w", "neuroncore: 1", {{kIds, "12"}})),
      asks(pod("p", "neuroncore: 1"), "w: 4"),
      asks(pod("q", "neuroncore: 3", annotated({{kDevices, "binpack"}})), "w: 13,14,15")},
     neuron_args("devicePolicy: spread")},
    {"S6_22_MutexTakesUntouchedDevicesOnly",
     {inf1(), there_is(bound("x", "w", "neuroncore: 1", {{kIds, "12"}})),
      asks(pod("p", "neuroncore: 1", annotated({{kDevices, "mutex"}})), "w: 8")},
     ""},
    {"S6_23_MutexHasNoRoomBesideOthers",
     {there_is(node("w", "trn1.2xlarge", 1, 2) + bound("x", "w", "neuroncore: 1", {{kIds, "0"}})),
      asks(pod("p", "neuroncore: 1", annotated({{kDevices, "mutex"}})), kFull),
      asks(pod("q", "neuroncore: 1"), "w: 1")},
     ""},
    {"S6_24_UnknownDevicePolicyIsRefusedByName",
     {line(),
      asks(pod("p", "neuron: 1", annotated({{kDevices, "numa-first"}})), "...\"numa-first\"...")},
     ""},
    {"S6_30_PlainPodsKeepOffNeuronNodes",
     {there_is("{apiVersion: v1, kind: Node, metadata: {name: a}, status: {capacity: {cpu: 64, "
               "memory: 64Gi, pods: 100}}}"),
      line(), asks(pod("p", "cpu: 1"), "a"),
      there_is("{apiVersion: v1, kind: Node, metadata: {name: z}, status: {capacity: {cpu: 64, "
               "memory: 64Gi, pods: 100}}}"),
      asks(pod("q", "cpu: 1"), "z")},
     ""},
    {"S6_31_AnExplicitPreferenceOfFullWeightWins",
     {there_is(kTwo),
      asks(pod("p", "neuroncore: 1", "",
               "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: "
               "[{weight: 100, preference: {matchFields: [{key: metadata.name, operator: In, "
               "values: [v]}]}}]}}, "),
           "v: 10")},
     ""},
    {"S6_32_OtherScoresDoNotUndoThePacking",
     {there_is(kTwo + bound("busy", "w", "cpu: 32, memory: 32Gi")),
      asks(pod("p", "neuroncore: 1"), "w: 7")},
     ""},
};
INSTANTIATE_TEST_SUITE_P(Choice, Section6, testing::ValuesIn(kChoice), id_of);

}  // namespace
}  // namespace neuron_scheduler::test::rules
