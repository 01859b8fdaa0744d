#pragma once

#include <string>
#include <string_view>

#include "test/support/builders.hpp"

// Nodes with Neuron devices and pods that ask for them.
namespace neuron_scheduler::test {

inline NodeBuilder neuron_node(std::string_view name, std::string_view instance_type,
                               std::int64_t devices, std::int64_t cores) {
  NodeBuilder node(name);
  node.label("node.kubernetes.io/instance-type", instance_type);
  node.resource("aws.amazon.com/neuron", devices);
  node.resource("aws.amazon.com/neuroncore", cores);
  return node;
}

inline NodeBuilder trn1_node(std::string_view name) {
  return neuron_node(name, "trn1.32xlarge", 16, 32);
}

inline NodeBuilder inf2_node(std::string_view name) {
  return neuron_node(name, "inf2.48xlarge", 12, 24);
}

inline PodBuilder devices_pod(std::string name, std::int64_t count) {
  PodBuilder pod(std::move(name));
  pod.request("aws.amazon.com/neuron", count);
  return pod;
}

inline PodBuilder cores_pod(std::string name, std::int64_t count) {
  PodBuilder pod(std::move(name));
  pod.request("aws.amazon.com/neuroncore", count);
  return pod;
}

}  // namespace neuron_scheduler::test
