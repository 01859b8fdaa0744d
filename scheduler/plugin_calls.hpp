#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

// How often plugins are asked, and whom they turned away, for metrics.
namespace neuron_scheduler::scheduler {

// The extension points that plugin_evaluation_total counts (kube-scheduler.md §8.1).
enum class CountedPoint : std::uint8_t { kPreFilter, kFilter, kPreScore, kScore };

// Calls of one profile's plugins, by PluginIndex and CountedPoint.
using CallCounts = std::vector<std::array<std::uint64_t, 4>>;

// The texts live as long as the scheduler.
struct PluginCalls {
  std::string_view plugin;
  std::string_view extension_point;
  std::string_view profile;
  std::uint64_t count = 0;
};

// Pods that wait because the plugin, among others perhaps, turned them away the last time.
struct PluginRejections {
  std::string_view plugin;
  std::string_view profile;
  std::uint64_t pods = 0;
};

}  // namespace neuron_scheduler::scheduler
