#include "neuron/request.hpp"

#include <algorithm>

namespace neuron_scheduler::neuron {
namespace {

// Positions in `containers`: a runs beside b, a declared first.
bool at_the_same_time(Role a, Role b) {
  if (a == Role::kInit) return false;  // It has ended when the next one starts.
  return b != Role::kInit || a == Role::kSidecar;
}

}  // namespace

bool PodRequest::mixes_units() const {
  return std::any_of(asking.begin(), asking.end(), [&](const AskingContainer& one) {
    return one.request.in_devices() != asking.front().request.in_devices();
  });
}

std::variant<PodRequest, Problem> make_pod_request(std::vector<ContainerRequest> containers) {
  PodRequest pod;
  pod.containers = std::move(containers);
  for (std::size_t i = 0; i < pod.containers.size(); ++i) {
    const ContainerRequest& request = pod.containers[i];
    if (request.devices < 0 || request.cores < 0) return Problem{"negative request"};
    if (!request.asks()) continue;
    if (pod.asking.size() == kMaxAskingContainers) {
      return Problem{"more than " + std::to_string(kMaxAskingContainers) +
                     " containers ask for Neuron"};
    }
    AskingContainer& added = pod.asking.emplace_back();
    added = {static_cast<int>(i), request, 0};
    const std::uint64_t added_bit = std::uint64_t{1} << (pod.asking.size() - 1);
    for (std::size_t j = 0; j + 1 < pod.asking.size(); ++j) {
      AskingContainer& earlier = pod.asking[j];
      if (!at_the_same_time(earlier.request.role, request.role)) continue;
      added.conflicts |= std::uint64_t{1} << j;
      earlier.conflicts |= added_bit;
      if (request.role == Role::kInit) pod.init_beside_sidecar = true;
    }
  }
  return pod;
}

std::variant<Shape, ShapeProblem> shape_on(const ContainerRequest& request,
                                           const Geometry& geometry) {
  const std::int64_t per_device = geometry.cores_per_device;
  if (request.cores > 0 && !geometry.cores_known) return ShapeProblem::kCoresUnknown;
  std::int64_t devices = request.devices;
  std::int64_t last = per_device;
  if (!request.in_devices()) {
    devices = request.cores / per_device + (request.cores % per_device != 0 ? 1 : 0);
    last = request.cores - (devices - 1) * per_device;
  }
  if (devices > geometry.devices || legal_stride(geometry, static_cast<int>(devices)) == 0) {
    return ShapeProblem::kIllegalSize;
  }
  if (request.in_devices() && request.cores > 0 && request.cores != devices * per_device) {
    return ShapeProblem::kUnitsDisagree;
  }
  Shape shape;
  shape.devices = static_cast<int>(devices);
  shape.last_cores = static_cast<int>(last);
  shape.cores = static_cast<int>((devices - 1) * per_device + last);
  return shape;
}

}  // namespace neuron_scheduler::neuron
