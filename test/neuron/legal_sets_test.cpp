#include "neuron/legal_sets.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "neuron/choose.hpp"
#include "test/neuron/requests.hpp"

namespace neuron_scheduler::neuron {
namespace {

using A = Arrangement;
using R = SetRule;

constexpr Geometry kRing{12, 2, true, A::kRing, R::kConsecutiveRing};
constexpr Geometry kSmallRing{5, 4, true, A::kRing, R::kConsecutiveRing};
constexpr Geometry kTorus{16, 2, true, A::kTorus4x4, R::kTorusConnected};
constexpr Geometry kSwitched4{4, 4, true, A::kSwitched, R::kAnySet};
constexpr Geometry kSwitched16{16, 8, true, A::kSwitched, R::kAnySet};

// The rules a second time: lists of who is linked to whom, every subset looked at.
std::vector<int> linked_to(const Geometry& geometry, int device) {
  if (geometry.rule == R::kConsecutiveRing) {
    const int last = geometry.devices - 1;
    return {device == last ? 0 : device + 1, device == 0 ? last : device - 1};
  }
  if (geometry.rule == R::kTorusConnected) {
    const int row = device / 4;
    const int column = device % 4;
    return {row * 4 + (column + 1) % 4, row * 4 + (column + 3) % 4, (row + 1) % 4 * 4 + column,
            (row + 3) % 4 * 4 + column};
  }
  std::vector<int> others;
  for (int id = 0; id < geometry.devices; ++id) {
    if (id != device) others.push_back(id);
  }
  return others;
}

// How far the farthest member is from `from` without leaving the set; -1: out of reach.
int farthest(const std::vector<std::vector<int>>& links, DeviceMask set, int from) {
  std::array<int, 16> distance;
  distance.fill(-1);
  distance[static_cast<std::size_t>(from)] = 0;
  std::vector<int> line{from};
  for (std::size_t i = 0; i < line.size(); ++i) {
    for (const int next : links[static_cast<std::size_t>(line[i])]) {
      int& far = distance[static_cast<std::size_t>(next)];
      if ((set & device_bit(next)) == 0 || far >= 0) continue;
      far = distance[static_cast<std::size_t>(line[i])] + 1;
      line.push_back(next);
    }
  }
  const bool all = line.size() == static_cast<std::size_t>(std::popcount(set));
  return all ? distance[static_cast<std::size_t>(line.back())] : -1;
}

// By size: set and diameter.
std::vector<std::map<DeviceMask, int>> naive_sets(const Geometry& geometry) {
  std::vector<std::vector<int>> links;
  for (int id = 0; id < geometry.devices; ++id) links.push_back(linked_to(geometry, id));
  std::vector<std::map<DeviceMask, int>> sets(links.size() + 1);
  for (DeviceMask set = 1; set < device_bit(geometry.devices); ++set) {
    int diameter = 0;
    for (int id = 0; id < geometry.devices && diameter >= 0; ++id) {
      if ((set & device_bit(id)) == 0) continue;
      const int far = farthest(links, set, id);
      diameter = far < 0 ? -1 : std::max(diameter, far);
      if (geometry.rule != R::kTorusConnected) break;  // Only reached or not.
    }
    if (diameter >= 0) sets[static_cast<std::size_t>(std::popcount(set))][set] = diameter;
  }
  return sets;
}

struct ModeCase {
  const char* name;
  NodeCapacity capacity;
  SetOptions options;
  R want;
};
void PrintTo(const ModeCase& row, std::ostream* out) { *out << row.name; }

class PlacementModes : public testing::TestWithParam<ModeCase> {};

TEST_P(PlacementModes, GiveTheRule) {
  const auto geometry = read_geometry(GetParam().capacity, GetParam().options);
  EXPECT_EQ(std::get<Geometry>(geometry).rule, GetParam().want);
}

constexpr SetOptions kConnected{PlacementMode::kConnected, false};
constexpr SetOptions kWrap{PlacementMode::kAligned, true};

INSTANTIATE_TEST_SUITE_P(
    Neuron, PlacementModes,
    testing::Values(
        ModeCase{"ring_as_it_is", {12, 24, "inf2.48xlarge"}, {}, R::kConsecutive},
        ModeCase{"ring_that_wraps", {12, 24, "inf2.48xlarge"}, kWrap, R::kConsecutiveRing},
        ModeCase{"ring_connected", {12, 24, "inf2.48xlarge"}, kConnected, R::kConsecutiveRing},
        ModeCase{"line_does_not_wrap", {6, 12, "inf2.24xlarge"}, kWrap, R::kConsecutive},
        ModeCase{"line_connected", {6, 12, "inf2.24xlarge"}, kConnected, R::kConsecutive},
        ModeCase{"torus_does_not_wrap", {16, 32, "trn1.32xlarge"}, kWrap, R::kAlignedRows},
        ModeCase{"torus_connected", {16, 128, "trn2.48xlarge"}, kConnected, R::kTorusConnected},
        ModeCase{"switched_connected", {16, 64, "trn3.48xlarge"}, kConnected, R::kAnySet},
        ModeCase{"few_switched_connected", {4, 16, "trn3e.24xlarge"}, kConnected, R::kAnySet},
        ModeCase{"one_device", {1, 2, "trn1.2xlarge"}, kConnected, R::kOneOrAll},
        ModeCase{"unknown_type_of_16", {16, 32, "trn9.48xlarge"}, kConnected, R::kAlignedRows},
        ModeCase{"unknown_type_of_12", {12, 24, ""}, kConnected, R::kOneOrAll},
        ModeCase{"not_the_types_number", {8, 16, "trn1.32xlarge"}, kConnected, R::kOneOrAll}),
    [](const auto& row) { return row.param.name; });

class GeneralSets : public testing::TestWithParam<Geometry> {};

TEST_P(GeneralSets, AreThoseOfTheNaiveWalk) {
  const Geometry& geometry = GetParam();
  const auto want = naive_sets(geometry);
  EXPECT_EQ(LegalSets(geometry, 0).count(), 0);
  EXPECT_EQ(LegalSets(geometry, geometry.devices + 1).count(), 0);
  EXPECT_EQ(legal_sizes(geometry), "1 to " + std::to_string(geometry.devices));
  for (int size = 1; size <= geometry.devices; ++size) {
    const auto& sets = want[static_cast<std::size_t>(size)];
    const LegalSets legal(geometry, size);
    std::set<DeviceMask> got;
    for (int i = 0; i < legal.count(); ++i) {
      const auto found = sets.find(legal.set(i));
      ASSERT_NE(found, sets.end()) << std::hex << legal.set(i);
      if (i > 0) {
        EXPECT_LE(legal.diameter(i - 1), legal.diameter(i));
      }
      if (geometry.rule == R::kTorusConnected && size < geometry.devices) {
        ASSERT_EQ(legal.diameter(i), found->second) << std::hex << legal.set(i);
      }
      got.insert(legal.set(i));
    }
    EXPECT_EQ(got.size(), static_cast<std::size_t>(legal.count())) << "one twice, size " << size;
    EXPECT_EQ(got.size(), sets.size()) << "size " << size;
    EXPECT_EQ(legal_sets(geometry, size).size(), got.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Neuron, GeneralSets,
                         testing::Values(kRing, kSmallRing, kTorus, kSwitched4));

TEST(SetTable, OfTheTorusHasWhatCanBeCountedByHand) {
  EXPECT_EQ(LegalSets(kSwitched16, 3).count(), 16 * 15 * 14 / 6);
  EXPECT_EQ(LegalSets(kSwitched16, 8).count(), 12870);
  EXPECT_EQ(LegalSets(kTorus, 2).count(), 32);      // The links.
  EXPECT_EQ(LegalSets(kTorus, 3).count(), 16 * 6);  // A middle and two of its four neighbours.
  EXPECT_EQ(LegalSets(kTorus, 15).count(), 16);     // No device is the only way to another.
  EXPECT_EQ(LegalSets(kTorus, 4).diameter(0), 2);   // A square, or a middle with three others.
  EXPECT_EQ(LegalSets(kTorus, 8).diameter(0), 3);
  EXPECT_EQ(LegalSets(kTorus, 9).set(0) & ~DeviceMask{0xffff}, 0u);
}

TEST(ValueOfGeneralSets, CountsEverySetThatIsFree) {
  std::mt19937_64 random(11);
  for (const Geometry& geometry : {kRing, kSmallRing, kTorus, kSwitched4, kSwitched16}) {
    for (int round = 0; round < 20; ++round) {
      NodeState state(geometry);
      std::int64_t cores_alone = 0;  // Runs inside the devices.
      for (int device = 0; device < geometry.devices; ++device) {
        const bool used = round > 0 && random() % 3 == 0;
        if (used) state.take(device, geometry.full_device());
        const std::int64_t k = geometry.cores_per_device;
        cores_alone += used ? 0 : k * (k + 1) * (k + 2) / 6;
      }
      std::int64_t devices = 0;
      for (int size = 1; size <= geometry.devices; ++size) {
        for (const DeviceMask set : legal_sets(geometry, size)) {
          devices += (set & ~state.untouched()) == 0 ? size : 0;
        }
      }
      ASSERT_EQ(value(state), devices * geometry.cores_per_device + cores_alone) << round;
    }
  }
}

// What choose() gives is legal, free, and of these has the least diameter and then the least cost.
TEST(ChooseConnected, GivesTheBestSet) {
  std::mt19937_64 random(7);
  for (const Geometry& geometry : {kRing, kTorus, kSwitched4, kSwitched16}) {
    for (int round = 0; round < 150; ++round) {
      NodeState state(geometry);
      const auto free = static_cast<DeviceMask>(random() | (round % 3 == 0 ? random() : 0));
      for (int device = 0; device < geometry.devices; ++device) {
        if ((free & device_bit(device)) == 0) state.take(device, 2);
      }
      const int size = 1 + static_cast<int>(random() % static_cast<unsigned>(geometry.devices));
      const bool whole = round % 2 == 0 || size == 1;
      const int last = whole ? geometry.cores_per_device : 1;
      const auto request = pod({cores((size - 1) * geometry.cores_per_device + last)});
      const Choice choice = choose(state, request, ~DeviceMask{0});
      std::optional<std::pair<int, std::int64_t>> best;
      const LegalSets legal(geometry, size);
      for (int i = 0; i < legal.count(); ++i) {
        const Placement placement{legal.set(i), low_cores(last)};
        if (new_cores(state, placement) < (size - 1) * geometry.cores_per_device + last) continue;
        const DeviceMask wholly = placement.devices & ~device_bit(placement.last_device());
        if ((wholly & ~state.untouched()) != 0) continue;
        const std::pair key{legal.diameter(i), cost(state, placement)};
        if (!best || key < *best) best = key;
      }
      ASSERT_EQ(choice.fit == Fit::kFits, best.has_value()) << "round " << round;
      if (!best) continue;
      ASSERT_EQ(choice.cost, best->second) << "round " << round << " size " << size;
      const auto sets = legal_sets(geometry, size);
      const auto found = std::find(sets.begin(), sets.end(), choice.placements.front().devices);
      ASSERT_NE(found, sets.end());
      ASSERT_EQ(legal.diameter(static_cast<int>(found - sets.begin())), best->first);
    }
  }
}

std::vector<ContainerRequest> some_containers(std::mt19937_64& random, const Geometry& geometry) {
  const auto below = [&](int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
  };
  std::vector<ContainerRequest> list;
  const int count = 1 + below(3);
  for (int i = 0; i < count; ++i) {
    const Role role = i + 1 == count || below(2) == 0 ? Role::kApp
                      : below(2) == 0                 ? Role::kInit
                                                      : Role::kSidecar;
    if (!list.empty() && list.back().role == Role::kApp && role != Role::kApp) continue;
    const int most = std::min(geometry.devices, 4);
    list.push_back(below(2) == 0 ? devices(1 + below(most), role)
                                 : cores(1 + below(most * geometry.cores_per_device), role));
  }
  return list;
}

// Bit device * k + core: every way to place the container on the node as it is.
std::vector<std::uint64_t> naive_options(const NodeState& state, const ContainerRequest& request) {
  const Geometry& geometry = state.geometry();
  const int k = geometry.cores_per_device;
  const auto cores = static_cast<int>(request.in_devices() ? request.devices * k : request.cores);
  std::uint64_t used = 0;
  for (int device = 0; device < geometry.devices; ++device) {
    used |= std::uint64_t{state.used(device)} << (device * k);
  }
  std::vector<std::uint64_t> options;
  for (const DeviceMask set : legal_sets(geometry, (cores + k - 1) / k)) {
    std::uint64_t option = 0;
    int left = cores;
    for (int device = 0; device < geometry.devices; ++device) {
      if ((set & device_bit(device)) == 0) continue;
      option |= std::uint64_t{low_cores(std::min(left, k))} << (device * k);
      left -= k;
    }
    // Inside one device they may start anywhere.
    for (int shift = 0; shift == 0 || (cores < k && shift + cores <= k); ++shift) {
      if ((option << shift & used) == 0) options.push_back(option << shift);
    }
  }
  return options;
}

bool naive_can_place(const PodRequest& request,
                     const std::vector<std::vector<std::uint64_t>>& options,
                     std::vector<std::uint64_t>& given) {
  const std::size_t next = given.size();
  if (next == options.size()) return true;
  std::uint64_t taken = 0;
  for (std::size_t other = 0; other < next; ++other) {
    if ((request.asking[next].conflicts >> other & 1) != 0) taken |= given[other];
  }
  for (const std::uint64_t option : options[next]) {
    if ((option & taken) != 0) continue;
    given.push_back(option);
    if (naive_can_place(request, options, given)) return true;
    given.pop_back();
  }
  return false;
}

// Whole pods of several containers: placed if and only if trying everything finds a way.
TEST(ChooseConnected, AgreesWithTheNaiveSearch) {
  std::mt19937_64 random(20261130);
  int fits = 0;
  int full = 0;
  int given_up = 0;
  for (int round = 0; round < 600; ++round) {
    static const Geometry kAll[] = {kRing, kSmallRing, kSwitched4, kTorus};
    const Geometry& geometry = kAll[round % 4];
    const auto containers = some_containers(random, geometry);
    NodeState state(geometry);
    for (int device = 0; device < geometry.devices; ++device) {
      if (random() % 2 == 0) continue;
      const int core =
          static_cast<int>(random() % static_cast<unsigned>(geometry.cores_per_device));
      state.take(device, CoreMask{1} << core);
    }
    const PodRequest request = pod(containers);
    const Choice choice = choose(state, request, ~DeviceMask{0});
    if (choice.fit == Fit::kTooComplex) {
      ++given_up;
      continue;
    }
    std::vector<std::vector<std::uint64_t>> options;
    for (const auto& one : request.asking) options.push_back(naive_options(state, one.request));
    std::vector<std::uint64_t> given;
    const bool want = naive_can_place(request, options, given);
    ASSERT_EQ(choice.fit, want ? Fit::kFits : Fit::kNoRoom) << "round " << round;
    ++(want ? fits : full);
    NodeState after = state;
    for (const Placement& placement : choice.placements) after.take(placement);
    ASSERT_EQ(choice.cost, value(state) - value(after));
  }
  EXPECT_GT(fits, 150);
  EXPECT_GT(full, 100);
  EXPECT_LE(given_up, 6);
}

}  // namespace
}  // namespace neuron_scheduler::neuron
