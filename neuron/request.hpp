#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "neuron/topology.hpp"

// What the containers of one pod ask for.
namespace neuron_scheduler::neuron {

// More containers that ask for Neuron than this are refused; each needs a core of its own or runs
// before the others.
inline constexpr int kMaxAskingContainers = 64;

enum class Role : std::uint8_t {
  kInit,     // Runs before all containers that follow; nothing of its own stays in use then.
  kSidecar,  // A native sidecar: declared among the init containers, runs on beside all that
             // follow.
  kApp,
};

// 0: does not ask. If both are set they must say the same on the node, and the unit is devices.
struct ContainerRequest {
  Role role = Role::kApp;
  std::int64_t devices = 0;
  std::int64_t cores = 0;

  [[nodiscard]] bool asks() const { return devices > 0 || cores > 0; }
  [[nodiscard]] bool in_devices() const { return devices > 0; }
  friend bool operator==(const ContainerRequest&, const ContainerRequest&) = default;
};

// A container that asks, and which of the others (by position in PodRequest::asking) run at the
// same time.
struct AskingContainer {
  int container = 0;  // Position in PodRequest::containers.
  ContainerRequest request;
  std::uint64_t conflicts = 0;

  [[nodiscard]] bool runs_on() const { return request.role != Role::kInit; }
};

// Made by make_pod_request alone.
struct PodRequest {
  std::vector<ContainerRequest>
      containers;  // All of the pod, init containers and sidecars first, in order of the spec.
  std::vector<AskingContainer> asking;  // In the same order.
  bool init_beside_sidecar =
      false;  // Some asking init container runs while an asking sidecar does.

  [[nodiscard]] bool empty() const { return asking.empty(); }
  // Both units occur, in different containers.
  [[nodiscard]] bool mixes_units() const;
};

// A Problem: a negative amount, or too many asking containers.
[[nodiscard]] std::variant<PodRequest, Problem> make_pod_request(
    std::vector<ContainerRequest> containers);

// A container's request in terms of one node: `devices` whole devices, but `last_cores` of the
// last. Within one device, fewer cores than it has may be any run of them; otherwise they are its
// low cores (design.md §5).
struct Shape {
  int devices = 0;
  int last_cores = 0;
  int cores = 0;

  // May start anywhere in a device.
  [[nodiscard]] bool is_run(const Geometry& geometry) const {
    return devices == 1 && last_cores < geometry.cores_per_device;
  }
  friend bool operator==(const Shape&, const Shape&) = default;
};

enum class ShapeProblem : std::uint8_t {
  kIllegalSize,    // No legal set has this size here.
  kCoresUnknown,   // Cores are asked of a node that does not tell its cores per device.
  kUnitsDisagree,  // Devices and cores of one container do not say the same here.
};

[[nodiscard]] std::variant<Shape, ShapeProblem> shape_on(const ContainerRequest& request,
                                                         const Geometry& geometry);

}  // namespace neuron_scheduler::neuron
