#pragma once

#include <string_view>

#include "cluster/model/name.hpp"
#include "neuron/request.hpp"
#include "scheduler/plugins/neuron_args.hpp"
#include "scheduler/status.hpp"

namespace neuron_scheduler::scheduler {

// The text, which has the names of AWS's device plugin, with these instead.
[[nodiscard]] model::Name with_names(std::string_view text, const NeuronResources& resources);

// Why a pod is pending, in kube-scheduler's grammar: a small fixed set, with the names of the
// resources (docs/troubleshooting.md). What a node says of itself comes from NeuronNode.
struct NeuronReasons {
  explicit NeuronReasons(const NeuronResources& resources);

  // Unresolvable whatever is free there; Ok if all containers have a shape.
  [[nodiscard]] Status check_shapes(const neuron::PodRequest& request,
                                    const neuron::Geometry& geometry) const;

  NeuronResources resources;
  model::Name mixed_units;
  model::Name cores_unknown;
  model::Name units_disagree;
  model::Name no_devices;
  model::Name none_accepted;  // By the UUID annotations.
  model::Name no_free_devices;
  model::Name no_free_cores;
  model::Name never_devices;
  model::Name never_cores;
  model::Name too_complex;
};

}  // namespace neuron_scheduler::scheduler
