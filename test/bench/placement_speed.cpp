// How fast nodes are judged: does the pod fit, which cores are best, what do they cost? Every state
// is another one, with cores in use at random, and nothing is remembered between them.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <variant>
#include <vector>

#include "neuron/choose.hpp"

namespace neuron_scheduler::neuron {
namespace {

constexpr std::size_t kNodes = 5000;

Geometry geometry_of(std::string_view type, int devices, int cores) {
  return std::get<Geometry>(
      read_geometry({.devices = devices, .cores = cores, .instance_type = type}));
}

// As a fleet fills: pods of one core to a row come, and some go again.
NodeState random_state(const Geometry& geometry, std::mt19937_64& random) {
  NodeState state(geometry);
  const auto fill = random() % 100;
  for (int device = 0; device < geometry.devices; ++device) {
    if (random() % 100 >= fill) continue;
    const bool part = random() % 2 == 0;
    state.take(device, part ? static_cast<CoreMask>(random()) : geometry.full_device());
  }
  return state;
}

// All types with more than one device, distinct among themselves.
const std::vector<NodeState>& nodes() {
  static const std::vector<NodeState> kStates = [] {
    const std::array geometries{
        geometry_of("trn1.32xlarge", 16, 32),  geometry_of("trn2.48xlarge", 16, 64),
        geometry_of("trn2.48xlarge", 16, 128), geometry_of("inf2.48xlarge", 12, 24),
        geometry_of("inf2.24xlarge", 6, 12),   geometry_of("inf1.24xlarge", 16, 64),
    };
    std::mt19937_64 random(1);
    std::vector<NodeState> states;
    while (states.size() < kNodes) {
      const Geometry& geometry = geometries[states.size() % geometries.size()];
      NodeState state = random_state(geometry, random);
      bool distinct = true;
      for (const NodeState& other : states) distinct = distinct && !(other == state);
      if (distinct) states.push_back(state);
    }
    return states;
  }();
  return kStates;
}

PodRequest pod(std::int64_t devices, std::int64_t cores) {
  return std::get<PodRequest>(make_pod_request({{Role::kApp, devices, cores}}));
}

std::int64_t judge(const NodeState& state, const PodRequest& request) {
  const Evaluation result = evaluate(state, request, ~DeviceMask{0});
  return result.fit == Fit::kFits ? result.cost : 0;
}

// One pod of a shape after the other, each on another node.
void mixed_shapes(benchmark::State& run) {
  const std::array requests{pod(0, 1), pod(0, 2), pod(1, 0), pod(0, 1), pod(2, 0), pod(0, 4),
                            pod(4, 0), pod(1, 0), pod(8, 0), pod(0, 2), pod(16, 0)};
  std::size_t node = 0;
  std::size_t shape = 0;
  for (auto _ : run) {
    benchmark::DoNotOptimize(judge(nodes()[node], requests[shape]));
    if (++node == kNodes) node = 0;
    if (++shape == requests.size()) shape = 0;
  }
  run.SetItemsProcessed(run.iterations());
}
BENCHMARK(mixed_shapes);

// One pod on all nodes.
void one_pod(benchmark::State& run) {
  const PodRequest request = pod(run.range(0), run.range(1));
  for (auto _ : run) {
    std::int64_t sum = 0;
    for (const NodeState& state : nodes()) sum += judge(state, request);
    benchmark::DoNotOptimize(sum);
  }
  run.SetItemsProcessed(run.iterations() * static_cast<std::int64_t>(kNodes));
}
BENCHMARK(one_pod)
    ->ArgNames({"neuron", "neuroncore"})
    ->Args({0, 1})
    ->Args({0, 2})
    ->Args({1, 0})
    ->Args({2, 0})
    ->Args({4, 0})
    ->Args({8, 0})
    ->Args({16, 0})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace neuron_scheduler::neuron
