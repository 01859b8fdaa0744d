#include "scheduler/plugins/node_affinity.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace neuron_scheduler::scheduler {
namespace {

using NodeNames = std::vector<model::Name>;

// The names that the term's In conditions on metadata.name leave (each has one value); nullopt: the
// term has none.
std::optional<NodeNames> pinned_by(const model::NodeSelectorTerm& term) {
  std::optional<NodeNames> pinned;
  for (const auto& [op, name] : term.names) {
    if (op != model::SelectorOperator::kIn) continue;
    if (!pinned) {
      pinned.emplace({name});
    } else if (*pinned != NodeNames{name}) {
      pinned->clear();
    }
  }
  return pinned;
}

// The union over all terms; nullopt if some term leaves the name open, or there is no term.
std::optional<NodeNames> pinned_by(const std::vector<model::NodeSelectorTerm>& terms) {
  std::optional<NodeNames> names;
  for (const auto& term : terms) {
    auto pinned = pinned_by(term);
    if (!pinned) return std::nullopt;
    if (!names) names.emplace();
    std::move(pinned->begin(), pinned->end(), std::back_inserter(*names));
  }
  if (names) {
    std::sort(names->begin(), names->end());
    names->erase(std::unique(names->begin(), names->end()), names->end());
  }
  return names;
}

void describe(const std::vector<model::Requirement>& requirements, Likeness& likeness) {
  likeness.add(static_cast<std::int64_t>(requirements.size()));
  for (const auto& requirement : requirements) {
    likeness.add(requirement.key.view());
    likeness.add(static_cast<std::int64_t>(requirement.op));
    likeness.add(static_cast<std::int64_t>(requirement.values.size()));
    for (const auto& value : requirement.values) likeness.add(value.view());
    likeness.add(requirement.bound);
  }
}

void describe(const model::NodeSelectorTerm& term, Likeness& likeness) {
  describe(term.expressions, likeness);
  likeness.add(static_cast<std::int64_t>(term.names.size()));
  for (const auto& [op, name] : term.names) {
    likeness.add(static_cast<std::int64_t>(op));
    likeness.add(name.view());
  }
}

std::int64_t weights_of(const std::vector<model::PreferredNodeTerm>& preferred,
                        const model::Node& node) {
  std::int64_t sum = 0;
  for (const auto& [weight, term] : preferred) {
    if (term.matches(node.name, node.labels)) sum += weight;
  }
  return sum;
}

}  // namespace

NodeAffinity::NodeAffinity(AddedNodeAffinity added) : added_preferred_(std::move(added.preferred)) {
  added_.terms = std::move(added.required);
}

void NodeAffinity::describe(const model::Pod& pod, Likeness& likeness) const {
  const model::RequiredNodeAffinity& required = pod.waiting->node_affinity;
  scheduler::describe(required.node_selector.requirements, likeness);
  likeness.add(required.terms ? static_cast<std::int64_t>(required.terms->size()) : -1);
  if (required.terms) {
    for (const auto& term : *required.terms) scheduler::describe(term, likeness);
  }
  likeness.add(static_cast<std::int64_t>(pod.waiting->preferred_nodes.size()));
  for (const auto& preferred : pod.waiting->preferred_nodes) {
    likeness.add(preferred.weight);
    scheduler::describe(preferred.term, likeness);
  }
}

PreFilterResult NodeAffinity::pre_filter(const model::Pod& pod,
                                         const model::Cache& /*cache*/) const {
  static const model::Name kConflict("pod affinity terms conflict");
  PreFilterResult result;
  if (pod.waiting->node_affinity.empty() && added_.empty()) {
    result.status = Status::skip();
    return result;
  }
  if (!pod.waiting->node_affinity.terms) return result;
  result.nodes = pinned_by(*pod.waiting->node_affinity.terms);
  if (result.nodes && result.nodes->empty()) {
    result.nodes.reset();
    result.status = Status::unresolvable(kConflict);
  }
  return result;
}

Status NodeAffinity::filter(const PluginState* /*state*/, const model::Pod& pod,
                            const model::NodeView& node) const {
  static const model::Name kEnforced("node(s) didn't match scheduler-enforced node affinity");
  static const model::Name kReason("node(s) didn't match Pod's node affinity/selector");
  if (!added_.matches(node.node().name, node.node().labels)) return Status::unresolvable(kEnforced);
  if (pod.waiting->node_affinity.matches(node.node().name, node.node().labels)) return Status::ok();
  return Status::unresolvable(kReason);
}

PreScoreResult NodeAffinity::pre_score(const model::Pod& pod, const model::Cache& /*cache*/) const {
  const bool none = pod.waiting->preferred_nodes.empty() && added_preferred_.empty();
  return {none ? Status::skip() : Status::ok(), nullptr};
}

std::int64_t NodeAffinity::score(const PluginState* /*state*/, const model::Pod& pod,
                                 const model::NodeView& node) const {
  return weights_of(added_preferred_, node.node()) +
         weights_of(pod.waiting->preferred_nodes, node.node());
}

void NodeAffinity::normalize(std::span<std::int64_t> scores, const ScoreRange& all) const {
  normalize_by_highest(scores, all, false);
}

}  // namespace neuron_scheduler::scheduler
