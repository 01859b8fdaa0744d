#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cluster/model/annotations.hpp"
#include "scheduler/args.hpp"
#include "scheduler/plugin.hpp"
#include "scheduler/plugins/unbuilt_features.hpp"
#include "scheduler/shared_args.hpp"

namespace neuron_scheduler::scheduler {

struct PluginEnvironment {
  // Number of the plugin's aggregate in NodeView::aggregate, if its row declares one.
  std::size_t aggregate_slot = 0;
  // Resources that another plugin of the same profile owns: the Fit plugin leaves them to it.
  std::vector<model::Name> resources_owned_by_others;
  // Resources that a plugin outside of the profile owns: nobody in it can give them to pods.
  std::vector<UnservedResource> unserved_resources;
};

// Never null; if args found something wrong, the plugin is not used.
using MakePlugin = std::unique_ptr<Plugin> (*)(const PluginEnvironment&, ArgsReader& args);

// One row per plugin: all that the rest of the program needs to know of it.
struct PluginRow {
  std::string_view name;
  // Reads its arguments (NAMEArgs of kube-scheduler.md §7.3), all optional; who calls it looks at
  // what args found wrong, and refuses keys that were not read.
  MakePlugin make = nullptr;
  // What of its arguments all profiles share, and with it the aggregate that it keeps per node and
  // the resources that it owns. Null: it has neither.
  SharedArgs (*share)(ArgsReader& args) = nullptr;
  // Annotation keys that it reads, of pods and of nodes; all others are dropped at decoding.
  std::span<const std::string_view> pod_annotations = {};
  std::span<const std::string_view> node_annotations = {};
  // Annotations of nodes that it keeps up to date for others to read, and decides nothing by.
  std::span<const std::string_view> node_reports = {};
  std::int64_t default_weight = 0;  // Of its score in the default profile.
};

// All plugins, in order of the default profile (kube-scheduler.md §1.2). An explicit table: nothing
// registers itself.
[[nodiscard]] std::span<const PluginRow> plugin_registry();

// Null if there is none of this name.
[[nodiscard]] const PluginRow* find_plugin(std::string_view name);

// The slot of that row's aggregate; nullopt if it declares none.
[[nodiscard]] std::optional<std::size_t> aggregate_slot(std::string_view plugin_name);

// For the decoder: what all rows together read.
[[nodiscard]] model::AnnotationFilter pod_annotation_filter();
[[nodiscard]] model::AnnotationFilter node_annotation_filter();

}  // namespace neuron_scheduler::scheduler
