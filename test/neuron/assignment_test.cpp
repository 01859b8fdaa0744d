#include "neuron/assignment.hpp"

#include <random>

#include <gtest/gtest.h>

#include "neuron/choose.hpp"
#include "test/neuron/requests.hpp"

namespace neuron_scheduler::neuron {
namespace {

constexpr Geometry kTwo{12, 2, true, Arrangement::kRing, SetRule::kConsecutive};
constexpr Geometry kFour{16, 4, true, Arrangement::kTorus4x4, SetRule::kAlignedRows};
constexpr Geometry kUnknownCores{12, 1, false, Arrangement::kRing, SetRule::kConsecutive};

struct WriteCase {
  const char* name;
  Geometry geometry;
  std::vector<ContainerRequest> containers;
  Assignment assignment;
  const char* ids;
  const char* allocated;
};
void PrintTo(const WriteCase& row, std::ostream* out) { *out << row.name; }

class WriteAssignment : public testing::TestWithParam<WriteCase> {};

TEST_P(WriteAssignment, AndReadBack) {
  const WriteCase& row = GetParam();
  const PodRequest request = pod(row.containers);
  const std::string ids = write_ids(row.geometry, request, row.assignment);
  const std::string allocated = write_allocated("n", row.assignment);
  EXPECT_EQ(ids, row.ids);
  EXPECT_EQ(allocated, row.allocated);
  const std::variant<CoreSet, Problem> want = union_of(row.assignment);
  EXPECT_EQ(read_assignment("n", row.geometry, request, {ids, allocated}), want);
  EXPECT_EQ(read_assignment("n", row.geometry, request, {ids, std::nullopt}), want);
  EXPECT_EQ(read_assignment("n", row.geometry, request, {std::nullopt, allocated}), want);
}

// The rows of hami.md §2.
INSTANTIATE_TEST_SUITE_P(
    Hami, WriteAssignment,
    testing::Values(
        WriteCase{"OneCore", kTwo, {cores(1)}, {{{11, 1}}}, "22", "n-AWSNeuron-11,AWSNeuron,0,1:;"},
        WriteCase{
            "OtherCore", kTwo, {cores(1)}, {{{11, 2}}}, "23", "n-AWSNeuron-11,AWSNeuron,0,2:;"},
        WriteCase{
            "TwoCores", kTwo, {cores(2)}, {{{11, 3}}}, "22,23", "n-AWSNeuron-11,AWSNeuron,0,3:;"},
        WriteCase{"FourCores",
                  kTwo,
                  {cores(4)},
                  {{{0, 3}, {1, 3}}},
                  "0,1,2,3",
                  "n-AWSNeuron-0,AWSNeuron,0,3:n-AWSNeuron-1,AWSNeuron,0,3:;"},
        WriteCase{
            "OneDevice", kTwo, {devices(1)}, {{{11, 3}}}, "11", "n-AWSNeuron-11,AWSNeuron,0,3:;"},
        WriteCase{"TwoDevices",
                  kTwo,
                  {devices(2)},
                  {{{0, 3}, {1, 3}}},
                  "0,1",
                  "n-AWSNeuron-0,AWSNeuron,0,3:n-AWSNeuron-1,AWSNeuron,0,3:;"},
        WriteCase{"TwoContainers",
                  kTwo,
                  {cores(1), cores(1)},
                  {{{11, 1}}, {{11, 2}}},
                  "22,23",
                  "n-AWSNeuron-11,AWSNeuron,0,1:;n-AWSNeuron-11,AWSNeuron,0,2:;"},
        WriteCase{"SecondContainerAlone",
                  kTwo,
                  {nothing(), cores(1)},
                  {{}, {{11, 1}}},
                  "22",
                  ";n-AWSNeuron-11,AWSNeuron,0,1:;"},
        WriteCase{"InitAndApp",
                  kTwo,
                  {devices(1, Role::kInit), devices(1)},
                  {{{11, 3}}, {{11, 3}}},
                  "11,11",
                  "n-AWSNeuron-11,AWSNeuron,0,3:;n-AWSNeuron-11,AWSNeuron,0,3:;"},
        WriteCase{"MixedUnits",
                  kTwo,
                  {devices(1), cores(1)},
                  {{{11, 3}}, {{10, 1}}},
                  "11,20",
                  "n-AWSNeuron-11,AWSNeuron,0,3:;n-AWSNeuron-10,AWSNeuron,0,1:;"},
        WriteCase{"PartlyUsedLastDevice",
                  kFour,
                  {cores(6)},
                  {{{4, 15}, {5, 3}}},
                  "16,17,18,19,20,21",
                  "n-AWSNeuron-4,AWSNeuron,0,15:n-AWSNeuron-5,AWSNeuron,0,3:;"},
        WriteCase{"BothUnits",
                  kTwo,
                  {{Role::kApp, 2, 4}},
                  {{{0, 3}, {1, 3}}},
                  "0,1",
                  "n-AWSNeuron-0,AWSNeuron,0,3:n-AWSNeuron-1,AWSNeuron,0,3:;"},
        WriteCase{"CoresUnknown",
                  kUnknownCores,
                  {devices(2)},
                  {{{0, 1}, {1, 1}}},
                  "0,1",
                  "n-AWSNeuron-0,AWSNeuron,0,1:n-AWSNeuron-1,AWSNeuron,0,1:;"}),
    [](const auto& row) { return row.param.name; });

struct ReadCase {
  const char* name;
  Geometry geometry;
  std::vector<ContainerRequest> containers;
  AssignmentText text;
  std::variant<CoreSet, Problem> want;
};
void PrintTo(const ReadCase& row, std::ostream* out) { *out << row.name; }

class ReadAssignment : public testing::TestWithParam<ReadCase> {};

TEST_P(ReadAssignment, Gives) {
  const ReadCase& row = GetParam();
  const auto got = read_assignment("n", row.geometry, pod(row.containers), row.text);
  if (const auto* problem = std::get_if<Problem>(&row.want)) {
    ASSERT_TRUE(std::holds_alternative<Problem>(got));
    EXPECT_EQ(std::get<Problem>(got).reason, problem->reason);
    return;
  }
  ASSERT_TRUE(std::holds_alternative<CoreSet>(got)) << std::get<Problem>(got).reason;
  EXPECT_EQ(std::get<CoreSet>(got), std::get<CoreSet>(row.want));
}

constexpr std::nullopt_t kNot = std::nullopt;
const auto kInit = Role::kInit;

INSTANTIATE_TEST_SUITE_P(
    Good, ReadAssignment,
    testing::Values(
        ReadCase{"AsksForNothing", kTwo, {nothing()}, {"zzz", "???"}, CoreSet{}},
        ReadCase{
            "InitListedOnce", kTwo, {devices(1, kInit), devices(1)}, {"0", kNot}, CoreSet{{0, 3}}},
        ReadCase{"InitOnceInHami",
                 kTwo,
                 {devices(1, kInit), devices(1)},
                 {"3", "n-AWSNeuron-3,AWSNeuron,0,3:;n-AWSNeuron-3,AWSNeuron,0,3:;"},
                 CoreSet{{3, 3}}},
        ReadCase{"BiggerInitListedOnce",
                 kTwo,
                 {devices(3, kInit), devices(1), devices(1)},
                 {"2,3,4", kNot},
                 CoreSet{{2, 3}, {3, 3}, {4, 3}}},
        ReadCase{"SidecarsCountBesideLaterInits",
                 kTwo,
                 {cores(1, Role::kSidecar), cores(3, kInit), cores(1)},
                 {"8,9,10,11", kNot},
                 CoreSet{{4, 3}, {5, 3}}},
        ReadCase{"AnyOrderInsideAContainer",
                 kTwo,
                 {cores(2), cores(1)},
                 {"5,4,9", "n-AWSNeuron-2,AWSNeuron,0,3:;n-AWSNeuron-4,AWSNeuron,0,2:;"},
                 CoreSet{{2, 3}, {4, 2}}},
        ReadCase{"ShortMaskOfAWholeDevice",
                 kFour,
                 {devices(1)},
                 {"7", "n-AWSNeuron-7,AWSNeuron,0,3:;"},
                 CoreSet{{7, 15}}},
        ReadCase{"AnyMaskWhereCoresAreUnknown",
                 kUnknownCores,
                 {devices(1)},
                 {"7", "n-AWSNeuron-7,AWSNeuron,0,3:;"},
                 CoreSet{{7, 1}}},
        ReadCase{"ScatteredCores",
                 kFour,
                 {cores(3)},
                 {kNot, "n-AWSNeuron-1,AWSNeuron,0,9:n-AWSNeuron-5,AWSNeuron,0,2:;"},
                 CoreSet{{1, 9}, {5, 2}}},
        ReadCase{"OldHamiListsAppsAlone",
                 kTwo,
                 {nothing(kInit), cores(1)},
                 {kNot, "n-AWSNeuron-11,AWSNeuron,0,1:;"},
                 CoreSet{{11, 1}}},
        ReadCase{"FurtherFields",
                 kTwo,
                 {cores(1)},
                 {kNot, "n-AWSNeuron-11,AWSNeuron,0,1,x,y:;"},
                 CoreSet{{11, 1}}},
        ReadCase{"MixedUnitsByOrder",
                 kTwo,
                 {devices(1), cores(1)},
                 {"11,20", kNot},
                 CoreSet{{10, 1}, {11, 3}}},
        ReadCase{"SharedCoresOfTwoContainers",
                 kTwo,
                 {cores(1), cores(1)},
                 {"4,4", kNot},
                 CoreSet{{2, 1}}}),
    [](const auto& row) { return row.param.name; });

const Problem kListed{"AWS_NEURON_IDS: not a comma separated list of ids"};
const Problem kIdsCount{"AWS_NEURON_IDS: does not have as many ids as the containers ask for"};
const Problem kParts{"hami.io/aws-neuron-devices-allocated: does not have one part per container"};
Problem hami(std::string what) {
  return {"hami.io/aws-neuron-devices-allocated: container 1: " + std::move(what)};
}
const Problem kNode = hami("names a device that is not of this node");
const Problem kCount = hami("does not have as many as the container asks for");
const Problem kDisagree{"AWS_NEURON_IDS and hami.io/aws-neuron-devices-allocated do not agree"};
const std::string kLong(kMaxAnnotationBytes + 1, '1');

INSTANTIATE_TEST_SUITE_P(
    Bad, ReadAssignment,
    testing::Values(
        ReadCase{"None", kTwo, {cores(1)}, {}, Problem{"no assignment"}},
        ReadCase{"IdsEmpty", kTwo, {cores(1)}, {"", kNot}, kListed},
        ReadCase{"IdsBlank", kTwo, {cores(2)}, {"1, 2", kNot}, kListed},
        ReadCase{"IdsNegative", kTwo, {cores(1)}, {"-1", kNot}, kListed},
        ReadCase{"IdsLeadingZero", kTwo, {cores(1)}, {"01", kNot}, kListed},
        ReadCase{"IdsTrailingComma", kTwo, {cores(1)}, {"1,", kNot}, kListed},
        ReadCase{"IdsOverflow", kTwo, {cores(1)}, {"99999999999999999999", kNot}, kListed},
        ReadCase{"IdsBeyondAnyNode", kTwo, {cores(1)}, {"2048", kNot}, kListed},
        ReadCase{"IdsTooLong", kTwo, {cores(1)}, {kLong, kNot}, Problem{"assignment too long"}},
        ReadCase{
            "AllocatedTooLong", kTwo, {cores(1)}, {kNot, kLong}, Problem{"assignment too long"}},
        ReadCase{"CoreBeyondTheNode",
                 kTwo,
                 {cores(1)},
                 {"24", kNot},
                 Problem{"AWS_NEURON_IDS: container 1: names an id that is not of this node"}},
        ReadCase{"DeviceBeyondTheNode",
                 kTwo,
                 {devices(1)},
                 {"12", kNot},
                 Problem{"AWS_NEURON_IDS: container 1: names an id that is not of this node"}},
        ReadCase{"SameIdTwice",
                 kTwo,
                 {cores(2)},
                 {"3,3", kNot},
                 Problem{"AWS_NEURON_IDS: container 1: names something twice"}},
        ReadCase{"OnceButTwice",
                 kTwo,
                 {devices(1, kInit), devices(2)},
                 {"3,3", kNot},
                 Problem{"AWS_NEURON_IDS: names something twice"}},
        ReadCase{"TooFewIds", kTwo, {cores(2)}, {"3", kNot}, kIdsCount},
        ReadCase{"TooManyIds", kTwo, {cores(2)}, {"3,4,5", kNot}, kIdsCount},
        ReadCase{
            "MixedUnitsListedOnce", kTwo, {devices(1, kInit), cores(1)}, {"11", kNot}, kIdsCount},
        ReadCase{"CoresWhereUnknown",
                 kUnknownCores,
                 {cores(1)},
                 {"3", kNot},
                 Problem{"AWS_NEURON_IDS: container 1: cores of a node that does not tell its "
                         "cores per device"}},
        ReadCase{"AllocatedCoresWhereUnknown",
                 kUnknownCores,
                 {cores(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,1:;"},
                 hami("cores of a node that does not tell its cores per device")},
        ReadCase{"NodeHasNoDevices",
                 Geometry{},
                 {devices(1)},
                 {"0", kNot},
                 Problem{"AWS_NEURON_IDS: container 1: names an id that is not of this node"}},
        ReadCase{"AllocatedEmpty", kTwo, {cores(1)}, {kNot, ""}, kParts},
        ReadCase{"AllocatedHasMoreParts",
                 kTwo,
                 {cores(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,1:;;"},
                 kParts},
        ReadCase{"AllocatedGoesOn",
                 kTwo,
                 {cores(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,1:;x"},
                 Problem{"hami.io/aws-neuron-devices-allocated: goes on after the last container"}},
        ReadCase{"AppsAloneThoughInitAsks",
                 kTwo,
                 {cores(1, kInit), cores(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,1:;"},
                 kParts},
        ReadCase{"NoColon",
                 kTwo,
                 {cores(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,1;"},
                 hami("not ended by a colon")},
        ReadCase{"ThreeFields",
                 kTwo,
                 {cores(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0:;"},
                 hami("not id,type,memory,cores")},
        ReadCase{"MemoryNoNumber",
                 kTwo,
                 {cores(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,x,1:;"},
                 hami("not id,type,memory,cores")},
        ReadCase{"OtherType",
                 kTwo,
                 {cores(1)},
                 {kNot, "n-AWSNeuron-0,NVIDIA,0,1:;"},
                 hami("not of type AWSNeuron")},
        ReadCase{"OtherNode", kTwo, {cores(1)}, {kNot, "m-AWSNeuron-0,AWSNeuron,0,1:;"}, kNode},
        ReadCase{"NoSuchDevice", kTwo, {cores(1)}, {kNot, "n-AWSNeuron-12,AWSNeuron,0,1:;"}, kNode},
        ReadCase{"UuidOfAnotherForm", kTwo, {cores(1)}, {kNot, "GPU-0,AWSNeuron,0,1:;"}, kNode},
        ReadCase{"MaskZero",
                 kTwo,
                 {cores(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,0:;"},
                 hami("has no cores in its mask")},
        ReadCase{"MaskNegative",
                 kTwo,
                 {cores(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,-1:;"},
                 hami("has no cores in its mask")},
        ReadCase{"MaskTooWide",
                 kTwo,
                 {cores(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,4:;"},
                 hami("has a mask of more cores than a device has")},
        ReadCase{"OldMaskAfterLncChanged",
                 kFour,
                 {devices(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,255:;"},
                 hami("has a mask of more cores than a device has")},
        ReadCase{"DeviceTwice",
                 kTwo,
                 {devices(2)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,3:n-AWSNeuron-0,AWSNeuron,0,3:;"},
                 hami("names something twice")},
        ReadCase{"FewerCores", kTwo, {cores(2)}, {kNot, "n-AWSNeuron-0,AWSNeuron,0,1:;"}, kCount},
        ReadCase{"MoreDevices",
                 kTwo,
                 {devices(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,3:n-AWSNeuron-1,AWSNeuron,0,3:;"},
                 kCount},
        ReadCase{"SomethingForNothing",
                 kTwo,
                 {nothing(), cores(1)},
                 {kNot, "n-AWSNeuron-0,AWSNeuron,0,1:;n-AWSNeuron-1,AWSNeuron,0,1:;"},
                 kCount},
        ReadCase{
            "KeysDisagree", kTwo, {cores(1)}, {"1", "n-AWSNeuron-0,AWSNeuron,0,1:;"}, kDisagree},
        ReadCase{"KeysDisagreeByContainer",
                 kTwo,
                 {cores(1), cores(1)},
                 {"2,0", "n-AWSNeuron-0,AWSNeuron,0,1:;n-AWSNeuron-1,AWSNeuron,0,1:;"},
                 kDisagree},
        ReadCase{"OneGoodKeyIsNotEnough",
                 kTwo,
                 {cores(1)},
                 {"x", "n-AWSNeuron-0,AWSNeuron,0,1:;"},
                 kListed}),
    [](const auto& row) { return row.param.name; });

TEST(DeviceUuid, IsReadStrictly) {
  EXPECT_EQ(device_uuid("ip-10-0-0-1.ec2.internal", 15), "ip-10-0-0-1.ec2.internal-AWSNeuron-15");
  const auto name = parse_device_uuid("a-AWSNeuron-1-AWSNeuron-2");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->node, "a-AWSNeuron-1");
  EXPECT_EQ(name->device, 2);
  for (const char* bad : {"", "n", "n-AWSNeuron-", "-AWSNeuron-1", "n-AWSNeuron-01",
                          "n-AWSNeuron-64", "n-AWSNeuron-1 ", "n-AWSNeuron-+1", "n-awsneuron-1"}) {
    EXPECT_FALSE(parse_device_uuid(bad).has_value()) << bad;
  }
}

// Whatever text comes, reading ends and what it gives lies on the node.
TEST(ReadAssignment, SurvivesDamage) {
  std::mt19937_64 random(7);
  const PodRequest request = pod({cores(2, kInit), cores(3), devices(1)});
  const std::string good_ids = "4,5,4,5,6,9";
  const std::string good =
      "n-AWSNeuron-2,AWSNeuron,0,3:;n-AWSNeuron-2,AWSNeuron,0,3:n-AWSNeuron-3,AWSNeuron,0,1:;"
      "n-AWSNeuron-9,AWSNeuron,0,3:;";
  ASSERT_TRUE(
      std::holds_alternative<CoreSet>(read_assignment("n", kTwo, request, {good_ids, good})));
  int readable = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string ids = good_ids;
    std::string allocated = good;
    std::string& victim = round % 2 == 0 ? ids : allocated;
    for (int change = 0; change < 1 + round % 3; ++change) {
      const std::size_t at = random() % victim.size();
      static constexpr std::string_view kLetters = "0123456789,:;-nAW ";
      switch (random() % 3) {
        case 0:
          victim[at] = kLetters[random() % kLetters.size()];
          break;
        case 1:
          victim.erase(at, 1 + random() % 4);
          break;
        default:
          victim.insert(at, 1, kLetters[random() % kLetters.size()]);
          break;
      }
      if (victim.empty()) victim = ";";
    }
    AssignmentText text{ids, allocated};
    if (round % 5 == 0) text.ids = std::nullopt;
    if (round % 5 == 1) text.allocated = std::nullopt;
    const auto got = read_assignment("n", kTwo, request, text);
    if (const auto* set = std::get_if<CoreSet>(&got)) {
      ++readable;
      for (const DeviceCores& part : *set) {
        ASSERT_LT(part.device, 12);
        ASSERT_EQ(part.cores & ~3u, 0u);
        ASSERT_NE(part.cores, 0u);
      }
    } else {
      ASSERT_FALSE(std::get<Problem>(got).reason.empty());
    }
  }
  EXPECT_GT(readable, 100);
}

// What choose gives, written and read back, is what was given.
TEST(ReadAssignment, OfWhatWasWritten) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 2000; ++round) {
    const Geometry geometry = round % 2 == 0 ? kTwo : kFour;
    const bool by_devices = round % 3 == 0;
    std::vector<ContainerRequest> containers;
    for (std::uint64_t i = 0; i < 1 + random() % 4; ++i) {
      const Role role = i == 0 && round % 4 == 0 ? Role::kInit : Role::kApp;
      const auto count = static_cast<std::int64_t>(1 + random() % 4);
      containers.push_back(by_devices ? devices(count == 4 ? 4 : 1, role) : cores(count, role));
    }
    NodeState state(geometry);
    for (int device = 0; device < geometry.devices; ++device) {
      state.take(device, static_cast<CoreMask>(random() & random()));
    }
    const PodRequest request = pod(containers);
    const Choice choice = choose(state, request, ~DeviceMask{0});
    if (choice.fit != Fit::kFits) continue;
    const Assignment assignment = make_assignment(geometry, request, choice.placements);
    const std::string ids = write_ids(geometry, request, assignment);
    const std::string allocated = write_allocated("n", assignment);
    const std::variant<CoreSet, Problem> want = union_of(assignment);
    ASSERT_EQ(read_assignment("n", geometry, request, {ids, allocated}), want) << ids << allocated;
    ASSERT_EQ(read_assignment("n", geometry, request, {ids, std::nullopt}), want);
  }
}

}  // namespace
}  // namespace neuron_scheduler::neuron
