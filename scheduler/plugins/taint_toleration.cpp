#include "scheduler/plugins/taint_toleration.hpp"

#include <algorithm>

namespace neuron_scheduler::scheduler {

void TaintToleration::describe(const model::Pod& pod, Likeness& likeness) const {
  likeness.add(static_cast<std::int64_t>(pod.waiting->tolerations.size()));
  for (const auto& toleration : pod.waiting->tolerations) {
    likeness.add(toleration.key.view());
    likeness.add(toleration.value.view());
    likeness.add(static_cast<std::int64_t>(toleration.op));
    likeness.add(toleration.any_effect ? -1 : static_cast<std::int64_t>(toleration.effect));
  }
}

Status TaintToleration::filter(const PluginState* /*state*/, const model::Pod& pod,
                               const model::NodeView& node) const {
  static const model::Name kReason("node(s) had untolerated taint(s)");
  const auto& taints = node.node().taints;
  const bool kept_away = std::any_of(taints.begin(), taints.end(), [&](const model::Taint& taint) {
    return taint.effect != model::TaintEffect::kPreferNoSchedule &&
           !model::tolerated(taint, pod.waiting->tolerations);
  });
  return kept_away ? Status::unresolvable(kReason) : Status::ok();
}

PreScoreResult TaintToleration::pre_score(const model::Pod& /*pod*/,
                                          const model::Cache& cache) const {
  return {cache.repelling_nodes() == 0 ? Status::skip() : Status::ok(), nullptr};
}

std::int64_t TaintToleration::score(const PluginState* /*state*/, const model::Pod& pod,
                                    const model::NodeView& node) const {
  const auto& taints = node.node().taints;
  return std::count_if(taints.begin(), taints.end(), [&](const model::Taint& taint) {
    return taint.effect == model::TaintEffect::kPreferNoSchedule &&
           !model::tolerated(taint, pod.waiting->tolerations);
  });
}

void TaintToleration::normalize(std::span<std::int64_t> scores, const ScoreRange& all) const {
  normalize_by_highest(scores, all, true);
}

}  // namespace neuron_scheduler::scheduler
