#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "neuron/choose.hpp"
#include "test/neuron/naive_machine.hpp"

// The rules of design.md §5 and §6 a second time, deliberately naive: lists of core ids, every
// placement tried, no masks, no tables, no shortcuts. What the library says is compared with this.
namespace neuron_scheduler::naive {

struct Node {
  const Machine* machine = nullptr;
  std::vector<bool> used;   // By core id.
  std::set<int> unusable;   // Devices that take nothing new.
  std::set<int> not_asked;  // Devices that the pod does not accept.

  explicit Node(const Machine& which)
      : machine(&which), used(static_cast<std::size_t>(which.cores())) {}
  [[nodiscard]] int device_of(int core) const { return core / machine->cores_per_device; }
  [[nodiscard]] bool is_free(int core) const {
    return !used[static_cast<std::size_t>(core)] && unusable.count(device_of(core)) == 0;
  }
  void take(const Ids& cores);
  // As the policy mutex: nothing of a device of which a core is in use.
  void refuse_touched();
};

// Why a container can have no place here, whatever is free; nullopt: it can.
[[nodiscard]] std::optional<neuron::Fit> obstacle(const Machine& machine,
                                                  const neuron::ContainerRequest& request);

// Every list of core ids that one container without an obstacle may be given on this node as it is;
// in the order in which the cores are used.
[[nodiscard]] std::vector<Ids> placements(const Node& node,
                                          const neuron::ContainerRequest& request);

// Some legal set of this many devices is wholly free.
[[nodiscard]] bool has_free_set(const Node& node, int size);

// Whether two containers, by position, run at the same time.
[[nodiscard]] bool same_time(const std::vector<neuron::ContainerRequest>& containers, std::size_t a,
                             std::size_t b);

// Whether all containers can be placed, those that run at the same time apart from each other.
[[nodiscard]] bool can_place(const Node& node,
                             const std::vector<neuron::ContainerRequest>& containers);

// What the free cores are worth: neuron::value as it is documented.
[[nodiscard]] std::int64_t value(const Node& node);

struct Best {
  Ids cores;
  std::int64_t cost = 0;
};
// What neuron::choose is documented to give a pod of this one container; the node is the one that
// it sees, so mutex is done with before.
[[nodiscard]] std::optional<Best> best(const Node& node, const neuron::ContainerRequest& request,
                                       neuron::DevicePolicy policy);

// How many sums best() makes; a test may have no time for that.
[[nodiscard]] std::int64_t best_effort(const Node& node, const neuron::ContainerRequest& request);

}  // namespace neuron_scheduler::naive
