#include "scheduler/profile.hpp"

#include <algorithm>
#include <utility>

#include "scheduler/registry.hpp"

namespace neuron_scheduler::scheduler {
namespace {

constexpr std::string_view kDefaultSchedulerName = "neuron-scheduler";
// Without it, pods that ask for what is not built yet would be bound wrongly.
constexpr std::string_view kIndispensable = "UnbuiltFeatures";

model::Error profile_error(std::string_view profile, const std::string& what) {
  return model::invalid("profile \"" + std::string(profile) + "\": " + what);
}

std::vector<model::Name> owned_by_others(std::span<const PluginRow* const> rows,
                                         const PluginRow& self) {
  std::vector<model::Name> resources;
  for (const PluginRow* row : rows) {
    if (row == &self) continue;
    for (const auto resource : row->owned_resources) resources.emplace_back(resource);
  }
  return resources;
}

model::Result<std::vector<const PluginRow*>> find_rows(const ProfileConfig& config) {
  std::vector<const PluginRow*> rows;
  for (const auto& choice : config.plugins) {
    const PluginRow* row = find_plugin(choice.name);
    if (row == nullptr) {
      return profile_error(config.scheduler_name, "there is no plugin \"" + choice.name + '"');
    }
    if (std::find(rows.begin(), rows.end(), row) != rows.end()) {
      return profile_error(config.scheduler_name, "plugin " + choice.name + " is listed twice");
    }
    const auto weight = choice.weight.value_or(0);
    if (weight < 0 || weight > Profile::kWeightMax) {
      return profile_error(config.scheduler_name,
                           "plugin " + choice.name + ": weight " + std::to_string(weight) +
                               " is not within 0 and " + std::to_string(Profile::kWeightMax));
    }
    rows.push_back(row);
  }
  return rows;
}

std::string lines_of(const std::vector<std::string>& texts) {
  std::string lines;
  for (const auto& text : texts) lines += (lines.empty() ? "" : "\n") + text;
  return lines;
}

// The plugin of a row; appends what is wrong with its arguments.
std::unique_ptr<Plugin> make_plugin(const PluginRow& row, const PluginEnvironment& environment,
                                    const ProfileConfig& config,
                                    std::vector<std::string>& mistakes) {
  static const PluginArgs kNone;
  const auto found = config.args.find(std::string(row.name));
  const PluginArgs& args = found == config.args.end() ? kNone : found->second;
  ArgsReader reader(args.object, args.path);
  auto plugin = row.make(environment, reader);
  reader.refuse_unknown();
  mistakes.insert(mistakes.end(), reader.errors().begin(), reader.errors().end());
  return plugin;
}

template <class Interface>
void sort_in(std::vector<Extension<Interface>>& list, PluginIndex index, Plugin& plugin) {
  if (auto* extension = dynamic_cast<Interface*>(&plugin)) list.push_back({index, extension});
}

bool decides(const Plugin& plugin) {
  return dynamic_cast<const PreFilterPlugin*>(&plugin) != nullptr ||
         dynamic_cast<const FilterPlugin*>(&plugin) != nullptr ||
         dynamic_cast<const ScorePlugin*>(&plugin) != nullptr;
}

}  // namespace

ProfileConfig default_profile_config() {
  ProfileConfig config;
  config.scheduler_name = kDefaultSchedulerName;
  for (const auto& row : plugin_registry()) {
    config.plugins.push_back({std::string(row.name), std::nullopt});
  }
  return config;
}

model::Result<Profile> Profile::make(const ProfileConfig& config) {
  const auto rows = find_rows(config);
  if (!rows) return rows.error();
  std::vector<PluginInstance> plugins;
  std::vector<std::string> mistakes;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const PluginRow& row = *(*rows)[i];
    PluginEnvironment environment;
    environment.aggregate_slot = aggregate_slot(row.name).value_or(0);
    environment.resources_owned_by_others = owned_by_others(*rows, row);
    const auto weight = config.plugins[i].weight.value_or(row.default_weight);
    plugins.push_back({std::string(row.name), make_plugin(row, environment, config, mistakes),
                       std::max<std::int64_t>(weight, 1)});
  }
  if (!mistakes.empty()) return model::invalid(lines_of(mistakes));
  const bool complete = std::any_of(plugins.begin(), plugins.end(), [](const auto& instance) {
    return instance.name == kIndispensable;
  });
  if (!complete) {
    return profile_error(config.scheduler_name,
                         "plugin " + std::string(kIndispensable) + " cannot be left out");
  }
  auto profile = assemble(config.scheduler_name, std::move(plugins));
  if (profile) profile->percentage_of_nodes_to_score_ = config.percentage_of_nodes_to_score;
  return profile;
}

model::Result<Profile> Profile::assemble(std::string_view scheduler_name,
                                         std::vector<PluginInstance> plugins) {
  if (scheduler_name.empty()) return model::invalid("a profile has no schedulerName");
  Profile profile;
  profile.scheduler_name_ = model::Name(scheduler_name);
  profile.plugins_ = std::move(plugins);
  for (PluginIndex index = 0; index < profile.plugins_.size(); ++index) {
    Plugin& plugin = *profile.plugins_[index].plugin;
    sort_in(profile.pre_enqueue_, index, plugin);
    sort_in(profile.queue_sort_, index, plugin);
    sort_in(profile.pre_filter_, index, plugin);
    sort_in(profile.filter_, index, plugin);
    sort_in(profile.pre_score_, index, plugin);
    sort_in(profile.score_, index, plugin);
    sort_in(profile.reserve_, index, plugin);
    sort_in(profile.bind_, index, plugin);
    if (decides(plugin)) profile.deciding_.push_back({index, &plugin});
  }
  if (profile.queue_sort_.size() != 1) {
    return profile_error(scheduler_name, "exactly one QueueSort plugin is needed, not " +
                                             std::to_string(profile.queue_sort_.size()));
  }
  if (profile.bind_.empty()) return profile_error(scheduler_name, "there is no Bind plugin");
  return profile;
}

}  // namespace neuron_scheduler::scheduler
