#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "neuron/request.hpp"

// The rules of design.md §5 a second time, deliberately naive: adjacency lists and sets of core
// ids, no masks, no order of trying, no shortcuts. What the library says is compared with this.
namespace neuron_scheduler::naive {

struct NaiveNode {
  int devices = 0;
  int cores_per_device = 1;
  neuron::SetRule rule = neuron::SetRule::kOneOrAll;
  std::set<int> used;         // Core ids.
  std::set<int> unavailable;  // Devices that may not be given.
};

// Sets of devices that one container may be given, from the words of AWS's page.
std::vector<std::vector<int>> legal_device_sets(const NaiveNode& node, int size);

// Every set of core ids that one container may be given on this node if it were empty.
std::vector<std::set<int>> placements(const NaiveNode& node,
                                      const neuron::ContainerRequest& request);

// Whether containers (in order) can all be placed: those that run at the same time apart from each
// other.
bool can_place(const NaiveNode& node, const std::vector<neuron::ContainerRequest>& containers);

// Whether two containers, by position, run at the same time.
bool same_time(const std::vector<neuron::ContainerRequest>& containers, std::size_t a,
               std::size_t b);

}  // namespace neuron_scheduler::naive
