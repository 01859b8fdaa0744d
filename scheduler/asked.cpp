#include "scheduler/asked.hpp"

#include <algorithm>
#include <string>
#include <variant>

#include "scheduler/plugins/neuron_request.hpp"

namespace neuron_scheduler::scheduler {
namespace {

constexpr std::size_t place_of(std::string_view shape) {
  const auto* const found = std::find(kAskedShapes.begin(), kAskedShapes.end(), shape);
  return static_cast<std::size_t>(found - kAskedShapes.begin());
}

constexpr std::size_t kNone = place_of("none");
constexpr std::size_t kSeveral = place_of("several");
constexpr std::size_t kOther = place_of("other");

}  // namespace

std::size_t asked_shape(const model::Pod& pod, const NeuronResources& resources) {
  if (!pod.decode_error.empty()) return kOther;
  const auto read = read_neuron_request(pod, resources);
  const auto* request = std::get_if<neuron::PodRequest>(&read);
  if (request == nullptr) return kOther;
  if (request->empty()) return kNone;
  if (request->asking.size() > 1) return kSeveral;
  const neuron::ContainerRequest& asked = request->asking.front().request;
  const std::size_t place = place_of(asked.in_devices() ? "devices:" + std::to_string(asked.devices)
                                                        : "cores:" + std::to_string(asked.cores));
  return std::min(place, kOther);
}

}  // namespace neuron_scheduler::scheduler
