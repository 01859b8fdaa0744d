#include "scheduler/plugins/neuron_request.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "cluster/model/text.hpp"
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
    const model::Container& container, const NeuronResources& resources) {
  neuron::ContainerRequest request{role_of(container.role), 0, 0};
  const Name* named = nullptr;  // Which name the devices were asked by.
  const auto read_devices = [&](const Name& resource) -> std::optional<neuron::Problem> {
    const auto amount = amount_of(container, resource);
    if (const auto* wrong = std::get_if<neuron::Problem>(&amount)) return *wrong;
    const std::int64_t devices = std::get<std::int64_t>(amount);
    if (devices == 0) return std::nullopt;
    if (named != nullptr && devices != request.devices) {
      return problem(container, "asks for different numbers of " + named->str() +
                                    " and its alias " + resource.str());
    }
    if (named == nullptr) named = &resource;
    request.devices = devices;
    return std::nullopt;
  };
  if (auto wrong = read_devices(resources.devices)) return *wrong;
  for (const Name& alias : resources.aliases) {
    if (auto wrong = read_devices(alias)) return *wrong;
  }
  const auto cores = amount_of(container, resources.cores);
  if (const auto* wrong = std::get_if<neuron::Problem>(&cores)) return *wrong;
  request.cores = std::get<std::int64_t>(cores);
  return request;
}

// Bytes of a strange word that a message quotes.
constexpr std::size_t kShownMax = 64;

// In a message that a pending pod shows commas separate reasons.
neuron::Problem strange_word(std::string_view key, std::string_view word, std::string_view known) {
  return {"pod annotation " + std::string(key) + " names \"" +
          model::truncated(std::string(word), kShownMax) + "\" (known: " + std::string(known) +
          ')'};
}

std::optional<neuron::Problem> read_node_policy(std::string_view text, NodePolicy& policy) {
  const auto words = neuron::list_entries(text);
  if (words.size() == 1 && words[0] == "binpack") {
    policy = NodePolicy::kBinpack;
  } else if (words.size() == 1 && words[0] == "spread") {
    policy = NodePolicy::kSpread;
  } else if (!words.empty()) {
    const auto strange = words.size() == 1 ? words[0] : "a list";
    return strange_word(neuron_keys::kNodePolicy, strange, "binpack or spread");
  }
  return std::nullopt;
}

std::optional<neuron::Problem> read_device_policy(std::string_view text,
                                                  neuron::DevicePolicy& policy) {
  using neuron::DevicePolicy;
  const auto words = neuron::list_entries(text);
  if (words.empty()) return std::nullopt;
  std::optional<bool> spread;
  bool mutex = false;
  for (const std::string_view word : words) {
    if (word == "binpack" || word == "spread") {
      if (!spread) spread = word == "spread";
    } else if (word == "mutex") {
      mutex = true;
    } else if (word != "topology-aware") {
      return strange_word(neuron_keys::kDevicePolicy, word,
                          "binpack or spread or mutex or topology-aware");
    }
  }
  const bool spreads = spread.value_or(!mutex && neuron::spreads(policy));
  policy = mutex ? (spreads ? DevicePolicy::kMutexSpread : DevicePolicy::kMutex)
                 : (spreads ? DevicePolicy::kSpread : DevicePolicy::kBinpack);
  return std::nullopt;
}

}  // namespace

std::variant<neuron::PodRequest, neuron::Problem> read_neuron_request(
    const model::Pod& pod, const NeuronResources& resources) {
  std::vector<neuron::ContainerRequest> containers;
  containers.reserve(pod.containers.size());
  for (const auto& container : pod.containers) {
    const auto request = read_container(container, resources);
    if (const auto* wrong = std::get_if<neuron::Problem>(&request)) return *wrong;
    containers.push_back(std::get<neuron::ContainerRequest>(request));
  }
  return neuron::make_pod_request(std::move(containers));
}

std::variant<NeuronPolicies, neuron::Problem> read_policies(const model::Pod& pod,
                                                            const NeuronPolicies& by_default) {
  static const Name kNode(neuron_keys::kNodePolicy);
  static const Name kDevice(neuron_keys::kDevicePolicy);
  NeuronPolicies policies = by_default;
  const auto node = pod.annotations.find(kNode);
  const auto device = pod.annotations.find(kDevice);
  std::optional<neuron::Problem> problem;
  if (node) problem = read_node_policy(*node, policies.node);
  if (device && !problem) problem = read_device_policy(*device, policies.device);
  if (problem) return *problem;
  return policies;
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
