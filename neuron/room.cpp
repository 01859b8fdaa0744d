#include "neuron/room.hpp"

#include <algorithm>
#include <bit>
#include <variant>

#include "neuron/choose.hpp"
#include "neuron/free_sets.hpp"
#include "neuron/request.hpp"

namespace neuron_scheduler::neuron {
namespace {

bool fits_cores(const NodeState& state, int cores) {
  ContainerRequest container;
  container.cores = cores;
  const auto request = make_pod_request({container});
  return evaluate(state, std::get<PodRequest>(request), state.geometry().all_devices()).fit ==
         Fit::kFits;
}

int longest_run(CoreMask free) {
  int longest = 0;
  while (free != 0) {
    free &= free << 1U;
    ++longest;
  }
  return longest;
}

}  // namespace

Room room_of(const NodeState& state) {
  const Geometry& geometry = state.geometry();
  Room room;
  room.devices = std::popcount(state.untouched());
  room.largest_set = fitting_devices(state, geometry.devices);
  if (!geometry.cores_known) return room;
  room.cores = state.free_core_count();
  for (int device = 0; device < geometry.devices; ++device) {
    room.largest_run = std::max(room.largest_run, longest_run(state.free(device)));
  }
  room.largest_cores = fitting_cores(state, room.cores);
  return room;
}

int fitting_devices(const NodeState& state, int most) {
  for (int size = std::min(most, state.geometry().devices); size > 0; --size) {
    if (has_free_set(state, size)) return size;
  }
  return 0;
}

int fitting_cores(const NodeState& state, int most) {
  for (int cores = std::min(most, state.free_core_count()); cores > 0; --cores) {
    if (fits_cores(state, cores)) return cores;
  }
  return 0;
}

}  // namespace neuron_scheduler::neuron
