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

}  // namespace

PreFilterResult NodeAffinity::pre_filter(const model::Pod& pod,
                                         const model::Cache& /*cache*/) const {
  static const model::Name kConflict("pod affinity terms conflict");
  PreFilterResult result;
  if (pod.node_affinity.empty()) {
    result.status = Status::skip();
    return result;
  }
  if (!pod.node_affinity.terms) return result;
  result.nodes = pinned_by(*pod.node_affinity.terms);
  if (result.nodes && result.nodes->empty()) {
    result.nodes.reset();
    result.status = Status::unresolvable(kConflict);
  }
  return result;
}

Status NodeAffinity::filter(const PluginState* /*state*/, const model::Pod& pod,
                            const model::NodeView& node) const {
  static const model::Name kReason("node(s) didn't match Pod's node affinity/selector");
  if (pod.node_affinity.matches(node.node().name, node.node().labels)) return Status::ok();
  return Status::unresolvable(kReason);
}

}  // namespace neuron_scheduler::scheduler
