#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "scheduler/prepared.hpp"

namespace neuron_scheduler::scheduler {

// The weighted sums of the normalized scores of some rows (nodes) for one pod and all that are like
// it, kept up to date: rows whose scores did not change are only touched where the range of all
// scores did (design.md §10).
class Totals {
 public:
  // Of a plugin that does not keep to its range.
  struct Invalid {
    std::size_t column = 0;
    std::int64_t score = 0;
  };

  // No row has scores. A column for each scorer, whose plugins must outlive this.
  void reset(std::size_t rows, std::span<const Prepared::Scorer> scorers);
  [[nodiscard]] bool has(std::size_t row) const { return has_[row] != 0; }
  // Before normalization; one for each column.
  void set(std::size_t row, std::span<const std::int64_t> scores);
  // From then on it has none.
  void remove(std::size_t row);
  // As they were set.
  void read(std::size_t row, std::span<std::int64_t> scores) const;

  // Normalizes and adds up. Not nullopt: a score is outside of 0..kScoreMax after that; it is found
  // again each time until it is set to another one.
  [[nodiscard]] std::optional<Invalid> refresh();
  // The rows with the highest total, ascending, as of the last refresh().
  [[nodiscard]] std::vector<std::size_t> best() const;

 private:
  struct Column {
    const ScoreExtensions* extensions = nullptr;  // Null: scores are used as they are.
    std::int64_t weight = 0;
    std::vector<std::int64_t> scores;
    std::vector<std::uint8_t> points;  // Their part in totals_, without the weight.
    // Of the rows that have scores, and how many have its ends; 0: it must be found out again.
    ScoreRange range;
    std::size_t at_lowest = 0;
    std::size_t at_highest = 0;
    std::optional<ScoreRange> applied;  // The one that points was normalized with.

    [[nodiscard]] bool range_known() const { return at_lowest > 0 && at_highest > 0; }
    void count_in(std::int64_t score);
    void count_out(std::int64_t score);
  };

  void find_range(Column& column) const;
  // Both return what is outside of the range.
  [[nodiscard]] std::optional<std::int64_t> normalize_all(Column& column);
  [[nodiscard]] std::optional<std::int64_t> normalize_fresh(Column& column);

  std::vector<Column> columns_;
  std::vector<char> has_;             // Bools.
  std::vector<std::int64_t> totals_;  // kNone where there are no scores.
  std::vector<std::size_t> fresh_;    // Set since the last refresh(); some were removed again.
  std::vector<char> is_fresh_;        // Bools.
  std::vector<std::int64_t> scratch_;
};

}  // namespace neuron_scheduler::scheduler
