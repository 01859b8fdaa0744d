#pragma once

#include <map>
#include <string>

#include "cluster/model/name.hpp"
#include "cluster/model/pod.hpp"

namespace neuron_scheduler::model {

// The one write that places a pod: node, identity of the pod and the annotations that plugins chose
// go together, so that no state between "annotated" and "bound" exists (design.md §4).
struct Binding {
  Name namespace_name;
  std::string pod_name;
  Uid pod_uid;
  Name node_name;
  std::map<std::string, std::string> annotations;
  // Not part of the object: goes out only when every earlier such binding to the same node has
  // ended, since somebody on the node matches pods by the order in which they were bound (design.md
  // §4).
  bool in_order_on_node = false;
  friend bool operator==(const Binding&, const Binding&) = default;
};

}  // namespace neuron_scheduler::model
