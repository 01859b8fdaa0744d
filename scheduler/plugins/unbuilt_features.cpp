#include "scheduler/plugins/unbuilt_features.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "cluster/model/text.hpp"

namespace neuron_scheduler::scheduler {
namespace {

// Errors quote foreign text: enough of it to see what is wrong.
constexpr std::size_t kErrorBytesMax = 512;

std::string_view what_of(model::UnbuiltNeed need) {
  switch (need) {
    case model::UnbuiltNeed::kPersistentVolumeClaims:
      return "PersistentVolumeClaims";
    case model::UnbuiltNeed::kOtherVolumes:
      return "volumes with attach or zone rules";
    case model::UnbuiltNeed::kResourceClaims:
      return "resourceClaims";
    case model::UnbuiltNeed::kPodAffinity:
      return "required pod affinity or anti-affinity";
    case model::UnbuiltNeed::kTopologySpread:
      return "DoNotSchedule topology spread constraints";
  }
  return "an unknown need";
}

// Zero is nothing; what is negative or a fraction is left to nobody else either.
bool asks_for(const model::Pod& pod, const model::Name& resource) {
  const auto names_it = [&](const auto& request) {
    return request.first == resource && !request.second.is_zero();
  };
  return std::any_of(pod.containers.begin(), pod.containers.end(), [&](const auto& container) {
    const auto& requests = container.extended_requests;
    return std::any_of(requests.begin(), requests.end(), names_it);
  });
}

}  // namespace

void UnbuiltFeatures::describe(const model::Pod& pod, Likeness& likeness) const {
  likeness.add(pod.decode_error);
  likeness.add(static_cast<std::int64_t>(pod.waiting->unbuilt_needs.size()));
  for (const auto need : pod.waiting->unbuilt_needs) likeness.add(static_cast<std::int64_t>(need));
  for (const auto& resource : unserved_) {
    likeness.add(std::int64_t{asks_for(pod, resource.name) ? 1 : 0});
  }
}

PreFilterResult UnbuiltFeatures::pre_filter(const model::Pod& pod,
                                            const model::Cache& /*cache*/) const {
  PreFilterResult result;
  if (!pod.decode_error.empty()) {
    result.status = Status::unresolvable(model::Name(
        "pod could not be read: " + model::truncated(pod.decode_error, kErrorBytesMax)));
    return result;
  }
  for (const auto need : pod.waiting->unbuilt_needs) {
    result.status.code = Code::kUnresolvable;
    result.status.reasons.emplace_back(std::string("pod has ") + std::string(what_of(need)) +
                                       ", which neuron-scheduler does not schedule yet");
  }
  for (const auto& resource : unserved_) {
    if (!asks_for(pod, resource.name)) continue;
    result.status.code = Code::kUnresolvable;
    result.status.reasons.emplace_back("pod asks for " + resource.name.str() +
                                       ", which only a profile with the plugin " +
                                       std::string(resource.plugin) + " can place");
  }
  if (result.status.is_ok()) result.status = Status::skip();
  return result;
}

}  // namespace neuron_scheduler::scheduler
