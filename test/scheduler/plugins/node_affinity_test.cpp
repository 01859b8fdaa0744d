#include "scheduler/plugins/node_affinity.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/plugins/node_world.hpp"

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
  pod.raw().node_affinity.terms = std::move(terms);
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

}  // namespace
}  // namespace neuron_scheduler::scheduler
