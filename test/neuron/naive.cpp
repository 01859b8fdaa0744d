#include "test/neuron/naive.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

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

std::vector<bool> untouched_devices(const Node& node) {
  std::vector<bool> untouched;
  for (int device = 0; device < node.machine->devices; ++device) {
    untouched.push_back(all_free(node, cores_of_set(node, {device}, node.machine->cores())));
  }
  return untouched;
}

bool all_of_set(const DeviceSet& set, const std::vector<bool>& devices) {
  return std::all_of(set.devices.begin(), set.devices.end(),
                     [&](int device) { return devices[static_cast<std::size_t>(device)]; });
}

// Which of the legal sets of its size this is, and its diameter.
std::pair<int, int> place_of(const Machine& machine, const Ids& devices) {
  int number = 0;
  for (const DeviceSet& set : machine.sets_of(static_cast<std::int64_t>(devices.size()))) {
    if (set.devices == devices) return {number, set.diameter};
    ++number;
  }
  return {-1, -1};
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

// What untouched devices are worth, in the words of neuron/worth.hpp. Rows, and one device or all:
// every set counts its devices. Otherwise the sizes 1, 2, 4, 8, ... count: on a line and on a ring
// 1 for each set, where any set is legal as for a run of as many devices, and else, on the torus,
// 16 times the part of the sets that is free.
std::int64_t sets_value(const Node& node) {
  const Machine& machine = *node.machine;
  const std::vector<bool> untouched = untouched_devices(node);
  const auto free_sets = [&](int size) {
    const auto& sets = machine.sets_of(size);
    return std::count_if(sets.begin(), sets.end(),
                         [&](const DeviceSet& set) { return all_of_set(set, untouched); });
  };
  const auto pairs = static_cast<int>(machine.sets_of(2).size());
  std::int64_t sum = 0;
  if (pairs == 0) {
    for (int size = 1; size <= machine.devices; ++size) sum += size * free_sets(size);
    return sum;
  }
  const bool any = machine.devices > 3 && pairs == machine.devices * (machine.devices - 1) / 2;
  const bool walks = pairs <= machine.devices;
  double parts = 0;
  for (int size = 1; size <= machine.devices; size *= 2) {
    if (any) {
      sum += std::max<std::int64_t>(0, free_sets(1) - size + 1);
    } else if (walks) {
      sum += free_sets(size);
    } else {
      parts += 16.0 * static_cast<double>(free_sets(size)) /
               static_cast<double>(machine.sets_of(size).size());
    }
  }
  return sum + static_cast<std::int64_t>(parts + 1e-6);
}

}  // namespace

void Node::take(const Ids& cores) {
  for (const int core : cores) used[static_cast<std::size_t>(core)] = true;
}

void Node::refuse_touched() {
  for (int core = 0; core < machine->cores(); ++core) {
    if (!is_free(core)) not_asked.insert(device_of(core));
  }
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
    for (const DeviceSet& set : node.machine->sets_of((cores + k - 1) / k)) {
      found.push_back(cores_of_set(node, set.devices, cores));
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

bool has_free_set(const Node& node, int size) {
  const std::vector<bool> untouched = untouched_devices(node);
  const auto& sets = node.machine->sets_of(size);
  return std::any_of(sets.begin(), sets.end(),
                     [&](const DeviceSet& set) { return all_of_set(set, untouched); });
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

// Beside the sets, a price for every free core, and every run of cores inside a device by its
// length.
std::int64_t value(const Node& node) {
  const std::int64_t price = 120 + 240 / node.machine->cores_per_device;
  std::int64_t sum = sets_value(node);
  for (int first = 0; first < node.machine->cores(); ++first) {
    if (node.is_free(first)) sum += price;
    for (int id = first; id < node.machine->cores(); ++id) {
      if (node.device_of(id) != node.device_of(first) || !node.is_free(id)) break;
      sum += id - first + 1;
    }
  }
  return sum;
}

std::optional<Best> best(const Node& node, const neuron::ContainerRequest& request,
                         neuron::DevicePolicy policy) {
  const int k = node.machine->cores_per_device;
  const std::int64_t before = value(node);
  const bool one_device = cores_of(*node.machine, request) <= k;
  std::optional<Best> found;
  std::tuple<int, int, std::int64_t, int, int> best_key;
  for (const Ids& cores : placements(node, request)) {
    // A run begins where the free run that it lies in begins.
    if (one_device && cores.front() % k != 0 && node.is_free(cores.front() - 1)) continue;
    Node after = node;
    after.take(cores);
    const std::int64_t cost = before - value(after);
    Ids devices;
    for (const int core : cores) devices.push_back(node.device_of(core));
    devices.erase(std::unique(devices.begin(), devices.end()), devices.end());
    const bool spread = spreads(policy);
    int in_use = 0;
    for (const int device : devices) {
      for (int core = device * k; core < (device + 1) * k && spread; ++core) {
        in_use += node.used[static_cast<std::size_t>(core)] ? 1 : 0;
      }
    }
    const auto [number, diameter] = place_of(*node.machine, devices);
    const std::tuple key{diameter, in_use, spread ? -cost : cost,
                         one_device ? -devices.front() : number, cores.front()};
    if (found && !(key < best_key)) continue;
    best_key = key;
    found = Best{cores, cost};
  }
  return found;
}

std::int64_t best_effort(const Node& node, const neuron::ContainerRequest& request) {
  std::size_t sets = 0;
  for (const auto& of_size : *node.machine->legal_sets) sets += of_size.size();
  return static_cast<std::int64_t>(placements(node, request).size() * sets);
}

}  // namespace neuron_scheduler::naive
