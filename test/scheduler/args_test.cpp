#include "scheduler/args.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include "scheduler/plugin.hpp"
#include "test/scheduler/scores.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using testing::ElementsAre;

boost::json::object object_of(std::string_view text) {
  return boost::json::parse(std::string(text)).as_object();
}

TEST(ArgsReader, ReadsWhatIsThereAndGivesDefaultsForTheRest) {
  const auto object = object_of(
      R"({"n": 3, "yes": true, "name": "x", "list": ["a", "b"], "none": null, "o": {"k": 1}})");
  ArgsReader args(object, "args");
  EXPECT_EQ(args.integer("n", 1, 0, 10), 3);
  EXPECT_EQ(args.integer("none", 7, 0, 10), 7);
  EXPECT_TRUE(args.boolean("yes", false));
  EXPECT_TRUE(args.boolean("absent", true));
  EXPECT_EQ(args.text("name", "y"), "x");
  EXPECT_THAT(args.texts("list"), ElementsAre("a", "b"));
  EXPECT_EQ(args.object("o")->integer("k", 0, 0, 9), 1);
  EXPECT_FALSE(args.object("absent").has_value());
  EXPECT_FALSE(args.has("none"));
  args.refuse_unknown();
  EXPECT_TRUE(args.errors().empty());
}

struct Mistake {
  std::string name;
  std::string json;
  std::function<void(ArgsReader&)> read;
  std::string error;
};

class ArgsMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(ArgsMistakes, AreNamedWithTheirPath) {
  const auto object = object_of(GetParam().json);
  ArgsReader args(object, "args");
  GetParam().read(args);
  EXPECT_THAT(args.errors(), ElementsAre(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ArgsMistakes,
    testing::Values(
        Mistake{"OutOfRange", R"({"n": 11})",
                [](ArgsReader& args) { EXPECT_EQ(args.integer("n", 5, 0, 10), 5); },
                "args.n: Invalid value: 11: must be in the range [0-10]"},
        Mistake{"NotAnInteger", R"({"n": 1.5})",
                [](ArgsReader& args) { (void)args.integer("n", 5, 0, 10); },
                "args.n: Invalid value: 1.5E0: must be an integer"},
        Mistake{"NotABoolean", R"({"b": "yes"})",
                [](ArgsReader& args) { (void)args.boolean("b", false); },
                "args.b: Invalid value: \"yes\": must be true or false"},
        Mistake{"NotAString", R"({"s": 1})", [](ArgsReader& args) { (void)args.text("s", ""); },
                "args.s: Invalid value: 1: must be a string"},
        Mistake{"NotAListOfStrings", R"({"l": ["a", 1]})",
                [](ArgsReader& args) { EXPECT_TRUE(args.texts("l").empty()); },
                "args.l: Invalid value: [\"a\",1]: must be a list of strings"},
        Mistake{"NotSupported", R"({"c": "z"})",
                [](ArgsReader& args) {
                  EXPECT_EQ(args.choice("c", "x", {"x", "y"}), "x");
                },
                "args.c: Unsupported value: \"z\": supported values: \"x\", \"y\""},
        Mistake{"ItemIsNoObject", R"({"l": [{}, 1]})",
                [](ArgsReader& args) { EXPECT_EQ(args.objects("l").size(), 1u); },
                "args.l[1]: Invalid value: 1: must be an object"},
        Mistake{"Below", R"({"o": {"l": [{"n": 1}]}})",
                [](ArgsReader& args) { (void)args.object("o")->objects("l")[0].text("n", ""); },
                "args.o.l[0].n: Invalid value: 1: must be a string"},
        Mistake{"UnknownBelow", R"({"o": {"known": 1, "typo": 2}})",
                [](ArgsReader& args) {
                  (void)args.object("o")->integer("known", 0, 0, 9);
                  args.refuse_unknown();
                },
                "unknown field \"args.o.typo\""},
        Mistake{"LongValuesAreCut", R"({"s": [")" + std::string(500, 'x') + R"("]})",
                [](ArgsReader& args) { (void)args.text("s", ""); },
                "args.s: Invalid value: [\"" + std::string(122, 'x') + " ...: must be a string"}),
    [](const auto& row) { return row.param.name; });

struct Normalized {
  std::string name;
  std::vector<std::int64_t> scores;
  bool reverse;
  std::vector<std::int64_t> expected;
};

class NormalizeByHighest : public testing::TestWithParam<Normalized> {};

TEST_P(NormalizeByHighest, AsKubeScheduler) {
  auto scores = GetParam().scores;
  normalize_by_highest(scores, test::range_of(scores), GetParam().reverse);
  EXPECT_EQ(scores, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Table, NormalizeByHighest,
                         testing::Values(Normalized{"None", {}, true, {}},
                                         Normalized{"Forward", {0, 3, 9}, false, {0, 33, 100}},
                                         Normalized{"Reverse", {0, 3, 9}, true, {100, 67, 0}},
                                         Normalized{"AllZero", {0, 0}, false, {0, 0}},
                                         Normalized{"AllZeroReverse", {0, 0}, true, {100, 100}}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::scheduler
