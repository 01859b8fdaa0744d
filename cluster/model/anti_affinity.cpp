#include "cluster/model/anti_affinity.hpp"

#include <algorithm>

namespace neuron_scheduler::model {

bool AntiAffinityTerm::selects(const Name& pod_namespace, const Labels* namespace_labels,
                               const Labels& pod_labels) const {
  return selects_namespace(pod_namespace, namespace_labels) && selects_by_labels(pod_labels);
}

bool AntiAffinityTerm::selects_namespace(const Name& name, const Labels* labels) const {
  static const Labels kUnknown;
  return names(name) || (namespace_selector &&
                         namespace_selector->matches(labels == nullptr ? kUnknown : *labels));
}

bool AntiAffinityTerm::may_select(const Name& pod_namespace, const Labels& pod_labels) const {
  return (namespace_selector || names(pod_namespace)) && selects_by_labels(pod_labels);
}

bool AntiAffinityTerm::selects_by_labels(const Labels& pod_labels) const {
  return !selects_nothing && selector.matches(pod_labels);
}

bool AntiAffinityTerm::names(const Name& pod_namespace) const {
  return std::find(namespaces.begin(), namespaces.end(), pod_namespace) != namespaces.end();
}

void AntiAffinityIndex::add(const std::vector<AntiAffinityTerm>& terms, const Labels& node_labels) {
  for (const auto& term : terms) {
    if (const Name* domain = node_labels.find(term.topology_key)) ++terms_[term][*domain];
  }
}

void AntiAffinityIndex::remove(const std::vector<AntiAffinityTerm>& terms,
                               const Labels& node_labels) {
  for (const auto& term : terms) {
    const Name* domain = node_labels.find(term.topology_key);
    const auto found = terms_.find(term);
    if (domain == nullptr || found == terms_.end()) continue;
    const auto pods = found->second.find(*domain);
    if (pods == found->second.end() || --pods->second > 0) continue;
    found->second.erase(pods);
    if (found->second.empty()) terms_.erase(found);
  }
}

}  // namespace neuron_scheduler::model
