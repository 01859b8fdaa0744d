#include "scheduler/plugins/inter_pod_affinity.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace neuron_scheduler::scheduler {
namespace {

using model::AntiAffinityIndex;
using model::AntiAffinityTerm;
using model::Name;

// Where the pod must not go: by topology key, the values, each with the number of terms of pods
// that forbid it.
struct Forbidden final : PluginState {
  std::map<Name, AntiAffinityIndex::Domains> domains;
  Name pod_namespace;
  model::Labels pod_labels;
  std::optional<model::Labels> namespace_labels;

  [[nodiscard]] std::unique_ptr<PluginState> clone() const override {
    return std::make_unique<Forbidden>(*this);
  }
  void add_pod(const model::Pod& pod, const model::NodeView& node) override {
    for_each_domain(pod, node, [&](const AntiAffinityTerm& term, const Name& value) {
      ++domains[term.topology_key][value];
    });
  }
  void remove_pod(const model::Pod& pod, const model::NodeView& node) override {
    for_each_domain(pod, node, [&](const AntiAffinityTerm& term, const Name& value) {
      const auto values = domains.find(term.topology_key);
      if (values == domains.end()) return;
      const auto found = values->second.find(value);
      if (found != values->second.end() && --found->second == 0) values->second.erase(found);
    });
  }

 private:
  template <class Visit>
  void for_each_domain(const model::Pod& other, const model::NodeView& node, const Visit& visit) {
    for (const auto& term : *other.anti_affinity) {
      const Name* value = node.node().labels.find(term.topology_key);
      const auto* of_namespace = namespace_labels ? &*namespace_labels : nullptr;
      if (value != nullptr && term.selects(pod_namespace, of_namespace, pod_labels)) {
        visit(term, *value);
      }
    }
  }
};

// Whether what the event is about may have forbidden something, and does no longer: forbids(pod) of
// the pod or of any of the node's.
template <class Forbids>
bool any_forbidding(const Event& event, const Forbids& forbids) {
  switch (event.cause) {
    case Cause::kAssignedPodUpdate:
    case Cause::kAssignedPodDelete:
      return event.pod != nullptr && forbids(*event.pod);
    case Cause::kNodeUpdate:
    case Cause::kNodeDelete:
      return std::any_of(event.pods_of_node.begin(), event.pods_of_node.end(),
                         [&](const model::PodRef& pod) { return forbids(*pod); });
    default:
      return false;
  }
}

// Whether a term that selected the namespace does no longer, and holds(term).
template <class Holds>
bool any_letting_go(const NamespaceChange& change, const Holds& holds) {
  const auto& terms = change.terms.terms();
  return std::any_of(terms.begin(), terms.end(), [&](const auto& entry) {
    const AntiAffinityTerm& term = entry.first;
    return term.selects_namespace(change.name, change.before) &&
           !term.selects_namespace(change.name, change.after) && holds(term);
  });
}

}  // namespace

void InterPodAffinity::describe_cluster(const PluginState* filter_state,
                                        const PluginState* /*score_state*/,
                                        Likeness& likeness) const {
  if (filter_state == nullptr) return;
  const auto& forbidden = static_cast<const Forbidden&>(*filter_state);
  likeness.add(static_cast<std::int64_t>(forbidden.domains.size()));
  for (const auto& [key, values] : forbidden.domains) {
    likeness.add(key.view());
    likeness.add(static_cast<std::int64_t>(values.size()));
    for (const auto& [value, pods] : values) likeness.add(value.view());
  }
}

bool InterPodAffinity::concerned_by(const Event& event) const {
  if (event.namespace_change != nullptr) {
    return any_letting_go(*event.namespace_change, [](const AntiAffinityTerm&) { return true; });
  }
  return any_forbidding(event,
                        [](const model::Pod& other) { return !other.anti_affinity->empty(); });
}

bool InterPodAffinity::may_help(const Event& event, const model::Pod& pod) const {
  if (const auto* change = event.namespace_change) {
    return change->name == pod.namespace_name &&
           any_letting_go(*change, [&](const AntiAffinityTerm& term) {
             return term.may_select(pod.namespace_name, pod.labels);
           });
  }
  return any_forbidding(event, [&](const model::Pod& other) {
    return std::any_of(other.anti_affinity->begin(), other.anti_affinity->end(),
                       [&](const AntiAffinityTerm& term) {
                         return term.may_select(pod.namespace_name, pod.labels);
                       });
  });
}

PreFilterResult InterPodAffinity::pre_filter(const model::Pod& pod,
                                             const model::Cache& cache) const {
  const model::Labels* namespace_labels = cache.namespace_labels(pod.namespace_name);
  std::unique_ptr<Forbidden> state;
  for (const auto& [term, domains] : cache.anti_affinity().terms()) {
    if (!term.selects(pod.namespace_name, namespace_labels, pod.labels)) continue;
    if (state == nullptr) state = std::make_unique<Forbidden>();
    auto& forbidden = state->domains[term.topology_key];
    for (const auto& [value, pods] : domains) forbidden[value] += pods;
  }
  if (state == nullptr) return {Status::skip(), nullptr, std::nullopt};
  state->pod_namespace = pod.namespace_name;
  state->pod_labels = pod.labels;
  if (namespace_labels != nullptr) state->namespace_labels = *namespace_labels;
  return {Status::ok(), std::move(state), std::nullopt};
}

Status InterPodAffinity::filter(const PluginState* state, const model::Pod& /*pod*/,
                                const model::NodeView& node) const {
  static const Name kReason("node(s) didn't satisfy existing pods anti-affinity rules");
  if (state == nullptr) return Status::ok();
  for (const auto& [key, values] : static_cast<const Forbidden&>(*state).domains) {
    const Name* value = node.node().labels.find(key);
    if (value != nullptr && values.contains(*value)) return Status::unschedulable(kReason);
  }
  return Status::ok();
}

}  // namespace neuron_scheduler::scheduler
