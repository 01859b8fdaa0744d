#pragma once

#include <cstdint>
#include <vector>

#include "cluster/model/name.hpp"
#include "neuron/assignment.hpp"
#include "neuron/policy.hpp"
#include "neuron/topology.hpp"
#include "scheduler/args.hpp"
#include "scheduler/shared_args.hpp"

// NeuronArgs: what a configuration file says about the Neuron plugin.
namespace neuron_scheduler::scheduler {

// What containers ask for, and what nodes have as capacity (its devices and cores alone).
struct NeuronResources {
  model::Name devices;
  std::vector<model::Name> aliases;  // Of devices.
  model::Name cores;

  // The names of AWS's device plugin.
  NeuronResources();
  friend bool operator==(const NeuronResources&, const NeuronResources&) = default;
};

// What the state of nodes is made of: the same in all profiles.
struct NeuronNodeArgs {
  neuron::SetOptions sets;
  // A node of which less is allocatable than it has takes new pods all the same.
  bool allows_unhealthy = false;
  NeuronResources resources;
};

// Which nodes are preferred: those from which the pod takes least, or those with most left.
enum class NodePolicy : std::uint8_t { kBinpack, kSpread };

// A pod's own annotations go before these.
struct NeuronPolicies {
  NodePolicy node = NodePolicy::kBinpack;
  neuron::DevicePolicy device = neuron::DevicePolicy::kBinpack;
};

struct NeuronArgs {
  NeuronNodeArgs node;
  neuron::InitIds init_ids = neuron::InitIds::kRepeat;
  // Pods in which some containers ask for devices and others for cores are placed.
  bool allows_mixed_units = false;
  NeuronPolicies policies;
  bool registers_nodes = true;  // Keeps nodes' register of devices up to date.
};

[[nodiscard]] NeuronArgs read_neuron_args(ArgsReader& args);
[[nodiscard]] SharedArgs share_neuron_args(ArgsReader& args);

// As all profiles have them.
[[nodiscard]] NeuronResources neuron_resources(const SharedPlugins& shared);

}  // namespace neuron_scheduler::scheduler
