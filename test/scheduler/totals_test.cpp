#include "scheduler/totals.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/scores.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using Scores = std::vector<std::int64_t>;

struct AsIs final : ScorePlugin {
  std::int64_t score(const PluginState*, const model::Pod&, const model::NodeView&) const override {
    return 0;
  }
};

// The lowest becomes 0, the highest 100.
struct Stretching final : ScorePlugin, ScoreExtensions {
  std::int64_t score(const PluginState*, const model::Pod&, const model::NodeView&) const override {
    return 0;
  }
  const ScoreExtensions* score_extensions() const override { return this; }
  void normalize(std::span<std::int64_t> scores, const ScoreRange& all) const override {
    ++calls;
    const std::int64_t width = std::max<std::int64_t>(1, all.highest - all.lowest);
    for (auto& score : scores) score = kScoreMax * (score - all.lowest) / width;
  }
  mutable int calls = 0;
};

// The same sums, from all rows each time.
class Naive {
 public:
  explicit Naive(std::vector<Prepared::Scorer> scorers) : scorers_(std::move(scorers)) {}

  std::map<std::size_t, Scores> rows;

  [[nodiscard]] std::vector<std::size_t> best() const {
    std::map<std::size_t, std::int64_t> totals;
    for (std::size_t column = 0; column < scorers_.size(); ++column) {
      Scores scores;
      for (const auto& [row, of_row] : rows) scores.push_back(of_row[column]);
      if (const auto* extensions = scorers_[column].plugin->score_extensions()) {
        extensions->normalize(scores, test::range_of(scores));
      }
      std::size_t at = 0;
      for (const auto& [row, of_row] : rows) totals[row] += scorers_[column].weight * scores[at++];
    }
    std::vector<std::size_t> found;
    for (const auto& [row, total] : totals) {
      const bool beaten = std::ranges::any_of(
          totals, [total = total](const auto& other) { return other.second > total; });
      if (!beaten) found.push_back(row);
    }
    return found;
  }

 private:
  std::vector<Prepared::Scorer> scorers_;
};

class TotalsTest : public testing::Test {
 protected:
  AsIs plain_;
  Stretching stretching_;
  Stretching other_;
  std::vector<Prepared::Scorer> scorers_ = {
      {0, &stretching_, nullptr, 3}, {1, &plain_, nullptr, 2}, {2, &other_, nullptr, 1}};
  Totals totals_;
};

TEST_F(TotalsTest, SumsAreThoseOfAllRowsAnew) {
  constexpr std::size_t kRows = 9;
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 engine(seed);
    const auto draw = [&](unsigned below) { return static_cast<std::int64_t>(engine() % below); };
    totals_.reset(kRows, scorers_);
    Naive naive(scorers_);
    for (int step = 0; step < 200; ++step) {
      for (std::int64_t changes = draw(4); changes > 0; --changes) {
        const auto row = static_cast<std::size_t>(draw(kRows));
        if (draw(3) == 0) {
          totals_.remove(row);
          naive.rows.erase(row);
        } else {
          const Scores scores = {draw(5) * 100 - 200, draw(3) * 50, draw(1000)};
          totals_.set(row, scores);
          naive.rows[row] = scores;
        }
        ASSERT_EQ(totals_.has(row), naive.rows.contains(row));
      }
      ASSERT_FALSE(totals_.refresh());
      ASSERT_EQ(totals_.best(), naive.best()) << "seed " << seed << ", step " << step;
    }
  }
}

TEST_F(TotalsTest, WithinTheRangeOneRowAloneIsNormalized) {
  totals_.reset(4, scorers_);
  for (std::size_t row = 0; row < 4; ++row) {
    totals_.set(row, Scores{static_cast<std::int64_t>(row), 0, static_cast<std::int64_t>(row)});
  }
  ASSERT_FALSE(totals_.refresh());
  EXPECT_EQ(totals_.best(), std::vector<std::size_t>{3});
  totals_.set(1, Scores{2, 100, 1});
  ASSERT_FALSE(totals_.refresh());
  EXPECT_EQ(totals_.best(), std::vector<std::size_t>{1});
  Scores scores(3);
  totals_.read(1, scores);
  EXPECT_EQ(scores, (Scores{2, 100, 1}));
  EXPECT_EQ(stretching_.calls, 2);
}

TEST_F(TotalsTest, WhatIsOutOfRangeIsSaid) {
  totals_.reset(2, scorers_);
  totals_.set(0, Scores{0, 100, 0});
  totals_.set(1, Scores{0, 101, 0});
  const auto invalid = totals_.refresh();
  ASSERT_TRUE(invalid);
  EXPECT_EQ(invalid->column, 1U);
  EXPECT_EQ(invalid->score, 101);
  ASSERT_TRUE(totals_.refresh());
  totals_.set(1, Scores{0, 99, 0});
  ASSERT_FALSE(totals_.refresh());
  EXPECT_EQ(totals_.best(), std::vector<std::size_t>{0});
}

TEST_F(TotalsTest, AScoreThatAnotherRangeMakesInvalidIsSaidEachTime) {
  struct Shifting final : ScorePlugin, ScoreExtensions {
    std::int64_t score(const PluginState*, const model::Pod&,
                       const model::NodeView&) const override {
      return 0;
    }
    const ScoreExtensions* score_extensions() const override { return this; }
    void normalize(std::span<std::int64_t> scores, const ScoreRange& all) const override {
      for (auto& score : scores) score -= all.lowest;
    }
  } shifting;
  const std::vector<Prepared::Scorer> scorers = {{0, &shifting, nullptr, 1}};
  totals_.reset(3, scorers);
  totals_.set(0, Scores{50});
  totals_.set(1, Scores{120});
  ASSERT_FALSE(totals_.refresh());
  totals_.set(2, Scores{0});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(totals_.refresh()) << i;
  totals_.remove(1);
  ASSERT_FALSE(totals_.refresh());
  EXPECT_EQ(totals_.best(), std::vector<std::size_t>{0});
}

TEST_F(TotalsTest, WithoutRowsNothingIsBest) {
  totals_.reset(2, scorers_);
  ASSERT_FALSE(totals_.refresh());
  EXPECT_TRUE(totals_.best().empty());
  totals_.set(1, Scores{5, 5, 5});
  totals_.remove(1);
  ASSERT_FALSE(totals_.refresh());
  EXPECT_TRUE(totals_.best().empty());
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
