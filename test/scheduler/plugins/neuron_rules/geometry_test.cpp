// design.md §5, line by line: geometry of nodes, health, legal sets.
#include <gtest/gtest.h>

#include "test/scheduler/plugins/neuron_rules/world.hpp"

namespace neuron_scheduler::test::rules {
namespace {

const std::string kIds = "AWS_NEURON_IDS";
const std::string kFull = "...no free legal set...";
const std::string kSize = "...cannot give...";
const std::string kNoCores = "...no whole number of aws.amazon.com/neuroncore per...";
const std::string kMissing = "...less aws.amazon.com/neuron or neuroncore allocatable than...";

Step trn1() { return there_is(node("w", "trn1.32xlarge", 16, 32)); }
Step ring() { return there_is(node("w", "inf2.48xlarge", 12, 24)); }
Step line() { return there_is(node("w", "inf2.24xlarge", 6, 12)); }
Step inf1() { return there_is(node("w", "inf1.6xlarge", 4, 16)); }

// Pods that hold these devices, each one.
Step devices_in_use(const std::vector<int>& devices) {
  std::string pods;
  for (const int device : devices) {
    const std::string id = std::to_string(device);
    pods += bound("x" + id, "w", "neuron: 1", {{kIds, id}});
  }
  return there_is(pods);
}
// Pods that hold these cores, each one.
Step cores_in_use(const std::vector<int>& cores) {
  std::string pods;
  for (const int core : cores) {
    const std::string id = std::to_string(core);
    pods += bound("y" + id, "w", "neuroncore: 1", {{kIds, id}});
  }
  return there_is(pods);
}

// --- Cores per device: every instance type, both settings of logical cores

struct Type {
  const char* id;
  const char* label;
  int devices;
  int cores;
  const char* two_cores;  // Of an empty node: on the highest device, its low cores.
  // As many cores as a device and one more have.
  const char* over_one_device;
};
void PrintTo(const Type& row, std::ostream* out) { *out << row.id; }

class Section5Types : public testing::TestWithParam<Type> {};
TEST_P(Section5Types, CoresPerDeviceAreTheNodes) {
  const Type& row = GetParam();
  const int k = row.cores / row.devices;
  const std::string over = "neuroncore: " + std::to_string(k + 1);
  const Step there = there_is(node("w", row.label, row.devices, row.cores));
  expect_rule({row.id,
               {there, asks(pod("a", "neuroncore: 2"), row.two_cores), gone("pod a"),
                asks(pod("b", over), row.over_one_device)},
               ""});
}
INSTANTIATE_TEST_SUITE_P(
    GeometryAndSets, Section5Types,
    testing::Values(
        Type{"inf1_xlarge", "inf1.xlarge", 1, 4, "w: 0,1", "...cannot give 5..."},
        Type{"inf1_2xlarge", "inf1.2xlarge", 1, 4, "w: 0,1", "...cannot give 5..."},
        Type{"inf1_6xlarge", "inf1.6xlarge", 4, 16, "w: 12,13", "w: 0,1,2,3,4"},
        Type{"inf1_24xlarge", "inf1.24xlarge", 16, 64, "w: 60,61", "w: 0,1,2,3,4"},
        Type{"inf2_xlarge", "inf2.xlarge", 1, 2, "w: 0,1", "...cannot give 3..."},
        Type{"inf2_8xlarge", "inf2.8xlarge", 1, 2, "w: 0,1", "...cannot give 3..."},
        Type{"inf2_24xlarge", "inf2.24xlarge", 6, 12, "w: 10,11", "w: 0,1,2"},
        Type{"inf2_48xlarge", "inf2.48xlarge", 12, 24, "w: 22,23", "w: 0,1,2"},
        Type{"trn1_2xlarge", "trn1.2xlarge", 1, 2, "w: 0,1", "...cannot give 3..."},
        Type{"trn1_32xlarge", "trn1.32xlarge", 16, 32, "w: 30,31", "...cannot give 3..."},
        Type{"trn1n_32xlarge", "trn1n.32xlarge", 16, 32, "w: 30,31", "...cannot give 3..."},
        Type{"trn2_3xlarge_lnc2", "trn2.3xlarge", 1, 4, "w: 0,1", "...cannot give 5..."},
        Type{"trn2_3xlarge_lnc1", "trn2.3xlarge", 1, 8, "w: 0,1", "...cannot give 9..."},
        Type{"trn2_48xlarge_lnc2", "trn2.48xlarge", 16, 64, "w: 60,61", "...cannot give 5..."},
        Type{"trn2_48xlarge_lnc1", "trn2.48xlarge", 16, 128, "w: 120,121", "...cannot give 9..."},
        Type{"trn2u_48xlarge_lnc2", "trn2u.48xlarge", 16, 64, "w: 60,61", "...cannot give 5..."},
        Type{"trn2u_48xlarge_lnc1", "trn2u.48xlarge", 16, 128, "w: 120,121", "...cannot give 9..."},
        Type{"trn3_48xlarge_lnc2", "trn3.48xlarge", 16, 64, "w: 60,61", "...cannot give 5..."},
        Type{"trn3_48xlarge_lnc1", "trn3.48xlarge", 16, 128, "w: 120,121", "...cannot give 9..."},
        Type{"trn3e_24xlarge_lnc2", "trn3e.24xlarge", 4, 16, "w: 12,13", "w: 0,1,2,3,4"},
        Type{"trn3e_24xlarge_lnc1", "trn3e.24xlarge", 4, 32, "w: 24,25", "w: 0,1,2,3,4,5,6,7,8"}),
    [](const auto& row) { return row.param.id; });

// --- The section's other lines

const Rule kGeometry[] = {
    {"S5_01_OfThatNodeNeverGlobal",
     {there_is(node("a", "trn2.48xlarge", 16, 64) + node("b", "trn2.48xlarge", 16, 128)),
      asks(pod("p", "neuroncore: 8", "", "nodeSelector: {at: none}, "), "0/2 nodes are..."),
      asks(pod("q", "neuroncore: 8"), "b: 120,121,122,123,124,125,126,127")},
     ""},
    {"S5_02_CapacityNotAllocatableTellsTheCores",
     {there_is(node("w", "inf1.6xlarge", 4, 16, annotated({{"hami.io/device-cordon", "3"}}),
                    ", allocatable: {cpu: 64, memory: 64Gi, pods: 100, aws.amazon.com/neuron: 3, "
                    "aws.amazon.com/neuroncore: 12}")),
      asks(pod("p", "neuroncore: 4"), "w: 8,9,10,11")},
     ""},
    {"S5_03_NotDivisibleGivesWholeDevicesOnly",
     {there_is(node("w", "inf2.48xlarge", 12, 25)), asks(pod("p", "neuroncore: 1"), kNoCores),
      asks(pod("q", "neuron: 2"), "w: 0,1")},
     ""},
    {"S5_04_CoresMissingGivesWholeDevicesOnly",
     {there_is(node("w", "inf2.48xlarge", 12, -1)), asks(pod("p", "neuroncore: 1"), kNoCores),
      asks(pod("q", "neuron: 2"), "w: 0,1")},
     ""},
    {"S5_05_PrefixMlIsStripped",
     {there_is(node("w", "ml.inf2.24xlarge", 6, 12)), asks(pod("p", "neuron: 5"), "w: 0,1,2,3,4"),
      not_told("UnknownInstanceType")},
     ""},
    {"S5_06_UnknownTypeOfSixteenHasRows",
     {there_is(node("w", "trn9.48xlarge", 16, 32)), asks(pod("p", "neuron: 2"), kSize),
      asks(pod("q", "neuron: 4"), "w: 0,1,2,3")},
     ""},
    {"S5_07_UnknownTypeOfAnotherNumberHasOneOrAll",
     {there_is(node("w", "inf9.48xlarge", 12, 24)), asks(pod("p", "neuron: 2"), kSize),
      asks(pod("q", "neuron: 1"), "w: 11"), gone("pod q"),
      asks(pod("r", "neuron: 12"), "w: 0,1,2,3,4,5,6,7,8,9,10,11")},
     ""},
    {"S5_08_MissingTypeIsAnUnknownOne",
     {there_is(node("w", "", 6, 12)), asks(pod("p", "neuron: 2"), kSize),
      asks(pod("q", "neuron: 1"), "w: 5")},
     ""},
    {"S5_09_UnknownTypeIsWarnedAbout",
     {there_is(node("w", "inf9.48xlarge", 12, 24)), told("\"inf9.48xlarge\" with 12")},
     ""},
    {"S5_10_DeviceOwnsItsLogicalCores",
     {inf1(), devices_in_use({0, 1, 3}), asks(pod("p", "neuroncore: 4"), "w: 8,9,10,11"),
      has("p", "hami.io/aws-neuron-devices-allocated", "w-AWSNeuron-2,AWSNeuron,0,15:;")},
     ""},
    {"S5_11_AllocatableBelowCapacityBlocks",
     {there_is(node("w", "inf2.24xlarge", 6, 12, "",
                    ", allocatable: {cpu: 64, memory: 64Gi, pods: 100, aws.amazon.com/neuron: 5, "
                    "aws.amazon.com/neuroncore: 12}")),
      asks(pod("p", "neuron: 1"), kMissing), asks(pod("q", "cpu: 1"), "w")},
     ""},
    {"S5_12_CoresBelowCapacityBlock",
     {there_is(node("w", "inf2.24xlarge", 6, 12, "",
                    ", allocatable: {cpu: 64, memory: 64Gi, pods: 100, aws.amazon.com/neuron: 6, "
                    "aws.amazon.com/neuroncore: 11}")),
      asks(pod("p", "neuroncore: 1"), kMissing)},
     ""},
    {"S5_13_UnlessAsManyAreCordoned",
     {there_is(node("w", "inf2.24xlarge", 6, 12, annotated({{"hami.io/device-cordon", "5"}}),
                    ", allocatable: {cpu: 64, memory: 64Gi, pods: 100, aws.amazon.com/neuron: 5, "
                    "aws.amazon.com/neuroncore: 10}")),
      asks(pod("p", "neuron: 1"), "w: 4")},
     ""},
    {"S5_14_FewerCordonedThanMissingBlocks",
     {there_is(node("w", "inf2.24xlarge", 6, 12, annotated({{"hami.io/device-cordon", "5"}}),
                    ", allocatable: {cpu: 64, memory: 64Gi, pods: 100, aws.amazon.com/neuron: 4, "
                    "aws.amazon.com/neuroncore: 8}")),
      asks(pod("p", "neuron: 1"), kMissing)},
     ""},
    {"S5_15_CordonTakesDevicesOut",
     {there_is(node("w", "inf2.24xlarge", 6, 12,
                    annotated({{"hami.io/device-cordon", "5, w-AWSNeuron-4"}}))),
      asks(pod("p", "neuroncore: 1"), "w: 6"), asks(pod("q", "neuron: 5"), "...even if free...")},
     ""},
    {"S5_16_CordonOfAnotherNodesDeviceIsTold",
     {there_is(node("w", "inf2.24xlarge", 6, 12,
                    annotated({{"hami.io/device-cordon", "v-AWSNeuron-5"}}))),
      asks(pod("p", "neuroncore: 1"), "w: 10"), told("\"v-AWSNeuron-5\" names none")},
     ""},
    {"S5_17_NeuronHealthWithAnErrorStopsPlacements",
     {there_is(node("w", "inf2.24xlarge", 6, 12, "",
                    ", conditions: [{type: NeuronHealth, status: \"True\", reason: "
                    "NeuronHasError_DMA_ERROR}]")),
      asks(pod("p", "neuron: 1"), "...NeuronHealth...")},
     ""},
    {"S5_18_NeuronHealthWithoutErrorDoesNot",
     {there_is(node("w", "inf2.24xlarge", 6, 12, "",
                    ", conditions: [{type: NeuronHealth, status: \"False\", reason: "
                    "NeuronHasNoError}]")),
      asks(pod("p", "neuron: 1"), "w: 5")},
     ""},
    {"S5_19_HardwareNotReadyStopsPlacements",
     {there_is(node("w", "inf2.24xlarge", 6, 12, "",
                    ", conditions: [{type: AcceleratedHardwareReady, status: \"False\", reason: "
                    "NeuronDMAError}]")),
      asks(pod("p", "neuron: 1"), "...AcceleratedHardwareReady...")},
     ""},
    {"S5_20_RunningPodsAreNeverTouched",
     {line(), asks(pod("p", "neuron: 1"), "w: 5"),
      there_is(node("w", "inf2.24xlarge", 6, 12, annotated({{"hami.io/device-cordon", "5"}}))),
      has("p", kIds, "5"), asks(pod("q", "neuron: 1"), "w: 4"), line(),
      asks(pod("r", "neuron: 1"), "w: 3")},
     ""},
    {"S5_21_NoDevicesAtAll",
     {there_is("{apiVersion: v1, kind: Node, metadata: {name: w}, status: {capacity: {cpu: 8, "
               "memory: 8Gi, pods: 9}}}"),
      asks(pod("p", "neuron: 1"), "...had no aws.amazon.com/neuron devices...")},
     ""},
};

class Section5 : public testing::TestWithParam<Rule> {};
TEST_P(Section5, Holds) { expect_rule(GetParam()); }
std::string id_of(const testing::TestParamInfo<Rule>& row) { return row.param.id; }
INSTANTIATE_TEST_SUITE_P(Geometry, Section5, testing::ValuesIn(kGeometry), id_of);

// --- The table of legal sets (placement: Aligned)

const Rule kSets[] = {
    {"S5_30_OneDeviceAlone",
     {there_is(node("w", "trn2.3xlarge", 1, 4)), asks(pod("p", "neuron: 1"), "w: 0"),
      asks(pod("q", "neuron: 2"), kSize)},
     ""},
    {"S5_31_LineGivesConsecutiveIds",
     {line(), devices_in_use({0, 4}), asks(pod("p", "neuron: 3"), "w: 1,2,3")},
     ""},
    {"S5_32_LineGivesNoOthers",
     {line(), devices_in_use({1, 3}), asks(pod("p", "neuron: 3"), kFull)},
     ""},
    {"S5_33_RingGivesAnyNumber",
     {ring(), asks(pod("p", "neuron: 7"), "w: 0,1,2,3,4,5,6"),
      asks(pod("q", "neuron: 5"), "w: 7,8,9,10,11")},
     ""},
    {"S5_34_RingDoesNotWrapAround",
     {ring(), devices_in_use({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), asks(pod("p", "neuron: 2"), kFull)},
     ""},
    {"S5_35_TorusGivesOneFourEightSixteen",
     {trn1(), asks(pod("a", "neuron: 1"), "w: 15"), gone("pod a"),
      asks(pod("b", "neuron: 4"), "w: 0,1,2,3"), gone("pod b"),
      asks(pod("c", "neuron: 8"), "w: 0,1,2,3,4,5,6,7"), gone("pod c"),
      asks(pod("d", "neuron: 16"), "w: 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15")},
     ""},
    {"S5_36_TorusRefusesOtherNumbers",
     {trn1(), asks(pod("a", "neuron: 2"), "...cannot give 2 aws.amazon.com/neuron..."),
      asks(pod("b", "neuron: 7"), "...cannot give 7 aws.amazon.com/neuron..."),
      asks(pod("c", "neuron: 12"), "...cannot give 12 aws.amazon.com/neuron...")},
     ""},
    {"S5_37_TorusGivesRowsNotColumns",
     {trn1(), devices_in_use({1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15}),
      asks(pod("p", "neuron: 4"), kFull)},
     ""},
    {"S5_38_TorusGivesNoSquares",
     {trn1(), devices_in_use({0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15}),
      asks(pod("p", "neuron: 4"), kFull)},
     ""},
    {"S5_39_TorusGivesHalvesNotMiddles",
     {trn1(), devices_in_use({0, 15}), asks(pod("p", "neuron: 8"), kFull)},
     ""},
    {"S5_40_SwitchedOfSixteenAsTheTorus",
     {there_is(node("w", "trn3.48xlarge", 16, 64)), asks(pod("p", "neuron: 2"), kSize),
      asks(pod("q", "neuron: 4"), "w: 0,1,2,3")},
     ""},
    {"S5_41_SwitchedOfFourGivesConsecutiveIds",
     {there_is(node("w", "trn3e.24xlarge", 4, 16)), asks(pod("p", "neuron: 3"), "w: 0,1,2"),
      asks(pod("q", "neuron: 1"), "w: 3")},
     ""},
};
INSTANTIATE_TEST_SUITE_P(LegalSets, Section5, testing::ValuesIn(kSets), id_of);

// --- Cores, containers

const Rule kCores[] = {
    {"S5_50_UpToADeviceOnOneDeviceInOneRun",
     {inf1(), cores_in_use({1, 5, 10, 14}), asks(pod("p", "neuroncore: 2"), "w: 12,13"),
      asks(pod("q", "neuroncore: 3"), kFull)},
     ""},
    {"S5_51_MoreThanADeviceIsALegalSet",
     {inf1(), asks(pod("p", "neuroncore: 9"), "w: 0,1,2,3,4,5,6,7,8")},
     ""},
    {"S5_52_ThatSetIsLegalOnTheTorusToo",
     {trn1(), asks(pod("p", "neuroncore: 4"), kSize),
      asks(pod("q", "neuroncore: 7"), "w: 0,1,2,3,4,5,6")},
     ""},
    {"S5_53_AllButTheLastDeviceAreWhollyFree",
     {line(), cores_in_use({0, 3}), asks(pod("p", "neuroncore: 3"), "w: 4,5,6")},
     ""},
    {"S5_54_TheLastDeviceGivesItsLowCores",
     {line(), cores_in_use({3, 6, 10}), devices_in_use({4}),
      asks(pod("p", "neuroncore: 3"), "w: 0,1,2")},
     ""},
    {"S5_55_TheLastDevicesOtherCoresStayFree",
     {line(), asks(pod("p", "neuroncore: 11"), "w: 0,1,2,3,4,5,6,7,8,9,10"),
      asks(pod("q", "neuroncore: 1"), "w: 11")},
     ""},
    {"S5_56_ATouchedDeviceIsNotFreeForDevicePods",
     {line(), cores_in_use({0, 3, 4, 7, 9}), asks(pod("p", "neuron: 1"), "w: 5"),
      asks(pod("q", "neuron: 1"), kFull), asks(pod("r", "neuroncore: 1"), "w: 8")},
     ""},
    {"S5_57_NeurondeviceIsAnAlias", {ring(), asks(pod("p", "neurondevice: 2"), "w: 0,1")}, ""},
    {"S5_58_BothNamesMayBeEqual",
     {ring(), asks(pod("p", "neuron: 2, neurondevice: 2"), "w: 0,1")},
     ""},
    {"S5_59_BothNamesUnequalAreRefused",
     {ring(),
      asks(pod("p", "neuron: 2, neurondevice: 1"), "...container c1 asks for different...")},
     ""},
    {"S5_60_ARequestOfZeroIsNone", {ring(), asks(pod("p", "neuron: 0, neuroncore: 0"), "w")}, ""},
    {"S5_61_DevicesAndCoresThatSayTheSame",
     {inf1(), asks(pod("p", "neuron: 2, neuroncore: 8"), "w: 0,1")},
     ""},
    {"S5_62_DevicesAndCoresThatDoNot",
     {inf1(), asks(pod("p", "neuron: 2, neuroncore: 4"),
                   "...another number of aws.amazon.com/neuroncore...")},
     ""},
    {"S5_63_MixedUnitsAreRefused",
     {inf1(), asks(pod("p", "neuron: 1 | neuroncore: 1"), "...cannot tell apart...")},
     ""},
    {"S5_64_MixedUnitsOfHamiAreReadByContainer",
     {inf1(),
      there_is(bound("x", "w", "neuron: 1 | neuroncore: 1",
                     {{kIds, "3,8"},
                      {"hami.io/aws-neuron-devices-allocated",
                       "w-AWSNeuron-3,AWSNeuron,0,3:;w-AWSNeuron-2,AWSNeuron,0,1:;"}})),
      asks(pod("p", "neuroncore: 1"), "w: 9")},
     ""},
    {"S5_65_NegativeFractionalAndHugeAreRefused",
     {inf1(), asks(pod("a", "neuron: -1"), "...container c1 asks for a negative number of..."),
      asks(pod("b", "neuroncore: 500m"), "...container c1 asks for a fraction of..."),
      asks(pod("c", "neuron: 4294967296"), "...container c1 asks for more than 2147483648...")},
     ""},
    {"S5_70_InitContainersReuseWhatTheAppsGet",
     {inf1(), asks(pod("p", "init neuron: 4 | neuron: 2 | neuron: 2"), "w: 0,1,2,3,0,1,2,3")},
     ""},
    {"S5_71_InitContainersReuseEachOthers",
     {inf1(), asks(pod("p", "init neuron: 4 | init neuron: 3 | neuron: 1"), "w: 0,1,2,3,0,1,2,3")},
     ""},
    {"S5_72_SidecarsHoldTheirsBesideTheApps",
     {inf1(), asks(pod("p", "sidecar neuron: 2 | neuron: 2"), "w: 0,1,2,3"),
      asks(pod("q", "neuroncore: 1"), kFull)},
     ""},
    {"S5_73_SidecarsHoldTheirsBesideLaterInits",
     {inf1(),
      asks(pod("p", "sidecar neuron: 1 | init neuron: 4 | neuron: 1"), "...even if free..."),
      asks(pod("q", "init neuron: 4 | sidecar neuron: 1 | neuron: 1"), "w: 0,1,2,3,3,2")},
     ""},
    {"S5_74_AppsNeverShareACore",
     {inf1(),
      asks(pod("p", "neuroncore: 3 | neuroncore: 3 | neuroncore: 2"), "w: 12,13,14,8,9,10,4,5"),
      asks(pod("q", "neuron: 2"), kFull), asks(pod("r", "neuron: 1"), "w: 0")},
     ""},
};
INSTANTIATE_TEST_SUITE_P(CoresAndContainers, Section5, testing::ValuesIn(kCores), id_of);

}  // namespace
}  // namespace neuron_scheduler::test::rules
