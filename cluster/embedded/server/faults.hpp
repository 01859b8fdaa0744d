#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/model/result.hpp"

// Faults as inputs (design.md §12): rules that say which requests go wrong, and how.
namespace neuron_scheduler::embedded {

enum class FaultAction : std::uint8_t {
  kDelay,       // Handled `delay` later; what the client does meanwhile is not looked at.
  kDrop,        // The connection ends; the request is not handled.
  kLoseAnswer,  // Handled; then the connection ends without an answer.
  kCut,         // Handled; the connection ends after so much of the answer's body, or of a watch.
  kAnswer,      // Answered with this status; not handled.
  kCompact,     // All history is forgotten first.
  kEndWatches,  // All watches end first.
};

// All conditions must hold. skip and count are of requests for which they do.
struct FaultRule {
  std::string method;  // Empty: any; so for the three parts of the path (without the query).
  std::string path_prefix;
  std::string path_suffix;
  std::string path_contains;
  std::optional<bool> watch;               // Only watches, or all but watches.
  std::uint64_t skip = 0;                  // So many go unharmed first.
  std::optional<std::uint64_t> count = 1;  // So many are harmed then; nullopt: all.

  FaultAction action = FaultAction::kDrop;
  std::chrono::milliseconds delay{0};
  std::optional<std::uint64_t> after_bytes;  // kCut: one of the two.
  std::optional<std::uint64_t> after_lines;
  int status = 500;     // kAnswer: 400 to 599.
  std::string reason;   // kAnswer: of the v1 Status; empty: what goes with the status.
  std::string message;  // kAnswer
  std::optional<std::chrono::seconds> retry_after;  // kAnswer

  // Counters, of no meaning to add().
  std::uint64_t seen = 0;
  std::uint64_t harmed = 0;
};

// What becomes of one request: everything that goes before it is handled, then one end.
struct FaultVerdict {
  std::chrono::milliseconds delay{0};
  bool compact = false;
  bool end_watches = false;
  std::optional<FaultRule> end;  // kDrop, kLoseAnswer, kCut or kAnswer; nullopt: it is handled.
};

class FaultRules {
 public:
  static constexpr std::size_t kRulesMax = 1'000;
  static constexpr std::chrono::milliseconds kDelayMax{600'000};

  // Refuses rules that contradict themselves or break a bound, by index and field; then none is
  // added.
  [[nodiscard]] std::optional<model::Error> add(std::vector<FaultRule> rules);
  void clear() { rules_.clear(); }

  // Goes through the rules in their order and counts. The first that ends the request is the last
  // that sees it. target: path and query.
  [[nodiscard]] FaultVerdict judge(std::string_view method, std::string_view target);

  [[nodiscard]] const std::vector<FaultRule>& rules() const { return rules_; }

 private:
  std::vector<FaultRule> rules_;
};

// A JSON list of objects with method, pathPrefix, pathSuffix, pathContains, watch, skip, count
// (null: all), action (delay, drop, loseAnswer, cut, answer, compact, endWatches), delayMs,
// afterBytes, afterLines, status, reason, message, retryAfterSeconds. Errors name index and field;
// unknown fields are errors.
[[nodiscard]] model::Result<std::vector<FaultRule>> parse_fault_rules(std::string_view json);
// The same form, with seen and harmed.
[[nodiscard]] std::string fault_rules_json(const std::vector<FaultRule>& rules);

// Whether the query of a target asks for a watch, as Kubernetes reads it ("watch", "watch=1", ...).
[[nodiscard]] bool asks_to_watch(std::string_view target);

}  // namespace neuron_scheduler::embedded
