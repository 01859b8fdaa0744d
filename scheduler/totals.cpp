#include "scheduler/totals.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace neuron_scheduler::scheduler {
namespace {

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();

// Puts a normalized score into a total, in place of these points; false: it is outside of the
// range.
bool put(std::int64_t score, std::int64_t weight, std::uint8_t& points, std::int64_t& total) {
  if (score < 0 || score > ScorePlugin::kScoreMax) return false;
  total += weight * (score - points);
  points = static_cast<std::uint8_t>(score);
  return true;
}

}  // namespace

void Totals::reset(std::size_t rows, std::span<const Prepared::Scorer> scorers) {
  columns_.resize(scorers.size());
  for (std::size_t i = 0; i < scorers.size(); ++i) {
    Column& column = columns_[i];
    column.extensions = scorers[i].plugin->score_extensions();
    column.weight = scorers[i].weight;
    column.scores.assign(rows, 0);
    column.points.assign(rows, 0);
    column.at_lowest = column.at_highest = 0;
    column.applied.reset();
  }
  has_.assign(rows, 0);
  totals_.assign(rows, kNone);
  fresh_.clear();
  is_fresh_.assign(rows, 0);
}

void Totals::set(std::size_t row, std::span<const std::int64_t> scores) {
  remove(row);
  has_[row] = 1;
  totals_[row] = 0;
  if (std::exchange(is_fresh_[row], char{1}) == 0) fresh_.push_back(row);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns_[i].scores[row] = scores[i];
    columns_[i].count_in(scores[i]);
  }
}

void Totals::remove(std::size_t row) {
  if (std::exchange(has_[row], char{0}) == 0) return;
  totals_[row] = kNone;
  for (Column& column : columns_) {
    column.points[row] = 0;
    column.count_out(column.scores[row]);
  }
}

void Totals::read(std::size_t row, std::span<std::int64_t> scores) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) scores[i] = columns_[i].scores[row];
}

void Totals::Column::count_in(std::int64_t score) {
  if (!range_known()) return;
  if (score < range.lowest) {
    range.lowest = score;
    at_lowest = 0;
  }
  if (score > range.highest) {
    range.highest = score;
    at_highest = 0;
  }
  if (score == range.lowest) ++at_lowest;
  if (score == range.highest) ++at_highest;
}

void Totals::Column::count_out(std::int64_t score) {
  if (!range_known()) return;
  if (score == range.lowest) --at_lowest;
  if (score == range.highest) --at_highest;
}

// These go over all rows for each pod: by pointers, since every access by index is checked.

void Totals::find_range(Column& column) const {
  const char* has = has_.data();
  const std::int64_t* scores = column.scores.data();
  ScoreRange range{std::numeric_limits<std::int64_t>::max(), kNone};
  column.at_lowest = column.at_highest = 0;
  for (std::size_t row = 0; row < has_.size(); ++row) {
    if (has[row] == 0) continue;
    const std::int64_t score = scores[row];
    if (score <= range.lowest) {
      column.at_lowest = score == range.lowest ? column.at_lowest + 1 : 1;
      range.lowest = score;
    }
    if (score >= range.highest) {
      column.at_highest = score == range.highest ? column.at_highest + 1 : 1;
      range.highest = score;
    }
  }
  column.range = range;
}

std::optional<std::int64_t> Totals::normalize_all(Column& column) {
  scratch_ = column.scores;
  column.extensions->normalize(scratch_, column.range);
  const char* has = has_.data();
  const std::int64_t* scores = scratch_.data();
  std::uint8_t* points = column.points.data();
  std::int64_t* totals = totals_.data();
  for (std::size_t row = 0; row < has_.size(); ++row) {
    if (has[row] == 0) continue;
    if (!put(scores[row], column.weight, points[row], totals[row])) return scores[row];
  }
  column.applied = column.range;
  return std::nullopt;
}

std::optional<std::int64_t> Totals::normalize_fresh(Column& column) {
  for (const std::size_t row : fresh_) {
    if (has_[row] == 0) continue;
    std::int64_t score = column.scores[row];
    if (column.extensions != nullptr) {
      column.extensions->normalize(std::span(&score, 1), column.range);
    }
    if (!put(score, column.weight, column.points[row], totals_[row])) return score;
  }
  return std::nullopt;
}

std::optional<Totals::Invalid> Totals::refresh() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Column& column = columns_[i];
    const bool normalizes = column.extensions != nullptr;
    if (normalizes && !column.range_known()) find_range(column);
    // Without any row there is no range.
    const bool moved = normalizes && column.range_known() && column.applied != column.range;
    const auto invalid = moved ? normalize_all(column) : normalize_fresh(column);
    if (invalid) return Invalid{i, *invalid};
  }
  for (const std::size_t row : fresh_) is_fresh_[row] = 0;
  fresh_.clear();
  return std::nullopt;
}

std::vector<std::size_t> Totals::best() const {
  std::vector<std::size_t> rows;
  std::int64_t highest = kNone;
  for (const std::int64_t total : totals_) highest = std::max(highest, total);
  if (highest == kNone) return rows;
  const std::int64_t* totals = totals_.data();
  for (std::size_t row = 0, count = totals_.size(); row < count; ++row) {
    if (totals[row] == highest) rows.push_back(row);
  }
  return rows;
}

}  // namespace neuron_scheduler::scheduler
