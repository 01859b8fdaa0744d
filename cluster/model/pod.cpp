#include "cluster/model/pod.hpp"

#include <algorithm>

namespace neuron_scheduler::model {

bool AntiAffinityTerm::may_select(const Name& pod_namespace, const Labels& pod_labels) const {
  if (selects_nothing) return false;
  const bool in_namespace = any_namespace || std::find(namespaces.begin(), namespaces.end(),
                                                       pod_namespace) != namespaces.end();
  return in_namespace && selector.matches(pod_labels);
}

std::string Pod::full_name() const { return namespace_name.str() + "/" + name; }

}  // namespace neuron_scheduler::model
