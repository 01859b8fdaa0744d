#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cluster/model/pod.hpp"
#include "neuron/request.hpp"
#include "neuron/selection.hpp"

namespace neuron_scheduler::scheduler {

// More devices or cores than this in one container are refused (HAMi's bound).
inline constexpr std::int64_t kNeuronAmountMax = std::int64_t{1} << 31;

// What the pod's containers ask of Neuron; empty() if nothing, zero being nothing. A Problem names
// container, resource and reason: negative, fractional, above kNeuronAmountMax, neuron and its
// alias neurondevice unequal, too many containers.
[[nodiscard]] std::variant<neuron::PodRequest, neuron::Problem> read_neuron_request(
    const model::Pod& pod);

// What the pod's annotations of these keys say, those that it has.
[[nodiscard]] std::vector<std::string_view> annotation_values(
    const model::Pod& pod, std::span<const std::string_view> keys);

// The UUID annotations of both key pairs, honoured together (design.md §7).
[[nodiscard]] neuron::DeviceSelection read_device_selection(const model::Pod& pod);

}  // namespace neuron_scheduler::scheduler
