#include "neuron/choose.hpp"

#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "neuron/assignment.hpp"
#include "test/neuron/requests.hpp"

namespace neuron_scheduler::neuron {
namespace {

using A = Arrangement;
using R = SetRule;

constexpr Geometry kTrn1{16, 2, true, A::kTorus4x4, R::kAlignedRows};
constexpr Geometry kTrn2{16, 8, true, A::kTorus4x4, R::kAlignedRows};
constexpr Geometry kInf2Ring{12, 2, true, A::kRing, R::kConsecutive};
constexpr Geometry kInf2Line{6, 2, true, A::kLine, R::kConsecutive};
constexpr Geometry kInf1Line{4, 4, true, A::kLine, R::kConsecutive};
constexpr Geometry kNoCores{12, 1, false, A::kRing, R::kConsecutive};

struct ChooseCase {
  const char* name;
  Geometry geometry;
  CoreSet used;
  DeviceMask unusable = 0;
  std::vector<ContainerRequest> containers;
  // "device:mask device:mask;" per container, masks in hexadecimal; or the outcome.
  const char* want;
  DeviceMask eligible = ~DeviceMask{0};
};
void PrintTo(const ChooseCase& row, std::ostream* out) { *out << row.name; }

std::string text_of(Fit fit) {
  switch (fit) {
    case Fit::kFits:
      return "fits";
    case Fit::kNoRoom:
      return "no room";
    case Fit::kIllegalSize:
      return "illegal size";
    case Fit::kCoresUnknown:
      return "cores unknown";
    case Fit::kUnitsDisagree:
      return "units disagree";
    case Fit::kTooComplex:
      return "too complex";
  }
  return "?";
}

std::string text_of(const Geometry& geometry, const PodRequest& request, const Choice& choice) {
  if (choice.fit != Fit::kFits) return text_of(choice.fit);
  std::ostringstream text;
  for (const CoreSet& set : make_assignment(geometry, request, choice.placements)) {
    const char* space = "";
    for (const DeviceCores& part : set) {
      text << space << part.device << ':' << std::hex << part.cores << std::dec;
      space = " ";
    }
    text << ';';
  }
  return text.str();
}

class Choose : public testing::TestWithParam<ChooseCase> {};

TEST_P(Choose, Gives) {
  const ChooseCase& row = GetParam();
  NodeState state(row.geometry, row.unusable);
  state.take(row.used);
  const PodRequest request = pod(row.containers);
  const Choice choice = choose(state, request, row.eligible);
  EXPECT_EQ(text_of(row.geometry, request, choice), row.want);
  const Evaluation evaluation = evaluate(state, request, row.eligible);
  EXPECT_EQ(evaluation.fit, choice.fit);
  EXPECT_EQ(evaluation.cost, choice.cost);
}

// The first rows are HAMi's own examples (hami.md §2).
INSTANTIATE_TEST_SUITE_P(
    Hami, Choose,
    testing::Values(
        ChooseCase{"OneCore", kInf2Ring, {}, 0, {cores(1)}, "11:1;"},
        ChooseCase{"SecondCore", kInf2Ring, {{11, 1}}, 0, {cores(1)}, "11:2;"},
        ChooseCase{"TwoCores", kInf2Ring, {}, 0, {cores(2)}, "11:3;"},
        ChooseCase{"FourCores", kInf2Ring, {}, 0, {cores(4)}, "0:3 1:3;"},
        ChooseCase{"OneDevice", kInf2Ring, {}, 0, {devices(1)}, "11:3;"},
        ChooseCase{"TwoDevices", kInf2Ring, {}, 0, {devices(2)}, "0:3 1:3;"},
        ChooseCase{"TwoContainers", kInf2Ring, {}, 0, {cores(1), cores(1)}, "11:1;11:2;"},
        ChooseCase{"SecondContainerAlone", kInf2Ring, {}, 0, {nothing(), cores(1)}, ";11:1;"},
        ChooseCase{
            "InitAndApp", kInf2Ring, {}, 0, {devices(1, Role::kInit), devices(1)}, "11:3;11:3;"},
        ChooseCase{"MixedUnits", kInf2Ring, {}, 0, {devices(1), cores(1)}, "11:3;10:1;"},
        ChooseCase{"Row", kTrn1, {}, 0, {devices(4)}, "0:3 1:3 2:3 3:3;"},
        ChooseCase{"RowOfCores", kTrn1, {}, 0, {cores(8)}, "0:3 1:3 2:3 3:3;"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rules, Choose,
    testing::Values(
        ChooseCase{"TwoOnTorus", kTrn1, {}, 0, {devices(2)}, "illegal size"},
        ChooseCase{"FourCoresOnTorus", kTrn1, {}, 0, {cores(4)}, "illegal size"},
        ChooseCase{"SevenCoresEndInARow", kTrn1, {}, 0, {cores(7)}, "0:3 1:3 2:3 3:1;"},
        ChooseCase{"LastDeviceNeedsItsLowCores",
                   kTrn1,
                   {{3, 1}, {7, 2}},
                   0,
                   {cores(7)},
                   "4:3 5:3 6:3 7:1;"},
        ChooseCase{"MoreThanThereIs", kTrn1, {}, 0, {devices(17)}, "illegal size"},
        ChooseCase{"MoreCoresThanThereAre", kTrn1, {}, 0, {cores(33)}, "illegal size"},
        ChooseCase{"HugeRequest", kTrn1, {}, 0, {devices(2147483647)}, "illegal size"},
        ChooseCase{"HugeCores", kTrn1, {}, 0, {cores(9007199254740992)}, "illegal size"},
        ChooseCase{"All",
                   kTrn1,
                   {},
                   0,
                   {devices(16)},
                   "0:3 1:3 2:3 3:3 4:3 5:3 6:3 7:3 8:3 9:3 10:3 11:3 12:3 13:3 14:3 15:3;"},
        ChooseCase{"AllButOneCoreIsUsed", kTrn1, {{9, 2}}, 0, {devices(16)}, "no room"},
        ChooseCase{
            "NoWrapOnTheRing",
            kInf2Ring,
            {{1, 3}, {2, 3}, {3, 3}, {4, 3}, {5, 3}, {6, 3}, {7, 3}, {8, 3}, {9, 3}, {10, 3}},
            0,
            {devices(2)},
            "no room"},
        ChooseCase{"NotAcrossAGap", kInf2Line, {{1, 1}, {4, 1}}, 0, {devices(3)}, "no room"},
        ChooseCase{"DeviceTouchedByACoreIsNotWhole",
                   kInf2Line,
                   {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}},
                   0,
                   {devices(1)},
                   "no room"},
        ChooseCase{"CoresRunInsideOneDevice",
                   kInf1Line,
                   {{0, 0b0101}, {1, 0b0101}, {2, 0b0110}, {3, 0b0010}},
                   0,
                   {cores(2)},
                   "3:c;"},
        ChooseCase{"NoRunIsLongEnough",
                   kInf1Line,
                   {{0, 0b0101}, {1, 0b0101}, {2, 0b0110}, {3, 0b0100}},
                   0,
                   {cores(3)},
                   "no room"},
        ChooseCase{"NineCoresCrossDevices", kInf1Line, {}, 0, {cores(9)}, "0:f 1:f 2:1;"},
        ChooseCase{"BothUnitsSayTheSame", kInf2Ring, {}, 0, {{Role::kApp, 2, 4}}, "0:3 1:3;"},
        ChooseCase{"BothUnitsDisagree", kInf2Ring, {}, 0, {{Role::kApp, 2, 3}}, "units disagree"},
        ChooseCase{"CoresWhereNobodyKnowsThem", kNoCores, {}, 0, {cores(1)}, "cores unknown"},
        ChooseCase{"DevicesWhereCoresAreUnknown", kNoCores, {}, 0, {devices(3)}, "0:1 1:1 2:1;"},
        ChooseCase{"BothUnitsWhereCoresAreUnknown",
                   kNoCores,
                   {},
                   0,
                   {{Role::kApp, 1, 2}},
                   "cores unknown"},
        ChooseCase{"Nothing", kTrn1, {}, 0, {nothing()}, ";"},
        ChooseCase{"UnusableDevice", kInf2Line, {}, 0b100, {devices(3)}, "3:3 4:3 5:3;"},
        ChooseCase{"UnusableLeavesTooLittle", kInf2Line, {}, 0b100, {devices(4)}, "no room"},
        ChooseCase{"Eligible", kInf2Line, {}, 0, {devices(1)}, "2:3;", 0b100},
        ChooseCase{"EligibleSet", kInf2Line, {}, 0, {devices(2)}, "2:3 3:3;", 0b1101},
        ChooseCase{"NoneEligible", kInf2Line, {}, 0, {cores(1)}, "no room", 0},
        ChooseCase{"NoDevices", Geometry{}, {}, 0, {devices(1)}, "illegal size"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Tightest, Choose,
    testing::Values(
        ChooseCase{"PartlyUsedDeviceFirst", kTrn1, {{5, 1}}, 0, {cores(1)}, "5:2;"},
        ChooseCase{"BrokenRowFirst", kTrn1, {{5, 1}}, 0, {devices(1)}, "7:3;"},
        ChooseCase{"MostBrokenRowFirst", kTrn1, {{5, 1}, {8, 3}, {9, 3}}, 0, {devices(1)}, "11:3;"},
        ChooseCase{"RowOfTheBrokenHalf", kTrn1, {{5, 1}}, 0, {devices(4)}, "0:3 1:3 2:3 3:3;"},
        ChooseCase{
            "RowOfTheLaterBrokenHalf", kTrn1, {{15, 1}}, 0, {devices(4)}, "8:3 9:3 10:3 11:3;"},
        ChooseCase{
            "TightestRunOfDevices", kInf2Ring, {{4, 3}, {7, 3}}, 0, {devices(2)}, "5:3 6:3;"},
        ChooseCase{"TightestRunOfCores",
                   kTrn2,
                   {{3, 0b00000111}, {9, 0b11001111}},
                   0,
                   {cores(2)},
                   "9:30;"},
        ChooseCase{"ShorterRestOfCores",
                   kTrn2,
                   {{3, 0b00000111}, {9, 0b00011111}},
                   0,
                   {cores(2)},
                   "9:60;"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Containers, Choose,
    testing::Values(
        ChooseCase{"AppsAreApart",
                   kInf2Line,
                   {},
                   0,
                   {devices(2), devices(2), devices(2)},
                   "0:3 1:3;2:3 3:3;4:3 5:3;"},
        ChooseCase{"OneTooMany", kInf2Line, {}, 0, {devices(3), devices(2), devices(2)}, "no room"},
        ChooseCase{
            "BiggestFirst", kInf2Line, {}, 0, {devices(1), devices(5)}, "5:3;0:3 1:3 2:3 3:3 4:3;"},
        ChooseCase{"InitReusesTheApps",
                   kInf2Line,
                   {},
                   0,
                   {devices(2, Role::kInit), cores(1), cores(3)},
                   "0:3 1:3;1:2;0:3 1:1;"},
        ChooseCase{"AppsInsideABiggerInit",
                   kTrn1,
                   {{15, 1}},
                   0,
                   {devices(4, Role::kInit), devices(1), devices(1)},
                   "8:3 9:3 10:3 11:3;11:3;10:3;"},
        ChooseCase{"InitsReuseEachOther",
                   kInf1Line,
                   {},
                   0,
                   {devices(4, Role::kInit), devices(2, Role::kInit), cores(1)},
                   "0:f 1:f 2:f 3:f;0:f 1:f;3:1;"},
        ChooseCase{
            "SidecarIsApart", kInf2Line, {}, 0, {cores(1, Role::kSidecar), cores(1)}, "5:1;5:2;"},
        ChooseCase{"InitBesideAnEarlierSidecar",
                   kInf1Line,
                   {},
                   0,
                   {devices(1, Role::kSidecar), devices(3, Role::kInit), devices(3)},
                   "3:f;0:f 1:f 2:f;0:f 1:f 2:f;"},
        ChooseCase{"NoRoomBesideTheSidecar",
                   kInf1Line,
                   {},
                   0,
                   {devices(1, Role::kSidecar), devices(4, Role::kInit), devices(1)},
                   "no room"},
        ChooseCase{"InitBeforeTheSidecar",
                   kInf1Line,
                   {},
                   0,
                   {devices(4, Role::kInit), devices(1, Role::kSidecar), devices(1)},
                   "0:f 1:f 2:f 3:f;3:f;2:f;"}),
    [](const auto& row) { return row.param.name; });

TEST(MakePodRequest, Refuses) {
  using Containers = std::vector<ContainerRequest>;
  const auto reason = [](Containers containers) {
    return std::get<Problem>(make_pod_request(std::move(containers))).reason;
  };
  EXPECT_EQ(reason({devices(-1)}), "negative request");
  EXPECT_EQ(reason({cores(-1)}), "negative request");
  EXPECT_EQ(reason(Containers(65, cores(1))), "more than 64 containers ask for Neuron");
  Containers many(200, nothing());
  many.resize(264, cores(1));
  EXPECT_EQ(pod(many).asking.size(), 64u);
}

TEST(Choose, ManyEqualContainersNeedNoSearch) {
  const PodRequest request = pod(std::vector<ContainerRequest>(64, cores(3)));
  NodeState state(kTrn2);
  const Choice refused = choose(state, request, ~DeviceMask{0});
  EXPECT_EQ(refused.fit, Fit::kNoRoom);
  EXPECT_LE(refused.steps, 1);
  const Choice placed =
      choose(state, pod(std::vector<ContainerRequest>(32, cores(3))), ~DeviceMask{0});
  EXPECT_EQ(placed.fit, Fit::kFits);
  EXPECT_EQ(placed.steps, 32);
}

// A search that would take for ever ends, and says so.
TEST(Choose, GivesUpOnAnAbsurdPod) {
  std::vector<ContainerRequest> containers;
  for (int i = 0; i < 12; ++i) {
    containers.push_back(cores(i % 2 == 0 ? 2 : 3, Role::kSidecar));
    containers.push_back(cores(i % 3 + 5, Role::kInit));
  }
  containers.push_back(devices(4, Role::kInit));
  NodeState state(kTrn2);
  for (int device = 0; device < 12; ++device) state.take(device, 0b00010000);
  state.take(13, 0xff);
  state.take(14, 0xff);
  const Choice choice = choose(state, pod(containers), ~DeviceMask{0});
  EXPECT_TRUE(choice.fit == Fit::kTooComplex || choice.fit == Fit::kNoRoom);
  EXPECT_LE(choice.steps, kMaxSteps + 1);
}

// Four runs of 6 of 8 cores leave no 4 anywhere, whatever else the search could try.
TEST(ChooseSearchTest, WhatRunsOnAloneProvesThatThereIsNoRoom) {
  const auto read = read_geometry({4, 32, "trn3e.24xlarge"});
  const NodeState state(std::get<Geometry>(read));
  const auto request = pod(
      {cores(6, Role::kSidecar), cores(8, Role::kInit), cores(6), cores(4), cores(6), cores(6)});
  const auto all = state.geometry().all_devices();
  EXPECT_EQ(evaluate(state, request, all, DevicePolicy::kBinpack).fit, Fit::kNoRoom);
}

}  // namespace
}  // namespace neuron_scheduler::neuron
