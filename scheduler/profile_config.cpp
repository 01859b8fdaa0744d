#include "scheduler/profile_config.hpp"

#include <algorithm>
#include <array>

#include "scheduler/registry.hpp"

namespace neuron_scheduler::scheduler {
namespace {

constexpr std::string_view kDefaultSchedulerName = "neuron-scheduler";

}  // namespace

bool ProfileConfig::has(std::string_view plugin) const {
  const auto lists_it = [&](const std::vector<PluginChoice>& list) {
    return std::any_of(list.begin(), list.end(),
                       [&](const PluginChoice& choice) { return choice.name == plugin; });
  };
  return lists_it(plugins) || std::any_of(points.begin(), points.end(), [&](const auto& point) {
           return lists_it(point.second.enabled);
         });
}

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
