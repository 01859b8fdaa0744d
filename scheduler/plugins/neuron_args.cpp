#include "scheduler/plugins/neuron_args.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "cluster/model/name_rules.hpp"
#include "cluster/model/resources.hpp"
#include "scheduler/plugins/neuron_keys.hpp"
#include "scheduler/plugins/neuron_node.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;

constexpr std::string_view kPlacement = "placement";
constexpr std::string_view kRingWrap = "ringWrap";
constexpr std::string_view kUnhealthyDevices = "unhealthyDevices";
constexpr std::string_view kDeviceResource = "deviceResource";
constexpr std::string_view kDeviceAliases = "deviceAliases";
constexpr std::string_view kCoreResource = "coreResource";

constexpr std::size_t kAliasesMax = 8;

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

// Whether a container may name such a resource beside cpu and memory.
void check_resource(ArgsReader& args, std::string_view key, const std::string& name) {
  const std::string invalid = "Invalid value: " + quoted(name) + ": ";
  for (const auto& complaint : model::check_label_key(name)) args.error(key, invalid + complaint);
  if (!model::is_extended_resource(name)) {
    args.error(key, invalid + "must be an extended resource, such as vendor.example/device");
  }
}

Name read_resource(ArgsReader& args, std::string_view key, const Name& by_default) {
  const std::string name = args.text(key, by_default.view());
  check_resource(args, key, name);
  return Name(name);
}

NeuronResources read_resources(ArgsReader& args) {
  NeuronResources resources;
  resources.devices = read_resource(args, kDeviceResource, resources.devices);
  resources.cores = read_resource(args, kCoreResource, resources.cores);
  if (resources.cores == resources.devices) {
    args.invalid(kCoreResource, "must not be deviceResource");
  }
  const auto aliases = args.texts(kDeviceAliases);
  if (args.has(kDeviceAliases)) resources.aliases.clear();
  std::erase_if(resources.aliases, [&](const Name& by_default) {
    return by_default == resources.devices || by_default == resources.cores;
  });
  if (aliases.size() > kAliasesMax) {
    args.error(kDeviceAliases, "Too many: " + std::to_string(aliases.size()) +
                                   ": must have at most " + std::to_string(kAliasesMax) + " items");
    return resources;
  }
  for (std::size_t i = 0; i < aliases.size(); ++i) {
    const std::string key = std::string(kDeviceAliases) + '[' + std::to_string(i) + ']';
    check_resource(args, key, aliases[i]);
    resources.aliases.emplace_back(aliases[i]);
  }
  const auto& all = resources.aliases;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool earlier = std::find(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                                   all[i]) != all.begin() + static_cast<std::ptrdiff_t>(i);
    if (!earlier && all[i] != resources.devices && all[i] != resources.cores) continue;
    args.error(std::string(kDeviceAliases) + '[' + std::to_string(i) + ']',
               "Duplicate value: " + quoted(all[i].view()));
  }
  return resources;
}

NeuronNodeArgs read_node_args(ArgsReader& args) {
  NeuronNodeArgs node;
  const std::string placement = args.choice(kPlacement, "Aligned", {"Aligned", "Connected"});
  node.sets.placement = placement == "Connected" ? neuron::PlacementMode::kConnected
                                                 : neuron::PlacementMode::kAligned;
  node.sets.ring_wrap = args.boolean(kRingWrap, false);
  node.allows_unhealthy = args.choice(kUnhealthyDevices, "Block", {"Block", "Allow"}) == "Allow";
  node.resources = read_resources(args);
  return node;
}

neuron::DevicePolicy device_policy(std::string_view name) {
  if (name == "spread") return neuron::DevicePolicy::kSpread;
  if (name == "mutex") return neuron::DevicePolicy::kMutex;
  return neuron::DevicePolicy::kBinpack;
}

}  // namespace

NeuronResources::NeuronResources() {
  static const Name kDevices(neuron_keys::kDevices);
  static const Name kAlias(neuron_keys::kDevicesAlias);
  static const Name kCores(neuron_keys::kCores);
  devices = kDevices;
  aliases = {kAlias};
  cores = kCores;
}

NeuronArgs read_neuron_args(ArgsReader& args) {
  NeuronArgs read;
  read.node = read_node_args(args);
  const std::string ids = args.choice("initContainerIds", "Repeat", {"Repeat", "Once"});
  read.init_ids = ids == "Once" ? neuron::InitIds::kOnce : neuron::InitIds::kRepeat;
  read.allows_mixed_units = args.choice("mixedUnits", "Refuse", {"Refuse", "Allow"}) == "Allow";
  const std::string nodes = args.choice("nodePolicy", "binpack", {"binpack", "spread"});
  read.policies.node = nodes == "spread" ? NodePolicy::kSpread : NodePolicy::kBinpack;
  read.policies.device =
      device_policy(args.choice("devicePolicy", "binpack", {"binpack", "spread", "mutex"}));
  read.registers_nodes = args.boolean("registerNodes", read.registers_nodes);
  return read;
}

// owned_resources: devices, their aliases, cores; neuron_resources() counts on it.
SharedArgs share_neuron_args(ArgsReader& args) {
  const NeuronNodeArgs node = read_node_args(args);
  SharedArgs shared;
  const auto add = [&](std::string_view key, std::string value) {
    shared.values.emplace_back(key, std::move(value));
  };
  std::string aliases;
  for (const Name& alias : node.resources.aliases) {
    aliases += (aliases.empty() ? "" : ",") + quoted(alias.view());
  }
  const bool connected = node.sets.placement == neuron::PlacementMode::kConnected;
  add(kPlacement, connected ? "\"Connected\"" : "\"Aligned\"");
  add(kRingWrap, node.sets.ring_wrap ? "true" : "false");
  add(kUnhealthyDevices, node.allows_unhealthy ? "\"Allow\"" : "\"Block\"");
  add(kDeviceResource, quoted(node.resources.devices.view()));
  add(kDeviceAliases, '[' + aliases + ']');
  add(kCoreResource, quoted(node.resources.cores.view()));
  shared.owned_resources = {node.resources.devices};
  shared.owned_resources.insert(shared.owned_resources.end(), node.resources.aliases.begin(),
                                node.resources.aliases.end());
  shared.owned_resources.push_back(node.resources.cores);
  shared.make_aggregate = [args_of_node = std::make_shared<const NeuronNodeArgs>(node)] {
    return std::make_unique<NeuronNode>(args_of_node);
  };
  return shared;
}

NeuronResources neuron_resources(const SharedPlugins& shared) {
  const auto owned = shared.owned_resources("Neuron");
  NeuronResources resources;
  if (owned.size() < 2) return resources;
  resources.devices = owned.front();
  resources.cores = owned.back();
  resources.aliases.assign(owned.begin() + 1, owned.end() - 1);
  return resources;
}

}  // namespace neuron_scheduler::scheduler
