#include "test/neuron/random_case.hpp"

#include <algorithm>
#include <sstream>

namespace neuron_scheduler::naive {
namespace {

using neuron::ContainerRequest;
using neuron::Role;

// Some legal sets and some runs of cores, as pods would leave them.
void fill_by_pods(Node& node, Draw& draw) {
  const int pods = draw.below(2 * node.machine->devices + 1);
  for (int pod = 0; pod < pods; ++pod) {
    const ContainerRequest request = random_request(*node.machine, draw.one_in(2), draw);
    if (obstacle(*node.machine, request)) continue;
    const auto options = placements(node, request);
    if (!options.empty()) node.take(draw.of(options));
  }
}

void fill_by_chance(Node& node, bool whole_devices, Draw& draw) {
  const int density = draw.below(11);
  for (int device = 0; device < node.machine->devices; ++device) {
    if (draw.below(10) >= density) continue;
    for (int core = 0; core < node.machine->cores_per_device; ++core) {
      if (whole_devices || draw.one_in(2)) {
        node.take({device * node.machine->cores_per_device + core});
      }
    }
  }
}

std::vector<ContainerRequest> random_containers(const Machine& machine, Draw& draw) {
  std::vector<ContainerRequest> containers;
  // Trying everything must come to an end where every size has hundreds of sets.
  const int most = machine.devices <= 6 ? 6 : machine.sets_of(3).size() > 16 ? 2 : 4;
  const int count = draw.one_in(2) ? 1 : draw.between(2, most);
  const int before_apps = count == 1 ? 0 : draw.below(count);
  const bool in_devices = draw.one_in(2);
  const bool equal = draw.one_in(4);
  for (int i = 0; i < count; ++i) {
    ContainerRequest one = random_request(machine, in_devices != draw.one_in(12), draw);
    if (equal && i > 0) one = containers.front();
    if (count > 1 && draw.one_in(8)) one = {};
    one.role = i >= before_apps ? Role::kApp : draw.one_in(2) ? Role::kInit : Role::kSidecar;
    containers.push_back(one);
  }
  return containers;
}

// One list of a UUID annotation. named: the devices of this node that it names. True if it names
// anything at all.
bool random_list(const Machine& machine, Draw& draw, std::set<int>& named, std::string& text) {
  const std::vector<std::string> strangers{"m-AWSNeuron-0",       "nn-AWSNeuron-1", "GPU-77",
                                           "n-AWSNeuron-64",      "n-AWSNeuron-01", "n-awsneuron-0",
                                           "n-AWSNeuron-1000000", "AWSNeuron-2",    "n-AWSNeuron-"};
  const std::vector<std::string> gaps{"", "", " ", "\t", " \n"};
  bool anything = false;
  const int entries = draw.below(machine.devices + 2);
  for (int i = 0; i < entries; ++i) {
    if (i > 0) text += ',';
    if (draw.one_in(10)) continue;
    text += draw.of(gaps);
    anything = true;
    if (draw.one_in(8)) {
      text += draw.of(strangers);
    } else {
      const int device = draw.below(machine.devices + 1);
      if (device < machine.devices) named.insert(device);
      text += std::string(kNodeName) + "-AWSNeuron-" + std::to_string(device);
    }
    text += draw.of(gaps);
  }
  return anything;
}

void random_selection(RandomCase& made, Draw& draw) {
  const Machine& machine = *made.node.machine;
  for (int list = draw.below(3); list > 0; --list) {
    std::set<int> named;
    const bool anything = random_list(machine, draw, named, made.use.emplace_back());
    for (int device = 0; anything && device < machine.devices; ++device) {
      if (named.count(device) == 0) made.node.not_asked.insert(device);
    }
  }
  for (int list = draw.below(3); list > 0; --list) {
    std::set<int> named;
    random_list(machine, draw, named, made.nouse.emplace_back());
    made.node.not_asked.insert(named.begin(), named.end());
  }
}

}  // namespace

Node random_node(const Machine& machine, Draw& draw) {
  Node node(machine);
  switch (draw.below(4)) {
    case 0:
      fill_by_pods(node, draw);
      break;
    case 1:
      fill_by_chance(node, true, draw);
      break;
    case 2:
      fill_by_chance(node, true, draw);
      fill_by_chance(node, false, draw);
      break;
    default:
      fill_by_chance(node, false, draw);
      break;
  }
  for (int ill = draw.one_in(4) ? draw.between(1, 3) : 0; ill > 0; --ill) {
    node.unusable.insert(draw.below(machine.devices));
  }
  return node;
}

ContainerRequest random_request(const Machine& machine, bool in_devices, Draw& draw) {
  ContainerRequest request;
  if (in_devices) {
    std::vector<int> sizes{draw.between(1, machine.devices + 1)};
    for (int size = 1; size <= machine.devices; ++size) {
      if (!machine.sets_of(size).empty()) sizes.push_back(size);
    }
    request.devices = draw.one_in(3) ? 1 : draw.of(sizes);
    if (draw.one_in(16)) {
      request.cores = request.devices * machine.cores_per_device + (draw.one_in(3) ? 1 : 0);
    }
    return request;
  }
  const std::vector<int> bounds{machine.cores_per_device, machine.cores_per_device,
                                4 * machine.cores_per_device, machine.cores() + 1};
  request.cores = draw.between(1, draw.of(bounds));
  return request;
}

RandomCase make_case(const std::vector<Machine>& machines, std::uint64_t seed) {
  Draw draw(seed);
  const Machine& machine = draw.of(machines);
  RandomCase made{seed, random_node(machine, draw), random_containers(machine, draw), {}, {}, {}};
  if (draw.one_in(4)) random_selection(made, draw);
  using enum neuron::DevicePolicy;
  made.policy = draw.of(std::vector{kBinpack, kBinpack, kBinpack, kSpread, kMutex, kMutexSpread});
  return made;
}

std::string text_of(const RandomCase& random_case) {
  const Node& node = random_case.node;
  std::ostringstream text;
  text << "seed " << random_case.seed << ": " << node.machine->name << ", free cores";
  for (int core = 0; core < node.machine->cores(); ++core) {
    if (core % node.machine->cores_per_device == 0) text << ' ';
    text << (node.is_free(core) ? 'o' : 'x');
  }
  text << ", policy " << static_cast<int>(random_case.policy) << ", not accepted";
  for (const int device : node.not_asked) text << ' ' << device;
  for (const ContainerRequest& one : random_case.containers) {
    text << (one.role == Role::kApp    ? ", app"
             : one.role == Role::kInit ? ", init"
                                       : ", sidecar")
         << " d" << one.devices << " c" << one.cores;
  }
  return text.str();
}

}  // namespace neuron_scheduler::naive
