#include "scheduler/plugins/node_resources_fit.hpp"

#include <algorithm>
#include <string>
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

std::int64_t least_allocated(std::int64_t used, std::int64_t allocatable) {
  if (used > allocatable) return 0;
  return (allocatable - used) * ScorePlugin::kScoreMax / allocatable;
}

}  // namespace

NodeResourcesFit::NodeResourcesFit(std::vector<model::Name> owned_by_others)
    : owned_by_others_(std::move(owned_by_others)) {}

void NodeResourcesFit::describe(const model::Pod& pod, Likeness& likeness) const {
  likeness.add(pod.requests.cpu_milli);
  likeness.add(pod.requests.memory_bytes);
  likeness.add(pod.requests.ephemeral_storage_bytes);
  likeness.add(static_cast<std::int64_t>(pod.requests.scalars.size()));
  for (const auto& [name, amount] : pod.requests.scalars) {
    likeness.add(name.view());
    likeness.add(amount);
  }
  likeness.add(pod.nonzero_cpu_milli);
  likeness.add(pod.nonzero_memory_bytes);
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
    if (std::find(owned_by_others_.begin(), owned_by_others_.end(), name) !=
        owned_by_others_.end()) {
      continue;
    }
    shortage.check(amount, allocatable.scalar(name), used.scalar(name),
                   [&] { return model::Name("Insufficient " + name.str()); });
  }
  return shortage.take();
}

std::int64_t NodeResourcesFit::score(const PluginState* /*state*/, const model::Pod& pod,
                                     const model::NodeView& node) const {
  const model::Resources& allocatable = node.node().allocatable;
  std::int64_t sum = 0;
  std::int64_t weights = 0;
  const auto add = [&](std::int64_t used, std::int64_t available) {
    if (available <= 0) return;
    sum += least_allocated(used, available);
    ++weights;
  };
  add(node.nonzero_cpu_milli() + pod.nonzero_cpu_milli, allocatable.cpu_milli);
  add(node.nonzero_memory_bytes() + pod.nonzero_memory_bytes, allocatable.memory_bytes);
  return weights == 0 ? 0 : sum / weights;
}

}  // namespace neuron_scheduler::scheduler
