#include "cluster/model/effective_requests.hpp"

#include <algorithm>

namespace neuron_scheduler::model {
namespace {

const Name& cpu_name() {
  static const Name name("cpu");
  return name;
}

const Name& memory_name() {
  static const Name name("memory");
  return name;
}

Quantity* find(ResourceList& list, const Name& name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == list.end() ? nullptr : &found->second;
}

const Quantity* find(const ResourceList& list, const Name& name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == list.end() ? nullptr : &found->second;
}

void add(ResourceList& to, const ResourceList& other) {
  for (const auto& [name, amount] : other) {
    if (Quantity* known = find(to, name)) {
      *known += amount;
    } else {
      to.emplace_back(name, amount);
    }
  }
}

void raise(ResourceList& to, const ResourceList& other) {
  for (const auto& [name, amount] : other) {
    if (Quantity* known = find(to, name)) {
      *known = std::max(*known, amount);
    } else {
      to.emplace_back(name, amount);
    }
  }
}

void add_missing(ResourceList& to, const ResourceList& defaults) {
  for (const auto& [name, amount] : defaults) {
    if (find(to, name) == nullptr) to.emplace_back(name, amount);
  }
}

enum class Level { kSpec, kAllocated, kActual };

ResourceList container_requests(const ContainerResources& container, Level level, bool infeasible) {
  if (level == Level::kActual && container.actual) return *container.actual;
  if (level != Level::kSpec && container.allocated) return *container.allocated;
  if (level != Level::kSpec && infeasible) return {};
  return container.requests;
}

// Steps 1 to 3 of kube-scheduler.md §2.1 for one of the three views of the pod.
ResourceList sum_containers(const PodResources& pod, Level level, const ResourceList& defaults) {
  ResourceList running;   // App containers and sidecars, all at the same time.
  ResourceList sidecars;  // Those declared so far.
  ResourceList starting;  // The most that is needed while init containers run.
  for (const ContainerResources& container : pod.containers) {
    ResourceList own = container_requests(container, level, pod.resize_infeasible);
    add_missing(own, defaults);
    switch (container.role) {
      case ContainerRole::kApp:
        add(running, own);
        break;
      case ContainerRole::kSidecar:
        add(running, own);
        add(sidecars, own);
        raise(starting, sidecars);
        break;
      case ContainerRole::kInit:
        add(own, sidecars);
        raise(starting, own);
        break;
    }
  }
  raise(running, starting);
  return running;
}

bool status_differs(const PodResources& pod) {
  return pod.resize_infeasible || pod.allocated || pod.actual ||
         std::any_of(pod.containers.begin(), pod.containers.end(),
                     [](const auto& container) { return container.allocated || container.actual; });
}

ResourceList aggregate_containers(const PodResources& pod, const ResourceList& defaults) {
  if (!status_differs(pod)) return sum_containers(pod, Level::kSpec, defaults);
  const bool pod_level_status = pod.allocated && pod.actual;
  ResourceList sum;
  if (!pod.resize_infeasible) sum = sum_containers(pod, Level::kSpec, defaults);
  raise(sum, pod_level_status ? *pod.actual : sum_containers(pod, Level::kActual, defaults));
  raise(sum, pod_level_status ? *pod.allocated : sum_containers(pod, Level::kAllocated, defaults));
  return sum;
}

bool pod_level_resource(const Name& name) {
  return name == cpu_name() || name == memory_name() || name.view().starts_with("hugepages-");
}

bool has_pod_level_requests(const PodResources& pod) {
  return std::any_of(pod.pod_level.begin(), pod.pod_level.end(),
                     [](const auto& entry) { return pod_level_resource(entry.first); });
}

ResourceList total(const PodResources& pod, const ResourceList& defaults) {
  ResourceList sum = aggregate_containers(pod, defaults);
  if (has_pod_level_requests(pod)) {
    ResourceList pod_level;
    if (!pod.has_status_resources || !pod.resize_infeasible) pod_level = pod.pod_level;
    if (pod.has_status_resources) {
      if (pod.actual) raise(pod_level, *pod.actual);
      if (pod.allocated) raise(pod_level, *pod.allocated);
    }
    for (const auto& [name, amount] : pod_level) {
      if (!pod_level_resource(name)) continue;
      if (Quantity* known = find(sum, name)) {
        *known = amount;
      } else {
        sum.emplace_back(name, amount);
      }
    }
  }
  add(sum, pod.overhead);
  return sum;
}

std::int64_t cut(std::int64_t amount) {
  return std::clamp(amount, std::int64_t{0}, Resources::kAmountMax);
}

std::int64_t cpu_milli(const ResourceList& list) {
  const Quantity* amount = find(list, cpu_name());
  return amount == nullptr ? 0 : cut(amount->milli_value());
}

std::int64_t memory_bytes(const ResourceList& list) {
  const Quantity* amount = find(list, memory_name());
  return amount == nullptr ? 0 : cut(amount->value());
}

}  // namespace

EffectiveRequests effective_requests(const PodResources& pod) {
  const ResourceList sum = total(pod, {});
  EffectiveRequests result;
  result.requests = to_resources(sum);

  // With pod-level requests a default counts only where neither level says anything.
  const bool pod_level = has_pod_level_requests(pod);
  ResourceList defaults;
  if (!pod_level || find(sum, cpu_name()) == nullptr) {
    defaults.emplace_back(cpu_name(), Quantity::from_milli(EffectiveRequests::kDefaultCpuMilli));
  }
  if (!pod_level || find(sum, memory_name()) == nullptr) {
    defaults.emplace_back(memory_name(),
                          Quantity::from_integer(EffectiveRequests::kDefaultMemoryBytes));
  }
  const ResourceList nonzero = defaults.empty() ? sum : total(pod, defaults);
  result.nonzero_cpu_milli = cpu_milli(nonzero);
  result.nonzero_memory_bytes = memory_bytes(nonzero);
  return result;
}

Resources to_resources(const ResourceList& list) {
  Resources resources;
  resources.cpu_milli = cpu_milli(list);
  resources.memory_bytes = memory_bytes(list);
  for (const auto& [name, amount] : list) {
    if (name.view() == "ephemeral-storage") {
      resources.ephemeral_storage_bytes = cut(amount.value());
    } else if (is_scalar_resource(name.view())) {
      resources.set_scalar(name, cut(amount.value()));
    }
  }
  return resources;
}

}  // namespace neuron_scheduler::model
