#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "cluster/model/name.hpp"
#include "cluster/model/result.hpp"

namespace neuron_scheduler::model {

// Labels of one object; keys are unique, order carries no meaning.
class Labels {
 public:
  void set(Name key, Name value);
  // Null if the key is missing. The pointer lives as long as this object is not changed.
  [[nodiscard]] const Name* find(const Name& key) const;
  [[nodiscard]] const std::vector<std::pair<Name, Name>>& entries() const { return entries_; }
  friend bool operator==(const Labels&, const Labels&) = default;

 private:
  std::vector<std::pair<Name, Name>> entries_;
};

enum class SelectorOperator : std::uint8_t { kIn, kNotIn, kExists, kDoesNotExist, kGt, kLt };

// One compiled condition on a label. NotIn also holds where the label is missing; Gt and Lt compare
// integers and fail where the label is missing or no integer (apimachinery pkg/labels
// Requirement.Matches).
struct Requirement {
  Name key;
  SelectorOperator op = SelectorOperator::kExists;
  std::vector<Name> values;  // kIn, kNotIn
  std::int64_t bound = 0;    // kGt, kLt

  [[nodiscard]] bool matches(const Labels& labels) const;
  friend bool operator==(const Requirement&, const Requirement&) = default;
  friend auto operator<=>(const Requirement&, const Requirement&) = default;
};

// Requirements that must all hold. A selector without any selects everything; where Kubernetes
// means "nothing" by an absent or empty selector, the owner of the selector keeps that apart.
struct LabelSelector {
  std::vector<Requirement> requirements;

  [[nodiscard]] bool matches(const Labels& labels) const;
  friend bool operator==(const LabelSelector&, const LabelSelector&) = default;
  friend auto operator<=>(const LabelSelector&, const LabelSelector&) = default;
};

// One term of a node selector: label conditions and conditions on metadata.name; a term without any
// matches nothing.
struct NodeSelectorTerm {
  std::vector<Requirement> expressions;
  // matchFields on metadata.name with In or NotIn and one value: the API server takes no others.
  std::vector<std::pair<SelectorOperator, Name>> names;

  [[nodiscard]] bool empty() const { return expressions.empty() && names.empty(); }
  [[nodiscard]] bool matches(const Name& node_name, const Labels& node_labels) const;
  friend bool operator==(const NodeSelectorTerm&, const NodeSelectorTerm&) = default;
};

// How much (1 to 100) a node that matches is preferred.
struct PreferredNodeTerm {
  std::int64_t weight = 0;
  NodeSelectorTerm term;
  friend bool operator==(const PreferredNodeTerm&, const PreferredNodeTerm&) = default;
};

// What a pod requires of a node: nodeSelector AND (any of the terms). Source: kube-scheduler.md
// §1.3 NodeAffinity.
struct RequiredNodeAffinity {
  LabelSelector node_selector;
  std::optional<std::vector<NodeSelectorTerm>> terms;  // nullopt: no required affinity

  [[nodiscard]] bool empty() const { return node_selector.requirements.empty() && !terms; }
  [[nodiscard]] bool matches(const Name& node_name, const Labels& node_labels) const;
  friend bool operator==(const RequiredNodeAffinity&, const RequiredNodeAffinity&) = default;
};

}  // namespace neuron_scheduler::model
