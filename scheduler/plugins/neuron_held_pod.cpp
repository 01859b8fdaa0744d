#include "scheduler/plugins/neuron_held_pod.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "scheduler/plugins/neuron_keys.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using neuron::Geometry;
using neuron::PodRequest;
using Reading = NeuronHeldPod::Reading;

// A pod whose annotations change more often than this is foreign from then on.
constexpr std::size_t kReadableTextsMax = 8;

bool in_devices(const PodRequest& request) {
  return std::all_of(request.asking.begin(), request.asking.end(),
                     [](const auto& asking) { return asking.request.in_devices(); });
}

// nullopt: not readable on a node of this geometry.
std::optional<neuron::CoreSet> read(const PodRequest& request, std::string_view node,
                                    const Geometry& geometry, const model::Pod& pod) {
  auto cores = neuron::read_assignment(node, geometry, request, texts_of(pod));
  auto* known = std::get_if<neuron::CoreSet>(&cores);
  return known == nullptr ? std::nullopt : std::optional(std::move(*known));
}

// Numbers of cores mean what they meant; those of devices do if only their cores differ.
bool same_devices(const Geometry& a, const Geometry& b) { return a.devices == b.devices; }
bool same_cores(const Geometry& a, const Geometry& b) {
  return same_devices(a, b) && a.cores_per_device == b.cores_per_device;
}

// Takes what was read then: the same cores, or, where their numbers mean others now, all of their
// devices. False if it is not known what of it the pod has now.
bool take(const Reading& reading, const PodRequest& request, std::string_view node,
          neuron::NodeState& state) {
  const auto cores = read(request, node, reading.geometry, *reading.pod);
  if (!cores) return false;
  const bool exact = same_cores(reading.geometry, state.geometry());
  for (const auto& part : *cores) {
    state.take(part.device, exact ? part.cores : state.geometry().full_device());
  }
  return exact || (in_devices(request) && same_devices(reading.geometry, state.geometry()));
}

// Whoever asks for everything has everything, whatever its annotations say.
bool fills(const PodRequest& request, const Geometry& geometry) {
  const int all = geometry.devices * geometry.cores_per_device;
  std::int64_t running = 0;
  for (const auto& asking : request.asking) {
    const auto shape = neuron::shape_on(asking.request, geometry);
    if (!std::holds_alternative<neuron::Shape>(shape)) return false;
    const int cores = std::get<neuron::Shape>(shape).cores;
    if (cores == all) return true;
    if (asking.runs_on()) running += cores;
  }
  return all > 0 && running == all;
}

void take_all(neuron::NodeState& state) {
  for (int device = 0; device < state.geometry().devices; ++device) {
    state.take(device, state.geometry().full_device());
  }
}

}  // namespace

neuron::AssignmentText texts_of(const model::Pod& pod) {
  static const Name kIds(neuron_keys::kIds);
  static const Name kAllocated(neuron_keys::kHamiAllocated);
  return {pod.annotations.find(kIds), pod.annotations.find(kAllocated)};
}

bool same_texts(const model::Pod& a, const model::Pod& b) {
  const neuron::AssignmentText one = texts_of(a);
  const neuron::AssignmentText other = texts_of(b);
  return one.ids == other.ids && one.allocated == other.allocated;
}

void NeuronHeldPod::replace(const model::PodRef& pod) {
  const model::PodRef old = std::exchange(now.pod, pod);
  if (same_texts(*old, *pod)) return;
  const Geometry then = std::exchange(now.geometry, {});
  auto& others = earlier.edit();
  const auto again = std::find_if(others.begin(), others.end(), [&](const Reading& reading) {
    return same_texts(*reading.pod, *pod);
  });
  if (again != others.end()) {
    now.geometry = again->geometry;
    others.erase(again);
  }
  if (then.devices > 0 && others.size() < kReadableTextsMax) others.push_back({old, then});
}

void NeuronHeldPod::hold(const PodRequest* request, std::string_view node,
                         neuron::NodeState& state) {
  const Geometry& geometry = state.geometry();
  devices = 0;
  foreign = false;
  if (geometry.devices == 0) return;
  if (request == nullptr) {
    foreign = true;
    return;
  }
  if (now.geometry.devices == 0) {
    changed = !earlier->empty();
    if (read(*request, node, geometry, *now.pod)) {
      // One more than are allowed holds, too: it may be true.
      too_many = too_many || earlier->size() >= kReadableTextsMax;
      now.geometry = geometry;
    }
  }
  neuron::NodeState own(geometry);
  bool known = now.pod->decode_error.empty() && !too_many;
  for (const Reading& reading : *earlier) known &= take(reading, *request, node, own);
  if (now.geometry.devices > 0) {
    known &= take(now, *request, node, own);
  } else if (earlier->empty()) {
    known = false;
  }
  if (fills(*request, geometry)) {
    take_all(own);
    known = true;
  }
  foreign = !known;
  devices = geometry.all_devices() & ~own.untouched();
  for (int device = 0; device < geometry.devices; ++device) {
    state.take(device, own.used(device));
  }
}

neuron::CoreSet NeuronHeldPod::cores(const PodRequest* request, std::string_view node,
                                     const Geometry& geometry) const {
  neuron::CoreSet cores;
  neuron::NodeState own(geometry);
  NeuronHeldPod(*this).hold(request, node, own);
  for (int device = 0; device < geometry.devices; ++device) {
    if (own.used(device) != 0) cores.push_back({device, own.used(device)});
  }
  return cores;
}

std::string NeuronHeldPod::foreign_note(std::string_view node, const Geometry& geometry) const {
  const std::string name = "node " + std::string(node);
  const Reading* other = nullptr;
  for (const Reading& reading : *earlier) {
    if (!same_cores(reading.geometry, geometry)) other = &reading;
  }
  if (now.geometry.devices > 0 && !same_cores(now.geometry, geometry)) other = &now;
  if (other == nullptr) {
    return "The pod asks for Neuron devices and its annotations do not say which it has: " + name +
           " takes no further Neuron pods until it is gone";
  }
  const auto shape = [](const Geometry& what) {
    return std::to_string(what.devices) + " Neuron devices with " +
           std::to_string(what.cores_per_device) + " cores each";
  };
  return "The pod's annotations were made for " + shape(other->geometry) + ", and " + name +
         " has " + shape(geometry) +
         " now: it takes no further Neuron pods until it has what it had, or the pod is gone";
}

bool NeuronHeldPod::illness_is_news(neuron::DeviceMask cordoned, const Name& illness) {
  const ToldOfHealth before = *told_of_health;
  told_of_health = ToldOfHealth{devices & cordoned, illness};
  const bool more = (told_of_health->cordoned & ~before.cordoned) != 0;
  return more || (!illness.empty() && illness != before.illness);
}

std::string NeuronHeldPod::illness_note(std::string_view node) const {
  std::string text;
  const auto& [cordoned, illness] = *told_of_health;
  if (cordoned != 0) {
    text = "Neuron devices of the pod are cordoned on node " + std::string(node) + ": ";
    for (int device = 0; device < neuron::kMaxDevices; ++device) {
      if ((cordoned & neuron::device_bit(device)) == 0) continue;
      text += (text.ends_with(": ") ? "" : ", ") + std::to_string(device);
    }
  } else {
    constexpr std::string_view kHad = "node(s) had ";
    text = "Neuron devices of the pod may be ill: node " + std::string(node) + " has ";
    text += illness.view().substr(kHad.size());
  }
  return text + ". The pod stays where it is, and no other pod gets them";
}

}  // namespace neuron_scheduler::scheduler
