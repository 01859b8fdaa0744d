#include "scheduler/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "scheduler/plugins/default_binder.hpp"
#include "scheduler/plugins/image_locality.hpp"
#include "scheduler/plugins/inter_pod_affinity.hpp"
#include "scheduler/plugins/neuron.hpp"
#include "scheduler/plugins/node_affinity.hpp"
#include "scheduler/plugins/node_name.hpp"
#include "scheduler/plugins/node_ports.hpp"
#include "scheduler/plugins/node_resources_balanced_allocation.hpp"
#include "scheduler/plugins/node_resources_fit.hpp"
#include "scheduler/plugins/node_unschedulable.hpp"
#include "scheduler/plugins/priority_sort.hpp"
#include "scheduler/plugins/scheduling_gates.hpp"
#include "scheduler/plugins/taint_toleration.hpp"
#include "scheduler/plugins/unbuilt_features.hpp"

namespace neuron_scheduler::scheduler {
namespace {

template <class P>
std::unique_ptr<Plugin> make(const PluginEnvironment& /*environment*/, ArgsReader& /*args*/) {
  return std::make_unique<P>();
}

// Of a plugin that has arguments.
template <class P>
std::unique_ptr<Plugin> make_from_args(const PluginEnvironment& /*environment*/, ArgsReader& args) {
  return P::from_args(args);
}

std::unique_ptr<Plugin> make_node_resources_fit(const PluginEnvironment& environment,
                                                ArgsReader& args) {
  return NodeResourcesFit::from_args(environment.resources_owned_by_others, args);
}

std::unique_ptr<Plugin> make_unbuilt_features(const PluginEnvironment& environment,
                                              ArgsReader& /*args*/) {
  return std::make_unique<UnbuiltFeatures>(environment.unserved_resources);
}

template <class Keys>
model::AnnotationFilter filter_of(Keys PluginRow::*keys) {
  model::AnnotationFilter filter;
  for (const auto& row : plugin_registry()) {
    for (const auto key : row.*keys) filter.keys.emplace(key);
  }
  return filter;
}

}  // namespace

std::span<const PluginRow> plugin_registry() {
  static const std::array kRows = {
      PluginRow{.name = "SchedulingGates", .make = make<SchedulingGates>},
      PluginRow{.name = "PrioritySort", .make = make<PrioritySort>},
      PluginRow{.name = "NodeName", .make = make<NodeName>},
      PluginRow{.name = "NodeUnschedulable", .make = make<NodeUnschedulable>},
      PluginRow{.name = "TaintToleration", .make = make<TaintToleration>, .default_weight = 3},
      PluginRow{.name = "NodeAffinity", .make = make_from_args<NodeAffinity>, .default_weight = 2},
      PluginRow{.name = "NodePorts", .make = make<NodePorts>},
      PluginRow{.name = "NodeResourcesFit", .make = make_node_resources_fit, .default_weight = 1},
      neuron_plugin_row(),
      PluginRow{.name = "InterPodAffinity", .make = make<InterPodAffinity>},
      PluginRow{.name = "UnbuiltFeatures", .make = make_unbuilt_features},
      PluginRow{.name = "NodeResourcesBalancedAllocation",
                .make = make_from_args<NodeResourcesBalancedAllocation>,
                .default_weight = 1},
      PluginRow{.name = "ImageLocality", .make = make<ImageLocality>, .default_weight = 1},
      PluginRow{.name = "DefaultBinder", .make = make<DefaultBinder>},
  };
  return kRows;
}

const PluginRow* find_plugin(std::string_view name) {
  const auto rows = plugin_registry();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

std::optional<std::size_t> aggregate_slot(std::string_view plugin_name) {
  std::size_t slot = 0;
  for (const auto& row : plugin_registry()) {
    const bool declares = row.share != nullptr;
    if (row.name == plugin_name) return declares ? std::optional(slot) : std::nullopt;
    if (declares) ++slot;
  }
  return std::nullopt;
}

model::AnnotationFilter pod_annotation_filter() { return filter_of(&PluginRow::pod_annotations); }

model::AnnotationFilter node_annotation_filter() {
  model::AnnotationFilter filter = filter_of(&PluginRow::node_annotations);
  filter.reports = filter_of(&PluginRow::node_reports).keys;
  return filter;
}

}  // namespace neuron_scheduler::scheduler
