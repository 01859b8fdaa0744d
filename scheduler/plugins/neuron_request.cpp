#include "scheduler/plugins/neuron_request.hpp"

#include <array>
#include <utility>
#include <vector>

#include "scheduler/plugins/neuron_keys.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;

neuron::Role role_of(model::ContainerRole role) {
  switch (role) {
    case model::ContainerRole::kInit:
      return neuron::Role::kInit;
    case model::ContainerRole::kSidecar:
      return neuron::Role::kSidecar;
    case model::ContainerRole::kApp:
      break;
  }
  return neuron::Role::kApp;
}

neuron::Problem problem(const model::Container& container, std::string what) {
  return {"container " + container.name.str() + ' ' + std::move(what)};
}

// 0 if the container does not name the resource.
std::variant<std::int64_t, neuron::Problem> amount_of(const model::Container& container,
                                                      const Name& resource) {
  for (const auto& [name, quantity] : container.extended_requests) {
    if (name != resource) continue;
    if (quantity.is_negative()) {
      return problem(container, "asks for a negative number of " + resource.str());
    }
    if (!quantity.is_integer()) {
      return problem(container, "asks for a fraction of " + resource.str());
    }
    if (quantity.value() > kNeuronAmountMax) {
      return problem(container, "asks for more than " + std::to_string(kNeuronAmountMax) + ' ' +
                                    resource.str());
    }
    return quantity.value();
  }
  return std::int64_t{0};
}

std::variant<neuron::ContainerRequest, neuron::Problem> read_container(
    const model::Container& container) {
  static const std::array kNames{Name(neuron_keys::kDevices), Name(neuron_keys::kDevicesAlias),
                                 Name(neuron_keys::kCores)};
  std::array<std::int64_t, kNames.size()> amounts{};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto amount = amount_of(container, kNames[i]);
    if (const auto* wrong = std::get_if<neuron::Problem>(&amount)) return *wrong;
    amounts[i] = std::get<std::int64_t>(amount);
  }
  const auto [devices, alias, cores] = amounts;
  if (devices > 0 && alias > 0 && devices != alias) {
    return problem(container, "asks for different numbers of " + kNames[0].str() +
                                  " and its alias " + kNames[1].str());
  }
  return neuron::ContainerRequest{role_of(container.role), devices > 0 ? devices : alias, cores};
}

}  // namespace

std::variant<neuron::PodRequest, neuron::Problem> read_neuron_request(const model::Pod& pod) {
  std::vector<neuron::ContainerRequest> containers;
  containers.reserve(pod.containers.size());
  for (const auto& container : pod.containers) {
    const auto request = read_container(container);
    if (const auto* wrong = std::get_if<neuron::Problem>(&request)) return *wrong;
    containers.push_back(std::get<neuron::ContainerRequest>(request));
  }
  return neuron::make_pod_request(std::move(containers));
}

std::vector<std::string_view> annotation_values(const model::Pod& pod,
                                                std::span<const std::string_view> keys) {
  std::vector<std::string_view> found;
  for (const std::string_view key : keys) {
    if (const auto value = pod.annotations.find(Name(key))) found.push_back(*value);
  }
  return found;
}

neuron::DeviceSelection read_device_selection(const model::Pod& pod) {
  return {annotation_values(pod, neuron_keys::kUse), annotation_values(pod, neuron_keys::kNoUse)};
}

}  // namespace neuron_scheduler::scheduler
