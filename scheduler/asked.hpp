#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "cluster/model/pod.hpp"
#include "scheduler/plugins/neuron_args.hpp"

// What pods ask of Neuron, in so few words that they can be the values of a label.
namespace neuron_scheduler::scheduler {

// One container asks for so many devices or cores; none asks; several containers ask; other: any
// other number, or it cannot be read.
inline constexpr std::array<std::string_view, 27> kAskedShapes = {
    "none",       "devices:1",  "devices:2",  "devices:3",  "devices:4",  "devices:5",
    "devices:6",  "devices:7",  "devices:8",  "devices:9",  "devices:10", "devices:11",
    "devices:12", "devices:13", "devices:14", "devices:15", "devices:16", "cores:1",
    "cores:2",    "cores:4",    "cores:8",    "cores:16",   "cores:32",   "cores:64",
    "cores:128",  "several",    "other"};

// Numbers of pods, by place in kAskedShapes.
using PodsByShape = std::array<std::size_t, kAskedShapes.size()>;

// Place in kAskedShapes.
[[nodiscard]] std::size_t asked_shape(const model::Pod& pod, const NeuronResources& resources = {});

}  // namespace neuron_scheduler::scheduler
