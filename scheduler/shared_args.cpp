#include "scheduler/shared_args.hpp"

#include <algorithm>

#include "scheduler/registry.hpp"

namespace neuron_scheduler::scheduler {
namespace {

SharedArgs share_of(const PluginRow& row, const PluginArgs& args, bool& sound) {
  ArgsReader reader(args.object, args.path);
  SharedArgs shared = row.share(reader);
  sound = reader.errors().empty();
  return shared;
}

const PluginArgs& args_of(const ProfileConfig& profile, std::string_view plugin) {
  static const PluginArgs kNone;
  const auto found = profile.args.find(std::string(plugin));
  return found == profile.args.end() ? kNone : found->second;
}

// `profiles[1].pluginConfig[0].args.placement: what`, or with the profile's name.
std::string mistake(const ProfileConfig& profile, const PluginArgs& args, std::string_view plugin,
                    const std::string& key, const std::string& what) {
  if (!args.path.empty()) return args.path + '.' + key + ": " + what;
  const std::string where =
      profile.path.empty() ? "profile \"" + profile.scheduler_name + '"' : profile.path;
  return where + ": " + std::string(plugin) + ' ' + key + ": " + what;
}

}  // namespace

SharedPlugins::SharedPlugins() {
  bool sound = true;
  for (const PluginRow& row : plugin_registry()) {
    if (row.share != nullptr) entries_.push_back({std::string(row.name), share_of(row, {}, sound)});
  }
}

model::Result<SharedPlugins> SharedPlugins::read(std::span<const ProfileConfig> profiles) {
  SharedPlugins shared;
  std::string mistakes;
  for (Entry& entry : shared.entries_) {
    const PluginRow& row = *find_plugin(entry.plugin);
    const ProfileConfig* first = nullptr;
    for (const ProfileConfig& profile : profiles) {
      if (!profile.has(entry.plugin)) continue;
      const PluginArgs& args = args_of(profile, entry.plugin);
      bool sound = true;
      SharedArgs own = share_of(row, args, sound);
      if (!sound) continue;
      if (first == nullptr) {
        first = &profile;
        entry.args = std::move(own);
        continue;
      }
      for (std::size_t i = 0; i < own.values.size(); ++i) {
        const auto& [key, value] = own.values[i];
        const std::string& before = entry.args.values[i].second;
        if (value == before) continue;
        std::string what = "Invalid value: " + value + ": profile \"";
        what.append(first->scheduler_name).append("\" has ").append(before);
        what += ", and all profiles must agree on it";
        if (!mistakes.empty()) mistakes += '\n';
        mistakes += mistake(profile, args, entry.plugin, key, what);
      }
    }
  }
  if (!mistakes.empty()) return model::invalid(std::move(mistakes));
  return shared;
}

std::vector<model::AggregateFactory> SharedPlugins::aggregate_factories() const {
  std::vector<model::AggregateFactory> factories;
  factories.reserve(entries_.size());
  for (const Entry& entry : entries_) factories.push_back(entry.args.make_aggregate);
  return factories;
}

std::span<const model::Name> SharedPlugins::owned_resources(std::string_view plugin) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.plugin == plugin; });
  if (found == entries_.end()) return {};
  return found->args.owned_resources;
}

}  // namespace neuron_scheduler::scheduler
