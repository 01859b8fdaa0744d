#include "scheduler/profile.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "scheduler/registry.hpp"

namespace neuron_scheduler::scheduler {
namespace {

// `profiles[0]: what`, or with the profile's name where there is no file.
std::string mistake_in(const ProfileConfig& config, const std::string& what) {
  return (config.path.empty() ? "profile \"" + config.scheduler_name + '"' : config.path) + ": " +
         what;
}

// The same of something below: `profiles[0].plugins.score.enabled[1]: what`.
std::string mistake_at(const ProfileConfig& config, Point point, const std::string& below,
                       const std::string& what) {
  const std::string path = "plugins." + std::string(to_string(point)) + '.' + below + ": " + what;
  return config.path.empty() ? mistake_in(config, path) : config.path + '.' + path;
}

const PointChoice& choice_of(const ProfileConfig& config, Point point) {
  static const PointChoice kNone;
  const auto found = config.points.find(point);
  return found == config.points.end() ? kNone : found->second;
}

template <class List>
bool contains(const List& list, const typename List::value_type& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::vector<model::Name> owned_by_others(std::span<const PluginRow* const> rows,
                                         const PluginRow& self, const SharedPlugins& shared) {
  std::vector<model::Name> resources;
  for (const PluginRow* row : rows) {
    if (row == &self) continue;
    const auto owned = shared.owned_resources(row->name);
    resources.insert(resources.end(), owned.begin(), owned.end());
  }
  return resources;
}

std::vector<UnservedResource> unserved_by(std::span<const PluginRow* const> rows,
                                          const SharedPlugins& shared) {
  std::vector<UnservedResource> resources;
  for (const PluginRow& row : plugin_registry()) {
    if (std::find(rows.begin(), rows.end(), &row) != rows.end()) continue;
    for (const auto& name : shared.owned_resources(row.name)) resources.push_back({name, row.name});
  }
  return resources;
}

// What is wrong with one choice of a list; empty: nothing.
std::string check_choice(const PluginChoice& choice) {
  if (find_plugin(choice.name) == nullptr) return "there is no plugin \"" + choice.name + '"';
  const auto weight = choice.weight.value_or(0);
  if (weight >= 0 && weight <= Profile::kWeightMax) return {};
  return "plugin " + choice.name + ": weight " + std::to_string(weight) + " is not within 0 and " +
         std::to_string(Profile::kWeightMax);
}

// Takes the rows of one list that are not there yet.
void add_rows(const ProfileConfig& config, const std::vector<PluginChoice>& list,
              std::vector<const PluginRow*>& rows, std::vector<std::string>& mistakes) {
  std::vector<std::string> seen;
  for (const auto& choice : list) {
    const std::string wrong = contains(seen, choice.name)
                                  ? "plugin " + choice.name + " is listed twice"
                                  : check_choice(choice);
    seen.push_back(choice.name);
    if (!wrong.empty()) {
      mistakes.push_back(mistake_in(config, wrong));
    } else if (const PluginRow* row = find_plugin(choice.name); !contains(rows, row)) {
      rows.push_back(row);
    }
  }
}

// All plugins of a profile: those of `plugins` come first, in their order.
std::vector<const PluginRow*> find_rows(const ProfileConfig& config,
                                        std::vector<std::string>& mistakes) {
  std::vector<const PluginRow*> rows;
  add_rows(config, config.plugins, rows, mistakes);
  for (const auto& [point, choice] : config.points) {
    add_rows(config, choice.enabled, rows, mistakes);
  }
  return rows;
}

// What is said of the score in particular counts more than what is said of the plugin.
std::int64_t weight_of(const ProfileConfig& config, const PluginRow& row) {
  for (const auto* list : {&choice_of(config, Point::kScore).enabled, &config.plugins}) {
    for (const auto& choice : *list) {
      if (choice.name != row.name) continue;
      return std::max<std::int64_t>(choice.weight.value_or(row.default_weight), 1);
    }
  }
  return 1;
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

// The plugins at one point. implements: by PluginIndex.
std::vector<PluginIndex> order_at(const ProfileConfig& config, Point point,
                                  std::span<const PluginInstance> plugins,
                                  const std::vector<bool>& implements,
                                  std::vector<std::string>& mistakes) {
  const PointChoice& choice = choice_of(config, point);
  std::vector<PluginIndex> own;
  for (std::size_t i = 0; i < choice.enabled.size(); ++i) {
    const std::string& name = choice.enabled[i].name;
    const auto instance = std::find_if(plugins.begin(), plugins.end(),
                                       [&](const auto& plugin) { return plugin.name == name; });
    const auto index = static_cast<PluginIndex>(instance - plugins.begin());
    if (implements[index]) {
      own.push_back(index);
    } else {
      mistakes.push_back(mistake_at(config, point, "enabled[" + std::to_string(i) + ']',
                                    "Invalid value: \"" + name + "\": plugin does not extend " +
                                        std::string(to_string(point))));
    }
  }
  const auto is_disabled = [&](const std::string& name) {
    return name != kIndispensablePlugin &&
           (contains(choice.disabled, "*") || contains(choice.disabled, name));
  };
  std::vector<PluginIndex> first;
  std::vector<PluginIndex> general;
  for (PluginIndex index = 0; index < config.plugins.size(); ++index) {
    if (!implements[index] || is_disabled(plugins[index].name)) continue;
    (contains(own, index) ? first : general).push_back(index);
  }
  std::vector<PluginIndex> order;
  std::copy_if(own.begin(), own.end(), std::back_inserter(order),
               [&](PluginIndex index) { return contains(first, index); });
  order.insert(order.end(), general.begin(), general.end());
  std::copy_if(own.begin(), own.end(), std::back_inserter(order),
               [&](PluginIndex index) { return !contains(first, index); });
  return order;
}

template <class Interface>
bool is_at(std::span<const Extension<Interface>> list, PluginIndex index) {
  return std::any_of(list.begin(), list.end(),
                     [&](const auto& extension) { return extension.index == index; });
}

// What half of a plugin would do wrong: Filter, Score and Reserve count on what PreFilter (Score on
// what PreScore) prepared, and who owns a resource is the only one to look after it.
void check_whole(const ProfileConfig& config, const Profile& profile,
                 std::span<const PluginRow* const> rows, std::vector<std::string>& mistakes) {
  for (PluginIndex index = 0; index < rows.size(); ++index) {
    const Plugin& plugin = profile.plugin(index);
    const auto need = [&](Point point, bool is_there, std::string_view because) {
      if (is_there) return;
      mistakes.push_back(mistake_at(
          config, point, "disabled",
          profile.plugin_name(index) + " cannot be left out here" + std::string(because)));
    };
    const bool pre_filters = is_at(profile.pre_filter(), index);
    const bool filters = is_at(profile.filter(), index);
    const bool scores = is_at(profile.score(), index);
    const bool reserves = is_at(profile.reserve(), index);
    const bool owns = !profile.shared().owned_resources(rows[index]->name).empty();
    if (dynamic_cast<const PreFilterPlugin*>(&plugin) != nullptr) {
      need(Point::kPreFilter, pre_filters || !(owns || filters || scores || reserves),
           " alone: its other extension points need it");
    }
    if (dynamic_cast<const PreScorePlugin*>(&plugin) != nullptr && scores) {
      need(Point::kPreScore, is_at(profile.pre_score(), index), " alone: its score needs it");
    }
    if (!owns) continue;
    constexpr std::string_view kWhole = " alone: disable it in multiPoint";
    need(Point::kFilter, filters, kWhole);
    need(Point::kReserve, reserves, kWhole);
  }
}

void check_indispensable(const ProfileConfig& config, std::vector<std::string>& mistakes) {
  const auto is_it = [](const auto& choice) { return choice.name == kIndispensablePlugin; };
  if (std::none_of(config.plugins.begin(), config.plugins.end(), is_it)) {
    mistakes.push_back(
        mistake_in(config, "plugin " + std::string(kIndispensablePlugin) + " cannot be left out"));
  }
  for (const auto& [point, choice] : config.points) {
    if (!contains(choice.disabled, std::string(kIndispensablePlugin))) continue;
    mistakes.push_back(mistake_at(config, point, "disabled",
                                  std::string(kIndispensablePlugin) + " cannot be disabled"));
  }
}

}  // namespace

model::Result<Profile> Profile::make(const ProfileConfig& config) {
  const auto shared = SharedPlugins::read({&config, 1});
  if (!shared) return shared.error();
  return make(config, *shared);
}

model::Result<Profile> Profile::make(const ProfileConfig& config, const SharedPlugins& shared) {
  std::vector<std::string> mistakes;
  const auto rows = find_rows(config, mistakes);
  if (!mistakes.empty()) return model::invalid(lines_of(mistakes));
  check_indispensable(config, mistakes);
  Profile profile;
  profile.shared_ = shared;
  for (const PluginRow* row : rows) {
    PluginEnvironment environment;
    environment.aggregate_slot = aggregate_slot(row->name).value_or(0);
    environment.resources_owned_by_others = owned_by_others(rows, *row, shared);
    environment.unserved_resources = unserved_by(rows, shared);
    profile.plugins_.push_back({std::string(row->name),
                                make_plugin(*row, environment, config, mistakes),
                                weight_of(config, *row)});
  }
  profile.place(config, mistakes);
  check_whole(config, profile, rows, mistakes);
  if (!mistakes.empty()) return model::invalid(lines_of(mistakes));
  profile.percentage_of_nodes_to_score_ = config.percentage_of_nodes_to_score;
  return profile;
}

model::Result<Profile> Profile::assemble(std::string_view scheduler_name,
                                         std::vector<PluginInstance> plugins) {
  ProfileConfig config;
  config.scheduler_name = scheduler_name;
  for (const auto& instance : plugins) config.plugins.push_back({instance.name, std::nullopt});
  Profile profile;
  profile.plugins_ = std::move(plugins);
  std::vector<std::string> mistakes;
  profile.place(config, mistakes);
  if (!mistakes.empty()) return model::invalid(lines_of(mistakes));
  return profile;
}

void Profile::place(const ProfileConfig& config, std::vector<std::string>& mistakes) {
  scheduler_name_ = model::Name(config.scheduler_name);
  const auto fill = [&]<class Interface>(Point point, std::vector<Extension<Interface>>& list) {
    std::vector<Interface*> faces;
    std::vector<bool> implements;
    for (const auto& instance : plugins_) {
      faces.push_back(dynamic_cast<Interface*>(instance.plugin.get()));
      implements.push_back(faces.back() != nullptr);
    }
    for (const auto index : order_at(config, point, plugins_, implements, mistakes)) {
      list.push_back({index, faces[index]});
    }
  };
  fill(Point::kPreEnqueue, pre_enqueue_);
  fill(Point::kQueueSort, queue_sort_);
  fill(Point::kPreFilter, pre_filter_);
  fill(Point::kFilter, filter_);
  fill(Point::kPreScore, pre_score_);
  fill(Point::kScore, score_);
  fill(Point::kReserve, reserve_);
  fill(Point::kBind, bind_);
  for (PluginIndex index = 0; index < plugins_.size(); ++index) {
    if (is_at(pre_filter(), index) || is_at(filter(), index) || is_at(score(), index)) {
      deciding_.push_back({index, plugins_[index].plugin.get()});
    }
  }
  if (config.scheduler_name.empty()) {
    mistakes.push_back((config.path.empty() ? "a profile" : config.path) + " has no schedulerName");
  }
  if (queue_sort_.size() != 1) {
    mistakes.push_back(mistake_in(config, "exactly one QueueSort plugin is needed, not " +
                                              std::to_string(queue_sort_.size())));
  }
  if (bind_.empty()) mistakes.push_back(mistake_in(config, "there is no Bind plugin"));
}

}  // namespace neuron_scheduler::scheduler
