#include "test/support/builders.hpp"

#include <algorithm>

namespace neuron_scheduler::test {
namespace {

using model::Name;
using model::Quantity;

void set_quantity(std::vector<std::pair<Name, Quantity>>& list, std::string_view name,
                  Quantity amount) {
  for (auto& [known, old] : list) {
    if (known.view() == name) {
      old = amount;
      return;
    }
  }
  list.emplace_back(Name(name), amount);
}

// Sum over app containers and sidecars, maximum over init containers, each beside the sidecars
// before it.
std::int64_t effective(const std::vector<model::Container>& containers, const Name& resource) {
  std::int64_t running = 0;
  std::int64_t peak = 0;
  for (const auto& container : containers) {
    std::int64_t own = 0;
    for (const auto& [name, amount] : container.extended_requests) {
      if (name == resource) own = amount.value();
    }
    if (container.role == model::ContainerRole::kInit) {
      peak = std::max(peak, running + own);
    } else {
      running += own;
    }
  }
  return std::max(peak, running);
}

}  // namespace

PodBuilder::PodBuilder(std::string name) {
  pod_.uid.text = "uid-" + name;
  pod_.namespace_name = Name("default");
  pod_.name = std::move(name);
  pod_.resource_version = "1";
  pod_.scheduler_name = Name("neuron-scheduler");
  pod_.containers.push_back({"main", model::ContainerRole::kApp, {}});
  pod_.nonzero_cpu_milli = 100;
  pod_.nonzero_memory_bytes = 200LL * 1024 * 1024;
}

PodBuilder& PodBuilder::uid(std::string uid) {
  pod_.uid.text = std::move(uid);
  return *this;
}

PodBuilder& PodBuilder::namespace_name(std::string_view name) {
  pod_.namespace_name = Name(name);
  return *this;
}

PodBuilder& PodBuilder::scheduler(std::string_view name) {
  pod_.scheduler_name = Name(name);
  return *this;
}

PodBuilder& PodBuilder::resource_version(std::string version) {
  pod_.resource_version = std::move(version);
  return *this;
}

PodBuilder& PodBuilder::priority(std::int32_t priority) {
  pod_.priority = priority;
  return *this;
}

PodBuilder& PodBuilder::bound_to(std::string_view node) {
  pod_.node_name = Name(node);
  return *this;
}

PodBuilder& PodBuilder::terminating() {
  pod_.terminating = true;
  return *this;
}

PodBuilder& PodBuilder::terminal() {
  pod_.terminal = true;
  return *this;
}

PodBuilder& PodBuilder::label(std::string_view key, std::string_view value) {
  pod_.labels.set(Name(key), Name(value));
  return *this;
}

PodBuilder& PodBuilder::annotation(std::string_view key, std::string value) {
  pod_.annotations.set(Name(key), std::move(value));
  return *this;
}

PodBuilder& PodBuilder::cpu_milli(std::int64_t milli) {
  pod_.requests.cpu_milli = milli;
  pod_.nonzero_cpu_milli = milli;
  return *this;
}

PodBuilder& PodBuilder::memory(std::int64_t bytes) {
  pod_.requests.memory_bytes = bytes;
  pod_.nonzero_memory_bytes = bytes;
  return *this;
}

PodBuilder& PodBuilder::request(std::string_view resource, std::int64_t amount) {
  default_container_ = false;
  set_quantity(pod_.containers.back().extended_requests, resource, Quantity::from_integer(amount));
  pod_.requests.set_scalar(Name(resource), effective(pod_.containers, Name(resource)));
  return *this;
}

PodBuilder& PodBuilder::request_quantity(std::string_view resource, std::string_view quantity) {
  default_container_ = false;
  set_quantity(pod_.containers.back().extended_requests, resource,
               Quantity::parse(quantity).value());
  pod_.requests.set_scalar(Name(resource), effective(pod_.containers, Name(resource)));
  return *this;
}

PodBuilder& PodBuilder::container(std::string name, model::ContainerRole role) {
  if (default_container_) pod_.containers.clear();
  default_container_ = false;
  pod_.containers.push_back({std::move(name), role, {}});
  return *this;
}

PodBuilder& PodBuilder::tolerate(std::string_view key, std::string_view value) {
  model::Toleration toleration;
  toleration.key = Name(key);
  toleration.value = Name(value);
  toleration.op =
      value.empty() ? model::Toleration::Operator::kExists : model::Toleration::Operator::kEqual;
  pod_.waiting.edit().tolerations.push_back(std::move(toleration));
  return *this;
}

PodBuilder& PodBuilder::node_selector(std::string_view key, std::string_view value) {
  pod_.waiting.edit().node_affinity.node_selector.requirements.push_back(
      {Name(key), model::SelectorOperator::kIn, {Name(value)}, 0});
  return *this;
}

PodBuilder& PodBuilder::gate(std::string name) {
  pod_.waiting.edit().scheduling_gates.push_back(std::move(name));
  return *this;
}

PodBuilder& PodBuilder::unbuilt(model::UnbuiltNeed need) {
  pod_.waiting.edit().unbuilt_needs.push_back(need);
  return *this;
}

PodBuilder& PodBuilder::decode_error(std::string error) {
  pod_.decode_error = std::move(error);
  return *this;
}

model::PodRef PodBuilder::build() const { return std::make_shared<model::Pod>(pod_); }

NodeBuilder::NodeBuilder(std::string_view name) {
  node_.name = Name(name);
  node_.uid.text = "uid-" + std::string(name);
  node_.resource_version = "1";
  node_.labels.set(Name("kubernetes.io/hostname"), Name(name));
  node_.allocatable.cpu_milli = 64'000;
  node_.allocatable.memory_bytes = 256LL * 1024 * 1024 * 1024;
  node_.allocatable.ephemeral_storage_bytes = 100LL * 1024 * 1024 * 1024;
  node_.allocatable_pods = 110;
}

NodeBuilder& NodeBuilder::uid(std::string uid) {
  node_.uid.text = std::move(uid);
  return *this;
}

NodeBuilder& NodeBuilder::label(std::string_view key, std::string_view value) {
  node_.labels.set(Name(key), Name(value));
  return *this;
}

NodeBuilder& NodeBuilder::annotation(std::string_view key, std::string value) {
  node_.annotations.set(Name(key), std::move(value));
  return *this;
}

NodeBuilder& NodeBuilder::taint(std::string_view key, std::string_view value,
                                model::TaintEffect effect) {
  node_.taints.push_back({Name(key), Name(value), effect});
  return *this;
}

NodeBuilder& NodeBuilder::unschedulable() {
  node_.unschedulable = true;
  return *this;
}

NodeBuilder& NodeBuilder::cpu_milli(std::int64_t milli) {
  node_.allocatable.cpu_milli = milli;
  return *this;
}

NodeBuilder& NodeBuilder::memory(std::int64_t bytes) {
  node_.allocatable.memory_bytes = bytes;
  return *this;
}

NodeBuilder& NodeBuilder::pods(std::int64_t count) {
  node_.allocatable_pods = count;
  return *this;
}

NodeBuilder& NodeBuilder::resource(std::string_view name, std::int64_t amount) {
  set_quantity(node_.extended_capacity, name, Quantity::from_integer(amount));
  return allocatable(name, amount);
}

NodeBuilder& NodeBuilder::capacity(std::string_view name, std::string_view quantity) {
  set_quantity(node_.extended_capacity, name, Quantity::parse(quantity).value());
  return *this;
}

NodeBuilder& NodeBuilder::allocatable(std::string_view name, std::int64_t amount) {
  set_quantity(node_.extended_allocatable, name, Quantity::from_integer(amount));
  node_.allocatable.set_scalar(Name(name), amount);
  return *this;
}

NodeBuilder& NodeBuilder::condition(std::string_view type, model::ConditionStatus status,
                                    std::string_view reason) {
  node_.conditions.push_back({Name(type), status, Name(reason)});
  return *this;
}

NodeBuilder& NodeBuilder::decode_error(std::string error) {
  node_.decode_error = std::move(error);
  return *this;
}

model::NodeRef NodeBuilder::build() const { return std::make_shared<model::Node>(node_); }

}  // namespace neuron_scheduler::test
