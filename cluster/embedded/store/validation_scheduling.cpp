#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validators.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::int64_t kWeightMax = 100;
constexpr std::array<std::string_view, 3> kEffects = {"NoSchedule", "PreferNoSchedule",
                                                      "NoExecute"};
constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";

bool is_set_operator(std::string_view op) { return op == "In" || op == "NotIn"; }

void check_values(const json::object& requirement, const Path& path, Causes& causes) {
  const auto* values = array_in(requirement, "values");
  if (values == nullptr) return;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const std::string_view value = text_of((*values)[i]);
    causes.complain(path.child("values").index(i), value, check_label_value(value));
  }
}

enum class Values : std::uint8_t { kChecked, kAny };

void check_node_requirement(const json::object& requirement, Values values, const Path& path,
                            Causes& causes) {
  const std::string_view op = text_in(requirement, "operator");
  const std::size_t count = count_in(requirement, "values");
  if (is_set_operator(op)) {
    if (count == 0) {
      causes.required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (count > 0) {
      causes.forbidden(path.child("values"),
                       "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else if (op == "Gt" || op == "Lt") {
    if (count != 1) {
      causes.required(path.child("values"),
                      "must be specified single value when `operator` is 'Lt' or 'Gt'");
    }
  } else {
    causes.invalid(path.child("operator"), quoted(op), "not a valid selector operator");
  }
  const std::string_view key = text_in(requirement, "key");
  causes.complain(path.child("key"), key, check_label_key(key));
  if (values == Values::kChecked) check_values(requirement, path, causes);
}

void check_node_field(const json::object& requirement, const Path& path, Causes& causes) {
  const std::string_view op = text_in(requirement, "operator");
  if (!is_set_operator(op)) {
    causes.invalid(path.child("operator"), quoted(op), "not a valid selector operator");
  } else if (count_in(requirement, "values") != 1) {
    causes.required(path.child("values"),
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field "
                    "selector");
  }
  const std::string_view key = text_in(requirement, "key");
  const auto* values = array_in(requirement, "values");
  if (key != "metadata.name") {
    causes.invalid(path.child("key"), quoted(key), "not a valid field selector key");
  } else if (values != nullptr) {
    for (std::size_t i = 0; i < values->size(); ++i) {
      const std::string_view name = text_of((*values)[i]);
      causes.complain(path.child("values").index(i), name, check_dns_subdomain(name));
    }
  }
}

void check_node_term(const json::object& term, Values values, const Path& path, Causes& causes) {
  const Path expressions = path.child("matchExpressions");
  each_object(term, "matchExpressions", [&](const json::object& one, std::size_t i) {
    check_node_requirement(one, values, expressions.index(i), causes);
  });
  const Path fields = path.child("matchFields");
  each_object(term, "matchFields", [&](const json::object& one, std::size_t i) {
    check_node_field(one, fields.index(i), causes);
  });
}

void check_weight(const json::object& term, const Path& path, Causes& causes) {
  const std::int64_t weight = integer_in(term, "weight");
  if (weight > 0 && weight <= kWeightMax) return;
  causes.invalid(path.child("weight"), std::to_string(weight), "must be in the range 1-100");
}

void check_node_affinity(const json::object& affinity, const Path& path, Causes& causes) {
  if (const auto* required = object_in(affinity, kRequired)) {
    const Path at = path.child(kRequired);
    const Path terms = at.child("nodeSelectorTerms");
    if (count_in(*required, "nodeSelectorTerms") == 0) {
      causes.required(terms, "must have at least one node selector term");
    }
    each_object(*required, "nodeSelectorTerms", [&](const json::object& term, std::size_t i) {
      check_node_term(term, Values::kChecked, terms.index(i), causes);
    });
  }
  const Path preferred = path.child(kPreferred);
  each_object(affinity, kPreferred, [&](const json::object& term, std::size_t i) {
    const Path at = preferred.index(i);
    check_weight(term, at, causes);
    check_node_term(part(term, "preference"), Values::kAny, at.child("preference"), causes);
  });
}

void check_pod_term(const json::object& term, const Path& path, Causes& causes) {
  check_label_selector(object_in(term, "labelSelector"), path.child("labelSelector"), causes);
  check_label_selector(object_in(term, "namespaceSelector"), path.child("namespaceSelector"),
                       causes);
  if (const auto* namespaces = array_in(term, "namespaces")) {
    for (const json::value& value : *namespaces) {
      const std::string_view name = text_of(value);
      causes.complain(path.child("namespace"), name, check_dns_label(name));
    }
  }
  const std::string_view key = text_in(term, "topologyKey");
  if (key.empty()) causes.required(path.child("topologyKey"), "can not be empty");
  causes.complain(path.child("topologyKey"), key, check_label_key(key));
}

void check_pod_affinity(const json::object& affinity, const Path& path, Causes& causes) {
  const Path required = path.child(kRequired);
  each_object(affinity, kRequired, [&](const json::object& term, std::size_t i) {
    check_pod_term(term, required.index(i), causes);
  });
  const Path preferred = path.child(kPreferred);
  each_object(affinity, kPreferred, [&](const json::object& term, std::size_t i) {
    const Path at = preferred.index(i);
    check_weight(term, at, causes);
    check_pod_term(part(term, "podAffinityTerm"), at.child("podAffinityTerm"), causes);
  });
}

void check_toleration_value(const json::object& toleration, const Path& path, Causes& causes) {
  static constexpr std::array<std::string_view, 2> kOperators = {"Equal", "Exists"};
  static constexpr std::array<std::string_view, 4> kAllOperators = {"Equal", "Exists", "Lt", "Gt"};
  const std::string_view op = text_in(toleration, "operator");
  const std::string_view value = text_in(toleration, "value");
  if (op == "Equal" || op.empty()) {
    const Complaints complaints = check_label_value(value);
    if (!complaints.empty()) {
      causes.invalid(path.child("operator"), quoted(value), join(complaints, ";"));
    }
  } else if (op == "Exists") {
    if (!value.empty()) {
      causes.invalid(path.child("operator"), quoted(value),
                     "value must be empty when `operator` is 'Exists'");
    }
  } else if (op == "Lt" || op == "Gt") {
    // Of a gate that is off (TaintTolerationComparisonOperators).
    causes.not_supported(path.child("operator"), op, kAllOperators);
  } else {
    causes.not_supported(path.child("operator"), op, kOperators);
  }
}

// Where a constraint of that key and action is for the last time.
using LastConstraints = std::map<std::pair<std::string_view, std::string_view>, std::size_t>;

LastConstraints last_constraints(const json::object& spec) {
  LastConstraints last;
  each_object(spec, "topologySpreadConstraints", [&](const json::object& one, std::size_t i) {
    last[{text_in(one, "topologyKey"), text_in(one, "whenUnsatisfiable")}] = i;
  });
  return last;
}

}  // namespace

void check_taint_effect(std::string_view effect, const Path& path, Causes& causes) {
  check_word(effect, kEffects, path, causes);
}

void check_label_selector(const json::object* selector, const Path& path, Causes& causes) {
  if (selector == nullptr) return;
  check_labels(part(*selector, "matchLabels"), path.child("matchLabels"), causes);
  const Path expressions = path.child("matchExpressions");
  each_object(*selector, "matchExpressions", [&](const json::object& one, std::size_t i) {
    const Path at = expressions.index(i);
    const std::string_view op = text_in(one, "operator");
    const std::size_t count = count_in(one, "values");
    if (is_set_operator(op)) {
      if (count == 0) {
        causes.required(at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
      }
    } else if (op == "Exists" || op == "DoesNotExist") {
      if (count > 0) {
        causes.forbidden(at.child("values"),
                         "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      }
    } else {
      causes.invalid(at.child("operator"), quoted(op), "not a valid selector operator");
    }
    const std::string_view key = text_in(one, "key");
    causes.complain(at.child("key"), key, check_label_key(key));
    check_values(one, at, causes);
  });
}

void check_affinity(const json::object& affinity, const Path& path, Causes& causes) {
  check_node_affinity(part(affinity, "nodeAffinity"), path.child("nodeAffinity"), causes);
  check_pod_affinity(part(affinity, "podAffinity"), path.child("podAffinity"), causes);
  check_pod_affinity(part(affinity, "podAntiAffinity"), path.child("podAntiAffinity"), causes);
}

void check_tolerations(const json::object& spec, const Path& path, Causes& causes) {
  each_object(spec, "tolerations", [&](const json::object& toleration, std::size_t i) {
    const Path at = path.index(i);
    const std::string_view key = text_in(toleration, "key");
    const std::string_view op = text_in(toleration, "operator");
    const std::string_view effect = text_in(toleration, "effect");
    if (!key.empty()) {
      causes.complain(at.child("key"), key, check_label_key(key));
    } else if (op != "Exists") {
      causes.invalid(at.child("operator"), quoted(op),
                     "operator must be Exists when `key` is empty, which means \"match all values "
                     "and all keys\"");
    }
    if (toleration.contains("tolerationSeconds") && effect != "NoExecute") {
      causes.invalid(at.child("effect"), quoted(effect),
                     "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    check_toleration_value(toleration, at, causes);
    if (!effect.empty()) check_taint_effect(effect, at.child("effect"), causes);
  });
}

void check_spread(const json::object& spec, const Path& path, Causes& causes) {
  static constexpr std::array<std::string_view, 2> kActions = {"DoNotSchedule", "ScheduleAnyway"};
  const LastConstraints last = last_constraints(spec);
  each_object(spec, "topologySpreadConstraints", [&](const json::object& one, std::size_t i) {
    const Path at = path.index(i);
    const std::int64_t skew = integer_in(one, "maxSkew");
    if (skew <= 0) {
      causes.invalid(at.child("maxSkew"), std::to_string(skew), "must be greater than zero");
    }
    const std::string_view key = text_in(one, "topologyKey");
    if (key.empty()) causes.required(at.child("topologyKey"), "can not be empty");
    const std::string_view action = text_in(one, "whenUnsatisfiable");
    if (action != kActions[0] && action != kActions[1]) {
      causes.not_supported(at.child("whenUnsatisfiable"), action, kActions);
    }
    if (last.at({key, action}) != i) {
      causes.duplicate(at.child("{topologyKey, whenUnsatisfiable}"),
                       quoted("{" + std::string(key) + ", " + std::string(action) + "}"));
    }
    const std::int64_t domains = integer_in(one, "minDomains", 1);
    if (domains <= 0) {
      causes.invalid(at.child("minDomains"), std::to_string(domains), "must be greater than zero");
    }
    if (one.contains("minDomains") && action != kActions[0]) {
      causes.invalid(
          at.child("minDomains"), std::to_string(domains),
          "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + std::string(action));
    }
    check_label_selector(object_in(one, "labelSelector"), at.child("labelSelector"), causes);
  });
}

}  // namespace neuron_scheduler::embedded
