#include "test/placement/fleet.hpp"

#include <algorithm>
#include <variant>

#include "test/placement/trace.hpp"

namespace neuron_scheduler::placement {

neuron::Geometry NodeType::geometry() const {
  return std::get<neuron::Geometry>(
      neuron::read_geometry({.devices = devices, .cores = cores, .instance_type = name}));
}

void SimNode::add(const Held& held) {
  state.take(held.placement);
  pods.push_back(held);
}

void SimNode::remove(std::size_t pod) {
  std::erase_if(pods, [pod](const Held& held) { return held.pod == pod; });
  state = neuron::NodeState(state.geometry());
  for (const Held& held : pods) state.take(held.placement);
}

std::vector<SimNode> make_fleet(std::uint64_t seed) {
  std::vector<SimNode> nodes;
  for (const NodeType& type : kNodeTypes) {
    nodes.insert(nodes.end(), static_cast<std::size_t>(type.count), SimNode(type));
  }
  Random(seed).shuffle(nodes);
  return nodes;
}

int capacity_in_cores() {
  int cores = 0;
  for (const NodeType& type : kNodeTypes) cores += type.count * type.cores;
  return cores;
}

}  // namespace neuron_scheduler::placement
