#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "cluster/model/name.hpp"
#include "cluster/model/selector.hpp"

namespace neuron_scheduler::model {

// A required anti-affinity term of a pod: while the pod counts, pods that the term selects must
// keep away from all nodes whose label topology_key has the value of the pod's node
// (kube-scheduler.md §1.3 InterPodAffinity).
struct AntiAffinityTerm {
  bool selects_nothing = false;  // No labelSelector at all.
  LabelSelector selector;
  std::vector<Name> namespaces;
  std::optional<LabelSelector> namespace_selector;  // Of namespaces by their labels; beside those.
  Name topology_key;

  // namespace_labels: null if they are not known, which counts as none.
  [[nodiscard]] bool selects(const Name& pod_namespace, const Labels* namespace_labels,
                             const Labels& pod_labels) const;
  // Whether pods of the namespace are among those that it looks at.
  [[nodiscard]] bool selects_namespace(const Name& name, const Labels* labels) const;
  // Whether there are labels of the namespace with which it selects the pod.
  [[nodiscard]] bool may_select(const Name& pod_namespace, const Labels& pod_labels) const;
  friend bool operator==(const AntiAffinityTerm&, const AntiAffinityTerm&) = default;
  friend auto operator<=>(const AntiAffinityTerm&, const AntiAffinityTerm&) = default;

 private:
  [[nodiscard]] bool selects_by_labels(const Labels& pod_labels) const;
  [[nodiscard]] bool names(const Name& pod_namespace) const;
};

// The anti-affinity terms of all pods that count, each once, with where it holds: the replicas of
// one controller share an entry.
class AntiAffinityIndex {
 public:
  // How many of the term's pods are on nodes with this value of its topology key; none is 0.
  using Domains = std::map<Name, std::size_t>;

  // One pod's terms, on a node with these labels: its exact inverse is remove() with equal ones.
  void add(const std::vector<AntiAffinityTerm>& terms, const Labels& node_labels);
  void remove(const std::vector<AntiAffinityTerm>& terms, const Labels& node_labels);

  // Terms that hold nowhere are not in it.
  [[nodiscard]] const std::map<AntiAffinityTerm, Domains>& terms() const { return terms_; }

 private:
  std::map<AntiAffinityTerm, Domains> terms_;
};

}  // namespace neuron_scheduler::model
