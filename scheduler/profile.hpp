#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/model/name.hpp"
#include "cluster/model/result.hpp"
#include "scheduler/plugin.hpp"
#include "scheduler/profile_config.hpp"
#include "scheduler/shared_args.hpp"

namespace neuron_scheduler::scheduler {

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
  // shared: of all profiles together.
  [[nodiscard]] static model::Result<Profile> make(const ProfileConfig& config,
                                                   const SharedPlugins& shared);
  // Of the only profile.
  [[nodiscard]] static model::Result<Profile> make(const ProfileConfig& config);
  // From plugins made elsewhere, e.g. by a test, each at all points that it implements. Error: not
  // exactly one QueueSort plugin, no Bind plugin.
  [[nodiscard]] static model::Result<Profile> assemble(std::string_view scheduler_name,
                                                       std::vector<PluginInstance> plugins);

  [[nodiscard]] const SharedPlugins& shared() const { return shared_; }
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

  SharedPlugins shared_;
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
