#include <string>
#include <utility>

#include "cluster/model/name_rules.hpp"
#include "cluster/model/text.hpp"
#include "scheduler/plugins/node_affinity.hpp"

// NodeAffinityArgs (kube-scheduler.md §7.3), checked as kube-scheduler does when it builds the
// selectors of 1.37.2 (component-helpers nodeaffinity, apimachinery labels.NewRequirement).
namespace neuron_scheduler::scheduler {
namespace {

using model::Requirement;
using model::SelectorOperator;

constexpr std::int64_t kWeightMax = 100;
constexpr std::string_view kValues = "values";

SelectorOperator operator_named(std::string_view name) {
  if (name == "In") return SelectorOperator::kIn;
  if (name == "NotIn") return SelectorOperator::kNotIn;
  if (name == "DoesNotExist") return SelectorOperator::kDoesNotExist;
  if (name == "Gt") return SelectorOperator::kGt;
  if (name == "Lt") return SelectorOperator::kLt;
  return SelectorOperator::kExists;
}

std::string value_error(const std::string& value, std::string_view reason) {
  return "Invalid value: \"" + value + "\": " + std::string(reason);
}

std::string value_path(std::size_t index) {
  return std::string(kValues) + '[' + std::to_string(index) + ']';
}

void read_bound(ArgsReader& args, const std::vector<std::string>& values, Requirement& to) {
  if (values.size() != 1) {
    args.invalid(kValues, "for 'Gt', 'Lt' operators, exactly one value is required");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (const auto bound = model::parse_integer(values[i])) {
      to.bound = *bound;
    } else {
      args.error(value_path(i),
                 value_error(values[i], "for 'Gt', 'Lt' operators, the value must be an integer"));
    }
  }
}

Requirement read_requirement(ArgsReader& args) {
  Requirement result;
  const std::string key = args.text("key", "");
  for (const auto& complaint : model::check_label_key(key)) {
    args.error("key", value_error(key, complaint));
  }
  result.key = model::Name(key);
  const std::string op =
      args.choice("operator", "", {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"});
  result.op = operator_named(op);
  const auto values = args.texts(kValues);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (const auto& complaint : model::check_label_value(values[i])) {
      args.error(value_path(i), value_error(values[i], complaint));
    }
  }
  if (op == "Gt" || op == "Lt") {
    read_bound(args, values, result);
    return result;
  }
  if ((op == "In" || op == "NotIn") && values.empty()) {
    args.invalid(kValues, "for 'in', 'notin' operators, values set can't be empty");
  }
  if ((op == "Exists" || op == "DoesNotExist") && !values.empty()) {
    args.invalid(kValues, "values set must be empty for exists and does not exist");
  }
  for (const auto& value : values) result.values.emplace_back(value);
  return result;
}

std::pair<SelectorOperator, model::Name> read_field(ArgsReader& args) {
  // kube-scheduler takes other fields, too, and finds them empty on every node.
  (void)args.choice("key", "", {"metadata.name"});
  const std::string op = args.choice("operator", "", {"In", "NotIn"});
  const auto values = args.texts(kValues);
  if (values.size() != 1) args.invalid(kValues, "must have one element");
  return {operator_named(op), values.empty() ? model::Name() : model::Name(values.front())};
}

model::NodeSelectorTerm read_term(ArgsReader& args) {
  model::NodeSelectorTerm term;
  for (ArgsReader& expression : args.objects("matchExpressions")) {
    term.expressions.push_back(read_requirement(expression));
  }
  for (ArgsReader& field : args.objects("matchFields")) term.names.push_back(read_field(field));
  return term;
}

}  // namespace

std::unique_ptr<Plugin> NodeAffinity::from_args(ArgsReader& args) {
  AddedNodeAffinity added;
  if (auto affinity = args.object("addedAffinity")) {
    if (auto required = affinity->object("requiredDuringSchedulingIgnoredDuringExecution")) {
      added.required.emplace();
      for (ArgsReader& term : required->objects("nodeSelectorTerms")) {
        added.required->push_back(read_term(term));
      }
    }
    for (ArgsReader& entry : affinity->objects("preferredDuringSchedulingIgnoredDuringExecution")) {
      model::PreferredNodeTerm preferred;
      preferred.weight = entry.integer("weight", 0, 0, kWeightMax);
      if (auto preference = entry.object("preference")) preferred.term = read_term(*preference);
      if (preferred.weight > 0 && !preferred.term.empty()) {
        added.preferred.push_back(std::move(preferred));
      }
    }
  }
  return std::make_unique<NodeAffinity>(std::move(added));
}

}  // namespace neuron_scheduler::scheduler
