#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "cluster/model/time.hpp"
#include "scheduler/asked.hpp"
#include "scheduler/observer.hpp"
#include "scheduler/plugin_calls.hpp"

namespace neuron_scheduler::metrics {

// Neuron devices of some nodes; each is counted once, under the first that holds.
struct NeuronDevices {
  std::uint64_t cordoned = 0;   // Taken out by the node's annotation, in use or not.
  std::uint64_t allocated = 0;  // All cores in use.
  std::uint64_t shared = 0;     // Some cores in use, others free.
  std::uint64_t foreign = 0;    // Perhaps in use by a foreign pod of the node (design.md §3).
  std::uint64_t blocked = 0;    // The node takes no new Neuron pods for another reason (§5).
  std::uint64_t free = 0;
};

// Neuron cores of those nodes that tell how many a device has, likewise.
struct NeuronCores {
  std::uint64_t allocated = 0;  // In use, also on cordoned devices.
  std::uint64_t cordoned = 0;
  std::uint64_t foreign = 0;
  std::uint64_t blocked = 0;
  std::uint64_t free = 0;
};

// All nodes with Neuron devices of one instance type.
struct NeuronNodes {
  NeuronDevices devices;
  NeuronCores cores;
  // Devices of the largest legal set that one of them could give to a container now.
  std::uint64_t largest_free_set = 0;
  // By each number of devices that is legal on one of them: how many nodes could give such a set.
  std::map<int, std::uint64_t> with_free_set;
};

// What is not counted as it happens but looked up when somebody asks for the metrics.
struct Snapshot {
  model::SteadyTime now;
  scheduler::QueueSizes queue;
  std::uint64_t nodes = 0;
  std::uint64_t pods = 0;          // Counted on a node, assumed ones included.
  std::uint64_t assumed_pods = 0;  // Decided, their binding not yet seen in the watch.
  std::uint64_t pending_binds = 0;
  // By the catalog's names, without what has no node; "other": not in the catalog. The texts live
  // as long as the program.
  std::map<std::string_view, NeuronNodes> neuron;
  scheduler::PodsByShape pending_by_shape{};  // Not bound yet.
  std::vector<scheduler::PluginCalls> plugin_calls;
  std::vector<scheduler::PluginRejections> plugin_rejections;
  std::uint64_t foreign_pods = 0;
  std::uint64_t drifted_pods = 0;       // Annotations changed after binding.
  std::uint64_t log_lines_dropped = 0;  // Since the start.
};

}  // namespace neuron_scheduler::metrics
