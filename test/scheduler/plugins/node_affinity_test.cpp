#include "scheduler/plugins/node_affinity.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/plugins/args.hpp"
#include "test/scheduler/plugins/node_world.hpp"
#include "test/scheduler/scores.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using model::NodeSelectorTerm;
using model::SelectorOperator;
using test::NodeBuilder;
using test::PodBuilder;

using Names = std::vector<std::pair<SelectorOperator, Name>>;
constexpr auto kIn = SelectorOperator::kIn;
constexpr auto kNotIn = SelectorOperator::kNotIn;

PodBuilder with_terms(std::vector<NodeSelectorTerm> terms) {
  PodBuilder pod("p");
  pod.raw().waiting.edit().node_affinity.terms = std::move(terms);
  return pod;
}

NodeSelectorTerm zone(std::string_view value) {
  return {{{Name("zone"), kIn, {Name(value)}, 0}}, {}};
}

struct FilterCase {
  const char* name;
  PodBuilder pod;
  bool fits;
};

void PrintTo(const FilterCase& row, std::ostream* out) { *out << row.name; }

class NodeAffinityFilterTest : public testing::TestWithParam<FilterCase> {};

TEST_P(NodeAffinityFilterTest, Filters) {
  const auto node = test::node_view(NodeBuilder("n").label("zone", "a").label("disk", "ssd"));
  const Status want =
      GetParam().fits
          ? Status::ok()
          : Status::unresolvable(Name("node(s) didn't match Pod's node affinity/selector"));
  EXPECT_EQ(NodeAffinity().filter(nullptr, *GetParam().pod.build(), node), want);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, NodeAffinityFilterTest,
    testing::Values(
        FilterCase{"Nothing", PodBuilder("p"), true},
        FilterCase{"Selector", PodBuilder("p").node_selector("zone", "a"), true},
        FilterCase{"SelectorMiss", PodBuilder("p").node_selector("zone", "b"), false},
        FilterCase{"SelectorMissing", PodBuilder("p").node_selector("rack", "1"), false},
        FilterCase{"Terms", with_terms({zone("b"), zone("a")}), true},
        FilterCase{"TermsMiss", with_terms({zone("b"), zone("c")}), false},
        FilterCase{"SelectorAndTerms", with_terms({zone("a")}).node_selector("disk", "hdd"), false},
        FilterCase{"NoTermMatchesNothing", with_terms({}), false}),
    [](const auto& row) { return row.param.name; });

struct PreFilterCase {
  const char* name;
  PodBuilder pod;
  Status status;
  std::optional<std::vector<std::string>> nodes;
};

void PrintTo(const PreFilterCase& row, std::ostream* out) { *out << row.name; }

class NodeAffinityPreFilterTest : public testing::TestWithParam<PreFilterCase> {};

TEST_P(NodeAffinityPreFilterTest, NamesNodes) {
  const model::Cache cache({});
  const auto result = NodeAffinity().pre_filter(*GetParam().pod.build(), cache);
  EXPECT_EQ(result.status, GetParam().status);
  std::optional<std::vector<std::string>> nodes;
  if (result.nodes) {
    nodes.emplace();
    for (const auto& name : *result.nodes) nodes->push_back(name.str());
  }
  EXPECT_EQ(nodes, GetParam().nodes);
}

NodeSelectorTerm named(Names names) { return {{}, std::move(names)}; }

INSTANTIATE_TEST_SUITE_P(
    Rules, NodeAffinityPreFilterTest,
    testing::Values(
        PreFilterCase{"Nothing", PodBuilder("p"), Status::skip(), std::nullopt},
        PreFilterCase{"Selector", PodBuilder("p").node_selector("zone", "a"), Status::ok(),
                      std::nullopt},
        PreFilterCase{"OneName", with_terms({named({{kIn, Name("n")}})}), Status::ok(), {{"n"}}},
        PreFilterCase{"UnionOfTerms",
                      with_terms({named({{kIn, Name("b")}}), named({{kIn, Name("a")}}),
                                  named({{kIn, Name("b")}})}),
                      Status::ok(),
                      {{"a", "b"}}},
        PreFilterCase{"OneTermLeavesItOpen", with_terms({named({{kIn, Name("a")}}), zone("a")}),
                      Status::ok(), std::nullopt},
        PreFilterCase{"NotInNamesNone", with_terms({named({{kNotIn, Name("a")}})}), Status::ok(),
                      std::nullopt},
        PreFilterCase{
            "ConflictInOneTerm",
            with_terms({named({{kIn, Name("a")}, {kIn, Name("b")}}), named({{kIn, Name("c")}})}),
            Status::ok(),
            {{"c"}}},
        PreFilterCase{"AllConflict", with_terms({named({{kIn, Name("a")}, {kIn, Name("b")}})}),
                      Status::unresolvable(Name("pod affinity terms conflict")), std::nullopt},
        PreFilterCase{"NoTerm", with_terms({}), Status::ok(), std::nullopt}),
    [](const auto& row) { return row.param.name; });

PodBuilder preferring(std::vector<model::PreferredNodeTerm> terms) {
  PodBuilder pod("p");
  pod.raw().waiting.edit().preferred_nodes = std::move(terms);
  return pod;
}

struct ScoreCase {
  const char* name;
  PodBuilder pod;
  std::vector<model::PreferredNodeTerm> added;
  std::int64_t want;
};

void PrintTo(const ScoreCase& row, std::ostream* out) { *out << row.name; }

class NodeAffinityScoreTest : public testing::TestWithParam<ScoreCase> {};

TEST_P(NodeAffinityScoreTest, AddsWeights) {
  const NodeAffinity plugin(AddedNodeAffinity{std::nullopt, GetParam().added});
  const auto node = test::node_view(NodeBuilder("n").label("zone", "a"));
  EXPECT_EQ(plugin.score(nullptr, *GetParam().pod.build(), node), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, NodeAffinityScoreTest,
    testing::Values(
        ScoreCase{"Nothing", PodBuilder("p"), {}, 0},
        ScoreCase{"Matches", preferring({{7, zone("a")}}), {}, 7},
        ScoreCase{"DoesNot", preferring({{7, zone("b")}}), {}, 0},
        ScoreCase{"ByName", preferring({{7, named({{kIn, Name("n")}})}}), {}, 7},
        ScoreCase{"Sum", preferring({{7, zone("a")}, {100, zone("b")}, {3, zone("a")}}), {}, 10},
        ScoreCase{"EmptyTermMatchesNothing", preferring({{7, {}}}), {}, 0},
        ScoreCase{"Added", PodBuilder("p"), {{5, zone("a")}}, 5},
        ScoreCase{"AddedAndOwn", preferring({{7, zone("a")}}), {{5, zone("a")}}, 12}),
    [](const auto& row) { return row.param.name; });

TEST(NodeAffinityNormalizeTest, MoreIsBetter) {
  std::vector<std::int64_t> scores = {0, 10, 30};
  NodeAffinity().normalize(scores, test::range_of(scores));
  EXPECT_EQ(scores, (std::vector<std::int64_t>{0, 33, 100}));
  scores = {0, 0};
  NodeAffinity().normalize(scores, test::range_of(scores));
  EXPECT_EQ(scores, (std::vector<std::int64_t>{0, 0}));
}

TEST(NodeAffinityPreScoreTest, IsSkippedWhereNothingIsPreferred) {
  const model::Cache cache({});
  const auto status = [&](const PodBuilder& pod, AddedNodeAffinity added) {
    return NodeAffinity(std::move(added)).pre_score(*pod.build(), cache).status;
  };
  EXPECT_EQ(status(PodBuilder("p"), {}), Status::skip());
  EXPECT_EQ(status(preferring({{7, zone("a")}}), {}), Status::ok());
  EXPECT_EQ(status(PodBuilder("p"), {std::nullopt, {{7, zone("a")}}}), Status::ok());
}

// What the profile adds comes first, and with words of its own.
TEST(NodeAffinityAddedTest, IsRequiredOfEveryPod) {
  const NodeAffinity plugin(AddedNodeAffinity{{{zone("a")}}, {}});
  const model::Cache cache({});
  EXPECT_EQ(plugin.pre_filter(*PodBuilder("p").build(), cache).status, Status::ok());
  const auto filter = [&](const PodBuilder& pod, std::string_view node_zone) {
    return plugin.filter(nullptr, *pod.build(),
                         test::node_view(NodeBuilder("n").label("zone", node_zone)));
  };
  EXPECT_EQ(filter(PodBuilder("p"), "a"), Status::ok());
  EXPECT_EQ(filter(with_terms({zone("b")}), "b"),
            Status::unresolvable(Name("node(s) didn't match scheduler-enforced node affinity")));
  EXPECT_EQ(filter(with_terms({zone("b")}), "a"),
            Status::unresolvable(Name("node(s) didn't match Pod's node affinity/selector")));
}

TEST(NodeAffinityAddedTest, IsReadFromArguments) {
  const auto plugin = test::made_of(R"({"addedAffinity":{
      "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
        {"matchExpressions":[{"key":"zone","operator":"In","values":["a","b"]},
                             {"key":"size","operator":"Gt","values":["3"]}]},
        {"matchFields":[{"key":"metadata.name","operator":"NotIn","values":["n"]}]}]},
      "preferredDuringSchedulingIgnoredDuringExecution":[
        {"weight":9,"preference":{"matchExpressions":[{"key":"zone","operator":"Exists"}]}},
        {"weight":0,"preference":{"matchExpressions":[{"key":"zone","operator":"Exists"}]}},
        {"weight":3,"preference":{}}]}})",
                                    NodeAffinity::from_args);
  const auto& filter = dynamic_cast<const FilterPlugin&>(*plugin);
  const auto& score = dynamic_cast<const ScorePlugin&>(*plugin);
  const auto pod = PodBuilder("p").build();
  const auto fits = [&](const NodeBuilder& node) {
    return filter.filter(nullptr, *pod, test::node_view(node)).is_ok();
  };
  EXPECT_TRUE(fits(NodeBuilder("n").label("zone", "b").label("size", "4")));
  EXPECT_FALSE(fits(NodeBuilder("n").label("zone", "b").label("size", "3")));
  EXPECT_FALSE(fits(NodeBuilder("n").label("zone", "c").label("size", "4")));
  EXPECT_TRUE(fits(NodeBuilder("m")));
  EXPECT_EQ(score.score(nullptr, *pod, test::node_view(NodeBuilder("n").label("zone", "x"))), 9);
}

TEST(NodeAffinityAddedTest, RequiringNothingByAnEmptyListLetsNoNodePass) {
  const auto plugin =
      test::made_of(R"({"addedAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{}}})",
                    NodeAffinity::from_args);
  EXPECT_FALSE(dynamic_cast<const FilterPlugin&>(*plugin)
                   .filter(nullptr, *PodBuilder("p").build(), test::node_view(NodeBuilder("n")))
                   .is_ok());
}

struct ArgsCase {
  const char* name;
  std::string expression;  // Of a required term.
  std::vector<std::string> errors;
};

void PrintTo(const ArgsCase& row, std::ostream* out) { *out << row.name; }

class NodeAffinityArgsTest : public testing::TestWithParam<ArgsCase> {};

constexpr const char* kPath =
    "args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].";

TEST_P(NodeAffinityArgsTest, AreChecked) {
  const std::string json =
      R"({"addedAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
          {"nodeSelectorTerms":[{)" +
      GetParam().expression + "}]}}}";
  std::vector<std::string> want;
  for (const auto& error : GetParam().errors) want.push_back(kPath + error);
  EXPECT_EQ(test::errors_of(json, NodeAffinity::from_args), want);
}

std::string expression(const std::string& op, const std::string& values) {
  return R"("matchExpressions":[{"key":"k","operator":")" + op + R"(","values":)" + values + "}]";
}

INSTANTIATE_TEST_SUITE_P(
    Errors, NodeAffinityArgsTest,
    testing::Values(
        ArgsCase{"Good", expression("NotIn", R"(["a",""])"), {}},
        ArgsCase{"NoOperator",
                 R"("matchExpressions":[{"key":"k"}])",
                 {R"(matchExpressions[0].operator: Unsupported value: "": )"
                  R"(supported values: "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")"}},
        ArgsCase{"InWithoutValues",
                 expression("In", "[]"),
                 {"matchExpressions[0].values: Invalid value: []: for 'in', 'notin' operators, "
                  "values set can't be empty"}},
        ArgsCase{
            "ExistsWithValues",
            expression("Exists", R"(["a"])"),
            {"matchExpressions[0].values: Invalid value: [\"a\"]: values set must be empty for "
             "exists and does not exist"}},
        ArgsCase{"GtOfTwo",
                 expression("Gt", R"(["1","2"])"),
                 {"matchExpressions[0].values: Invalid value: [\"1\",\"2\"]: for 'Gt', 'Lt' "
                  "operators, exactly one value is required"}},
        ArgsCase{"LtOfNoInteger",
                 expression("Lt", R"(["x"])"),
                 {"matchExpressions[0].values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, "
                  "the value must be an integer"}},
        ArgsCase{"BadKey",
                 R"("matchExpressions":[{"key":"","operator":"Exists"}])",
                 {"matchExpressions[0].key: Invalid value: \"\": name part must be non-empty",
                  "matchExpressions[0].key: Invalid value: \"\": name part must consist of "
                  "alphanumeric characters, '-', '_' or '.', and must start and end with an "
                  "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used "
                  "for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"}},
        ArgsCase{"LongValue",
                 expression("In", "[\"" + std::string(64, 'a') + "\"]"),
                 {"matchExpressions[0].values[0]: Invalid value: \"" + std::string(64, 'a') +
                  "\": must be no more than 63 bytes"}},
        ArgsCase{"FieldOperator",
                 R"("matchFields":[{"key":"metadata.name","operator":"Exists","values":["n"]}])",
                 {R"(matchFields[0].operator: Unsupported value: "Exists": )"
                  R"(supported values: "In", "NotIn")"}},
        ArgsCase{"FieldOfTwoValues",
                 R"("matchFields":[{"key":"metadata.name","operator":"In","values":["n","m"]}])",
                 {R"(matchFields[0].values: Invalid value: ["n","m"]: must have one element)"}},
        ArgsCase{"OtherField",
                 R"("matchFields":[{"key":"spec.x","operator":"In","values":["n"]}])",
                 {R"(matchFields[0].key: Unsupported value: "spec.x": )"
                  R"(supported values: "metadata.name")"}}),
    [](const auto& row) { return row.param.name; });

TEST(NodeAffinityAddedTest, WeightsAndKeysAreChecked) {
  EXPECT_EQ(test::errors_of(R"({"addedAffinity":{"x":1,
                "preferredDuringSchedulingIgnoredDuringExecution":[{"weight":101}]}})",
                            NodeAffinity::from_args),
            (std::vector<std::string>{
                "args.addedAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: "
                "Invalid value: 101: must be in the range [0-100]",
                "unknown field \"args.addedAffinity.x\""}));
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
