#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cluster/model/cache.hpp"
#include "scheduler/prepared.hpp"
#include "scheduler/totals.hpp"

namespace neuron_scheduler::scheduler {

// How many nodes each reason turned away.
using ReasonCounts = std::unordered_map<model::Name, std::size_t>;

// What Filter and Score say of a list of nodes for one pod and all that are like it, kept up to
// date node by node: what did not change is not asked again (design.md §10).
class Evaluation {
 public:
  // Asks about the nodes that changed since the last call; all, the first time or when the list of
  // nodes is another one. The status is Ok, or an error of a Filter: then it is of no further use,
  // and prepared.answered_by() says whose.
  [[nodiscard]] Status update(Prepared& prepared, const model::Cache& cache);
  // The same for a list that is not the cache's, once.
  [[nodiscard]] Status evaluate(Prepared& prepared, std::span<const model::NodeView* const> nodes);
  // Puts the scores of all feasible nodes of the same list into totals(), or of those at these
  // positions.
  void score(const Prepared& prepared, std::span<const model::NodeView* const> nodes);
  void score(const Prepared& prepared, std::span<const model::NodeView* const> nodes,
             std::span<const std::size_t> positions);

  [[nodiscard]] std::size_t feasible_count() const { return feasible_count_; }
  [[nodiscard]] bool feasible(std::size_t position) const { return verdicts_[position].is_ok(); }
  // Position; the number of nodes if there is none.
  [[nodiscard]] std::size_t first_feasible() const;
  // By position.
  [[nodiscard]] Totals& totals() { return totals_; }
  [[nodiscard]] const ReasonCounts& reasons() const { return reasons_; }
  // The plugins that turned some node away, ascending.
  [[nodiscard]] std::vector<PluginIndex> rejectors(std::size_t plugin_count) const;

 private:
  void reset(std::size_t nodes, const Prepared& prepared);
  [[nodiscard]] Status ask(Prepared& prepared, const model::NodeView& node, std::size_t position);
  void put_verdict(std::size_t position, Status verdict, PluginIndex rejector);

  std::uint64_t nodes_version_ = 0;  // 0: nothing is known.
  std::uint64_t generation_ = 0;     // Of the cache, at the last update.
  std::vector<Status> verdicts_;
  std::vector<std::size_t> not_searched_;  // Positions of such verdicts, of the last update.
  std::vector<std::uint8_t> rejectors_;  // By position; whose verdict it is, if it is a rejection.
  std::vector<std::size_t> rejections_;  // How many nodes each plugin turned away.
  // Positions that became feasible since all were scored; some are not any more, or have a score.
  std::vector<std::size_t> unscored_;
  std::vector<char> is_unscored_;  // Bools; by position.
  Totals totals_;
  ReasonCounts reasons_;
  std::size_t feasible_count_ = 0;
};

// The evaluations of the kinds of pods that were decided last, by Prepared::key().
class Evaluations {
 public:
  // Each may take some 100 bytes for each node.
  static constexpr std::size_t kKept = 16;

  // The one of this key, new if there is none; valid until the next call.
  [[nodiscard]] Evaluation& at(std::string key);
  // The one that at() returned last is of no further use.
  void drop_last() { kept_.pop_front(); }

 private:
  std::list<std::pair<std::string, Evaluation>> kept_;  // The last used first.
};

}  // namespace neuron_scheduler::scheduler
