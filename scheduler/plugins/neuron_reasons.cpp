#include "scheduler/plugins/neuron_reasons.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>

#include "scheduler/plugins/neuron_keys.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;

Name illegal_size(const neuron::ContainerRequest& request, const neuron::Geometry& geometry,
                  const NeuronResources& resources) {
  const bool devices = request.in_devices();
  std::string reason = "node(s) cannot give ";
  reason += std::to_string(devices ? request.devices : request.cores);
  reason += ' ';
  reason += (devices ? resources.devices : resources.cores).view();
  reason += " to one container (legal numbers of devices: ";
  reason += neuron::legal_sizes(geometry) + ')';
  return Name(reason);
}

}  // namespace

Name with_names(std::string_view text, const NeuronResources& resources) {
  constexpr std::string_view kCoresInShort = "neuroncore";
  const std::array<std::pair<std::string_view, std::string_view>, 3> names{
      {{neuron_keys::kCores, resources.cores.view()},
       {neuron_keys::kDevices, resources.devices.view()},
       {kCoresInShort, resources.cores.view()}}};
  if (resources == NeuronResources()) return Name(text);
  std::string result;
  while (!text.empty()) {
    const auto* const found = std::find_if(
        names.begin(), names.end(), [&](const auto& name) { return text.starts_with(name.first); });
    result += found == names.end() ? text.substr(0, 1) : found->second;
    text.remove_prefix(found == names.end() ? 1 : found->first.size());
  }
  return Name(result);
}

NeuronReasons::NeuronReasons(const NeuronResources& names) : resources(names) {
  const auto said = [&](std::string_view text) { return with_names(text, names); };
  mixed_units = said(
      "pod has containers that ask for aws.amazon.com/neuron and others that ask for "
      "aws.amazon.com/neuroncore, which the device plugin cannot tell apart");
  cores_unknown =
      said("node(s) had no whole number of aws.amazon.com/neuroncore per aws.amazon.com/neuron");
  units_disagree = said(
      "node(s) had another number of aws.amazon.com/neuroncore per aws.amazon.com/neuron than the "
      "pod");
  no_devices = said("node(s) had no aws.amazon.com/neuron devices");
  none_accepted =
      said("node(s) had no usable Neuron device that the pod's UUID annotations accept");
  no_free_devices = said("node(s) had no free legal set of aws.amazon.com/neuron devices");
  no_free_cores = said("node(s) had no free legal set of aws.amazon.com/neuroncore cores");
  never_devices = said(
      "node(s) had no legal set of aws.amazon.com/neuron devices for the whole pod, even if free");
  never_cores = said(
      "node(s) had no legal set of aws.amazon.com/neuroncore cores for the whole pod, even if "
      "free");
  too_complex =
      said("node(s) could not be searched to the end for the pod's many Neuron containers");
}

Status NeuronReasons::check_shapes(const neuron::PodRequest& request,
                                   const neuron::Geometry& geometry) const {
  for (const auto& asking : request.asking) {
    const auto shape = neuron::shape_on(asking.request, geometry);
    const auto* problem = std::get_if<neuron::ShapeProblem>(&shape);
    if (problem == nullptr) continue;
    switch (*problem) {
      case neuron::ShapeProblem::kIllegalSize:
        return Status::unresolvable(illegal_size(asking.request, geometry, resources));
      case neuron::ShapeProblem::kCoresUnknown:
        return Status::unresolvable(cores_unknown);
      case neuron::ShapeProblem::kUnitsDisagree:
        return Status::unresolvable(units_disagree);
    }
  }
  return Status::ok();
}

}  // namespace neuron_scheduler::scheduler
