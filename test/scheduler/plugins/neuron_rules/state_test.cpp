// design.md §3, line by line: state comes from pods alone. Damaged and oversized watch lines are
// the client's (test/client/watch_fsm_test.cpp, informer_test.cpp).
#include <gtest/gtest.h>

#include "test/scheduler/plugins/neuron_rules/world.hpp"

namespace neuron_scheduler::test::rules {
namespace {

const std::string kIds = "AWS_NEURON_IDS";
const std::string kHami = "hami.io/aws-neuron-devices-allocated";
const std::string kFull = "...no free legal set...";
const std::string kForeign = "...the foreign Neuron pod default/x, whose devices are not known...";

// Twelve devices of two cores, in a ring.
const Step kNode = there_is(node("w", "inf2.48xlarge", 12, 24));
// Asks of it what fits only if it is empty, and only if nothing foreign is there.
Step asks_for_all(const std::string& want) { return asks(pod("all", "neuron: 12"), want); }
const std::string kAll = "w: 0,1,2,3,4,5,6,7,8,9,10,11";

// The node, the pod x on it, and what becomes of a pod that asks for one core.
Rule with_pod(const std::string& id, const std::string& x, const std::string& want) {
  return {id, {kNode, there_is(x), asks(pod("p", "neuroncore: 1"), want)}, ""};
}

const Rule kRules[] = {
    {"S3_01_InUseIsWhatLivePodsCarry",
     {kNode, there_is(bound("x", "w", "neuron: 11", {{kIds, "0,1,2,3,4,5,6,7,8,9,10"}})),
      asks(pod("p", "neuron: 1"), "w: 11"), asks(pod("q", "neuron: 1"), kFull)},
     ""},
    {"S3_02_UsageMapsOnNodesAreNotRead",
     {there_is(node("w", "inf2.24xlarge", 6, 12,
                    annotated({{"NEURON_DEV_USAGE_MAP", "true,true,true,true,true,true"}}))),
      asks(pod("p", "neuron: 6"), "w: 0,1,2,3,4,5")},
     ""},
    {"S3_03_CountsUntilDeleted",
     {kNode, there_is(bound("x", "w", "neuron: 1", {{kIds, "3"}})), asks_for_all(kFull),
      gone("pod x"), asks_for_all(kAll)},
     ""},
    {"S3_04_CountsFromTheBindingOn",
     {kNode, asks(pod("x", "neuron: 12"), kAll), asks(pod("p", "neuroncore: 1"), kFull),
      gone("pod x"), asks(pod("p", "neuroncore: 1"), "w: 22")},
     ""},
    {"S3_05_SucceededHoldsNothing",
     {kNode, there_is(bound("x", "w", "neuron: 1", {{kIds, "3"}})), asks_for_all(kFull),
      there_is("{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {nodeName: w, containers: "
               "[{name: c, resources: {limits: {aws.amazon.com/neuron: 1}}}]}, "
               "status: {phase: Succeeded}}"),
      asks_for_all(kAll)},
     ""},
    {"S3_06_FailedHoldsNothing",
     {kNode,
      there_is("{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {nodeName: w, containers: "
               "[{name: c, resources: {limits: {aws.amazon.com/neuron: 1}}}]}, "
               "status: {phase: Failed}}"),
      asks_for_all(kAll)},
     ""},
    {"S3_07_TerminatingCounts",
     {kNode,
      there_is(bound("x", "w", "neuron: 1", {{kIds, "3"}},
                     ", deletionTimestamp: \"2026-01-01T00:00:00Z\"")),
      asks_for_all(kFull)},
     ""},
    {"S3_08_UnboundNeverCounts",
     {kNode,
      there_is(pod("x", "neuron: 1",
                   annotated({{kIds, "3"}, {kHami, "w-AWSNeuron-3,AWSNeuron,0,3:;"}}),
                   "schedulingGates: [{name: g}], ")),
      asks_for_all(kAll)},
     ""},
    {"S3_09_NodeOfTheSameNameInheritsItsPods",
     {kNode, there_is(bound("x", "w", "neuron: 1", {{kIds, "3"}})), gone("node w"),
      there_is(node("w", "inf2.48xlarge", 12, 24, ", uid: another")), asks_for_all(kFull),
      gone("pod x"), asks_for_all(kAll)},
     ""},
    {"S3_10_PodsOfAnotherGeometryAreForeign",
     {kNode, there_is(bound("x", "w", "neuroncore: 1", {{kIds, "23"}})), gone("node w"),
      there_is(node("w", "inf2.24xlarge", 6, 12)), asks(pod("p", "neuron: 1"), kForeign)},
     ""},
    with_pod("S3_11_IdsAlone", bound("x", "w", "neuroncore: 2", {{kIds, "22,23"}}), "w: 20"),
    with_pod("S3_12_HamisAnnotationAlone",
             bound("x", "w", "neuroncore: 2", {{kHami, "w-AWSNeuron-11,AWSNeuron,0,3:;"}}),
             "w: 20"),
    with_pod("S3_13_IdsOfAnotherNode",
             bound("x", "w", "neuroncore: 1", {{kHami, "m-AWSNeuron-11,AWSNeuron,0,1:;"}}),
             kForeign),
    with_pod("S3_14_IdsBeyondTheNode", bound("x", "w", "neuroncore: 1", {{kIds, "24"}}), kForeign),
    with_pod("S3_15_MaskBeyondTheCoresOfADevice",
             bound("x", "w", "neuroncore: 1", {{kHami, "w-AWSNeuron-11,AWSNeuron,0,4:;"}}),
             kForeign),
    with_pod("S3_16_FewerCoresThanAsked",
             bound("x", "w", "neuroncore: 2", {{kHami, "w-AWSNeuron-11,AWSNeuron,0,1:;"}}),
             kForeign),
    with_pod("S3_17_MoreCoresThanAsked",
             bound("x", "w", "neuroncore: 1", {{kHami, "w-AWSNeuron-11,AWSNeuron,0,3:;"}}),
             kForeign),
    with_pod("S3_18_DevicesAreDistinct",
             bound("x", "w", "neuron: 2",
                   {{kHami, "w-AWSNeuron-3,AWSNeuron,0,3:w-AWSNeuron-3,AWSNeuron,0,3:;"}}),
             kForeign),
    with_pod("S3_19_WholeDevicesWhateverTheirMask",
             bound("x", "w", "neuron: 1", {{kHami, "w-AWSNeuron-11,AWSNeuron,0,1:;"}}), "w: 20"),
    with_pod(
        "S3_20_BothKeysAgree",
        bound("x", "w", "neuroncore: 1", {{kIds, "22"}, {kHami, "w-AWSNeuron-11,AWSNeuron,0,1:;"}}),
        "w: 23"),
    with_pod(
        "S3_21_BothKeysDisagree",
        bound("x", "w", "neuroncore: 1", {{kIds, "21"}, {kHami, "w-AWSNeuron-11,AWSNeuron,0,1:;"}}),
        kForeign),
    with_pod("S3_22_InitIdsListedOnce",
             bound("x", "w", "init neuron: 1 | neuron: 1", {{kIds, "11"}}), "w: 20"),
    with_pod("S3_23_InitIdsRepeated",
             bound("x", "w", "init neuron: 1 | neuron: 1", {{kIds, "11,11"}}), "w: 20"),
    with_pod("S3_24_AnnotationsOfPodsThatAskForNothing",
             bound("x", "w", "cpu: 1", {{kIds, "22"}, {kHami, "w-AWSNeuron-11,AWSNeuron,0,1:;"}}),
             "w: 22"),
    {"S3_25_FirstReadableAssignmentSticks",
     {kNode, there_is(bound("x", "w", "neuroncore: 2", {{kIds, "22,23"}})),
      there_is(bound("x", "w", "neuroncore: 2", {{kIds, "20,21"}})),
      asks(pod("p", "neuroncore: 1"), "w: 18"), told("NeuronAssignmentChanged x"), gone("pod x"),
      gone("pod p"), asks_for_all(kAll)},
     ""},
    {"S3_26_AnnotationsTakenAwayFreeNothing",
     {kNode, there_is(bound("x", "w", "neuroncore: 2", {{kIds, "22,23"}})),
      there_is(bound("x", "w", "neuroncore: 2")), asks(pod("p", "neuroncore: 1"), "w: 20"),
      told("NeuronAssignmentChanged x")},
     ""},
    {"S3_27_ForeignPodBlocksItsNodeByName",
     {kNode, there_is(bound("x", "w", "neuron: 1")), asks(pod("p", "neuroncore: 1"), kForeign),
      told("ForeignNeuronPod x")},
     ""},
    {"S3_28_ForeignNodeIsFreedByItself",
     {kNode, there_is(bound("x", "w", "neuron: 1", {{kIds, "one"}})),
      asks(pod("p", "neuroncore: 1"), kForeign), gone("pod x"),
      asks(pod("p", "neuroncore: 1"), "w: 22")},
     ""},
    {"S3_29_ForeignUntilTheAnnotationsCome",
     {kNode, there_is(bound("x", "w", "neuron: 1")), asks(pod("p", "neuroncore: 1"), kForeign),
      there_is(bound("x", "w", "neuron: 1", {{kIds, "11"}})),
      asks(pod("p", "neuroncore: 1"), "w: 20")},
     ""},
    {"S3_30_OtherNodesAreNotTouchedByForeignPods",
     {kNode, there_is(bound("x", "w", "neuron: 1")), there_is(node("m", "inf2.24xlarge", 6, 12)),
      asks(pod("p", "neuroncore: 1"), "m: 10")},
     ""},
    {"S3_31_PlainPodsStillGoToAForeignNode",
     {kNode, there_is(bound("x", "w", "neuron: 1")), asks(pod("p", "cpu: 1"), "w")},
     ""},
    {"S3_32_ForeignPodThatAsksForAllFillsTheNode",
     {kNode, there_is(bound("x", "w", "neuron: 12")), asks(pod("p", "neuroncore: 1"), kFull),
      not_told("ForeignNeuronPod")},
     ""},
    {"S3_33_ForeignPodThatAsksForTheOnlyDevice",
     {there_is(node("w", "trn1.2xlarge", 1, 2)), there_is(bound("x", "w", "neuron: 1")),
      asks(pod("p", "neuroncore: 1"), kFull)},
     ""},
    {"S3_34_BoundPodThatCannotBeDecodedCountsAsAsking",
     {kNode,
      there_is("{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {nodeName: w, containers: "
               "[{name: c, resources: {requests: {cpu: many}}}]}}"),
      asks(pod("p", "neuroncore: 1"), kForeign), asks(pod("q", "cpu: 1"), "w")},
     ""},
    {"S3_35_UnboundPodThatCannotBeDecodedIsRefusedByName",
     {kNode,
      asks("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {schedulerName: "
           "neuron-scheduler, containers: [{name: c, resources: {requests: {cpu: many}}}]}}",
           "...many..."),
      asks(pod("q", "neuroncore: 1"), "w: 22")},
     ""},
    {"S3_36_NodeThatCannotBeReadTakesNoPods",
     {there_is("{apiVersion: v1, kind: Node, metadata: {name: w}, status: {capacity: {pods: 9, "
               "aws.amazon.com/neuron: many}}}"),
      asks(pod("p", "cpu: 1"), "0/1 nodes are available: ..."), kNode,
      asks(pod("q", "neuroncore: 1"), "w: 22")},
     ""},
    {"S3_37_BadUpdateKeepsWhatWasHeldAndIsForeign",
     {kNode, there_is(bound("x", "w", "neuroncore: 2", {{kIds, "22,23"}})),
      asks(pod("p", "neuroncore: 1"), "w: 20"),
      there_is(bound("x", "w", "neuroncore: 2, cpu: many", {{kIds, "22,23"}})),
      asks(pod("q", "neuroncore: 1"), kForeign),
      there_is(bound("x", "w", "neuroncore: 2", {{kIds, "22,23"}})),
      asks(pod("q", "neuroncore: 1"), "w: 21")},
     ""},
};

class Section3 : public testing::TestWithParam<Rule> {};
TEST_P(Section3, Holds) { expect_rule(GetParam()); }
INSTANTIATE_TEST_SUITE_P(StateFromPodsAlone, Section3, testing::ValuesIn(kRules),
                         [](const auto& row) { return row.param.id; });

}  // namespace
}  // namespace neuron_scheduler::test::rules
