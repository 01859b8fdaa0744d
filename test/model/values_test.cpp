#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cluster/model/name.hpp"
#include "cluster/model/resources.hpp"
#include "cluster/model/selector.hpp"
#include "cluster/model/taint.hpp"
#include "cluster/model/text.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::model {
namespace {

TEST(NameTest, EqualTextsShareOneEntryThatGoesWithTheLastName) {
  const std::size_t before = Name::live_count();
  {
    Name first("only-in-this-test");
    const Name second(std::string("only-in-") + "this-test");
    EXPECT_EQ(first, second);
    EXPECT_EQ(Name::live_count(), before + 1);
    const Name copy = first;
    first = Name("another-one");
    EXPECT_EQ(copy.str(), "only-in-this-test");
    first = std::move(first);
  }
  EXPECT_EQ(Name::live_count(), before);
}

TEST(NameTest, IsOrderedByText) {
  EXPECT_LT(Name("a"), Name("b"));
  EXPECT_LT(Name(), Name("a"));
  EXPECT_TRUE(Name("").empty());
}

TEST(ResourcesTest, SubtractUndoesAddExactly) {
  Resources total;
  total.cpu_milli = 100;
  total.set_scalar(Name("x.io/b"), 2);
  const Resources before = total;
  Resources pod;
  pod.cpu_milli = Resources::kAmountMax;
  pod.set_scalar(Name("x.io/b"), 1);
  pod.set_scalar(Name("x.io/a"), 7);
  for (int i = 0; i < 3000; ++i) total.add(pod);
  EXPECT_EQ(total.scalar(Name("x.io/a")), 21'000);
  EXPECT_EQ(total.scalars.front().first.str(), "x.io/a");
  for (int i = 0; i < 3000; ++i) total.subtract(pod);
  EXPECT_EQ(total, before);
}

TEST(ResourcesTest, ScalarNamesAreThoseOfKubeScheduler) {
  for (const auto* name : {"aws.amazon.com/neuron", "hugepages-2Mi", "kubernetes.io/x",
                           "attachable-volumes-aws-ebs"}) {
    EXPECT_TRUE(is_scalar_resource(name)) << name;
  }
  for (const auto* name : {"cpu", "memory", "pods", "requests.example.com/x", "neuron"}) {
    EXPECT_FALSE(is_scalar_resource(name)) << name;
  }
  EXPECT_FALSE(is_extended_resource("hugepages-2Mi"));
}

struct RequirementCase {
  const char* name;
  Requirement requirement;
  bool want;
};

void PrintTo(const RequirementCase& row, std::ostream* out) { *out << row.name; }

class RequirementTest : public testing::TestWithParam<RequirementCase> {};

TEST_P(RequirementTest, Matches) {
  Labels labels;
  labels.set(Name("zone"), Name("a"));
  labels.set(Name("cores"), Name("8"));
  labels.set(Name("empty"), Name(""));
  EXPECT_EQ(GetParam().requirement.matches(labels), GetParam().want);
}

using Op = SelectorOperator;
INSTANTIATE_TEST_SUITE_P(
    Operators, RequirementTest,
    testing::Values(
        RequirementCase{"InHit", {Name("zone"), Op::kIn, {Name("b"), Name("a")}, 0}, true},
        RequirementCase{"InMiss", {Name("zone"), Op::kIn, {Name("b")}, 0}, false},
        RequirementCase{"InMissing", {Name("x"), Op::kIn, {Name("b")}, 0}, false},
        RequirementCase{"InEmptyValue", {Name("empty"), Op::kIn, {Name("")}, 0}, true},
        RequirementCase{"NotInHit", {Name("zone"), Op::kNotIn, {Name("a")}, 0}, false},
        RequirementCase{"NotInMissingHolds", {Name("x"), Op::kNotIn, {Name("a")}, 0}, true},
        RequirementCase{"Exists", {Name("zone"), Op::kExists, {}, 0}, true},
        RequirementCase{"ExistsMissing", {Name("x"), Op::kExists, {}, 0}, false},
        RequirementCase{"DoesNotExist", {Name("x"), Op::kDoesNotExist, {}, 0}, true},
        RequirementCase{"DoesNotExistMiss", {Name("zone"), Op::kDoesNotExist, {}, 0}, false},
        RequirementCase{"Gt", {Name("cores"), Op::kGt, {}, 7}, true},
        RequirementCase{"GtEqual", {Name("cores"), Op::kGt, {}, 8}, false},
        RequirementCase{"Lt", {Name("cores"), Op::kLt, {}, 9}, true},
        RequirementCase{"GtNoNumber", {Name("zone"), Op::kGt, {}, 0}, false},
        RequirementCase{"LtMissing", {Name("x"), Op::kLt, {}, 9}, false}),
    [](const auto& row) { return row.param.name; });

TEST(NodeSelectorTest, TermsAreOredAndAnEmptyTermMatchesNothing) {
  Labels labels;
  labels.set(Name("zone"), Name("a"));
  RequiredNodeAffinity affinity;
  EXPECT_TRUE(affinity.matches(Name("n"), labels));
  affinity.terms.emplace();
  EXPECT_FALSE(affinity.matches(Name("n"), labels));
  affinity.terms->push_back({});
  EXPECT_FALSE(affinity.matches(Name("n"), labels));
  affinity.terms->push_back({{}, {{Op::kIn, Name("n")}}});
  EXPECT_TRUE(affinity.matches(Name("n"), labels));
  EXPECT_FALSE(affinity.matches(Name("m"), labels));
  affinity.node_selector.requirements = {{Name("zone"), Op::kIn, {Name("b")}, 0}};
  EXPECT_FALSE(affinity.matches(Name("n"), labels));
}

struct TolerationCase {
  const char* name;
  Toleration toleration;
  bool want;
};

void PrintTo(const TolerationCase& row, std::ostream* out) { *out << row.name; }

class TolerationTest : public testing::TestWithParam<TolerationCase> {};

TEST_P(TolerationTest, Tolerates) {
  const Taint taint{Name("key"), Name("value"), TaintEffect::kNoSchedule};
  EXPECT_EQ(GetParam().toleration.tolerates(taint), GetParam().want);
}

using TolerationOp = Toleration::Operator;
constexpr auto kNoSchedule = TaintEffect::kNoSchedule;
constexpr auto kNoExecute = TaintEffect::kNoExecute;
INSTANTIATE_TEST_SUITE_P(
    Rules, TolerationTest,
    testing::Values(
        TolerationCase{
            "Equal", {Name("key"), Name("value"), TolerationOp::kEqual, true, kNoSchedule}, true},
        TolerationCase{
            "OtherValue", {Name("key"), Name("x"), TolerationOp::kEqual, true, kNoSchedule}, false},
        TolerationCase{
            "Exists", {Name("key"), Name(), TolerationOp::kExists, true, kNoSchedule}, true},
        TolerationCase{
            "OtherKey", {Name("x"), Name(), TolerationOp::kExists, true, kNoSchedule}, false},
        TolerationCase{
            "EveryKey", {Name(), Name(), TolerationOp::kExists, true, kNoSchedule}, true},
        TolerationCase{
            "SameEffect", {Name("key"), Name(), TolerationOp::kExists, false, kNoSchedule}, true},
        TolerationCase{
            "OtherEffect", {Name("key"), Name(), TolerationOp::kExists, false, kNoExecute}, false},
        TolerationCase{"EmptyKeyEqual",
                       {Name(), Name("value"), TolerationOp::kEqual, true, kNoSchedule},
                       false},
        TolerationCase{"Unsupported",
                       {Name("key"), Name("value"), TolerationOp::kUnsupported, true, kNoSchedule},
                       false}),
    [](const auto& row) { return row.param.name; });

TEST(TextTest, NeverCutsACharacter) {
  EXPECT_EQ(truncated("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(truncated("abcdefghi", 8), "abcd ...");
  EXPECT_EQ(truncated("abc\xC3\xA4xxxx", 8), "abc ...");
  EXPECT_EQ(truncated("ab\xC3\xA4xxxxx", 8), "ab\xC3\xA4 ...");
  EXPECT_EQ(truncated("\x80\x80\x80\x80\x80\x80\x80\x80\x80", 8), " ...");
}

TEST(TextTest, IntegersAreThoseOfGo) {
  EXPECT_EQ(parse_integer("+7"), 7);
  EXPECT_EQ(parse_integer("-7"), -7);
  EXPECT_EQ(parse_integer("007"), 7);
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const auto* text : {"", "+", "++7", "+-7", "7 ", " 7", "7.0", "9223372036854775808"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
}

TEST(TimeTest, WritesAndReadsRfc3339) {
  const WallTime time{std::chrono::nanoseconds{1'767'225'600'123'456'789}};
  EXPECT_EQ(format_time(time), "2026-01-01T00:00:00Z");
  EXPECT_EQ(format_micro_time(time), "2026-01-01T00:00:00.123456Z");
  EXPECT_EQ(parse_time("2026-01-01T00:00:00.123456789Z"), time);
  EXPECT_EQ(parse_time("2026-01-01T02:30:00.123456789+02:30"), time);
}

struct Duration {
  const char* name;
  std::string text;
  std::optional<std::int64_t> want;
};

void PrintTo(const Duration& row, std::ostream* out) { *out << row.name; }

class DurationTest : public testing::TestWithParam<Duration> {};

// The values are those of Go's time.ParseDuration.
TEST_P(DurationTest, IsReadAsGoReadsIt) {
  const auto read = parse_duration(GetParam().text);
  EXPECT_EQ(read.has_value(), GetParam().want.has_value());
  if (read && GetParam().want) {
    EXPECT_EQ(read->count(), *GetParam().want);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, DurationTest,
    testing::Values(
        Duration{"Zero", "0", 0}, Duration{"Seconds", "15s", 15'000'000'000},
        Duration{"Sum", "1h2m3s4ms5us6ns", 3'723'004'005'006}, Duration{"Micro", "3\u00b5s", 3'000},
        Duration{"Fraction", "1.5h", 5'400'000'000'000}, Duration{"NoWhole", ".5s", 500'000'000},
        Duration{"NoFraction", "5.s", 5'000'000'000}, Duration{"Negative", "-1.5s", -1'500'000'000},
        Duration{"Minute", "0.000000000001m", 0},
        Duration{"LongFraction", "0.3333333333333333333333h", 1'200'000'000'000},
        Duration{"Max", "9223372036854775807ns", 9'223'372'036'854'775'807},
        Duration{"TooMany", "9223372036854775808ns", {}}, Duration{"TooLong", "2562048h", {}},
        Duration{"SumTooLong", "2562047h60m", {}}, Duration{"NoUnit", "15", {}},
        Duration{"OtherUnit", "1d", {}}, Duration{"Empty", "", {}}, Duration{"Sign", "-", {}},
        Duration{"Dot", ".s", {}}, Duration{"Blank", "1 s", {}},
        Duration{"SignInside", "1h-1m", {}}),
    [](const auto& row) { return row.param.name; });

TEST(TimeTest, RefusesWhatIsNoTime) {
  for (const auto* text :
       {"", "2026-01-01", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z",
        "2026-01-01T00:00:00", "0001-01-01T00:00:00Z", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00Zx", "-026-01-01T00:00:00Z"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace neuron_scheduler::model
