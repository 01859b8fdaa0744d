#include "test/neuron/naive.hpp"

#include <algorithm>
#include <tuple>

namespace neuron_scheduler::naive {
namespace {

bool disjoint(const Ids& a, const Ids& b) {
  return std::none_of(a.begin(), a.end(),
                      [&](int id) { return std::find(b.begin(), b.end(), id) != b.end(); });
}

// How many cores of how many devices; obstacle() has looked at it before.
int cores_of(const Machine& machine, const neuron::ContainerRequest& request) {
  const std::int64_t cores =
      request.devices > 0 ? request.devices * machine.cores_per_device : request.cores;
  return static_cast<int>(cores);
}

bool all_free(const Node& node, const Ids& cores) {
  return std::all_of(cores.begin(), cores.end(), [&](int core) { return node.is_free(core); });
}

Ids cores_of_set(const Node& node, const Ids& devices, int cores) {
  Ids ids;
  for (const int device : devices) {
    for (int core = 0; core < node.machine->cores_per_device; ++core) {
      if (static_cast<int>(ids.size()) < cores) {
        ids.push_back(device * node.machine->cores_per_device + core);
      }
    }
  }
  return ids;
}

struct Waiting {
  std::size_t container = 0;
  std::vector<Ids> options;
};

bool place_from(const std::vector<neuron::ContainerRequest>& containers,
                const std::vector<Waiting>& waiting, std::vector<const Ids*>& given) {
  if (given.size() == waiting.size()) return true;
  const Waiting& next = waiting[given.size()];
  for (const Ids& option : next.options) {
    bool apart = true;
    for (std::size_t other = 0; other < given.size() && apart; ++other) {
      apart = !same_time(containers, waiting[other].container, next.container) ||
              disjoint(*given[other], option);
    }
    if (!apart) continue;
    given.push_back(&option);
    if (place_from(containers, waiting, given)) return true;
    given.pop_back();
  }
  return false;
}

}  // namespace

void Node::take(const Ids& cores) {
  for (const int core : cores) used[static_cast<std::size_t>(core)] = true;
}

std::optional<neuron::Fit> obstacle(const Machine& machine,
                                    const neuron::ContainerRequest& request) {
  if (request.cores > 0 && !machine.cores_known) return neuron::Fit::kCoresUnknown;
  std::int64_t devices = request.devices;
  if (devices == 0) {
    // One device after the other until there are cores enough, or no devices any more.
    while (devices <= machine.devices && devices * machine.cores_per_device < request.cores) {
      ++devices;
    }
  }
  if (machine.sets_of(devices).empty()) return neuron::Fit::kIllegalSize;
  const bool both = request.devices > 0 && request.cores > 0;
  if (both && request.cores != request.devices * machine.cores_per_device) {
    return neuron::Fit::kUnitsDisagree;
  }
  return std::nullopt;
}

std::vector<Ids> placements(const Node& node, const neuron::ContainerRequest& request) {
  std::vector<Ids> found;
  const int k = node.machine->cores_per_device;
  const int cores = cores_of(*node.machine, request);
  if (cores <= k) {
    for (int first = 0; first + cores <= node.machine->cores(); ++first) {
      Ids ids;
      for (int id = first; id < first + cores; ++id) ids.push_back(id);
      if (node.device_of(ids.front()) == node.device_of(ids.back())) found.push_back(ids);
    }
  } else {
    for (const Ids& set : node.machine->sets_of((cores + k - 1) / k)) {
      found.push_back(cores_of_set(node, set, cores));
    }
  }
  std::erase_if(found, [&](const Ids& ids) {
    return !all_free(node, ids) || std::any_of(ids.begin(), ids.end(), [&](int id) {
      return node.not_asked.count(node.device_of(id)) > 0;
    });
  });
  return found;
}

bool can_place(const Node& node, const std::vector<neuron::ContainerRequest>& containers) {
  std::vector<Waiting> waiting;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    if (containers[i].asks()) waiting.push_back({i, placements(node, containers[i])});
  }
  // Whether there is a way does not depend on the order in which it is looked for.
  std::stable_sort(waiting.begin(), waiting.end(), [](const Waiting& a, const Waiting& b) {
    return a.options.size() < b.options.size();
  });
  std::vector<const Ids*> given;
  return place_from(containers, waiting, given);
}

bool same_time(const std::vector<neuron::ContainerRequest>& containers, std::size_t a,
               std::size_t b) {
  using neuron::Role;
  const Role first = containers[std::min(a, b)].role;
  const Role second = containers[std::max(a, b)].role;
  if (first == Role::kInit) return false;
  if (first == Role::kApp) return second == Role::kApp;
  return true;  // A sidecar runs beside whatever starts after it.
}

// Every placement that is still possible counts with its cores: legal sets of untouched devices,
// and runs of cores inside a device.
std::int64_t value(const Node& node) {
  const int k = node.machine->cores_per_device;
  std::int64_t sum = 0;
  for (const auto& sets : node.machine->legal_sets) {
    for (const Ids& set : sets) {
      const int cores = static_cast<int>(set.size()) * k;
      if (all_free(node, cores_of_set(node, set, cores))) sum += cores;
    }
  }
  for (int first = 0; first < node.machine->cores(); ++first) {
    for (int id = first; id < node.machine->cores(); ++id) {
      if (node.device_of(id) != node.device_of(first) || !node.is_free(id)) break;
      sum += id - first + 1;
    }
  }
  return sum;
}

std::optional<Best> best(const Node& node, const neuron::ContainerRequest& request) {
  const std::int64_t before = value(node);
  const bool one_device = cores_of(*node.machine, request) <= node.machine->cores_per_device;
  std::optional<Best> found;
  std::tuple<std::int64_t, int, int> best_key;
  for (const Ids& cores : placements(node, request)) {
    Node after = node;
    after.take(cores);
    const int device = node.device_of(cores.front());
    const std::tuple key{before - value(after), one_device ? -device : device, cores.front()};
    if (found && !(key < best_key)) continue;
    best_key = key;
    found = Best{cores, std::get<0>(key)};
  }
  return found;
}

}  // namespace neuron_scheduler::naive
