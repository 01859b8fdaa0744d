// Every free mask of devices and every number of devices, against the naive rules.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "neuron/choose.hpp"
#include "neuron/free_sets.hpp"
#include "test/neuron/naive_machine.hpp"
#include "test/neuron/requests.hpp"

namespace neuron_scheduler::neuron {
namespace {

struct Case {
  std::string name;
  naive::Machine machine;
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

Geometry geometry_of(const naive::Machine& machine) {
  NodeCapacity capacity;
  capacity.devices = machine.devices;
  if (machine.cores_known) capacity.cores = machine.cores();
  capacity.instance_type = machine.type;
  return std::get<Geometry>(read_geometry(capacity));
}

// As the library has sets of devices.
std::vector<DeviceMask> masks_of(const std::vector<naive::Ids>& sets) {
  std::vector<DeviceMask> masks;
  for (const naive::Ids& set : sets) {
    DeviceMask mask = 0;
    for (const int device : set) mask |= device_bit(device);
    masks.push_back(mask);
  }
  return masks;
}

TEST(LegalSets, AreThoseOfTheNaiveRules) {
  for (const naive::Machine& machine : naive::all_machines()) {
    const Geometry geometry = geometry_of(machine);
    for (int size = -1; size <= machine.devices + 1; ++size) {
      EXPECT_THAT(legal_sets(geometry, size),
                  testing::UnorderedElementsAreArray(masks_of(machine.sets_of(size))))
          << machine.name << ", size " << size;
    }
  }
}

class Exhaustively : public testing::TestWithParam<Case> {};

TEST_P(Exhaustively, EveryMaskAndSize) {
  const naive::Machine& machine = GetParam().machine;
  const Geometry geometry = geometry_of(machine);
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

INSTANTIATE_TEST_SUITE_P(Aligned, Exhaustively,
                         testing::Values(Case{"Line4", naive::machine_of("inf1.6xlarge")},
                                         Case{"Line6", naive::machine_of("inf2.24xlarge")},
                                         Case{"Line16", naive::machine_of("inf1.24xlarge")},
                                         Case{"Ring12", naive::machine_of("inf2.48xlarge")},
                                         Case{"Torus", naive::machine_of("trn1.32xlarge")},
                                         Case{"Switched4", naive::machine_of("trn3e.24xlarge")},
                                         Case{"Unknown12", naive::machine_of("")}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::neuron
