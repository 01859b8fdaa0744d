#include "test/neuron/naive.hpp"

#include <algorithm>

namespace neuron_scheduler::naive {
namespace {

bool disjoint(const std::set<int>& a, const std::set<int>& b) {
  return std::none_of(a.begin(), a.end(), [&](int id) { return b.count(id) > 0; });
}

bool place_from(const NaiveNode& node, const std::vector<neuron::ContainerRequest>& containers,
                const std::vector<std::vector<std::set<int>>>& options,
                std::vector<std::set<int>>& given, std::size_t next) {
  if (next == containers.size()) return true;
  if (!containers[next].asks()) {
    given[next].clear();
    return place_from(node, containers, options, given, next + 1);
  }
  for (const std::set<int>& option : options[next]) {
    bool apart = true;
    for (std::size_t other = 0; other < next && apart; ++other) {
      apart = !same_time(containers, other, next) || disjoint(given[other], option);
    }
    if (!apart) continue;
    given[next] = option;
    if (place_from(node, containers, options, given, next + 1)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::vector<int>> legal_device_sets(const NaiveNode& node, int size) {
  std::vector<std::vector<int>> sets;
  for (int first = 0; first < node.devices; ++first) {
    std::vector<int> set;
    for (int id = first; id < first + size; ++id) set.push_back(id);
    if (size < 1 || set.back() >= node.devices) continue;
    const bool one_or_all = size == 1 || size == node.devices;
    const bool row_size = size == 4 || size == 8;
    const bool aligned = row_size && first % size == 0;
    if (one_or_all || node.rule == neuron::SetRule::kConsecutive ||
        (node.rule == neuron::SetRule::kAlignedRows && aligned)) {
      sets.push_back(set);
    }
  }
  return sets;
}

std::vector<std::set<int>> placements(const NaiveNode& node,
                                      const neuron::ContainerRequest& request) {
  std::vector<std::set<int>> found;
  const int k = node.cores_per_device;
  const int cores =
      request.devices > 0 ? static_cast<int>(request.devices) * k : static_cast<int>(request.cores);
  if (cores <= k) {
    for (int first = 0; first + cores <= node.devices * k; ++first) {
      std::set<int> ids;
      for (int id = first; id < first + cores; ++id) ids.insert(id);
      if (*ids.begin() / k == *ids.rbegin() / k) found.push_back(ids);
    }
  } else {
    for (const std::vector<int>& set : legal_device_sets(node, (cores + k - 1) / k)) {
      std::set<int> ids;
      for (const int device : set) {
        for (int core = 0; core < k && static_cast<int>(ids.size()) < cores; ++core) {
          ids.insert(device * k + core);
        }
      }
      found.push_back(ids);
    }
  }
  std::erase_if(found, [&](const std::set<int>& ids) {
    return std::any_of(ids.begin(), ids.end(), [&](int id) {
      return node.used.count(id) > 0 || node.unavailable.count(id / k) > 0;
    });
  });
  return found;
}

bool can_place(const NaiveNode& node, const std::vector<neuron::ContainerRequest>& containers) {
  std::vector<std::vector<std::set<int>>> options;
  for (const auto& request : containers) {
    options.push_back(request.asks() ? placements(node, request) : std::vector<std::set<int>>{});
  }
  std::vector<std::set<int>> given(containers.size());
  return place_from(node, containers, options, given, 0);
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

}  // namespace neuron_scheduler::naive
