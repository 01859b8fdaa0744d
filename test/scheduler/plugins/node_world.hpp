#pragma once

#include <memory>
#include <vector>

#include "cluster/model/node_view.hpp"
#include "test/support/builders.hpp"

// One node with pods on it, as plugins see it.
namespace neuron_scheduler::test {

inline model::NodeView node_view(const NodeBuilder& node,
                                 const std::vector<PodBuilder>& pods = {}) {
  model::NodeView view;
  view.set_node(node.build());
  for (const auto& pod : pods) view.add_pod(pod.build());
  return view;
}

}  // namespace neuron_scheduler::test
