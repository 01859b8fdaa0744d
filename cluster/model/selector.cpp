#include "cluster/model/selector.hpp"

#include <algorithm>

#include "cluster/model/text.hpp"

namespace neuron_scheduler::model {
namespace {

template <class Range>
bool all_match(const Range& requirements, const Labels& labels) {
  return std::all_of(requirements.begin(), requirements.end(),
                     [&](const Requirement& requirement) { return requirement.matches(labels); });
}

}  // namespace

void Labels::set(Name key, Name value) {
  for (auto& [known, old] : entries_) {
    if (known == key) {
      old = std::move(value);
      return;
    }
  }
  entries_.emplace_back(std::move(key), std::move(value));
}

const Name* Labels::find(const Name& key) const {
  for (const auto& [known, value] : entries_) {
    if (known == key) return &value;
  }
  return nullptr;
}

bool Requirement::matches(const Labels& labels) const {
  const Name* value = labels.find(key);
  const auto listed = [&] {
    return std::find(values.begin(), values.end(), *value) != values.end();
  };
  switch (op) {
    case SelectorOperator::kIn:
      return value != nullptr && listed();
    case SelectorOperator::kNotIn:
      return value == nullptr || !listed();
    case SelectorOperator::kExists:
      return value != nullptr;
    case SelectorOperator::kDoesNotExist:
      return value == nullptr;
    case SelectorOperator::kGt:
    case SelectorOperator::kLt:
      break;
  }
  if (value == nullptr) return false;
  const auto number = parse_integer(value->view());
  if (!number) return false;
  return op == SelectorOperator::kGt ? *number > bound : *number < bound;
}

bool LabelSelector::matches(const Labels& labels) const { return all_match(requirements, labels); }

bool NodeSelectorTerm::matches(const Name& node_name, const Labels& node_labels) const {
  if (empty()) return false;
  const bool names_match = std::all_of(names.begin(), names.end(), [&](const auto& condition) {
    return (condition.second == node_name) == (condition.first == SelectorOperator::kIn);
  });
  return names_match && all_match(expressions, node_labels);
}

bool RequiredNodeAffinity::matches(const Name& node_name, const Labels& node_labels) const {
  if (!node_selector.matches(node_labels)) return false;
  if (!terms) return true;
  return std::any_of(terms->begin(), terms->end(), [&](const NodeSelectorTerm& term) {
    return term.matches(node_name, node_labels);
  });
}

}  // namespace neuron_scheduler::model
