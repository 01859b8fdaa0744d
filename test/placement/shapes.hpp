#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "neuron/request.hpp"

namespace neuron_scheduler::placement {

// What a pod of the traces asks for.
struct PodShape {
  std::string_view name;
  int devices = 0;
  int cores = 0;

  // The same on every node: a device counts 2 cores, as it has on all types of the fleet but one.
  [[nodiscard]] constexpr int asked_cores() const { return 2 * devices + cores; }
};

inline constexpr std::array kShapes{
    PodShape{"neuroncore: 1", 0, 1}, PodShape{"neuroncore: 2", 0, 2}, PodShape{"neuron: 1", 1, 0},
    PodShape{"neuron: 2", 2, 0},     PodShape{"neuron: 4", 4, 0},     PodShape{"neuron: 8", 8, 0},
    PodShape{"neuron: 16", 16, 0},
};
inline constexpr std::size_t kShapeCount = kShapes.size();

// By shape.
template <class T>
using PerShape = std::array<T, kShapeCount>;

// One container that asks for it.
[[nodiscard]] const neuron::PodRequest& request_of(std::size_t shape);

}  // namespace neuron_scheduler::placement
