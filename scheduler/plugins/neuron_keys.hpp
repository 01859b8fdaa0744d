#pragma once

#include <array>
#include <string_view>

// Names of the contract with nodes, the device plugin and HAMi's tools (design.md §7).
namespace neuron_scheduler::scheduler::neuron_keys {

// Resources, unless NeuronArgs says otherwise.
inline constexpr std::string_view kDevices = "aws.amazon.com/neuron";
inline constexpr std::string_view kDevicesAlias = "aws.amazon.com/neurondevice";
inline constexpr std::string_view kCores = "aws.amazon.com/neuroncore";

// Written with the binding.
inline constexpr std::string_view kIds = "AWS_NEURON_IDS";
inline constexpr std::string_view kResourceType = "NEURON_RESOURCE_TYPE";
inline constexpr std::string_view kAllocTime = "NEURON_ALLOC_TIME";
inline constexpr std::string_view kAllocated = "NEURON_ALLOCATED";
inline constexpr std::string_view kPredicateNode = "aws.amazon.com/predicate-node";
inline constexpr std::string_view kHamiNode = "hami.io/vgpu-node";
inline constexpr std::string_view kHamiTime = "hami.io/vgpu-time";
inline constexpr std::string_view kHamiBindTime = "hami.io/bind-time";
inline constexpr std::string_view kHamiBindPhase = "hami.io/bind-phase";
inline constexpr std::string_view kHamiAllocated = "hami.io/aws-neuron-devices-allocated";

// Read from pods: which devices they accept.
inline constexpr std::array<std::string_view, 2> kUse{"aws.amazon.com/use-gpuuuid",
                                                      "aws.amazon.com/use-neuron-uuid"};
inline constexpr std::array<std::string_view, 2> kNoUse{"aws.amazon.com/nouse-gpuuuid",
                                                        "aws.amazon.com/nouse-neuron-uuid"};

// And which they prefer.
inline constexpr std::string_view kNodePolicy = "hami.io/node-scheduler-policy";
inline constexpr std::string_view kDevicePolicy = "hami.io/gpu-scheduler-policy";

// All that is read from pods.
inline constexpr std::array kReadFromPods{kIds,        kHamiAllocated, kResourceType, kAllocTime,
                                          kUse[0],     kUse[1],        kNoUse[0],     kNoUse[1],
                                          kNodePolicy, kDevicePolicy};

// Read from nodes.
inline constexpr std::string_view kCordon = "hami.io/device-cordon";
inline constexpr std::string_view kInstanceType = "node.kubernetes.io/instance-type";
inline constexpr std::array kReadFromNodes{kCordon};
// Kept up to date on nodes.
inline constexpr std::string_view kRegister = "hami.io/node-register-aws-neuron";
inline constexpr std::array kReportedOnNodes{kRegister};
inline constexpr std::string_view kHealthCondition = "NeuronHealth";
inline constexpr std::string_view kHealthErrorPrefix = "NeuronHasError_";
inline constexpr std::string_view kHardwareCondition = "AcceleratedHardwareReady";

}  // namespace neuron_scheduler::scheduler::neuron_keys
