#include "scheduler/plugins/node_resources_fit.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

namespace neuron_scheduler::scheduler {
namespace {

// Adds up why a pod does not fit; looks up no text as long as it fits.
class Shortage {
 public:
  void too_many_pods() {
    static const model::Name kReason("Too many pods");
    reject(Code::kUnschedulable, kReason);
  }

  template <class MakeReason>
  void check(std::int64_t request, std::int64_t allocatable, std::int64_t used,
             const MakeReason& make_reason) {
    if (request <= 0 || request <= allocatable - used) return;
    reject(request > allocatable ? Code::kUnresolvable : Code::kUnschedulable, make_reason());
  }

  [[nodiscard]] Status take() { return std::move(status_); }

 private:
  void reject(Code code, model::Name reason) {
    if (status_.code != Code::kUnresolvable) status_.code = code;
    status_.reasons.push_back(std::move(reason));
  }

  Status status_;
};

constexpr std::int64_t kScoreMax = ScorePlugin::kScoreMax;

std::int64_t least_allocated(const ResourceUse& use) {
  if (use.after > use.allocatable) return 0;
  return (use.allocatable - use.after) * kScoreMax / use.allocatable;
}

std::int64_t most_allocated(const ResourceUse& use) {
  return std::min(use.after, use.allocatable) * kScoreMax / use.allocatable;
}

std::int64_t by_shape(const std::vector<FitScoring::Point>& shape, const ResourceUse& use) {
  constexpr std::int64_t kFull = 100;
  const std::int64_t utilization =
      use.after > use.allocatable ? kFull : use.after * kFull / use.allocatable;
  const auto next = std::find_if(shape.begin(), shape.end(), [&](const auto& point) {
    return utilization <= point.utilization;
  });
  if (next == shape.end()) return shape.back().score;
  if (next == shape.begin()) return next->score;
  const auto& last = *(next - 1);
  return last.score + (next->score - last.score) * (utilization - last.utilization) /
                          (next->utilization - last.utilization);
}

}  // namespace

NodeResourcesFit::NodeResourcesFit(std::vector<model::Name> owned_by_others, FitScoring scoring,
                                   Ignored ignored)
    : owned_by_others_(std::move(owned_by_others)),
      scoring_(std::move(scoring)),
      ignored_(std::move(ignored)) {}

void NodeResourcesFit::describe(const model::Pod& pod, Likeness& likeness) const {
  describe_requests(pod.requests, likeness);
  likeness.add(pod.nonzero_cpu_milli);
  likeness.add(pod.nonzero_memory_bytes);
}

bool NodeResourcesFit::counts(const model::Name& resource) const {
  const auto listed = [](const auto& list, const auto& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  if (listed(owned_by_others_, resource)) return false;
  if (ignored_.resources.empty() && ignored_.groups.empty()) return true;
  const std::string_view name = resource.view();
  if (!model::is_extended_resource(name)) return true;
  return !listed(ignored_.resources, resource) &&
         !listed(ignored_.groups, name.substr(0, name.find('/')));
}

Status NodeResourcesFit::filter(const PluginState* /*state*/, const model::Pod& pod,
                                const model::NodeView& node) const {
  static const model::Name kCpu("Insufficient cpu");
  static const model::Name kMemory("Insufficient memory");
  static const model::Name kStorage("Insufficient ephemeral-storage");
  const model::Resources& request = pod.requests;
  const model::Resources& allocatable = node.node().allocatable;
  const model::Resources& used = node.requested();
  Shortage shortage;
  if (static_cast<std::int64_t>(node.pods().size()) + 1 > node.node().allocatable_pods) {
    shortage.too_many_pods();
  }
  shortage.check(request.cpu_milli, allocatable.cpu_milli, used.cpu_milli, [] { return kCpu; });
  shortage.check(request.memory_bytes, allocatable.memory_bytes, used.memory_bytes,
                 [] { return kMemory; });
  shortage.check(request.ephemeral_storage_bytes, allocatable.ephemeral_storage_bytes,
                 used.ephemeral_storage_bytes, [] { return kStorage; });
  for (const auto& [name, amount] : request.scalars) {
    if (!counts(name)) continue;
    shortage.check(amount, allocatable.scalar(name), used.scalar(name),
                   [&] { return model::Name("Insufficient " + name.str()); });
  }
  return shortage.take();
}

std::int64_t NodeResourcesFit::score_of(const ResourceUse& use) const {
  switch (scoring_.strategy) {
    case FitScoring::Strategy::kLeastAllocated:
      return least_allocated(use);
    case FitScoring::Strategy::kMostAllocated:
      return most_allocated(use);
    case FitScoring::Strategy::kRequestedToCapacityRatio:
      break;
  }
  return by_shape(scoring_.shape, use);
}

std::int64_t NodeResourcesFit::score(const PluginState* /*state*/, const model::Pod& pod,
                                     const model::NodeView& node) const {
  const bool by_ratio = scoring_.strategy == FitScoring::Strategy::kRequestedToCapacityRatio;
  std::int64_t sum = 0;
  std::int64_t weights = 0;
  for (const auto& resource : scoring_.resources) {
    const ResourceUse use = use_of(resource, Amounts::kDefaults, pod, node);
    if (use.allocatable <= 0) continue;
    const std::int64_t score = score_of(use);
    if (by_ratio && score <= 0) continue;
    sum += score * resource.weight;
    weights += resource.weight;
  }
  if (weights == 0) return 0;
  if (!by_ratio) return sum / weights;
  return std::llround(static_cast<double>(sum) / static_cast<double>(weights));
}

}  // namespace neuron_scheduler::scheduler
