#include "cluster/embedded/server/faults.hpp"

#include <algorithm>
#include <utility>

namespace neuron_scheduler::embedded {
namespace {

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

bool matches(const FaultRule& rule, std::string_view method, std::string_view target) {
  const std::string_view path = path_of(target);
  return (rule.method.empty() || rule.method == method) && path.starts_with(rule.path_prefix) &&
         path.ends_with(rule.path_suffix) &&
         path.find(rule.path_contains) != std::string_view::npos &&
         (!rule.watch || *rule.watch == asks_to_watch(target));
}

// The reason it is refused; nullopt: a good rule.
std::optional<std::string> problem_of(const FaultRule& rule) {
  if (rule.count && *rule.count == 0) return "count: must be at least 1, or null for all";
  if (rule.action == FaultAction::kDelay &&
      (rule.delay <= std::chrono::milliseconds(0) || rule.delay > FaultRules::kDelayMax)) {
    return "delayMs: must be 1 to " + std::to_string(FaultRules::kDelayMax.count());
  }
  if (rule.action == FaultAction::kCut &&
      rule.after_bytes.has_value() == rule.after_lines.has_value()) {
    return "action cut: needs either afterBytes or afterLines";
  }
  constexpr int kFirstFailure = 400;
  constexpr int kLastFailure = 599;
  if (rule.action == FaultAction::kAnswer &&
      (rule.status < kFirstFailure || rule.status > kLastFailure)) {
    return "status: must be 400 to 599";
  }
  return std::nullopt;
}

// True if the rule acts on this request.
bool count_in(FaultRule& rule) {
  if (rule.seen++ < rule.skip) return false;
  if (rule.count && rule.harmed >= *rule.count) return false;
  ++rule.harmed;
  return true;
}

}  // namespace

std::optional<model::Error> FaultRules::add(std::vector<FaultRule> rules) {
  if (rules.size() > kRulesMax - rules_.size()) {
    return model::invalid("more than " + std::to_string(kRulesMax) + " rules");
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (const auto problem = problem_of(rules[i])) {
      return model::invalid("rule [" + std::to_string(i) + "]: " + *problem);
    }
    rules[i].seen = 0;
    rules[i].harmed = 0;
  }
  std::move(rules.begin(), rules.end(), std::back_inserter(rules_));
  return std::nullopt;
}

FaultVerdict FaultRules::judge(std::string_view method, std::string_view target) {
  FaultVerdict verdict;
  for (FaultRule& rule : rules_) {
    if (!matches(rule, method, target) || !count_in(rule)) continue;
    switch (rule.action) {
      case FaultAction::kDelay:
        verdict.delay += rule.delay;
        break;
      case FaultAction::kCompact:
        verdict.compact = true;
        break;
      case FaultAction::kEndWatches:
        verdict.end_watches = true;
        break;
      case FaultAction::kDrop:
      case FaultAction::kLoseAnswer:
      case FaultAction::kCut:
      case FaultAction::kAnswer:
        verdict.end = rule;
        return verdict;
    }
  }
  return verdict;
}

bool asks_to_watch(std::string_view target) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return false;
  std::string_view query = target.substr(mark + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.substr(0, pair.find('=')) != "watch") continue;
    const std::string_view value = pair.substr(std::min<std::size_t>(pair.size(), 6));
    return value != "0" && value != "false";
  }
  return false;
}

}  // namespace neuron_scheduler::embedded
