#pragma once

#include <vector>

#include "scheduler/args.hpp"
#include "scheduler/profile.hpp"

namespace neuron_scheduler::config {

inline constexpr std::string_view kApiVersion = "kubescheduler.config.k8s.io/v1";

// profiles and percentageOfNodesToScore of the file, merged with the default plugins as
// kube-scheduler does it. What is wrong with them is in file's errors; what only shows when the
// plugins are made is not (Profile::make).
[[nodiscard]] std::vector<scheduler::ProfileConfig> read_profiles(scheduler::ArgsReader& file);

}  // namespace neuron_scheduler::config
