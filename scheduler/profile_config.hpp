#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace neuron_scheduler::scheduler {

// Without it, pods that ask for what is not built yet would be bound wrongly.
inline constexpr std::string_view kIndispensablePlugin = "UnbuiltFeatures";

struct PluginChoice {
  std::string name;
  // Of its score; nullopt: the registry's default. 0 counts as 1 (kube-scheduler.md §1.1).
  std::optional<std::int64_t> weight;
  friend bool operator==(const PluginChoice&, const PluginChoice&) = default;
};

// The extension points, in order of a pod's way through them.
enum class Point : std::uint8_t {
  kPreEnqueue,
  kQueueSort,
  kPreFilter,
  kFilter,
  kPreScore,
  kScore,
  kReserve,
  kBind
};

// As a configuration file names it: "preEnqueue", ...
[[nodiscard]] std::string_view to_string(Point point);

// What a user decides for one extension point in particular.
struct PointChoice {
  std::vector<PluginChoice> enabled;
  std::vector<std::string> disabled;  // Of the profile's plugins; "*": all.
  friend bool operator==(const PointChoice&, const PointChoice&) = default;
};

// Arguments of one plugin, and where they stand in the user's file, for errors.
struct PluginArgs {
  boost::json::object object;
  std::string path;
};

// What a user decides: which plugins serve the pods of one schedulerName.
struct ProfileConfig {
  std::string scheduler_name;
  // In this order, each at all extension points that it implements ("multiPoint").
  std::vector<PluginChoice> plugins;
  std::map<std::string, PluginArgs> args = {};  // By plugin; none: its defaults.
  // Of all nodes, how many feasible ones are looked for, in per cent (1 to 100); nullopt: all
  // (design.md §8).
  std::optional<std::int32_t> percentage_of_nodes_to_score = {};
  // Where they differ from `plugins`. The order at a point is that of expandMultiPointPlugins in
  // kube-scheduler's framework: enabled ones that are in `plugins`, too; then the rest of
  // `plugins`; then the rest of the enabled ones.
  std::map<Point, PointChoice> points = {};
  std::string path = {};  // Of the profile in the user's file, for errors.

  // At any extension point, or at all.
  [[nodiscard]] bool has(std::string_view plugin) const;
};

// Every plugin of the registry with its default weight, for schedulerName neuron-scheduler.
[[nodiscard]] ProfileConfig default_profile_config();

}  // namespace neuron_scheduler::scheduler
