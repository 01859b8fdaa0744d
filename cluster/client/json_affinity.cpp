#include <algorithm>
#include <limits>

#include "cluster/client/json_objects.hpp"
#include "cluster/model/text.hpp"

namespace neuron_scheduler::client::json {
namespace {

using model::Requirement;
using model::SelectorOperator;

std::optional<SelectorOperator> operator_of(const Value& value, bool of_nodes) {
  const std::string_view text = value.text();
  if (text == "In") return SelectorOperator::kIn;
  if (text == "NotIn") return SelectorOperator::kNotIn;
  if (text == "Exists") return SelectorOperator::kExists;
  if (text == "DoesNotExist") return SelectorOperator::kDoesNotExist;
  if (of_nodes && text == "Gt") return SelectorOperator::kGt;
  if (of_nodes && text == "Lt") return SelectorOperator::kLt;
  value.fail(quoted(text) + " is not an operator");
  return std::nullopt;
}

std::vector<model::Name> names_of(const Value& array) {
  std::vector<model::Name> names;
  array.each_item([&](const Value& value) { names.emplace_back(value.text()); });
  return names;
}

// The one integer that Gt and Lt compare with. The API server takes other texts, too, and
// kube-scheduler lets them match nothing, as this bound does that no label passes.
std::int64_t bound_of(SelectorOperator op, const std::vector<model::Name>& names) {
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  if (names.size() == 1) {
    if (const auto bound = model::parse_integer(names.front().view())) return *bound;
  }
  return op == SelectorOperator::kGt ? kHighest : kLowest;
}

// All of selectors that name operators; of_nodes: Gt and Lt too.
Requirement requirement_of(const Value& expression, bool of_nodes) {
  Requirement requirement;
  requirement.key = model::Name(expression["key"].text());
  const Value op = expression["operator"];
  if (!op.exists()) expression.fail("has no operator");
  requirement.op = operator_of(op, of_nodes).value_or(SelectorOperator::kExists);
  const Value values = expression["values"];
  requirement.values = names_of(values);
  if (requirement.op == SelectorOperator::kGt || requirement.op == SelectorOperator::kLt) {
    if (!values.exists()) expression.fail("has no values");
    requirement.bound = bound_of(requirement.op, requirement.values);
    requirement.values.clear();
  }
  return requirement;
}

Requirement equals(std::string_view key, const Value& value) {
  Requirement requirement;
  requirement.key = model::Name(key);
  requirement.op = SelectorOperator::kIn;
  requirement.values.emplace_back(value.text());
  return requirement;
}

model::LabelSelector label_selector(const Value& selector) {
  model::LabelSelector result;
  selector["matchLabels"].each_entry([&](std::string_view key, const Value& value) {
    result.requirements.push_back(equals(key, value));
  });
  selector["matchExpressions"].each_item([&](const Value& expression) {
    result.requirements.push_back(requirement_of(expression, false));
  });
  return result;
}

model::NodeSelectorTerm node_selector_term(const Value& term) {
  model::NodeSelectorTerm result;
  term["matchExpressions"].each_item([&](const Value& expression) {
    result.expressions.push_back(requirement_of(expression, true));
  });
  term["matchFields"].each_item([&](const Value& field) {
    const Requirement requirement = requirement_of(field, false);
    const bool in_or_not =
        requirement.op == SelectorOperator::kIn || requirement.op == SelectorOperator::kNotIn;
    if (requirement.key.view() != "metadata.name" || !in_or_not || requirement.values.size() != 1) {
      field.fail("only metadata.name with In or NotIn and one value is allowed");
      return;
    }
    result.names.emplace_back(requirement.op, requirement.values.front());
  });
  return result;
}

}  // namespace

model::RequiredNodeAffinity required_node_affinity(const Value& pod_spec) {
  model::RequiredNodeAffinity affinity;
  pod_spec["nodeSelector"].each_entry([&](std::string_view key, const Value& value) {
    affinity.node_selector.requirements.push_back(equals(key, value));
  });
  const Value required =
      pod_spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
  if (!required.exists()) return affinity;
  affinity.terms.emplace();
  required["nodeSelectorTerms"].each_item(
      [&](const Value& term) { affinity.terms->push_back(node_selector_term(term)); });
  return affinity;
}

std::vector<model::PreferredNodeTerm> preferred_nodes(const Value& pod_spec) {
  constexpr std::int64_t kWeightMax = 100;
  std::vector<model::PreferredNodeTerm> terms;
  const Value preferred =
      pod_spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"];
  preferred.each_item([&](const Value& value) {
    model::PreferredNodeTerm term;
    term.weight = value["weight"].integer(0, kWeightMax);
    term.term = node_selector_term(value["preference"]);
    if (term.weight > 0 && !term.term.empty()) terms.push_back(std::move(term));
  });
  return terms;
}

std::vector<model::AntiAffinityTerm> anti_affinity_terms(const Value& pod_spec,
                                                         const model::Name& pod_namespace) {
  std::vector<model::AntiAffinityTerm> terms;
  const Value required =
      pod_spec["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
  required.each_item([&](const Value& value) {
    model::AntiAffinityTerm term;
    const Value selector = value["labelSelector"];
    term.selects_nothing = !selector.exists();
    term.selector = label_selector(selector);
    term.namespaces = names_of(value["namespaces"]);
    term.topology_key = model::Name(value["topologyKey"].text());
    const Value namespaces = value["namespaceSelector"];
    if (namespaces.exists()) term.namespace_selector = label_selector(namespaces);
    if (term.namespaces.empty() && !term.namespace_selector) {
      term.namespaces.push_back(pod_namespace);
    }
    terms.push_back(std::move(term));
  });
  return terms;
}

}  // namespace neuron_scheduler::client::json
