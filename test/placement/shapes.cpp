#include "test/placement/shapes.hpp"

#include <variant>

namespace neuron_scheduler::placement {

const neuron::PodRequest& request_of(std::size_t shape) {
  static const auto kRequests = [] {
    PerShape<neuron::PodRequest> requests;
    for (std::size_t i = 0; i < kShapeCount; ++i) {
      requests[i] = std::get<neuron::PodRequest>(
          neuron::make_pod_request({{neuron::Role::kApp, kShapes[i].devices, kShapes[i].cores}}));
    }
    return requests;
  }();
  return kRequests[shape];
}

}  // namespace neuron_scheduler::placement
