#include "cmd/demo-cluster/node_groups.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include <boost/json/array.hpp>

#include "cluster/model/text.hpp"

namespace neuron_scheduler::demo {
namespace {

namespace json = boost::json;

// AWS's instance type tables: devices and cores from the Neuron architecture pages and neuron-ls,
// vCPUs and memory from the EC2 pages. trn3 is published by the UltraServer only: an equal share of
// its 4 (trn3) or 36 (trn3e) servers.
constexpr std::array<InstanceType, 16> kTypes{{
    {"inf1.xlarge", 1, 4, false, 4, 8},
    {"inf1.2xlarge", 1, 4, false, 8, 16},
    {"inf1.6xlarge", 4, 4, false, 24, 48},
    {"inf1.24xlarge", 16, 4, false, 96, 192},
    {"inf2.xlarge", 1, 2, false, 4, 16},
    {"inf2.8xlarge", 1, 2, false, 32, 128},
    {"inf2.24xlarge", 6, 2, false, 96, 384},
    {"inf2.48xlarge", 12, 2, false, 192, 768},
    {"trn1.2xlarge", 1, 2, false, 8, 32},
    {"trn1.32xlarge", 16, 2, false, 128, 512},
    {"trn1n.32xlarge", 16, 2, false, 128, 512},
    {"trn2.3xlarge", 1, 8, true, 12, 128},
    {"trn2.48xlarge", 16, 8, true, 192, 2048},
    {"trn2u.48xlarge", 16, 8, true, 192, 2048},
    {"trn3.48xlarge", 16, 8, true, 192, 2048},
    {"trn3e.24xlarge", 4, 8, true, 64, 768},
}};
constexpr std::string_view kPlain = "plain";
constexpr InstanceType kPlainType{"m5.xlarge", 0, 0, false, 4, 16};
constexpr std::array<std::string_view, 3> kZones{"us-east-1a", "us-east-1b", "us-east-1c"};
constexpr std::string_view kRegion = "us-east-1";
constexpr std::string_view kNeuron = "aws.amazon.com/neuron";
constexpr std::string_view kCore = "aws.amazon.com/neuroncore";

std::string type_names() {
  std::string names(kPlain);
  for (const InstanceType& type : kTypes) names.append(", ").append(type.name);
  return names;
}

std::optional<InstanceType> find_type(std::string_view name) {
  if (name == kPlain) return kPlainType;
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const InstanceType& type) { return type.name == name; });
  if (found == kTypes.end()) return std::nullopt;
  return *found;
}

// What the EKS node images keep for the system: some CPU, 11 MiB a pod and 355 MiB.
struct Size {
  std::int64_t pods;
  std::int64_t memory_mib;
  std::int64_t usable_memory_mib;
  std::int64_t usable_cpu_milli;
};

Size size_of(const InstanceType& type) {
  constexpr int kSmallVcpus = 32;
  constexpr std::int64_t kSmallPods = 110;
  constexpr std::int64_t kLargePods = 250;
  constexpr std::int64_t kMibPerGib = 1024;
  constexpr std::int64_t kMilli = 1000;
  Size size{};
  size.pods = type.vcpus <= kSmallVcpus ? kSmallPods : kLargePods;
  size.memory_mib = type.memory_gib * kMibPerGib;
  size.usable_memory_mib = size.memory_mib - 355 - 11 * size.pods;
  const std::int64_t vcpus = type.vcpus;
  size.usable_cpu_milli = vcpus * kMilli - 60 - vcpus * 2;
  return size;
}

std::string kib(std::int64_t mib) { return std::to_string(mib * 1024) + "Ki"; }

json::object resources(const NodeGroup& group, const std::string& cpu, const std::string& memory,
                       std::string_view storage) {
  const InstanceType& type = group.type;
  json::object out;
  out["cpu"] = cpu;
  out["ephemeral-storage"] = storage;
  out["hugepages-1Gi"] = "0";
  out["hugepages-2Mi"] = "0";
  out["memory"] = memory;
  out["pods"] = std::to_string(size_of(type).pods);
  if (type.devices > 0) {
    const int cores = type.has_lnc ? type.physical_cores / group.lnc : type.physical_cores;
    out[kNeuron] = std::to_string(type.devices);
    out[kCore] = std::to_string(type.devices * cores);
  }
  return out;
}

json::array conditions(const std::string& time) {
  struct Row {
    std::string_view type, status, reason, message;
  };
  constexpr std::array<Row, 4> kRows{{
      {"MemoryPressure", "False", "KubeletHasSufficientMemory",
       "kubelet has sufficient memory available"},
      {"DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
      {"PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
      {"Ready", "True", "KubeletReady", "kubelet is posting ready status"},
  }};
  json::array out;
  for (const Row& row : kRows) {
    json::object condition;
    condition["type"] = row.type;
    condition["status"] = row.status;
    condition["lastHeartbeatTime"] = time;
    condition["lastTransitionTime"] = time;
    condition["reason"] = row.reason;
    condition["message"] = row.message;
    out.push_back(std::move(condition));
  }
  return out;
}

// FNV-1a: the same name gives the same ids in each run.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char each : text) {
    hash ^= static_cast<unsigned char>(each);
    hash *= 1'099'511'628'211U;
  }
  return hash;
}

std::string hex(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at) {
    *at = kDigits[number % kDigits.size()];
    number /= kDigits.size();
  }
  return text;
}

// An address of 172.16.0.0/12, which holds a million.
std::string address_of(std::string_view name) {
  const std::uint64_t hash = hash_of(name);
  return "172." + std::to_string(16 + (hash >> 40U) % 16) + "." +
         std::to_string((hash >> 20U) % 256) + "." + std::to_string(1 + hash % 254);
}

json::object address(std::string_view type, const std::string& value) {
  json::object out;
  out["type"] = type;
  out["address"] = value;
  return out;
}

json::object node_info(std::string_view name) {
  const std::string id = hex(hash_of(name)) + hex(hash_of(std::string(name) + "/id"));
  json::object info;
  info["architecture"] = "amd64";
  info["bootID"] = id;
  info["containerRuntimeVersion"] = "containerd://2.1.0";
  info["kernelVersion"] = "6.12.0";
  info["kubeProxyVersion"] = "";
  info["kubeletVersion"] = "v1.37.2";
  info["machineID"] = id;
  info["operatingSystem"] = "linux";
  info["osImage"] = "Amazon Linux 2023";
  info["systemUUID"] = id;
  return info;
}

json::object status_of(const NodeGroup& group, const std::string& name, model::WallTime now) {
  const Size size = size_of(group.type);
  const std::string ip = address_of(name);
  json::object status;
  status["capacity"] =
      resources(group, std::to_string(group.type.vcpus), kib(size.memory_mib), "104845292Ki");
  status["allocatable"] = resources(group, std::to_string(size.usable_cpu_milli) + "m",
                                    kib(size.usable_memory_mib), "95551679124");
  status["conditions"] = conditions(model::format_time(now));
  status["addresses"] = json::array{address("InternalIP", ip), address("Hostname", name)};
  status["nodeInfo"] = node_info(name);
  return status;
}

}  // namespace

std::span<const InstanceType> instance_types() { return kTypes; }

model::Result<NodeGroup> parse_node_group(std::string_view text) {
  const auto fail = [&](const std::string& why) {
    return model::invalid("\"" + std::string(text.substr(0, 64)) + "\": " + why);
  };
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return fail("must be TYPE=N, as in trn1.32xlarge=2");
  std::string_view name = text.substr(0, equals);
  const auto count = model::parse_integer(text.substr(equals + 1));
  if (!count || *count < 1 || *count > static_cast<std::int64_t>(NodeGroup::kCountMax)) {
    return fail("the number must be 1 to " + std::to_string(NodeGroup::kCountMax));
  }
  const std::size_t colon = name.find(':');
  const std::string_view lnc = colon == std::string_view::npos ? "" : name.substr(colon + 1);
  name = name.substr(0, colon);
  const auto type = find_type(name);
  if (!type) return fail("no such type; there are " + type_names());
  NodeGroup group;
  group.type = *type;
  group.count = static_cast<std::size_t>(*count);
  group.prefix = name;
  std::replace(group.prefix.begin(), group.prefix.end(), '.', '-');
  if (colon == std::string_view::npos) return group;
  if (!type->has_lnc) return fail("only trn2 and trn3 types have logical cores (lnc1, lnc2)");
  if (lnc != "lnc1" && lnc != "lnc2") return fail("after the colon must be lnc1 or lnc2");
  group.lnc = lnc == "lnc1" ? 1 : 2;
  if (group.lnc == 1) group.prefix += "-lnc1";
  return group;
}

json::object make_node(const NodeGroup& group, std::size_t number, model::WallTime now) {
  const std::string name = group.prefix + "-" + std::to_string(number);
  const std::string_view zone = kZones[number % kZones.size()];
  json::object labels;
  labels["kubernetes.io/arch"] = "amd64";
  labels["kubernetes.io/hostname"] = name;
  labels["kubernetes.io/os"] = "linux";
  labels["node.kubernetes.io/instance-type"] = group.type.name;
  labels["topology.kubernetes.io/region"] = kRegion;
  labels["topology.kubernetes.io/zone"] = zone;
  json::object metadata;
  metadata["name"] = name;
  metadata["labels"] = std::move(labels);
  json::object spec;
  // An EC2 instance id has 17 digits.
  spec["providerID"] = "aws:///" + std::string(zone) + "/i-0" + hex(hash_of(name));
  json::object node;
  node["apiVersion"] = "v1";
  node["kind"] = "Node";
  node["metadata"] = std::move(metadata);
  node["spec"] = std::move(spec);
  node["status"] = status_of(group, name, now);
  return node;
}

}  // namespace neuron_scheduler::demo
