// The annotations of a bound pod. Lines of the input:
//   DEVICES CORES TYPE    capacity of the node and its instance type
//   i4d s1c a2c a-        containers: init, sidecar or app; how many; devices, cores or nothing
//   AWS_NEURON_IDS        "-": the pod has no such annotation
//   hami.io/aws-neuron-devices-allocated (all that is left; "-": as above)
// Whatever they say, reading ends with a reason or with cores that the node has and that are as
// many as were asked for.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "neuron/assignment.hpp"

namespace {

using namespace neuron_scheduler::neuron;

void check(bool holds) {
  if (!holds) std::abort();
}

std::string_view next(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

// Digits as far as there are any; not above 2^40, which is beyond every bound.
std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  for (const char letter : text) {
    if (letter < '0' || letter > '9') break;
    value = std::min(value * 10 + (letter - '0'), std::int64_t{1} << 40);
  }
  return value;
}

std::vector<ContainerRequest> read_containers(std::string_view text) {
  std::vector<ContainerRequest> containers;
  while (!text.empty() && containers.size() < 80) {
    const std::string_view word = next(text, ' ');
    if (word.empty()) continue;
    ContainerRequest one;
    one.role = word.front() == 'i'   ? Role::kInit
               : word.front() == 's' ? Role::kSidecar
                                     : Role::kApp;
    (word.back() == 'd' ? one.devices : one.cores) = number(word.substr(1));
    containers.push_back(one);
  }
  return containers;
}

// Cores of the pod if each is held once: no fewer than its biggest container, no more than all.
void check_count(const CoreSet& set, const PodRequest& request, const Geometry& geometry) {
  std::int64_t least = 0;
  std::int64_t most = 0;
  for (const AskingContainer& asking : request.asking) {
    const std::int64_t cores = asking.request.in_devices()
                                   ? asking.request.devices * geometry.cores_per_device
                                   : asking.request.cores;
    least = std::max(least, cores);
    most += cores;
  }
  std::int64_t held = 0;
  for (const DeviceCores& part : set) held += std::popcount(part.cores);
  check(held >= least && held <= most);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string_view first = next(text, '\n');
  NodeCapacity capacity;
  capacity.devices = number(next(first, ' '));
  capacity.cores = number(next(first, ' '));
  capacity.instance_type = first;
  const auto read_node = read_geometry(capacity);
  if (!std::holds_alternative<Geometry>(read_node)) return 0;
  const auto& geometry = std::get<Geometry>(read_node);
  const auto made = make_pod_request(read_containers(next(text, '\n')));
  if (!std::holds_alternative<PodRequest>(made)) return 0;
  const auto& request = std::get<PodRequest>(made);
  AssignmentText annotations;
  const std::string_view ids = next(text, '\n');
  if (ids != "-") annotations.ids = ids;
  if (text != "-") annotations.allocated = text;
  const auto got = read_assignment("n", geometry, request, annotations);
  if (const auto* problem = std::get_if<Problem>(&got)) {
    check(!problem->reason.empty() && problem->reason.size() < 256);
    return 0;
  }
  const auto& set = std::get<CoreSet>(got);
  int before = -1;
  for (const DeviceCores& part : set) {
    check(part.device > before && part.device < geometry.devices);
    check(part.cores != 0 && (part.cores & ~geometry.full_device()) == 0);
    before = part.device;
  }
  if (!request.empty()) check_count(set, request, geometry);
  return 0;
}
