// design.md §7, line by line: what the pod gets, and what is read from it.
#include <gtest/gtest.h>

#include "test/scheduler/plugins/neuron_rules/world.hpp"

namespace neuron_scheduler::test::rules {
namespace {

const std::string kIds = "AWS_NEURON_IDS";
const std::string kType = "NEURON_RESOURCE_TYPE";
const std::string kHami = "hami.io/aws-neuron-devices-allocated";
const std::string kUse1 = "aws.amazon.com/use-gpuuuid";
const std::string kUse2 = "aws.amazon.com/use-neuron-uuid";
const std::string kNoUse1 = "aws.amazon.com/nouse-gpuuuid";
const std::string kNoUse2 = "aws.amazon.com/nouse-neuron-uuid";
const std::string kNotAccepted = "...no usable Neuron device that the pod's UUID annotations...";

Step ring() { return there_is(node("w", "inf2.48xlarge", 12, 24)); }
Step inf1() { return there_is(node("w", "inf1.6xlarge", 4, 16)); }

// The tests' clock stands at the beginning of 2026.
const std::string kSeconds = "1767225600";

const Rule kWritten[] = {
    {"S7_01_CoreIdsForCoreRequests",
     {ring(), asks(pod("p", "neuroncore: 3"), "w: 0,1,2"), has("p", kIds, "0,1,2")},
     ""},
    {"S7_02_DeviceIdsForDeviceRequests",
     {ring(), asks(pod("p", "neuron: 3"), "w: 0,1,2"), has("p", kIds, "0,1,2"),
      has("p", kHami,
          "w-AWSNeuron-0,AWSNeuron,0,3:w-AWSNeuron-1,AWSNeuron,0,3:w-AWSNeuron-2,AWSNeuron,0,3:;")},
     ""},
    {"S7_03_ContainersInOrderAscendingInside",
     {ring(),
      asks(pod("p", "neuroncore: 1 | neuroncore: 5 | neuroncore: 2"), "w: 5,0,1,2,3,4,22,23")},
     ""},
    {"S7_04_ResourceTypeOfCores",
     {ring(), asks(pod("p", "neuroncore: 1"), "w: 22"),
      has("p", kType, "aws.amazon.com/neuroncore")},
     ""},
    {"S7_05_NoResourceTypeOfDevices",
     {ring(), asks(pod("p", "neuron: 1"), "w: 11"), has("p", kType, "(none)")},
     ""},
    {"S7_06_ResourceTypeOfDevicesIsEmptiedIfThePodHasIt",
     {ring(),
      asks(pod("p", "neuron: 1", annotated({{kType, "aws.amazon.com/neuroncore"}})), "w: 11"),
      has("p", kType, "")},
     ""},
    {"S7_07_AllocTimeInNanosecondsStrictlyGrowing",
     {ring(), asks(pod("p", "neuron: 1"), "w: 11"),
      has("p", "NEURON_ALLOC_TIME", kSeconds + "000000000"), asks(pod("q", "neuron: 1"), "w: 10"),
      has("q", "NEURON_ALLOC_TIME", kSeconds + "000000001")},
     ""},
    {"S7_08_AllocTimeAboveEveryStampOnTheNode",
     {ring(),
      there_is(bound("x", "w", "neuron: 1",
                     {{kIds, "0"}, {"NEURON_ALLOC_TIME", kSeconds + "000000500"}})),
      asks(pod("p", "neuron: 1"), "w: 11"), has("p", "NEURON_ALLOC_TIME", kSeconds + "000000501")},
     ""},
    {"S7_09_NotYetAllocated",
     {ring(), asks(pod("p", "neuron: 1"), "w: 11"), has("p", "NEURON_ALLOCATED", "false")},
     ""},
    {"S7_10_NodeNameTwice",
     {ring(), asks(pod("p", "neuron: 1"), "w: 11"), has("p", "aws.amazon.com/predicate-node", "w"),
      has("p", "hami.io/vgpu-node", "w")},
     ""},
    {"S7_11_TimesInSeconds",
     {ring(), asks(pod("p", "neuron: 1"), "w: 11"), has("p", "hami.io/vgpu-time", kSeconds),
      has("p", "hami.io/bind-time", kSeconds)},
     ""},
    {"S7_12_BindPhase",
     {ring(), asks(pod("p", "neuron: 1"), "w: 11"), has("p", "hami.io/bind-phase", "allocating")},
     ""},
    {"S7_13_DevicesAllocatedPerContainer",
     {ring(), asks(pod("p", "cpu: 1 | neuroncore: 1 | neuroncore: 1"), "w: 22,23"),
      has("p", kHami, ";w-AWSNeuron-11,AWSNeuron,0,1:;w-AWSNeuron-11,AWSNeuron,0,2:;")},
     ""},
    {"S7_14_MaskIsTheCoresUsedOnThatDevice",
     {inf1(), asks(pod("p", "neuroncore: 6"), "w: 0,1,2,3,4,5"),
      has("p", kHami, "w-AWSNeuron-0,AWSNeuron,0,15:w-AWSNeuron-1,AWSNeuron,0,3:;")},
     ""},
    {"S7_15_MaskIsOneWhereCoresAreUnknown",
     {there_is(node("w", "inf2.48xlarge", 12, -1)), asks(pod("p", "neuron: 2"), "w: 0,1"),
      has("p", kHami, "w-AWSNeuron-0,AWSNeuron,0,1:w-AWSNeuron-1,AWSNeuron,0,1:;")},
     ""},
    {"S7_16_InitContainersComeFirstAndRepeat",
     {ring(), asks(pod("p", "init neuroncore: 1 | neuroncore: 2"), "w: 22,22,23"),
      has("p", kHami, "w-AWSNeuron-11,AWSNeuron,0,1:;w-AWSNeuron-11,AWSNeuron,0,3:;")},
     ""},
    {"S7_17_DeviceIdsIfAContainerNamesBothUnits",
     {ring(), asks(pod("p", "neuron: 2, neuroncore: 4"), "w: 0,1"), has("p", kType, "(none)")},
     ""},
    {"S7_18_OtherAnnotationsStay",
     {ring(),
      asks(pod("p", "neuron: 1", annotated({{"k8s.ovn.org/pod-networks", "net"}})), "w: 11"),
      has("p", "k8s.ovn.org/pod-networks", "net")},
     ""},
    {"S7_19_PodsThatAskForNothingGetNothing",
     {ring(), asks(pod("p", "cpu: 1"), "w"), has("p", kHami, "(none)"),
      has("p", "NEURON_ALLOCATED", "(none)")},
     ""},
    {"S7_20_OwnedAnnotationsThatAPodCameWithAreOverwritten",
     {ring(),
      asks(pod("p", "neuroncore: 1",
               annotated({{kIds, "3"},
                          {kHami, "w-AWSNeuron-1,AWSNeuron,0,2:;"},
                          {"NEURON_ALLOCATED", "true"},
                          {"aws.amazon.com/predicate-node", "v"}})),
           "w: 22"),
      has("p", kHami, "w-AWSNeuron-11,AWSNeuron,0,1:;"), has("p", "NEURON_ALLOCATED", "false"),
      has("p", "aws.amazon.com/predicate-node", "w")},
     ""},
};

class Section7 : public testing::TestWithParam<Rule> {};
TEST_P(Section7, Holds) { expect_rule(GetParam()); }
std::string id_of(const testing::TestParamInfo<Rule>& row) { return row.param.id; }
INSTANTIATE_TEST_SUITE_P(Written, Section7, testing::ValuesIn(kWritten), id_of);

// A pod with these UUID annotations on a ring of twelve.
Rule selects(const std::string& id, const std::string& request, const Annotations& annotations,
             const std::string& want) {
  return {id, {ring(), asks(pod("p", request, annotated(annotations)), want)}, ""};
}

const Rule kSelected[] = {
    selects("S7_30_UseOfHamisPage", "neuron: 1", {{kUse1, "w-AWSNeuron-4"}}, "w: 4"),
    selects("S7_31_UseOfHamisCode", "neuron: 1", {{kUse2, "w-AWSNeuron-4"}}, "w: 4"),
    selects("S7_32_NoUseOfHamisPage", "neuron: 1", {{kNoUse1, "w-AWSNeuron-11"}}, "w: 0"),
    selects("S7_33_NoUseOfHamisCode", "neuron: 1", {{kNoUse2, "w-AWSNeuron-11"}}, "w: 0"),
    selects("S7_34_InEveryUseList", "neuron: 1",
            {{kUse1, "w-AWSNeuron-4,w-AWSNeuron-5"}, {kUse2, "w-AWSNeuron-5,w-AWSNeuron-6"}},
            "w: 5"),
    selects("S7_35_InNoNoUseList", "neuron: 1",
            {{kNoUse1, "w-AWSNeuron-11"}, {kNoUse2, "w-AWSNeuron-0"}}, "w: 10"),
    selects("S7_36_UseAndNoUseTogether", "neuron: 1",
            {{kUse1, "w-AWSNeuron-4,w-AWSNeuron-5"}, {kNoUse2, "w-AWSNeuron-5"}}, "w: 4"),
    selects("S7_37_OfSets", "neuron: 2",
            {{kUse1, "w-AWSNeuron-1,w-AWSNeuron-4,w-AWSNeuron-5,w-AWSNeuron-7"}}, "w: 4,5"),
    selects("S7_38_NoSetAmongThem", "neuron: 2", {{kUse1, "w-AWSNeuron-1,w-AWSNeuron-4"}},
            "...no legal set of aws.amazon.com/neuron devices for the whole pod, even if free..."),
    selects("S7_39_OfCores", "neuroncore: 1", {{kUse2, "w-AWSNeuron-4"}}, "w: 8"),
    selects("S7_40_BlanksAreTrimmed", "neuron: 1", {{kUse1, " w-AWSNeuron-4 , "}}, "w: 4"),
    selects("S7_41_DuplicatesAreHarmless", "neuron: 1", {{kUse1, "w-AWSNeuron-4,w-AWSNeuron-4"}},
            "w: 4"),
    selects("S7_42_EmptyListsSelectNothing", "neuron: 1", {{kUse1, ""}, {kUse2, " , "}}, "w: 11"),
    selects("S7_43_OtherNodesIdsMatchNothing", "neuron: 1", {{kUse1, "v-AWSNeuron-4"}},
            kNotAccepted),
    selects("S7_44_UnknownIdsMatchNothing", "neuron: 1", {{kUse1, "GPU-1234"}}, kNotAccepted),
    selects("S7_45_UnknownIdsExcludeNothing", "neuron: 1", {{kNoUse1, "GPU-1234,v-AWSNeuron-11"}},
            "w: 11"),
    selects("S7_46_AllExcluded", "neuron: 1",
            {{kUse1, "w-AWSNeuron-4"}, {kNoUse1, "w-AWSNeuron-4"}}, kNotAccepted),
    {"S7_47_ChoosesTheNodeToo",
     {there_is(node("v", "inf2.48xlarge", 12, 24) + node("w", "inf2.48xlarge", 12, 24)),
      asks(pod("p", "neuron: 1", annotated({{kUse1, "v-AWSNeuron-4"}})), "v: 4"),
      asks(pod("q", "neuron: 1", annotated({{kUse1, "w-AWSNeuron-4"}})), "w: 4")},
     ""},
    {"S7_48_RegisterAnnotationIsNeverInput",
     {there_is(node("w", "inf2.48xlarge", 12, 24,
                    annotated({{"hami.io/node-register-aws-neuron",
                                "w-AWSNeuron-0,9,0,1,NVIDIA,0,false:"}}))),
      asks(pod("p", "neuroncore: 1"), "w: 22")},
     ""},
};
INSTANTIATE_TEST_SUITE_P(Selected, Section7, testing::ValuesIn(kSelected), id_of);

}  // namespace
}  // namespace neuron_scheduler::test::rules
