#include "cmd/neuron-scheduler/config/profiles.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "cmd/neuron-scheduler/config/configuration.hpp"
#include "cmd/neuron-scheduler/config/kube_plugins.hpp"
#include "scheduler/registry.hpp"

namespace neuron_scheduler::config {
namespace {

namespace json = boost::json;
using scheduler::ArgsReader;
using scheduler::PluginChoice;
using scheduler::Point;
using scheduler::PointChoice;
using scheduler::ProfileConfig;

constexpr std::string_view kAll = "*";

constexpr std::array kPoints = {Point::kPreEnqueue, Point::kQueueSort, Point::kPreFilter,
                                Point::kFilter,     Point::kPreScore,  Point::kScore,
                                Point::kReserve,    Point::kBind};
// Of which no plugin of ours knows.
constexpr std::array<std::string_view, 7> kOtherPoints = {
    "postFilter",        "permit",         "preBind",           "postBind",
    "placementGenerate", "placementScore", "podGroupPostFilter"};

// Names of one list, each once; what is wrong with them becomes an error.
template <class Check>
std::vector<PluginChoice> read_choices(ArgsReader& set, std::string_view list, const Check& check) {
  std::vector<PluginChoice> choices;
  for (ArgsReader& entry : set.objects(list)) {
    PluginChoice choice{entry.text("name", ""),
                        entry.integer("weight", 0, 0, scheduler::Profile::kWeightMax)};
    const auto same = [&](const PluginChoice& other) { return other.name == choice.name; };
    if (choice.name.empty()) {
      entry.error("name", "Required value");
    } else if (std::any_of(choices.begin(), choices.end(), same)) {
      entry.error("name", "Duplicate value: \"" + choice.name + '"');
    } else if (const std::string why = check(choice.name); !why.empty()) {
      entry.invalid("name", why);
    } else {
      choices.push_back(std::move(choice));
    }
  }
  return choices;
}

PointChoice read_point(ArgsReader& plugins, std::string_view point) {
  PointChoice choice;
  auto set = plugins.object(point);
  if (!set) return choice;
  choice.enabled = read_choices(*set, "enabled", why_not_enabled);
  const auto disabled = read_choices(*set, "disabled", [](const std::string& name) {
    return name == kAll || is_known_plugin(name) ? std::string() : why_not_enabled(name);
  });
  for (const auto& plugin : disabled) choice.disabled.push_back(plugin.name);
  return choice;
}

void read_other_point(ArgsReader& plugins, std::string_view point) {
  auto set = plugins.object(point);
  if (!set) return;
  (void)read_choices(*set, "enabled", [&](const std::string& name) {
    const std::string why = why_not_enabled(name);
    return why.empty() ? "plugin does not extend " + std::string(point) : why;
  });
  (void)read_choices(*set, "disabled", [](const std::string& name) {
    return name == kAll || is_known_plugin(name) ? std::string() : why_not_enabled(name);
  });
}

const PluginChoice* find_choice(const std::vector<PluginChoice>& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const PluginChoice& choice) { return choice.name == name; });
  return found == list.end() ? nullptr : &*found;
}

// mergePluginSet of pkg/scheduler/apis/config/v1/default_plugins.go: defaults keep their places,
// with the weight that the user gives them; what else he enables follows.
std::vector<PluginChoice> merged(const std::vector<PluginChoice>& defaults,
                                 const PointChoice& custom) {
  const auto is_disabled = [&](std::string_view name) {
    return std::any_of(custom.disabled.begin(), custom.disabled.end(),
                       [&](const std::string& entry) { return entry == kAll || entry == name; });
  };
  std::vector<PluginChoice> list;
  for (const auto& choice : defaults) {
    if (is_disabled(choice.name)) continue;
    const PluginChoice* changed = find_choice(custom.enabled, choice.name);
    list.push_back(changed == nullptr ? choice : *changed);
  }
  for (const auto& choice : custom.enabled) {
    if (find_choice(list, choice.name) == nullptr) list.push_back(choice);
  }
  // Whoever makes a list of his own need not know of it.
  const std::string indispensable(scheduler::kIndispensablePlugin);
  if (find_choice(list, indispensable) == nullptr) list.push_back({indispensable, std::nullopt});
  return list;
}

void read_plugins(ArgsReader& profile, ProfileConfig& config) {
  auto plugins = profile.object("plugins");
  if (!plugins) return;
  for (const Point point : kPoints) {
    PointChoice choice = read_point(*plugins, to_string(point));
    if (choice.enabled.empty() && choice.disabled.empty()) continue;
    config.points.emplace(point, std::move(choice));
  }
  for (const auto point : kOtherPoints) read_other_point(*plugins, point);
  const PointChoice everywhere = read_point(*plugins, "multiPoint");
  if (std::find(everywhere.disabled.begin(), everywhere.disabled.end(),
                scheduler::kIndispensablePlugin) != everywhere.disabled.end()) {
    plugins->error("multiPoint.disabled",
                   std::string(scheduler::kIndispensablePlugin) + " cannot be disabled");
  }
  config.plugins = merged(config.plugins, everywhere);
}

void read_args(ArgsReader& entry, const std::string& plugin, ProfileConfig& config) {
  auto args = entry.object("args");
  if (!args) return;
  const std::string kind = plugin + "Args";
  (void)args->choice("apiVersion", kApiVersion, {kApiVersion});
  (void)args->choice("kind", kind, {kind});
  const scheduler::PluginRow* row = scheduler::find_plugin(plugin);
  if (row == nullptr) {
    check_defaults(plugin, *args);
  } else if (config.has(plugin)) {
    json::object object = entry.value("args")->get_object();
    // Profile::make says which keys are not known.
    for (const auto& [key, ignored] : object) (void)args->value(key);
    object.erase("apiVersion");
    object.erase("kind");
    drop_defaults(plugin, object);
    config.args[plugin] = {std::move(object), args->path()};
  } else {
    (void)row->make({}, *args);
  }
}

void read_plugin_config(ArgsReader& profile, ProfileConfig& config) {
  std::vector<std::string> seen;
  for (ArgsReader& entry : profile.objects("pluginConfig")) {
    const std::string name = entry.text("name", "");
    if (name.empty()) {
      entry.error("name", "Required value");
    } else if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      entry.error("name", "Duplicate value: \"" + name + '"');
    } else if (!is_known_plugin(name)) {
      entry.invalid("name", why_not_enabled(name));
    } else {
      read_args(entry, name, config);
    }
    (void)entry.value("args");
    seen.push_back(name);
  }
}

std::optional<std::int32_t> read_percentage(ArgsReader& reader,
                                            std::optional<std::int32_t> by_default) {
  constexpr std::string_view kKey = "percentageOfNodesToScore";
  constexpr std::int64_t kPercentMax = 100;
  const bool said = reader.has(kKey);
  const auto percent = static_cast<std::int32_t>(reader.integer(kKey, 0, 0, kPercentMax));
  if (!said) return by_default;
  return percent == 0 ? std::nullopt : std::optional(percent);
}

void check_common(std::vector<ArgsReader>& readers, const std::vector<ProfileConfig>& profiles) {
  const auto queue_sort = [](const ProfileConfig& profile) {
    const auto found = profile.points.find(Point::kQueueSort);
    return found == profile.points.end() ? PointChoice() : found->second;
  };
  std::set<std::string> names;
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    const std::string& name = profiles[i].scheduler_name;
    if (!names.insert(name).second) {
      readers[i].error("schedulerName", "Duplicate value: \"" + name + '"');
    }
    if (queue_sort(profiles[i]) != queue_sort(profiles.front())) {
      readers[i].error("plugins.queueSort", "must be the same for all profiles");
    }
  }
}

}  // namespace

std::vector<ProfileConfig> read_profiles(ArgsReader& file) {
  const auto percentage = read_percentage(file, std::nullopt);
  const json::value* given = file.value("profiles");
  if (given != nullptr && given->is_array() && given->get_array().size() > kProfilesMax) {
    file.error("profiles",
               "Too many: must have at most " + std::to_string(kProfilesMax) + " items");
    return {};
  }
  std::vector<ArgsReader> readers = file.objects("profiles");
  std::vector<ProfileConfig> profiles;
  for (ArgsReader& reader : readers) {
    ProfileConfig config = scheduler::default_profile_config();
    config.path = reader.path();
    const std::string name = reader.text("schedulerName", "");
    if (!name.empty()) {
      config.scheduler_name = name;
    } else if (readers.size() > 1 || reader.has("schedulerName")) {
      reader.error("schedulerName", "Required value");
      config.scheduler_name = reader.path();  // Unlike any other, for the rest of the checks.
    }
    config.percentage_of_nodes_to_score = read_percentage(reader, percentage);
    read_plugins(reader, config);
    read_plugin_config(reader, config);
    profiles.push_back(std::move(config));
  }
  check_common(readers, profiles);
  if (profiles.empty()) {
    profiles.push_back(scheduler::default_profile_config());
    profiles.back().percentage_of_nodes_to_score = percentage;
  }
  return profiles;
}

}  // namespace neuron_scheduler::config
