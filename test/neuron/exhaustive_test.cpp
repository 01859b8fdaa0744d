// Every free mask of devices and every number of devices, against the naive rules.
#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "neuron/choose.hpp"
#include "neuron/free_sets.hpp"
#include "test/neuron/naive_machine.hpp"
#include "test/neuron/requests.hpp"

namespace neuron_scheduler::neuron {
namespace {

constexpr naive::Widening kWrap{false, true};
constexpr naive::Widening kConnected{true, false};

struct Case {
  std::string name;
  std::string type;
  naive::Widening widening = {};
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

Geometry geometry_of(const naive::Machine& machine, const naive::Widening& widening) {
  NodeCapacity capacity;
  capacity.devices = machine.devices;
  if (machine.cores_known) capacity.cores = machine.cores();
  capacity.instance_type = machine.type;
  SetOptions options;
  if (widening.connected) options.placement = PlacementMode::kConnected;
  options.ring_wrap = widening.ring_wrap;
  return std::get<Geometry>(read_geometry(capacity, options));
}

// As the library has sets of devices.
std::vector<DeviceMask> masks_of(const std::vector<naive::DeviceSet>& sets) {
  std::vector<DeviceMask> masks;
  for (const naive::DeviceSet& set : sets) {
    DeviceMask mask = 0;
    for (const int device : set.devices) mask |= device_bit(device);
    masks.push_back(mask);
  }
  return masks;
}

TEST(LegalSets, AreThoseOfTheNaiveRules) {
  for (const naive::Widening& widening : {naive::Widening{}, kWrap, kConnected}) {
    for (const naive::Machine& machine : naive::all_machines(widening)) {
      const Geometry geometry = geometry_of(machine, widening);
      for (int size = -1; size <= machine.devices + 1; ++size) {
        EXPECT_EQ(legal_sets(geometry, size), masks_of(machine.sets_of(size)))
            << machine.name << ", size " << size;
      }
    }
  }
}

class Exhaustively : public testing::TestWithParam<Case> {};

TEST_P(Exhaustively, EveryMaskAndSize) {
  const Case& row = GetParam();
  const naive::Machine machine = naive::machine_of(row.type, row.widening);
  const Geometry geometry = geometry_of(machine, row.widening);
  std::vector<std::vector<DeviceMask>> legal;
  std::vector<PodRequest> requests;
  for (int size = 0; size <= machine.devices; ++size) {
    legal.push_back(masks_of(machine.sets_of(size)));
    requests.push_back(pod({devices(size)}));
  }
  for (DeviceMask free = 0; free < device_bit(machine.devices); ++free) {
    NodeState state(geometry);
    for (int device = 0; device < machine.devices; ++device) {
      if ((free & device_bit(device)) == 0) state.take(device, 1);
    }
    const std::int64_t worth = value(state);
    for (std::size_t size = 1; size < legal.size(); ++size) {
      const Choice choice = choose(state, requests[size], ~DeviceMask{0});
      Fit want = legal[size].empty() ? Fit::kIllegalSize : Fit::kNoRoom;
      bool is_legal = false;
      for (const DeviceMask set : legal[size]) {
        if ((set & ~free) != 0) continue;
        want = Fit::kFits;
        ASSERT_EQ(choice.fit, want) << std::hex << free << ' ' << size;
        NodeState after = state;
        after.take(Placement{set, geometry.full_device()});
        const std::int64_t loss = worth - value(after);
        ASSERT_LE(choice.cost, loss) << std::hex << free << ' ' << set;
        if (set != choice.placements.front().devices) continue;
        is_legal = true;
        ASSERT_EQ(choice.cost, loss) << std::hex << free << ' ' << set;
      }
      ASSERT_EQ(choice.fit, want) << std::hex << free << ' ' << size;
      ASSERT_EQ(has_free_set(state, static_cast<int>(size)), want == Fit::kFits);
      if (want != Fit::kFits) continue;
      ASSERT_TRUE(is_legal) << std::hex << free << ' ' << size;
      ASSERT_EQ(choice.placements.front().last, geometry.full_device());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Of, Exhaustively,
    testing::Values(Case{"Line4", "inf1.6xlarge"}, Case{"Line6", "inf2.24xlarge"},
                    Case{"Line16", "inf1.24xlarge"}, Case{"Ring12", "inf2.48xlarge"},
                    Case{"Torus", "trn1.32xlarge"}, Case{"Switched4", "trn3e.24xlarge"},
                    Case{"Unknown12", ""}, Case{"Ring12Wrap", "inf2.48xlarge", kWrap},
                    Case{"Ring12Connected", "inf2.48xlarge", kConnected},
                    Case{"Line6Connected", "inf2.24xlarge", kConnected},
                    Case{"Switched4Connected", "trn3e.24xlarge", kConnected}),
    [](const auto& row) { return row.param.name; });

// By free mask and size: the least diameter of a legal set among what is free; kNone: there is no
// such set.
constexpr int kNone = 99;
std::vector<std::vector<int>> least_diameters(const naive::Machine& machine) {
  std::vector<std::vector<int>> least(std::size_t{1} << machine.devices,
                                      std::vector<int>(machine.legal_sets->size(), kNone));
  for (std::size_t size = 1; size < machine.legal_sets->size(); ++size) {
    const auto& sets = (*machine.legal_sets)[size];
    const auto masks = masks_of(sets);
    for (std::size_t i = 0; i < sets.size(); ++i) least[masks[i]][size] = sets[i].diameter;
  }
  for (std::size_t free = 0; free < least.size(); ++free) {
    for (std::size_t bit = 1; bit <= free; bit <<= 1) {
      if ((free & bit) == 0) continue;
      for (std::size_t size = 0; size < machine.legal_sets->size(); ++size) {
        least[free][size] = std::min(least[free][size], least[free ^ bit][size]);
      }
    }
  }
  return least;
}

// All masks if NEURON_SCHEDULER_ORACLE_CASES is a million or more, which takes a minute; else some.
TEST(ExhaustivelyConnected, TorusEveryMaskAndSize) {
  const char* const cases = std::getenv("NEURON_SCHEDULER_ORACLE_CASES");
  const bool all = cases != nullptr && std::strtoull(cases, nullptr, 10) >= 1'000'000;
  const naive::Machine machine = naive::machine_of("trn1.32xlarge", kConnected);
  const Geometry geometry = geometry_of(machine, kConnected);
  const auto least = least_diameters(machine);
  std::map<DeviceMask, int> diameters;
  for (const auto& sets : *machine.legal_sets) {
    const auto masks = masks_of(sets);
    for (std::size_t i = 0; i < sets.size(); ++i) diameters[masks[i]] = sets[i].diameter;
  }
  for (DeviceMask free = 0; free < least.size(); free += all ? 1 : 509) {
    NodeState state(geometry);
    for (int device = 0; device < machine.devices; ++device) {
      if ((free & device_bit(device)) == 0) state.take(device, 1);
    }
    for (int size = 1; size <= machine.devices; ++size) {
      const int want = least[free][static_cast<std::size_t>(size)];
      const Choice choice = choose(state, pod({devices(size)}), ~DeviceMask{0});
      ASSERT_EQ(choice.fit == Fit::kFits, want != kNone) << std::hex << free << ' ' << size;
      ASSERT_EQ(has_free_set(state, size), want != kNone) << std::hex << free << ' ' << size;
      if (want == kNone) continue;
      const DeviceMask given = choice.placements.front().devices;
      ASSERT_EQ(given & ~free, 0u) << std::hex << free << ' ' << given;
      ASSERT_EQ(std::popcount(given), size);
      ASSERT_EQ(diameters.count(given), 1u) << std::hex << free << ' ' << given;
      ASSERT_EQ(diameters.at(given), want) << std::hex << free << ' ' << given;
      NodeState after = state;
      after.take(choice.placements.front());
      ASSERT_EQ(choice.cost, value(state) - value(after));
    }
  }
}

}  // namespace
}  // namespace neuron_scheduler::neuron
