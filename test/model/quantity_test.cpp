#include "cluster/model/quantity.hpp"

#include <limits>
#include <ostream>

#include <gtest/gtest.h>

namespace neuron_scheduler::model {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

struct Good {
  const char* name;
  const char* text;
  std::int64_t value;
  std::int64_t milli;
};

void PrintTo(const Good& row, std::ostream* out) { *out << row.name; }

class GoodQuantity : public testing::TestWithParam<Good> {};

TEST_P(GoodQuantity, IsReadExactly) {
  const auto quantity = Quantity::parse(GetParam().text);
  ASSERT_TRUE(quantity.has_value()) << quantity.error().message;
  EXPECT_EQ(quantity->value(), GetParam().value);
  EXPECT_EQ(quantity->milli_value(), GetParam().milli);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, GoodQuantity,
    testing::Values(
        Good{"Zero", "0", 0, 0}, Good{"Plain", "12", 12, 12'000}, Good{"Plus", "+3", 3, 3'000},
        Good{"Negative", "-3", -3, -3'000}, Good{"NegativeRoundsUp", "-1.5", -1, -1'500},
        Good{"Point", "1.5", 2, 1'500}, Good{"LeadingPoint", ".5", 1, 500},
        Good{"TrailingPoint", "5.", 5, 5'000}, Good{"Milli", "250m", 1, 250},
        Good{"MilliRoundsUp", "0.1m", 1, 1}, Good{"Micro", "1500u", 1, 2}, Good{"Nano", "1n", 1, 1},
        Good{"BelowNanoRoundsUp", "0.1n", 1, 1}, Good{"Kilo", "2k", 2'000, 2'000'000},
        Good{"Mega", "1M", 1'000'000, 1'000'000'000},
        Good{"Giga", "1G", 1'000'000'000, 1'000'000'000'000}, Good{"Kibi", "1Ki", 1'024, 1'024'000},
        Good{"PointMebi", "0.5Mi", 524'288, 524'288'000},
        Good{"Gibi", "64Gi", 68'719'476'736, 68'719'476'736'000},
        Good{"Exbi", "1Ei", 1'152'921'504'606'846'976, kMax},
        Good{"Exa", "2E", 2'000'000'000'000'000'000, kMax},
        Good{"Exponent", "1e3", 1'000, 1'000'000}, Good{"UpperExponent", "1E3", 1'000, 1'000'000},
        Good{"NegativeExponent", "1500e-3", 2, 1'500},
        Good{"PlusExponent", "12e+2", 1'200, 1'200'000},
        Good{"LongFractionIsExact", "1.000000001", 2, 1'001},
        Good{"CutAtTheTop", "9223372036854775808", kMax, kMax},
        Good{"CutHugeExponent", "1e400", kMax, kMax}, Good{"CutHugeExbi", "100Ei", kMax, kMax},
        Good{"TinyExponentRoundsUp", "1e-400", 1, 1}, Good{"ZeroWithExponent", "0e400", 0, 0},
        Good{"ManyDigits", "00000000000000000000000000000000000000000000000000000000000000007", 7,
             7'000}),
    [](const auto& row) { return row.param.name; });

class BadQuantity : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(BadQuantity, IsRefusedWithItsText) {
  const auto quantity = Quantity::parse(GetParam().second);
  ASSERT_FALSE(quantity.has_value());
  EXPECT_EQ(quantity.error().message,
            "\"" + std::string(GetParam().second) + "\" is not a quantity");
}

INSTANTIATE_TEST_SUITE_P(
    Forms, BadQuantity,
    testing::Values(std::pair{"Empty", ""}, std::pair{"Word", "abc"}, std::pair{"Space", " 1"},
                    std::pair{"SpaceBehind", "1 "}, std::pair{"TwoPoints", "1.2.3"},
                    std::pair{"OnlyPoint", "."}, std::pair{"OnlySign", "-"},
                    std::pair{"TwoSigns", "--1"}, std::pair{"UnknownSuffix", "1KiB"},
                    std::pair{"LowerKibi", "1ki"}, std::pair{"EmptyExponent", "1e+"},
                    std::pair{"PointInExponent", "1e1.5"}, std::pair{"SuffixOnly", "Mi"},
                    std::pair{"Hex", "0x10"}, std::pair{"Infinity", "inf"}),
    [](const auto& row) { return row.param.first; });

TEST(QuantityTest, SumsAreExactBeforeRounding) {
  const Quantity tenth = Quantity::parse("0.1m").value();
  Quantity sum;
  for (int i = 0; i < 10; ++i) sum += tenth;
  EXPECT_EQ(sum.milli_value(), 1);
  EXPECT_EQ(sum, Quantity::from_milli(1));
}

TEST(QuantityTest, KnowsIntegersAndSigns) {
  EXPECT_TRUE(Quantity::parse("2000m")->is_integer());
  EXPECT_FALSE(Quantity::parse("2001m")->is_integer());
  EXPECT_TRUE(Quantity::parse("-1n")->is_negative());
  EXPECT_TRUE(Quantity::parse("-0")->is_zero());
}

}  // namespace
}  // namespace neuron_scheduler::model
