#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "cluster/model/name.hpp"
#include "cluster/model/result.hpp"
#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

struct PluginChoice {
  std::string name;
  // Of its score; nullopt: the registry's default. 0 counts as 1 (kube-scheduler.md §1.1).
  std::optional<std::int64_t> weight;
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
};

// Every plugin of the registry with its default weight, for schedulerName neuron-scheduler.
[[nodiscard]] ProfileConfig default_profile_config();

// Position of a plugin in its profile.
using PluginIndex = std::size_t;

template <class Interface>
struct Extension {
  PluginIndex index = 0;
  Interface* plugin = nullptr;
};

struct PluginInstance {
  std::string name;
  std::unique_ptr<Plugin> plugin;
  std::int64_t weight = 1;
};

// The plugins of one profile by extension point, each made once. Owns them.
class Profile {
 public:
  static constexpr std::int64_t kWeightMax = 10'000;

  // Error (kInvalid, a line for each mistake, with its path or the profile's name): no
  // schedulerName, unknown or repeated plugin, weight out of 0..kWeightMax, arguments, a plugin at
  // a point that it does not implement, or without one that it needs, and what assemble refuses.
  [[nodiscard]] static model::Result<Profile> make(const ProfileConfig& config);
  // From plugins made elsewhere, e.g. by a test, each at all points that it implements. Error: not
  // exactly one QueueSort plugin, no Bind plugin.
  [[nodiscard]] static model::Result<Profile> assemble(std::string_view scheduler_name,
                                                       std::vector<PluginInstance> plugins);

  [[nodiscard]] const model::Name& scheduler_name() const { return scheduler_name_; }
  [[nodiscard]] std::size_t plugin_count() const { return plugins_.size(); }
  [[nodiscard]] const std::string& plugin_name(PluginIndex index) const {
    return plugins_[index].name;
  }
  [[nodiscard]] const Plugin& plugin(PluginIndex index) const { return *plugins_[index].plugin; }
  [[nodiscard]] std::int64_t weight(PluginIndex index) const { return plugins_[index].weight; }
  [[nodiscard]] std::optional<std::int32_t> percentage_of_nodes_to_score() const {
    return percentage_of_nodes_to_score_;
  }

  // Those with a part in decisions: they filter or score, or limit the nodes.
  [[nodiscard]] std::span<const Extension<const Plugin>> deciding() const { return deciding_; }

  [[nodiscard]] std::span<const Extension<PreEnqueuePlugin>> pre_enqueue() const {
    return pre_enqueue_;
  }
  [[nodiscard]] const QueueSortPlugin& queue_sort() const { return *queue_sort_.front().plugin; }
  [[nodiscard]] const std::string& queue_sort_name() const {
    return plugin_name(queue_sort_.front().index);
  }
  [[nodiscard]] std::span<const Extension<PreFilterPlugin>> pre_filter() const {
    return pre_filter_;
  }
  [[nodiscard]] std::span<const Extension<FilterPlugin>> filter() const { return filter_; }
  [[nodiscard]] std::span<const Extension<PreScorePlugin>> pre_score() const { return pre_score_; }
  [[nodiscard]] std::span<const Extension<ScorePlugin>> score() const { return score_; }
  [[nodiscard]] std::span<const Extension<ReservePlugin>> reserve() const { return reserve_; }
  [[nodiscard]] std::span<const Extension<BindPlugin>> bind() const { return bind_; }

 private:
  Profile() = default;
  // Puts plugins_ where config wants them; appends what is wrong.
  void place(const ProfileConfig& config, std::vector<std::string>& mistakes);

  model::Name scheduler_name_;
  std::optional<std::int32_t> percentage_of_nodes_to_score_;
  std::vector<PluginInstance> plugins_;
  std::vector<Extension<const Plugin>> deciding_;
  std::vector<Extension<PreEnqueuePlugin>> pre_enqueue_;
  std::vector<Extension<QueueSortPlugin>> queue_sort_;
  std::vector<Extension<PreFilterPlugin>> pre_filter_;
  std::vector<Extension<FilterPlugin>> filter_;
  std::vector<Extension<PreScorePlugin>> pre_score_;
  std::vector<Extension<ScorePlugin>> score_;
  std::vector<Extension<ReservePlugin>> reserve_;
  std::vector<Extension<BindPlugin>> bind_;
};

}  // namespace neuron_scheduler::scheduler
