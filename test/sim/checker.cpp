#include "test/sim/checker.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace neuron_scheduler::sim {
namespace {

int asked(const model::Pod& pod, const char* resource) {
  return static_cast<int>(pod.requests.scalar(model::Name(resource)));
}

bool asks_neuron(const model::Pod& pod) { return asked(pod, kDevices) + asked(pod, kCores) > 0; }

// Placed by the scheduler under test, as far as is known.
bool is_ours(const model::Pod& pod) {
  return pod.scheduler_name.view() == "neuron-scheduler" &&
         pod.labels.find(model::Name(kBoundByHand)) == nullptr;
}

std::string annotation(const model::Pod& pod, const char* key) {
  return std::string(pod.annotations.find(model::Name(key)).value_or(""));
}

// Which cores of a node are taken; nullopt if some pod does not say which it has.
std::optional<std::set<int>> taken_cores(const Server& server, const model::Node& node) {
  std::set<int> taken;
  for (const auto& [uid, pod] : server.pods()) {
    if (pod->node_name != node.name || pod->terminal || !asks_neuron(*pod)) continue;
    const auto cores = cores_of(*pod, shape_of(node));
    if (!cores) return std::nullopt;
    taken.insert(cores->begin(), cores->end());
  }
  return taken;
}

bool devices_free(const std::set<int>& taken, int first, int count, int per_device) {
  for (int core = first * per_device; core < (first + count) * per_device; ++core) {
    if (taken.contains(core)) return false;
  }
  return true;
}

bool neuron_fits(const Server& server, const model::Node& node, const model::Pod& pod) {
  if (!asks_neuron(pod)) return true;
  const NodeShape shape = shape_of(node);
  const auto taken = taken_cores(server, node);
  if (shape.devices == 0 || !taken) return false;
  const int devices = asked(pod, kDevices);
  const int step = devices == 4 && shape.rows_of_four ? 4 : 1;
  for (int first = 0; devices > 0 && first + devices <= shape.devices; first += step) {
    if (devices_free(*taken, first, devices, shape.cores_per_device)) return true;
  }
  const int cores = asked(pod, kCores);
  for (int device = 0; cores > 0 && device < shape.devices; ++device) {
    int run = 0;
    for (int i = 0; i < shape.cores_per_device; ++i) {
      run = taken->contains(device * shape.cores_per_device + i) ? 0 : run + 1;
      if (run == cores) return true;
    }
  }
  return false;
}

std::int64_t cpu_used(const Server& server, const model::Name& node, bool ours_only) {
  std::int64_t used = 0;
  for (const auto& [uid, pod] : server.pods()) {
    if (pod->node_name != node || pod->terminal) continue;
    if (!ours_only || is_ours(*pod)) used += pod->requests.cpu_milli;
  }
  return used;
}

bool is_red(const Server& server, const model::Name& namespace_name) {
  const auto* team = server.namespaces().at(namespace_name.str())->labels.find(model::Name(kTeam));
  return team != nullptr && team->view() == "red";
}

bool has_jealous_pod(const Server& server, const model::Name& node) {
  for (const auto& [uid, pod] : server.pods()) {
    const bool jealous = pod->labels.find(model::Name(kJealous)) != nullptr;
    if (jealous && pod->node_name == node && !pod->terminal) return true;
  }
  return false;
}

}  // namespace

NodeShape shape_of(const model::Node& node) {
  const auto* type = node.labels.find(model::Name("node.kubernetes.io/instance-type"));
  if (type == nullptr) return {};
  if (type->view() == "trn1.32xlarge") return {16, 2, true};
  if (type->view() == "inf2.24xlarge") return {6, 2, false};
  if (type->view() == "inf1.6xlarge") return {4, 4, false};
  return {};
}

std::optional<std::vector<int>> cores_of(const model::Pod& pod, const NodeShape& shape) {
  std::vector<int> ids;
  std::istringstream list(annotation(pod, "AWS_NEURON_IDS"));
  for (std::string id; std::getline(list, id, ',');) ids.push_back(std::stoi(id));
  if (ids.empty()) return std::nullopt;
  if (annotation(pod, "NEURON_RESOURCE_TYPE") == kCores) return ids;
  std::vector<int> cores;
  for (const int device : ids) {
    for (int i = 0; i < shape.cores_per_device; ++i) {
      cores.push_back(device * shape.cores_per_device + i);
    }
  }
  return cores;
}

std::string first_fault(const Server& server, const std::map<std::string, std::int64_t>& cpu_most) {
  std::map<std::pair<std::string, int>, std::string> owners;
  for (const auto& [uid, pod] : server.pods()) {
    const std::string node_name = pod->node_name.str();
    const auto node = server.nodes().find(node_name);
    if (!pod->bound() || pod->terminal || !asks_neuron(*pod)) continue;
    if (node == server.nodes().end()) continue;
    const NodeShape shape = shape_of(*node->second);
    const auto cores = cores_of(*pod, shape);
    if (!cores) {
      if (is_ours(*pod)) return uid + " is bound by us without an assignment";
      continue;
    }
    const int want = asked(*pod, kCores) + asked(*pod, kDevices) * shape.cores_per_device;
    if (static_cast<int>(cores->size()) != want) return uid + " has a set of the wrong size";
    for (const int core : *cores) {
      const auto [owner, is_new] = owners.emplace(std::pair(node_name, core), uid);
      if (core < 0 || core >= shape.devices * shape.cores_per_device) return uid + ": no such core";
      if (!is_new) {
        return "core " + std::to_string(core) + " of " + node_name + " belongs to " +
               owner->second + " and to " + uid;
      }
    }
  }
  for (const auto& [name, most] : cpu_most) {
    if (cpu_used(server, model::Name(name), true) > most)
      return name + " has too many pods of ours";
  }
  return "";
}

std::string where_it_fits(const Server& server, const model::Pod& pod) {
  for (const auto& [name, node] : server.nodes()) {
    if (node->unschedulable || !node->decode_error.empty()) continue;
    if (cpu_used(server, node->name, false) + pod.requests.cpu_milli >
        node->allocatable.cpu_milli) {
      continue;
    }
    if (is_red(server, pod.namespace_name) && has_jealous_pod(server, node->name)) continue;
    if (neuron_fits(server, *node, pod)) return name;
  }
  return "";
}

}  // namespace neuron_scheduler::sim
