#include "scheduler/plugins/inter_pod_affinity.hpp"

#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::AntiAffinityTerm;
using model::LabelSelector;
using model::Name;
using model::SelectorOperator;
using test::NodeBuilder;
using test::PodBuilder;

LabelSelector selector(std::string_view key, std::string_view value) {
  return {{{Name(key), SelectorOperator::kIn, {Name(value)}, 0}}};
}

// Away from pods with app=web in namespace "default".
AntiAffinityTerm from_web(std::string_view topology_key) {
  AntiAffinityTerm term;
  term.selector = selector("app", "web");
  term.namespaces = {Name("default")};
  term.topology_key = Name(topology_key);
  return term;
}

AntiAffinityTerm from_namespaces(LabelSelector namespaces) {
  AntiAffinityTerm term = from_web("zone");
  term.namespaces.clear();
  term.namespace_selector = std::move(namespaces);
  return term;
}

PodBuilder guard(std::string_view node, std::vector<AntiAffinityTerm> terms) {
  PodBuilder pod("guard-" + std::string(node));
  pod.bound_to(node).raw().anti_affinity.edit() = std::move(terms);
  return pod;
}

PodBuilder web() { return PodBuilder("p").label("app", "web"); }

// a1 and a2 in zone a, b1 in zone b, and one that knows no zone.
model::Cache world(const std::vector<PodBuilder>& pods) {
  model::Cache cache({});
  for (const auto& [name, zone] : {std::pair("a1", "a"), {"a2", "a"}, {"b1", "b"}}) {
    cache.set_node(NodeBuilder(name).label("zone", zone).build());
  }
  cache.set_node(NodeBuilder("lost").build());
  model::Labels team;
  team.set(Name("team"), Name("x"));
  cache.set_namespace(Name("known"), team);
  for (const auto& pod : pods) cache.set_pod(pod.build());
  return cache;
}

struct Case {
  const char* name;
  PodBuilder pod;
  std::vector<PodBuilder> others;
  std::string fits;  // Names of nodes; "skip": the plugin has nothing to say.
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class InterPodAffinityTest : public testing::TestWithParam<Case> {};

std::string nodes_that_fit(const model::Pod& pod, const model::Cache& cache) {
  static const Status kRejection =
      Status::unschedulable(Name("node(s) didn't satisfy existing pods anti-affinity rules"));
  const InterPodAffinity plugin;
  const auto prepared = plugin.pre_filter(pod, cache);
  if (prepared.status.code == Code::kSkip) return "skip";
  std::string fits;
  for (const auto* node : cache.nodes()) {
    const Status status = plugin.filter(prepared.state.get(), pod, *node);
    if (status.is_ok())
      fits += (fits.empty() ? "" : " ") + node->node().name.str();
    else
      EXPECT_EQ(status, kRejection);
  }
  return fits;
}

TEST_P(InterPodAffinityTest, KeepsAway) {
  const auto& row = GetParam();
  EXPECT_EQ(nodes_that_fit(*row.pod.build(), world(row.others)), row.fits);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, InterPodAffinityTest,
    testing::Values(
        Case{"NoTerm", web(), {PodBuilder("q").bound_to("a1")}, "skip"},
        Case{"TheNode", web(), {guard("a1", {from_web("kubernetes.io/hostname")})}, "a2 b1 lost"},
        Case{"TheWholeDomain", web(), {guard("a1", {from_web("zone")})}, "b1 lost"},
        Case{"SeveralPods",
             web(),
             {guard("a1", {from_web("zone")}), guard("a2", {from_web("zone")}),
              guard("b1", {from_web("zone")})},
             "lost"},
        Case{"SeveralTerms",
             web(),
             {guard("a1", {from_web("kubernetes.io/hostname")}), guard("b1", {from_web("zone")})},
             "a2 lost"},
        Case{"NodeWithoutTheKey", web(), {guard("lost", {from_web("zone")})}, "skip"},
        Case{"NodeThatIsGone", web(), {guard("gone", {from_web("zone")})}, "skip"},
        Case{"OtherLabel",
             PodBuilder("p").label("app", "db"),
             {guard("a1", {from_web("zone")})},
             "skip"},
        Case{"OtherNamespace",
             web().namespace_name("prod"),
             {guard("a1", {from_web("zone")})},
             "skip"},
        Case{"AnyNamespace",
             web().namespace_name("never-seen"),
             {guard("a1", {from_namespaces({})})},
             "b1 lost"},
        Case{"NamespaceByLabel",
             web().namespace_name("known"),
             {guard("a1", {from_namespaces(selector("team", "x"))})},
             "b1 lost"},
        Case{"NamespaceOfOtherLabel",
             web().namespace_name("known"),
             {guard("a1", {from_namespaces(selector("team", "y"))})},
             "skip"},
        Case{"NamespaceNotKnownHasNoLabels",
             web(),
             {guard("a1", {from_namespaces(selector("team", "x"))})},
             "skip"},
        Case{"NamespaceNotKnownLacksTheLabel",
             web(),
             {guard("a1",
                    {from_namespaces({{{Name("team"), SelectorOperator::kDoesNotExist, {}, 0}}})})},
             "b1 lost"},
        Case{"EmptySelectorSelectsAll",
             PodBuilder("p"),
             {guard("a1", {[] {
                      AntiAffinityTerm term = from_web("zone");
                      term.selector = {};
                      return term;
                    }()})},
             "b1 lost"},
        Case{"NoSelectorSelectsNone",
             web(),
             {guard("a1", {[] {
                      AntiAffinityTerm term = from_web("zone");
                      term.selects_nothing = true;
                      return term;
                    }()})},
             "skip"},
        Case{"TerminatingPodsCount",
             web(),
             {guard("a1", {from_web("zone")}).terminating()},
             "b1 lost"}),
    [](const auto& row) { return row.param.name; });

TEST(InterPodAffinityWhatIfTest, PodsComeAndGoInACopyOfTheState) {
  const auto other = guard("a1", {from_web("zone")}).build();
  const auto second = guard("a2", {from_web("zone")}).build();
  const model::Cache cache = world({guard("a1", {from_web("zone")})});
  const auto pod = web().build();
  const InterPodAffinity plugin;
  const auto state = plugin.pre_filter(*pod, cache).state;
  const auto& a1 = *cache.find_node(Name("a1"));
  const auto& a2 = *cache.find_node(Name("a2"));
  const auto fits = [&](const PluginState& of) { return plugin.filter(&of, *pod, a2).is_ok(); };
  const auto copy = state->clone();
  copy->add_pod(*second, a2);
  copy->remove_pod(*other, a1);
  EXPECT_FALSE(fits(*copy));
  copy->remove_pod(*second, a2);
  EXPECT_TRUE(fits(*copy));
  EXPECT_FALSE(fits(*state));
}

std::string cluster_text(const PodBuilder& pod, const std::vector<PodBuilder>& others) {
  const InterPodAffinity plugin;
  Likeness likeness;
  const auto built = pod.build();
  plugin.describe(*built, likeness);
  const model::Cache cache = world(others);
  const auto prepared = plugin.pre_filter(*built, cache);
  plugin.describe_cluster(prepared.state.get(), nullptr, likeness);
  return likeness.text();
}

TEST(InterPodAffinityLikenessTest, IsWhereThePodMustNotGo) {
  const auto in_a = guard("a1", {from_web("zone")});
  const auto also_in_a = guard("a2", {from_web("zone")});
  const auto in_b = guard("b1", {from_web("zone")});
  // Nothing selects them: labels and namespaces do not matter.
  EXPECT_EQ(cluster_text(PodBuilder("p").label("x", "1"), {in_a}), "");
  EXPECT_EQ(cluster_text(PodBuilder("q").namespace_name("n"), {in_a, in_b}), "");
  EXPECT_NE(cluster_text(web(), {in_a}), "");
  EXPECT_NE(cluster_text(web(), {in_a}), cluster_text(web(), {in_b}));
  EXPECT_EQ(cluster_text(web(), {in_a}), cluster_text(web(), {in_a, also_in_a}));
  EXPECT_EQ(cluster_text(web(), {in_a, in_b}), cluster_text(web(), {in_b, in_a}));
}

struct HelpCase {
  const char* name;
  Cause cause;
  std::vector<AntiAffinityTerm> terms;  // Of the pod that the event is about, or on its node.
  bool concerns;
  bool may_help;
};

void PrintTo(const HelpCase& row, std::ostream* out) { *out << row.name; }

class InterPodAffinityHelpTest : public testing::TestWithParam<HelpCase> {};

TEST_P(InterPodAffinityHelpTest, MayHelp) {
  const auto& row = GetParam();
  const auto other = guard("a1", row.terms).build();
  const bool of_node = row.cause == Cause::kNodeAdd || row.cause == Cause::kNodeUpdate ||
                       row.cause == Cause::kNodeDelete;
  Event event{row.cause};
  if (of_node) {
    event.pods_of_node = std::span(&other, 1);
  } else {
    event.pod = other.get();
  }
  const InterPodAffinity plugin;
  EXPECT_EQ(plugin.concerned_by(event), row.concerns);
  EXPECT_EQ(plugin.may_help(event, *web().build()), row.may_help);
}

AntiAffinityTerm from_db() {
  AntiAffinityTerm term = from_web("zone");
  term.selector = selector("app", "db");
  return term;
}

INSTANTIATE_TEST_SUITE_P(
    Events, InterPodAffinityHelpTest,
    testing::Values(
        HelpCase{"TheGuardWent", Cause::kAssignedPodDelete, {from_web("zone")}, true, true},
        HelpCase{"TheGuardChanged", Cause::kAssignedPodUpdate, {from_web("zone")}, true, true},
        HelpCase{"AnotherCame", Cause::kAssignedPodAdd, {from_web("zone")}, false, false},
        HelpCase{"APodWithoutTermsWent", Cause::kAssignedPodDelete, {}, false, false},
        HelpCase{"ItsTermMaySelectTheNamespace",
                 Cause::kAssignedPodDelete,
                 {from_namespaces(selector("team", "x"))},
                 true,
                 true},
        HelpCase{"ItsTermSelectsOthers", Cause::kAssignedPodDelete, {from_db()}, true, false},
        HelpCase{"ItsNodeChanged", Cause::kNodeUpdate, {from_web("zone")}, true, true},
        HelpCase{"ItsNodeWent", Cause::kNodeDelete, {from_web("zone")}, true, true},
        HelpCase{"ANodeOfOthersWent", Cause::kNodeDelete, {from_db()}, true, false},
        HelpCase{"ANodeOfNoneChanged", Cause::kNodeUpdate, {}, false, false},
        // It is asked itself.
        HelpCase{"ANodeCame", Cause::kNodeAdd, {from_web("zone")}, false, false}),
    [](const auto& row) { return row.param.name; });

// Of namespace "default", with the label team; "": without it, "?": not known.
struct RelabelCase {
  const char* name;
  const char* of;
  std::string before;
  std::string after;
  std::vector<AntiAffinityTerm> terms;  // Of a pod that counts.
  bool concerns;
  bool may_help;
};

void PrintTo(const RelabelCase& row, std::ostream* out) { *out << row.name; }

class InterPodAffinityRelabelTest : public testing::TestWithParam<RelabelCase> {};

TEST_P(InterPodAffinityRelabelTest, HelpsWhomATermLetsGo) {
  const auto& row = GetParam();
  const auto labels = [](const std::string& team) {
    model::Labels made;
    if (!team.empty()) made.set(Name("team"), Name(team));
    return made;
  };
  const auto before = labels(row.before);
  const auto after = labels(row.after);
  const model::Cache cache = world({guard("a1", row.terms)});
  const NamespaceChange change{Name(row.of), row.before == "?" ? nullptr : &before,
                               row.after == "?" ? nullptr : &after, cache.anti_affinity()};
  const Event event{.cause = Cause::kNamespaceUpdate, .namespace_change = &change};
  const InterPodAffinity plugin;
  EXPECT_EQ(plugin.concerned_by(event), row.concerns);
  EXPECT_EQ(plugin.may_help(event, *web().build()), row.may_help);
}

AntiAffinityTerm from_team_x() { return from_namespaces(selector("team", "x")); }

AntiAffinityTerm from_all_but_x() {
  return from_namespaces({{{Name("team"), SelectorOperator::kNotIn, {Name("x")}, 0}}});
}

AntiAffinityTerm from_dbs_of_team_x() {
  AntiAffinityTerm term = from_team_x();
  term.selector = selector("app", "db");
  return term;
}

AntiAffinityTerm from_team_x_and_default() {
  AntiAffinityTerm term = from_team_x();
  term.namespaces = {Name("default")};
  return term;
}

INSTANTIATE_TEST_SUITE_P(
    Changes, InterPodAffinityRelabelTest,
    testing::Values(
        RelabelCase{"LetGo", "default", "x", "y", {from_team_x()}, true, true},
        RelabelCase{"LostTheLabel", "default", "x", "", {from_team_x()}, true, true},
        RelabelCase{"Gone", "default", "x", "?", {from_team_x()}, true, true},
        RelabelCase{"BecameKnown", "default", "?", "x", {from_all_but_x()}, true, true},
        RelabelCase{"Caught", "default", "y", "x", {from_team_x()}, false, false},
        RelabelCase{"NoMatter", "default", "y", "z", {from_team_x()}, false, false},
        RelabelCase{"NoTerm", "default", "x", "y", {}, false, false},
        RelabelCase{"ATermWithoutSelector", "default", "x", "y", {from_web("zone")}, false, false},
        RelabelCase{
            "NamedAllTheSame", "default", "x", "y", {from_team_x_and_default()}, false, false},
        RelabelCase{"OneOfTwo", "default", "x", "y", {from_web("rack"), from_team_x()}, true, true},
        RelabelCase{"AnotherNamespace", "other", "x", "y", {from_team_x()}, true, false},
        RelabelCase{"AgainstOtherPods", "default", "x", "y", {from_dbs_of_team_x()}, true, false}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::scheduler
