#include "neuron/choose.hpp"

#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "neuron/assignment.hpp"
#include "test/neuron/naive.hpp"
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

// Every free mask of the torus and of the 12-ring, every size of whole devices, against the naive
// enumeration.
void compare_exhaustively(const Geometry& geometry) {
  std::map<int, std::vector<DeviceMask>> sets;
  const naive::NaiveNode empty{geometry.devices, geometry.cores_per_device, geometry.rule, {}, {}};
  for (int size = 1; size <= geometry.devices; ++size) {
    for (const auto& set : naive::legal_device_sets(empty, size)) {
      DeviceMask mask = 0;
      for (const int device : set) mask |= device_bit(device);
      sets[size].push_back(mask);
    }
  }
  std::vector<PodRequest> requests;
  for (int size = 1; size <= geometry.devices; ++size) requests.push_back(pod({devices(size)}));
  for (DeviceMask free = 0; free < device_bit(geometry.devices); ++free) {
    NodeState state(geometry);
    for (int device = 0; device < geometry.devices; ++device) {
      if ((free & device_bit(device)) == 0) state.take(device, 1);
    }
    for (int size = 1; size <= geometry.devices; ++size) {
      const auto& legal = sets[size];
      const bool want = std::any_of(legal.begin(), legal.end(),
                                    [&](DeviceMask set) { return (set & ~free) == 0; });
      const Choice choice =
          choose(state, requests[static_cast<std::size_t>(size - 1)], ~DeviceMask{0});
      ASSERT_EQ(choice.fit == Fit::kFits, want) << std::hex << free << " size " << size;
      ASSERT_EQ(choice.fit == Fit::kIllegalSize, legal.empty());
      if (!want) continue;
      const Placement& placement = choice.placements.front();
      ASSERT_EQ(placement.devices & ~free, 0u);
      ASSERT_EQ(std::count(legal.begin(), legal.end(), placement.devices), 1);
      ASSERT_EQ(placement.last, geometry.full_device());
      // No legal set costs less.
      for (const DeviceMask set : legal) {
        if ((set & ~free) != 0) continue;
        ASSERT_LE(choice.cost, cost(state, {set, geometry.full_device()}));
      }
      NodeState after = state;
      after.take(placement);
      ASSERT_EQ(choice.cost, value(state) - value(after));
    }
  }
}

TEST(ChooseExhaustively, Torus) { compare_exhaustively(kTrn1); }
TEST(ChooseExhaustively, Ring) { compare_exhaustively(kInf2Ring); }
TEST(ChooseExhaustively, Line) { compare_exhaustively(kInf2Line); }

// Random states and pods against the naive search.
class RandomCase {
 public:
  explicit RandomCase(std::uint64_t seed) : random_(seed) {}

  int below(int bound) { return static_cast<int>(random_() % static_cast<std::uint64_t>(bound)); }

  Geometry geometry() {
    static const Geometry kAll[] = {kTrn1,
                                    kInf2Ring,
                                    kInf2Line,
                                    kInf1Line,
                                    {16, 4, true, A::kTorus4x4, R::kAlignedRows},
                                    {4, 8, true, A::kSwitched, R::kConsecutive},
                                    {1, 8, true, A::kNone, R::kOneOrAll},
                                    {3, 5, true, A::kUnknown, R::kOneOrAll},
                                    kTrn2};
    return kAll[below(9)];
  }

  std::vector<ContainerRequest> containers(const Geometry& geometry, int most) {
    std::vector<ContainerRequest> list;
    const int before = below(3);
    const int count = 1 + below(most);
    const bool by_devices = below(2) == 0;
    for (int i = 0; i < before + count && i < most + 1; ++i) {
      ContainerRequest one;
      one.role = i >= before ? Role::kApp : below(2) == 0 ? Role::kInit : Role::kSidecar;
      const bool small = below(3) != 0;
      const int cores_bound =
          small ? geometry.cores_per_device : geometry.cores_per_device * geometry.devices;
      if (below(8) == 0) {
        // Asks for nothing.
      } else if (by_devices != (below(12) == 0)) {
        one.devices = 1 + below(small ? std::min(4, geometry.devices) : geometry.devices);
        if (geometry.rule == R::kAlignedRows && one.devices > 1)
          one.devices = one.devices > 6 ? 8 : 4;
      } else {
        one.cores = 1 + below(cores_bound);
      }
      list.push_back(one);
    }
    return list;
  }

 private:
  std::mt19937_64 random_;
};

bool legal_on(const Geometry& geometry, const PodRequest& request) {
  return std::all_of(request.asking.begin(), request.asking.end(), [&](const AskingContainer& one) {
    return std::holds_alternative<Shape>(shape_on(one.request, geometry));
  });
}

std::set<int> ids_of(const Geometry& geometry, const CoreSet& set) {
  std::set<int> ids;
  for (const DeviceCores& part : set) {
    for (int core = 0; core < geometry.cores_per_device; ++core) {
      if ((part.cores >> core & 1) != 0) ids.insert(part.device * geometry.cores_per_device + core);
    }
  }
  return ids;
}

void check_choice(const naive::NaiveNode& node, const Geometry& geometry, const PodRequest& request,
                  const Choice& choice) {
  const Assignment assignment = make_assignment(geometry, request, choice.placements);
  for (std::size_t i = 0; i < request.containers.size(); ++i) {
    const std::set<int> ids = ids_of(geometry, assignment[i]);
    if (!request.containers[i].asks()) {
      ASSERT_TRUE(ids.empty());
      continue;
    }
    const auto options = naive::placements(node, request.containers[i]);
    ASSERT_EQ(std::count(options.begin(), options.end(), ids), 1) << "illegal or not free";
    for (std::size_t j = 0; j < i; ++j) {
      if (!naive::same_time(request.containers, i, j)) continue;
      for (const int id : ids_of(geometry, assignment[j])) ASSERT_EQ(ids.count(id), 0u);
    }
  }
}

TEST(ChooseAtRandom, AgreesWithTheNaiveSearch) {
  RandomCase random(20261124);
  int fits = 0;
  int full = 0;
  int most_steps = 0;
  int most_steps_beside = 0;
  for (int round = 0; round < 4000; ++round) {
    const Geometry geometry = random.geometry();
    const auto containers = random.containers(geometry, geometry.devices <= 6 ? 5 : 3);
    const PodRequest request = pod(containers);
    if (!legal_on(geometry, request)) continue;
    naive::NaiveNode node{geometry.devices, geometry.cores_per_device, geometry.rule, {}, {}};
    const DeviceMask unusable =
        random.below(4) == 0 ? device_bit(random.below(geometry.devices)) : 0;
    const DeviceMask eligible =
        random.below(4) == 0 ? ~device_bit(random.below(geometry.devices)) : ~DeviceMask{0};
    NodeState state(geometry, unusable);
    const int density = random.below(10);
    for (int device = 0; device < geometry.devices; ++device) {
      if (((unusable | ~eligible) & device_bit(device)) != 0) node.unavailable.insert(device);
      if (random.below(10) >= density) continue;
      for (int core = 0; core < geometry.cores_per_device; ++core) {
        if (random.below(3) == 0) continue;
        state.take(device, CoreMask{1} << core);
        node.used.insert(device * geometry.cores_per_device + core);
      }
    }
    const Choice choice = choose(state, request, eligible);
    const bool want = naive::can_place(node, containers);
    ASSERT_EQ(choice.fit, want ? Fit::kFits : Fit::kNoRoom) << "round " << round;
    int& most = request.init_beside_sidecar ? most_steps_beside : most_steps;
    most = std::max(most, choice.steps);
    if (want) {
      ++fits;
      check_choice(node, geometry, request, choice);
      if (testing::Test::HasFatalFailure()) FAIL() << "round " << round;
      NodeState after = state;
      for (const Placement& placement : choice.placements) after.take(placement);
      ASSERT_EQ(choice.cost, value(state) - value(after));
    } else {
      ++full;
    }
  }
  EXPECT_GT(fits, 1000);
  EXPECT_GT(full, 500);
  EXPECT_LE(most_steps, 50);
  EXPECT_LE(most_steps_beside, 1000);
}

}  // namespace
}  // namespace neuron_scheduler::neuron
