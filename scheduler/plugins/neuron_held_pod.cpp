#include "scheduler/plugins/neuron_held_pod.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "neuron/assignment.hpp"

namespace neuron_scheduler::scheduler {
namespace {

// A pod whose annotations change more often than this is foreign from then on.
constexpr std::size_t kReadingsMax = 8;

using Reading = NeuronHeldPod::Reading;

// Whether its numbers mean what they meant.
bool still_means(const Reading& reading, const neuron::Geometry& geometry) {
  return reading.devices == geometry.devices &&
         (reading.whole_devices || reading.cores_per_device == geometry.cores_per_device);
}

// Its cores; where the numbers of cores mean others now, all of their devices.
void take(const Reading& reading, neuron::NodeState& from) {
  const bool exact = !reading.whole_devices && still_means(reading, from.geometry());
  for (const auto& [device, cores] : reading.cores) {
    from.take(device, exact ? cores : from.geometry().full_device());
  }
}

}  // namespace

void NeuronHeldPod::hold(std::string_view node, neuron::NodeState& state) {
  const neuron::Geometry& geometry = state.geometry();
  devices = 0;
  foreign = false;
  if (geometry.devices == 0) return;
  const bool known = read(node, geometry);
  take_from(state);
  for (const Reading& reading : readings) {
    for (const auto& part : reading.cores) devices |= neuron::device_bit(part.device);
  }
  const bool all = fills(geometry);
  if (all) devices = geometry.all_devices();
  foreign = !all && !known;
}

void NeuronHeldPod::take_from(neuron::NodeState& state) const {
  for (const Reading& reading : readings) take(reading, state);
  if (!fills(state.geometry())) return;
  for (int device = 0; device < state.geometry().devices; ++device) {
    state.take(device, state.geometry().full_device());
  }
}

// Whether all that it holds is known.
bool NeuronHeldPod::read(std::string_view node, const neuron::Geometry& geometry) {
  const bool read_before = std::any_of(readings.begin(), readings.end(),
                                       [&](const Reading& each) { return each.text == current; });
  if (!read_before && request) {
    changed = !readings.empty();
    auto cores =
        neuron::read_assignment(node, geometry, *request, {current.ids, current.allocated});
    if (auto* readable = std::get_if<neuron::CoreSet>(&cores)) {
      const bool whole =
          std::all_of(request->asking.begin(), request->asking.end(),
                      [](const auto& asking) { return asking.request.in_devices(); });
      // One more than are allowed is kept, too: it may be true.
      if (readings.size() <= kReadingsMax) {
        readings.push_back(
            {current, geometry.devices, geometry.cores_per_device, std::move(*readable), whole});
      }
      too_many = readings.size() > kReadingsMax;
    }
  }
  return !damaged && request && !too_many && !readings.empty() &&
         std::all_of(readings.begin(), readings.end(),
                     [&](const Reading& reading) { return still_means(reading, geometry); });
}

// Whoever asks for everything has everything, whatever its annotations say.
bool NeuronHeldPod::fills(const neuron::Geometry& geometry) const {
  if (!request) return false;
  const int all = geometry.devices * geometry.cores_per_device;
  std::int64_t running = 0;
  for (const auto& asking : request->asking) {
    const auto shape = neuron::shape_on(asking.request, geometry);
    if (!std::holds_alternative<neuron::Shape>(shape)) return false;
    const int cores = std::get<neuron::Shape>(shape).cores;
    if (cores == all) return true;
    if (asking.runs_on()) running += cores;
  }
  return all > 0 && running == all;
}

std::string NeuronHeldPod::foreign_note(std::string_view node,
                                        const neuron::Geometry& geometry) const {
  const auto other = std::find_if(readings.begin(), readings.end(), [&](const Reading& reading) {
    return !still_means(reading, geometry);
  });
  const std::string name = "node " + std::string(node);
  if (other == readings.end()) {
    return "The pod asks for Neuron devices and its annotations do not say which it has: " + name +
           " takes no further Neuron pods until it is gone";
  }
  const auto shape = [](int devices_then, int cores) {
    return std::to_string(devices_then) + " Neuron devices with " + std::to_string(cores) +
           " cores each";
  };
  return "The pod's annotations were made for " + shape(other->devices, other->cores_per_device) +
         ", and " + name + " has " + shape(geometry.devices, geometry.cores_per_device) +
         " now: it takes no further Neuron pods until it has what it had, or the pod is gone";
}

std::string NeuronHeldPod::illness_note(std::string_view node, neuron::DeviceMask cordoned,
                                        std::string_view illness) const {
  std::string ill;
  for (int device = 0; device < neuron::kMaxDevices; ++device) {
    if ((devices & cordoned & neuron::device_bit(device)) == 0) continue;
    ill += (ill.empty() ? "" : ", ") + std::to_string(device);
  }
  std::string text;
  if (!ill.empty()) {
    text = "Neuron devices of the pod are cordoned on node " + std::string(node) + ": " + ill;
  } else if (!illness.empty()) {
    constexpr std::string_view kHad = "node(s) had ";
    text = "Neuron devices of the pod may be ill: node " + std::string(node) + " has ";
    text += illness.substr(kHad.size());
  } else {
    return text;
  }
  return text + ". The pod stays where it is, and no other pod gets them";
}

}  // namespace neuron_scheduler::scheduler
