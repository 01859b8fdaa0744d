// The library against the naive rules: random nodes and pods of every instance type.
//
// NEURON_SCHEDULER_ORACLE_CASES says how many cases (20,000), NEURON_SCHEDULER_ORACLE_SEED the seed
// of the first one (20261130); each further case has the next seed. A failure names the seed of its
// case, which is found again with that seed and one case.
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "neuron/assignment.hpp"
#include "neuron/choose.hpp"
#include "neuron/free_sets.hpp"
#include "neuron/selection.hpp"
#include "test/neuron/naive.hpp"
#include "test/neuron/random_case.hpp"

namespace neuron_scheduler::naive {
namespace {

using neuron::Choice;
using neuron::DeviceMask;
using neuron::Fit;
using neuron::Geometry;
using neuron::NodeState;
using neuron::PodRequest;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// More sums than this for one choice are not made; cases of fewer sets stay far below.
constexpr std::int64_t kSumsMax = 300'000;

std::uint64_t case_count() {
  return number_from_environment("NEURON_SCHEDULER_ORACLE_CASES", 20'000);
}

// How often each kind of case came up, so that no kind is missing unnoticed.
using Counts = std::map<std::string, int>;

Geometry geometry_of(const Machine& machine, const Widening& widening) {
  neuron::NodeCapacity capacity;
  capacity.devices = machine.devices;
  if (machine.cores_known) capacity.cores = machine.cores();
  capacity.instance_type = machine.type;
  neuron::SetOptions options;
  if (widening.connected) options.placement = neuron::PlacementMode::kConnected;
  options.ring_wrap = widening.ring_wrap;
  return std::get<Geometry>(neuron::read_geometry(capacity, options));
}

NodeState state_of(const Node& node, const Geometry& geometry) {
  DeviceMask unusable = 0;
  for (const int device : node.unusable) unusable |= neuron::device_bit(device);
  NodeState state(geometry, unusable);
  for (int core = 0; core < node.machine->cores(); ++core) {
    if (!node.used[static_cast<std::size_t>(core)]) continue;
    state.take(node.device_of(core), neuron::CoreMask{1} << core % node.machine->cores_per_device);
  }
  return state;
}

// The ids of AWS_NEURON_IDS, cut up by how many each container asks for, as core ids.
std::vector<Ids> read_ids(const Machine& machine, const PodRequest& request,
                          const std::string& text) {
  std::istringstream words(text);
  std::vector<Ids> containers;
  const int k = machine.cores_per_device;
  for (const auto& one : request.containers) {
    Ids& cores = containers.emplace_back();
    for (std::int64_t i = 0; i < (one.devices > 0 ? one.devices : one.cores); ++i) {
      std::string word = "-1";
      std::getline(words, word, ',');
      const int id = std::stoi(word);
      for (int core = 0; one.devices > 0 && core < k; ++core) cores.push_back(id * k + core);
      if (one.devices == 0) cores.push_back(id);
    }
  }
  return containers;
}

class Oracle : public testing::Test {
 protected:
  Counts counts;
  Widening widening;
  int most_steps = 0;
  int most_steps_beside = 0;

  // cases: of the full number.
  void run(const std::vector<Machine>& machines, std::uint64_t cases) {
    const auto first = number_from_environment("NEURON_SCHEDULER_ORACLE_SEED", 20'261'130);
    for (std::uint64_t seed = first; seed < first + cases; ++seed) {
      const RandomCase one = make_case(machines, seed);
      check(one);
      if (HasFatalFailure()) FAIL() << text_of(one);
    }
  }

 private:
  void check(RandomCase one) {
    const Machine& machine = *one.node.machine;
    const Geometry geometry = geometry_of(machine, widening);
    const NodeState state = state_of(one.node, geometry);
    const PodRequest request = std::get<PodRequest>(neuron::make_pod_request(one.containers));
    const std::vector<std::string_view> use(one.use.begin(), one.use.end());
    const std::vector<std::string_view> nouse(one.nouse.begin(), one.nouse.end());
    const DeviceMask eligible =
        neuron::DeviceSelection(use, nouse).eligible(kNodeName, machine.devices);
    for (int device = 0; device < machine.devices; ++device) {
      ASSERT_EQ((eligible & neuron::device_bit(device)) == 0, one.node.not_asked.count(device) > 0);
    }
    check_free_sets(one.node, state);
    if (untouched_only(one.policy)) one.node.refuse_touched();
    const Choice choice = neuron::choose(state, request, eligible, one.policy);
    const auto evaluation = neuron::evaluate(state, request, eligible, one.policy);
    ASSERT_EQ(evaluation.fit, choice.fit);
    ASSERT_EQ(evaluation.cost, choice.cost);
    int& most = request.init_beside_sidecar ? most_steps_beside : most_steps;
    most = std::max(most, choice.steps);
    check_fit(one, choice);
    if (HasFatalFailure() || choice.fit != Fit::kFits) return;
    check_placements(one, request, geometry, state, choice);
  }

  void check_free_sets(const Node& node, const NodeState& state) {
    ASSERT_EQ(neuron::value(state), value(node));
    for (int size = 0; size <= node.machine->devices + 1; ++size) {
      ASSERT_EQ(neuron::has_free_set(state, size), has_free_set(node, size)) << "sets of " << size;
    }
  }

  void check_fit(const RandomCase& one, const Choice& choice) {
    for (const auto& request : one.containers) {
      if (!request.asks()) continue;
      if (const auto in_the_way = obstacle(*one.node.machine, request)) {
        ASSERT_EQ(choice.fit, *in_the_way);
        ++counts["obstacle"];
        return;
      }
    }
    if (choice.fit == Fit::kTooComplex && widening.connected && one.containers.size() > 1) {
      ++counts["given up"];
      return;
    }
    const bool want = can_place(one.node, one.containers);
    ASSERT_EQ(choice.fit, want ? Fit::kFits : Fit::kNoRoom);
    const char* const size = one.containers.size() == 1 ? "one container " : "several containers ";
    ++counts[std::string(size) + (want ? "fits" : "full")];
    ++counts[one.node.machine->name + (want ? " fits" : " full")];
    if (!one.use.empty() || !one.nouse.empty()) ++counts[want ? "chosen uuids" : "no such uuid"];
  }

  void check_placements(const RandomCase& one, const PodRequest& request, const Geometry& geometry,
                        const NodeState& state, const Choice& choice) {
    const auto assignment = neuron::make_assignment(geometry, request, choice.placements);
    const std::string ids = neuron::write_ids(geometry, request, assignment);
    const std::string allocated = neuron::write_allocated(kNodeName, assignment);
    const std::vector<Ids> given = read_ids(*one.node.machine, request, ids);
    Node after = one.node;
    for (std::size_t i = 0; i < one.containers.size(); ++i) {
      if (!one.containers[i].asks()) continue;
      const auto options = placements(one.node, one.containers[i]);
      ASSERT_EQ(std::count(options.begin(), options.end(), given[i]), 1) << "ids " << ids;
      after.take(given[i]);
      for (std::size_t j = 0; j < i; ++j) {
        if (!same_time(one.containers, i, j)) continue;
        for (const int core : given[j]) {
          ASSERT_EQ(std::count(given[i].begin(), given[i].end(), core), 0) << "ids " << ids;
        }
      }
    }
    ASSERT_EQ(choice.cost, value(one.node) - value(after)) << "ids " << ids;
    if (one.containers.size() == 1 && best_effort(one.node, one.containers.front()) < kSumsMax) {
      ++counts["very cores"];
      const auto want = best(one.node, one.containers.front(), one.policy);
      ASSERT_TRUE(want.has_value());
      ASSERT_EQ(choice.cost, want->cost);
      ASSERT_EQ(given.front(), want->cores);
    }
    // The node as it is after the pod's annotations are read back.
    NodeState read_back = state;
    const auto read = neuron::read_assignment(kNodeName, geometry, request, {ids, allocated});
    ASSERT_TRUE(std::holds_alternative<neuron::CoreSet>(read)) << ids << ' ' << allocated;
    read_back.take(std::get<neuron::CoreSet>(read));
    ASSERT_EQ(read_back, state_of(after, geometry)) << ids << ' ' << allocated;
  }
};

TEST_F(Oracle, AgreesAtRandom) {
  const auto machines = all_machines();
  run(machines, case_count());
  // As kMaxSteps is documented.
  EXPECT_LE(most_steps, 50);
  EXPECT_LE(most_steps_beside, case_count() <= 20'000 ? 1000 : 2 * neuron::kMaxSteps);
  if (case_count() < 20'000) return;
  for (const char* kind :
       {"obstacle", "one container fits", "one container full", "chosen uuids",
        "several containers fits", "several containers full", "no such uuid", "very cores"}) {
    EXPECT_GT(counts[kind], 300) << kind;
  }
  for (const Machine& machine : machines) {
    EXPECT_GT(counts[machine.name + " fits"], 50) << machine.name;
    EXPECT_GT(counts[machine.name + " full"], 50) << machine.name;
  }
}

TEST_F(Oracle, AgreesAtRandomWithRingWrap) {
  widening.ring_wrap = true;
  run({machine_of("inf2.48xlarge", widening), machine_of("inf2.24xlarge", widening)},
      case_count() / 20);
}

TEST_F(Oracle, AgreesAtRandomConnected) {
  widening.connected = true;
  run(all_machines(widening), case_count() / 40);
  EXPECT_LE(counts["given up"], 1 + static_cast<int>(case_count() / 4000));
}

}  // namespace
}  // namespace neuron_scheduler::naive
