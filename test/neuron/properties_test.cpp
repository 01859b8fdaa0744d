// What holds of every placement, however it came about.
#include <algorithm>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "neuron/assignment.hpp"
#include "neuron/choose.hpp"
#include "test/neuron/naive.hpp"
#include "test/neuron/random_case.hpp"
#include "test/neuron/requests.hpp"

namespace neuron_scheduler::neuron {
namespace {

using naive::Draw;
using naive::kNodeName;
using naive::Machine;

Geometry geometry_of(const Machine& machine) {
  NodeCapacity capacity;
  capacity.devices = machine.devices;
  if (machine.cores_known) capacity.cores = machine.cores();
  capacity.instance_type = machine.type;
  return std::get<Geometry>(read_geometry(capacity));
}

// A pod with what it was given, as its annotations say.
struct Placed {
  PodRequest request;
  Assignment assignment;
  std::string ids;
  std::string allocated;
};

// Nothing, or a pod that was placed on the node.
std::optional<Placed> place(const Machine& machine, const NodeState& state, Draw& draw) {
  std::vector<ContainerRequest> containers;
  const bool in_devices = draw.one_in(2);
  for (int i = draw.below(3); i >= 0; --i) {
    containers.push_back(naive::random_request(machine, in_devices, draw));
    containers.back().role = i == 2   ? Role::kInit
                             : i == 1 ? (draw.one_in(2) ? Role::kSidecar : Role::kInit)
                                      : Role::kApp;
  }
  Placed placed;
  placed.request = pod(containers);
  const Choice choice = choose(state, placed.request, ~DeviceMask{0});
  if (choice.fit != Fit::kFits) return std::nullopt;
  placed.assignment = make_assignment(state.geometry(), placed.request, choice.placements);
  placed.ids = write_ids(state.geometry(), placed.request, placed.assignment);
  placed.allocated = write_allocated(kNodeName, placed.assignment);
  return placed;
}

class Properties : public testing::TestWithParam<Machine> {};

// Pods come and go; the node's state is what the annotations of those that are there say.
TEST_P(Properties, NoCoreTwiceWhilePodsComeAndGo) {
  const Machine& machine = GetParam();
  const Geometry geometry = geometry_of(machine);
  Draw draw(7);
  std::vector<Placed> pods;
  int placed_count = 0;
  for (int step = 0; step < 300; ++step) {
    NodeState state(geometry);
    std::set<std::pair<int, int>> held;
    for (const Placed& one : pods) {
      const auto read = read_assignment(kNodeName, geometry, one.request, {one.ids, one.allocated});
      ASSERT_TRUE(std::holds_alternative<CoreSet>(read)) << one.ids;
      for (const DeviceCores& part : std::get<CoreSet>(read)) {
        for (int core = 0; core < geometry.cores_per_device; ++core) {
          if ((part.cores >> core & 1) == 0) continue;
          ASSERT_TRUE(held.insert({part.device, core}).second)
              << "device " << part.device << " core " << core << " twice, step " << step;
        }
      }
      state.take(std::get<CoreSet>(read));
    }
    ASSERT_EQ(state.free_core_count() + static_cast<int>(held.size()), machine.cores());
    if (!pods.empty() && draw.one_in(3)) {
      pods.erase(pods.begin() + draw.below(static_cast<int>(pods.size())));
    } else if (auto placed = place(machine, state, draw)) {
      pods.push_back(std::move(*placed));
      ++placed_count;
    }
  }
  EXPECT_GT(placed_count, 50);
  // All gone: all free.
  pods.clear();
  EXPECT_EQ(NodeState(geometry).free_core_count(), machine.cores());
}

// What is written down is what is read, with either annotation alone as well as with both.
TEST_P(Properties, WhatIsWrittenIsRead) {
  const Machine& machine = GetParam();
  const Geometry geometry = geometry_of(machine);
  Draw draw(11);
  int count = 0;
  for (int round = 0; round < 300; ++round) {
    NodeState state(geometry);
    if (round % 3 != 0) {
      for (int device = 0; device < machine.devices; ++device) {
        state.take(device, static_cast<CoreMask>(draw.engine()() & draw.engine()()));
      }
    }
    const auto placed = place(machine, state, draw);
    if (!placed) continue;
    ++count;
    const std::variant<CoreSet, Problem> want = union_of(placed->assignment);
    const auto read = [&](const AssignmentText& text) {
      return read_assignment(kNodeName, geometry, placed->request, text);
    };
    ASSERT_EQ(read({placed->ids, placed->allocated}), want) << placed->ids;
    ASSERT_EQ(read({std::nullopt, placed->allocated}), want) << placed->allocated;
    // Ids alone tell containers apart by their numbers, so units may be mixed too.
    ASSERT_EQ(read({placed->ids, std::nullopt}), want) << placed->ids;
  }
  EXPECT_GT(count, 50);
}

// HAMi writes masks of two cores for whole devices of four and eight: such a device is full.
TEST_P(Properties, ShortMasksOfWholeDevicesAreRead) {
  const Machine& machine = GetParam();
  const Geometry geometry = geometry_of(machine);
  Draw draw(13);
  for (int round = 0; round < 100; ++round) {
    ContainerRequest request = naive::random_request(machine, true, draw);
    request.cores = 0;
    const auto choice = choose(NodeState(geometry), pod({request}), ~DeviceMask{0});
    if (choice.fit != Fit::kFits) continue;
    const CoreSet whole = core_set(geometry, choice.placements.front());
    CoreSet shortened = whole;
    for (DeviceCores& part : shortened) {
      part.cores = low_cores(draw.between(1, machine.cores_per_device));
    }
    const std::string allocated = write_allocated(kNodeName, {shortened});
    const std::variant<CoreSet, Problem> want = whole;
    ASSERT_EQ(read_assignment(kNodeName, geometry, pod({request}), {std::nullopt, allocated}), want)
        << allocated;
  }
}

// The same state, however it came about.
TEST_P(Properties, OrderOfTakingDoesNotMatter) {
  const Machine& machine = GetParam();
  const Geometry geometry = geometry_of(machine);
  Draw draw(17);
  for (int round = 0; round < 100; ++round) {
    std::vector<DeviceCores> parts;
    for (int i = draw.below(20); i > 0; --i) {
      parts.push_back({draw.below(machine.devices), static_cast<CoreMask>(draw.engine()())});
    }
    NodeState forward(geometry);
    for (const DeviceCores& part : parts) forward.take(part.device, part.cores);
    std::shuffle(parts.begin(), parts.end(), draw.engine());
    NodeState shuffled(geometry);
    for (const DeviceCores& part : parts) shuffled.take(part.device, part.cores);
    ASSERT_EQ(forward, shuffled);
    ASSERT_EQ(value(forward), value(shuffled));
  }
}

std::string test_name(const testing::TestParamInfo<Machine>& row) {
  std::string name = row.param.name;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char letter) { return std::isalnum(letter) == 0; },
      '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Of, Properties, testing::ValuesIn(naive::all_machines()), test_name);

}  // namespace
}  // namespace neuron_scheduler::neuron
