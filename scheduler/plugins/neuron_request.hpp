#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cluster/model/pod.hpp"
#include "neuron/request.hpp"
#include "neuron/selection.hpp"
#include "scheduler/plugins/neuron_args.hpp"

namespace neuron_scheduler::scheduler {

// More devices or cores than this in one container are refused (HAMi's bound).
inline constexpr std::int64_t kNeuronAmountMax = std::int64_t{1} << 31;

// What the pod's containers ask of Neuron; empty() if nothing, zero being nothing. A Problem names
// container, resource and reason: negative, fractional, above kNeuronAmountMax, devices and an
// alias of theirs unequal, too many containers.
[[nodiscard]] std::variant<neuron::PodRequest, neuron::Problem> read_neuron_request(
    const model::Pod& pod, const NeuronResources& resources);

// The policies of the pod's annotations; by_default where it has none, or an empty one. A Problem
// names annotation and word.
//
// hami.io/node-scheduler-policy: binpack or spread. hami.io/gpu-scheduler-policy: binpack, spread,
// mutex, topology-aware, or a list of these as in HAMi: the first of binpack and spread is the
// order, mutex limits the devices wherever it stands, topology-aware says what is always so.
[[nodiscard]] std::variant<NeuronPolicies, neuron::Problem> read_policies(
    const model::Pod& pod, const NeuronPolicies& by_default);

// What the pod's annotations of these keys say, those that it has.
[[nodiscard]] std::vector<std::string_view> annotation_values(
    const model::Pod& pod, std::span<const std::string_view> keys);

// The UUID annotations of both key pairs, honoured together (design.md §7).
[[nodiscard]] neuron::DeviceSelection read_device_selection(const model::Pod& pod);

}  // namespace neuron_scheduler::scheduler
