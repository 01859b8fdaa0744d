#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/model/cache.hpp"
#include "cluster/model/name.hpp"
#include "cluster/model/result.hpp"
#include "scheduler/profile_config.hpp"

namespace neuron_scheduler::scheduler {

// What a plugin's arguments decide for all profiles at once: what is kept of a node is kept once.
struct SharedArgs {
  // Arguments by name, each value in one spelling: profiles that have the plugin must agree on
  // them.
  std::vector<std::pair<std::string, std::string>> values;
  // Resources whose amounts on a node the plugin alone judges, because counting is not enough.
  std::vector<model::Name> owned_resources;
  model::AggregateFactory make_aggregate;  // Never empty.
};

// The shared arguments of all plugins that have any, by their rows in the registry.
class SharedPlugins {
 public:
  // With each plugin's defaults.
  SharedPlugins();
  // Error (kInvalid, a line for each): two profiles that have the plugin disagree. Arguments that
  // are wrong are no matter of this: Profile::make says so.
  [[nodiscard]] static model::Result<SharedPlugins> read(std::span<const ProfileConfig> profiles);

  // For the cache: in order of their slots.
  [[nodiscard]] std::vector<model::AggregateFactory> aggregate_factories() const;
  // None, if the plugin shares nothing.
  [[nodiscard]] std::span<const model::Name> owned_resources(std::string_view plugin) const;

 private:
  struct Entry {
    std::string plugin;
    SharedArgs args;
  };
  std::vector<Entry> entries_;
};

}  // namespace neuron_scheduler::scheduler
