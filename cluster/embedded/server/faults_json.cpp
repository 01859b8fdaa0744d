#include <array>
#include <limits>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/embedded/server/faults.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, FaultAction>, 7> kActions{{
    {"delay", FaultAction::kDelay},
    {"drop", FaultAction::kDrop},
    {"loseAnswer", FaultAction::kLoseAnswer},
    {"cut", FaultAction::kCut},
    {"answer", FaultAction::kAnswer},
    {"compact", FaultAction::kCompact},
    {"endWatches", FaultAction::kEndWatches},
}};
constexpr std::size_t kTextMax = 4096;
constexpr std::size_t kDepthMax = 4;

std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

// Reads the fields of one rule; the first problem is kept.
class RuleReader {
 public:
  std::optional<std::string> read(const json::value& value, FaultRule& rule) {
    const json::object* const object = value.if_object();
    if (object == nullptr) return "must be an object";
    bool has_action = false;
    for (const auto& [key, field] : *object) {
      const std::string_view name = view(key);
      if (name == "action") has_action = true;
      if (!read_field(name, field, rule)) return "unknown field \"" + std::string(name) + "\"";
      if (problem_) return std::string(name) + ": " + *problem_;
    }
    if (!has_action) return "action: is missing (" + action_names() + ")";
    return std::nullopt;
  }

 private:
  // False: there is no such field.
  bool read_field(std::string_view name, const json::value& field, FaultRule& rule) {
    if (name == "method") return read_text(field, rule.method);
    if (name == "pathPrefix") return read_text(field, rule.path_prefix);
    if (name == "pathSuffix") return read_text(field, rule.path_suffix);
    if (name == "pathContains") return read_text(field, rule.path_contains);
    if (name == "reason") return read_text(field, rule.reason);
    if (name == "message") return read_text(field, rule.message);
    if (name == "watch") return read_bool(field, rule.watch);
    if (name == "skip") return read_number(field, rule.skip);
    if (name == "count") return read_count(field, rule.count);
    if (name == "afterBytes") return read_number(field, rule.after_bytes.emplace());
    if (name == "afterLines") return read_number(field, rule.after_lines.emplace());
    if (name == "seen") return read_number(field, rule.seen);
    if (name == "harmed") return read_number(field, rule.harmed);
    if (name == "delayMs") return read_time(field, rule.delay);
    if (name == "retryAfterSeconds") return read_time(field, rule.retry_after.emplace());
    if (name == "status") return read_status(field, rule.status);
    if (name == "action") return read_action(field, rule.action);
    return false;
  }

  bool read_text(const json::value& field, std::string& out) {
    const json::string* const text = field.if_string();
    if (text == nullptr || text->size() > kTextMax) {
      problem_ = "must be a string of at most " + std::to_string(kTextMax) + " bytes";
    } else {
      out = view(*text);
    }
    return true;
  }

  bool read_bool(const json::value& field, std::optional<bool>& out) {
    if (!field.is_bool()) {
      problem_ = "must be true or false";
    } else {
      out = field.get_bool();
    }
    return true;
  }

  bool read_number(const json::value& field, std::uint64_t& out) {
    json::error_code error;
    const auto number = field.to_number<std::uint64_t>(error);
    if (error || number > std::numeric_limits<std::int32_t>::max()) {
      problem_ = "must be a whole number from 0 to 2147483647";
    } else {
      out = number;
    }
    return true;
  }

  bool read_count(const json::value& field, std::optional<std::uint64_t>& out) {
    out.reset();
    return field.is_null() || read_number(field, out.emplace());
  }

  template <class Duration>
  bool read_time(const json::value& field, Duration& out) {
    std::uint64_t number = 0;
    read_number(field, number);
    out = Duration(static_cast<typename Duration::rep>(number));
    return true;
  }

  bool read_status(const json::value& field, int& out) {
    std::uint64_t number = 0;
    read_number(field, number);
    out = static_cast<int>(number);
    return true;
  }

  bool read_action(const json::value& field, FaultAction& out) {
    std::string text;
    read_text(field, text);
    for (const auto& [name, action] : kActions) {
      if (name != text) continue;
      out = action;
      return true;
    }
    problem_ = "must be one of " + action_names();
    return true;
  }

  static std::string action_names() {
    std::string names;
    for (const auto& [name, action] : kActions) {
      if (!names.empty()) names += ", ";
      names += name;
    }
    return names;
  }

  std::optional<std::string> problem_;
};

void put(json::object& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out[name] = text;
}

template <class Number>
void put(json::object& out, std::string_view name, const std::optional<Number>& number) {
  if (number) out[name] = *number;
}

json::object to_object(const FaultRule& rule) {
  json::object out;
  put(out, "method", rule.method);
  put(out, "pathPrefix", rule.path_prefix);
  put(out, "pathSuffix", rule.path_suffix);
  put(out, "pathContains", rule.path_contains);
  put(out, "watch", rule.watch);
  out["skip"] = rule.skip;
  out["count"] = nullptr;
  put(out, "count", rule.count);
  for (const auto& [name, action] : kActions) {
    if (action == rule.action) out["action"] = name;
  }
  if (rule.action == FaultAction::kDelay) out["delayMs"] = rule.delay.count();
  put(out, "afterBytes", rule.after_bytes);
  put(out, "afterLines", rule.after_lines);
  if (rule.action == FaultAction::kAnswer) out["status"] = rule.status;
  put(out, "reason", rule.reason);
  put(out, "message", rule.message);
  if (rule.retry_after) out["retryAfterSeconds"] = rule.retry_after->count();
  out["seen"] = rule.seen;
  out["harmed"] = rule.harmed;
  return out;
}

}  // namespace

model::Result<std::vector<FaultRule>> parse_fault_rules(std::string_view text) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::error_code error;
  const json::value value =
      json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return model::invalid("not JSON: " + error.message());
  const json::array* const list = value.if_array();
  if (list == nullptr) return model::invalid("must be a list of rules");
  if (list->size() > FaultRules::kRulesMax) {
    return model::invalid("more than " + std::to_string(FaultRules::kRulesMax) + " rules");
  }
  std::vector<FaultRule> rules(list->size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (const auto problem = RuleReader().read((*list)[i], rules[i])) {
      return model::invalid("rule [" + std::to_string(i) + "]: " + *problem);
    }
  }
  return rules;
}

std::string fault_rules_json(const std::vector<FaultRule>& rules) {
  json::array list;
  list.reserve(rules.size());
  for (const FaultRule& rule : rules) list.push_back(to_object(rule));
  return json::serialize(list) + "\n";
}

}  // namespace neuron_scheduler::embedded
