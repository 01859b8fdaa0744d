#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "neuron/state.hpp"
#include "test/placement/shapes.hpp"

// The nodes of the measurement: 400, of five instance types.
namespace neuron_scheduler::placement {

struct NodeType {
  std::string_view name;
  int count = 0;  // In the fleet.
  int devices = 0;
  int cores = 0;
  int cpu = 0;
  int memory_gib = 0;

  [[nodiscard]] neuron::Geometry geometry() const;
};

// Numbers of reference/aws-neuron.md §1; trn2.48xlarge with two physical cores to a logical one.
inline constexpr std::array kNodeTypes{
    NodeType{"trn1.32xlarge", 140, 16, 32, 128, 512},
    NodeType{"trn2.48xlarge", 100, 16, 64, 192, 2048},
    NodeType{"inf2.48xlarge", 80, 12, 24, 192, 768},
    NodeType{"inf2.24xlarge", 60, 6, 12, 96, 384},
    NodeType{"trn1.2xlarge", 20, 1, 2, 8, 32},
};

// Each pod asks this much beside Neuron.
inline constexpr int kPodCpu = 1;
inline constexpr int kPodMemoryGib = 4;

// A pod on a node.
struct Held {
  std::size_t pod = 0;
  neuron::Placement placement;
};

struct SimNode {
  const NodeType* type = nullptr;
  neuron::NodeState state;
  std::vector<Held> pods;

  explicit SimNode(const NodeType& of) : type(&of), state(of.geometry()) {}
  void add(const Held& held);
  void remove(std::size_t pod);
};

// In an order of the seed: no policy that looks at the order may profit from types that come first.
[[nodiscard]] std::vector<SimNode> make_fleet(std::uint64_t seed);

// Of the whole fleet.
[[nodiscard]] int capacity_in_cores();

}  // namespace neuron_scheduler::placement
