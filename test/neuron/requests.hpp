#pragma once

#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "neuron/request.hpp"

// Requests of containers and pods in few words.
namespace neuron_scheduler::neuron {

inline ContainerRequest devices(std::int64_t count, Role role = Role::kApp) {
  return {role, count, 0};
}
inline ContainerRequest cores(std::int64_t count, Role role = Role::kApp) {
  return {role, 0, count};
}
inline ContainerRequest nothing(Role role = Role::kApp) { return {role, 0, 0}; }

inline PodRequest pod(std::vector<ContainerRequest> containers) {
  return std::get<PodRequest>(make_pod_request(std::move(containers)));
}

}  // namespace neuron_scheduler::neuron
