#include "scheduler/profile_config.hpp"

#include <array>

#include "scheduler/registry.hpp"

namespace neuron_scheduler::scheduler {
namespace {

constexpr std::string_view kDefaultSchedulerName = "neuron-scheduler";

}  // namespace

std::string_view to_string(Point point) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "preEnqueue", "queueSort", "preFilter", "filter", "preScore", "score", "reserve", "bind"};
  return kNames.at(static_cast<std::size_t>(point));
}

ProfileConfig default_profile_config() {
  ProfileConfig config;
  config.scheduler_name = kDefaultSchedulerName;
  for (const auto& row : plugin_registry()) {
    config.plugins.push_back({std::string(row.name), std::nullopt});
  }
  return config;
}

}  // namespace neuron_scheduler::scheduler
