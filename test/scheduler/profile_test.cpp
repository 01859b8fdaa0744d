#include "scheduler/profile.hpp"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/plugins/default_binder.hpp"
#include "scheduler/plugins/priority_sort.hpp"
#include "scheduler/registry.hpp"

namespace neuron_scheduler::scheduler {
namespace {

template <class Interface>
std::vector<std::string> names(const Profile& profile,
                               std::span<const Extension<Interface>> extensions) {
  std::vector<std::string> list;
  for (const auto& extension : extensions) list.push_back(profile.plugin_name(extension.index));
  return list;
}

using Names = std::vector<std::string>;

TEST(RegistryTest, PluginsComeInKubeSchedulersOrder) {
  Names rows;
  for (const auto& row : plugin_registry()) rows.emplace_back(row.name);
  EXPECT_EQ(rows, (Names{"SchedulingGates", "PrioritySort", "NodeName", "NodeUnschedulable",
                         "TaintToleration", "NodeAffinity", "NodePorts", "NodeResourcesFit",
                         "Neuron", "InterPodAffinity", "UnbuiltFeatures",
                         "NodeResourcesBalancedAllocation", "ImageLocality", "DefaultBinder"}));
  for (const auto& row : rows) EXPECT_EQ(find_plugin(row)->name, row);
  EXPECT_EQ(find_plugin("X"), nullptr);
}

TEST(RegistryTest, AggregatesHaveTheSlotsOfTheirFactories) {
  std::size_t declared = 0;
  for (const auto& row : plugin_registry()) {
    const auto slot = aggregate_slot(row.name);
    EXPECT_EQ(slot.has_value(), row.share != nullptr) << row.name;
    if (slot) {
      EXPECT_EQ(*slot, declared++);
    }
  }
  EXPECT_EQ(SharedPlugins().aggregate_factories().size(), declared);
  EXPECT_EQ(aggregate_slot("X"), std::nullopt);
}

TEST(RegistryTest, TheFiltersKeepWhatSomePluginReads) {
  const auto pods = pod_annotation_filter();
  const auto nodes = node_annotation_filter();
  for (const auto& row : plugin_registry()) {
    for (const auto key : row.pod_annotations) EXPECT_TRUE(pods.wants(key));
    for (const auto key : row.node_annotations) EXPECT_TRUE(nodes.wants(key));
  }
  EXPECT_FALSE(pods.wants("example.com/unrelated"));
}

TEST(ProfileTest, TheDefaultProfileHasEveryPluginWhereItBelongs) {
  const auto config = default_profile_config();
  EXPECT_EQ(config.scheduler_name, "neuron-scheduler");
  const auto profile = Profile::make(config).value();
  EXPECT_EQ(names(profile, profile.pre_enqueue()), Names{"SchedulingGates"});
  EXPECT_EQ(profile.queue_sort_name(), "PrioritySort");
  EXPECT_EQ(names(profile, profile.pre_filter()),
            (Names{"NodeName", "NodeAffinity", "NodePorts", "Neuron", "InterPodAffinity",
                   "UnbuiltFeatures"}));
  EXPECT_EQ(names(profile, profile.filter()),
            (Names{"NodeName", "NodeUnschedulable", "TaintToleration", "NodeAffinity", "NodePorts",
                   "NodeResourcesFit", "Neuron", "InterPodAffinity"}));
  EXPECT_EQ(names(profile, profile.pre_score()),
            (Names{"TaintToleration", "NodeAffinity", "NodeResourcesBalancedAllocation",
                   "ImageLocality"}));
  EXPECT_EQ(names(profile, profile.score()),
            (Names{"TaintToleration", "NodeAffinity", "NodeResourcesFit", "Neuron",
                   "NodeResourcesBalancedAllocation", "ImageLocality"}));
  std::vector<std::int64_t> weights;
  for (const auto& score : profile.score()) weights.push_back(profile.weight(score.index));
  EXPECT_EQ(weights, (std::vector<std::int64_t>{3, 2, 1, 2, 1, 1}));
  EXPECT_EQ(names(profile, profile.reserve()), Names{"Neuron"});
  EXPECT_EQ(names(profile, profile.bind()), Names{"DefaultBinder"});
}

ProfileConfig config_of(std::string scheduler_name, std::vector<PluginChoice> plugins) {
  ProfileConfig config;
  config.scheduler_name = std::move(scheduler_name);
  config.plugins = std::move(plugins);
  return config;
}

ProfileConfig with_point(Point point, PointChoice choice, std::string path = {}) {
  ProfileConfig config = default_profile_config();
  config.points[point] = std::move(choice);
  config.path = std::move(path);
  return config;
}

struct Order {
  const char* name;
  PointChoice filter;
  Names want;
};

void PrintTo(const Order& row, std::ostream* out) { *out << row.name; }

class FilterOrderTest : public testing::TestWithParam<Order> {};

// As expandMultiPointPlugins of kube-scheduler's framework has it; UnbuiltFeatures stays wherever
// it belongs, Neuron has to.
TEST_P(FilterOrderTest, AsKubeSchedulerExpandsMultiPoint) {
  auto config = with_point(Point::kFilter, GetParam().filter);
  config.plugins = {{"NodeName", {}},     {"NodeUnschedulable", {}}, {"TaintToleration", {}},
                    {"PrioritySort", {}}, {"DefaultBinder", {}},     {"UnbuiltFeatures", {}}};
  const auto profile = Profile::make(config);
  ASSERT_TRUE(profile) << profile.error().message;
  auto list = names(*profile, profile->filter());
  std::erase(list, "UnbuiltFeatures");
  EXPECT_EQ(list, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Table, FilterOrderTest,
    testing::Values(Order{"Nothing", {}, {"NodeName", "NodeUnschedulable", "TaintToleration"}},
                    Order{"Overridden",
                          {{{"TaintToleration", {}}, {"NodeName", {}}}, {}},
                          {"TaintToleration", "NodeName", "NodeUnschedulable"}},
                    Order{"Added",
                          {{{"NodeResourcesFit", {}}, {"TaintToleration", {}}}, {}},
                          {"TaintToleration", "NodeName", "NodeUnschedulable", "NodeResourcesFit"}},
                    Order{"Disabled", {{}, {"NodeUnschedulable"}}, {"NodeName", "TaintToleration"}},
                    Order{"MovedToTheEnd",
                          {{{"NodeName", {}}}, {"NodeName"}},
                          {"NodeUnschedulable", "TaintToleration", "NodeName"}},
                    Order{"AllButOne", {{{"TaintToleration", {}}}, {"*"}}, {"TaintToleration"}},
                    Order{"DisabledElsewhereOnly",
                          {{}, {"NodeAffinity"}},
                          {"NodeName", "NodeUnschedulable", "TaintToleration"}}),
    [](const auto& row) { return row.param.name; });

TEST(ProfileTest, UnbuiltFeaturesStaysWhereAllIsDisabled) {
  auto config = default_profile_config();
  for (const auto point :
       {Point::kPreFilter, Point::kFilter, Point::kReserve, Point::kPreScore, Point::kScore}) {
    config.points[point].disabled = {"*"};
  }
  std::erase_if(config.plugins, [](const auto& choice) { return choice.name == "Neuron"; });
  const auto profile = Profile::make(config);
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(names(*profile, profile->pre_filter()), Names{"UnbuiltFeatures"});
  EXPECT_TRUE(profile->score().empty());
}

TEST(ProfileTest, TheWeightOfThePointCountsMore) {
  auto config = with_point(Point::kScore, {{{"Neuron", 7}}, {}});
  for (auto& choice : config.plugins) {
    if (choice.name == "Neuron") choice.weight = 5;
    if (choice.name == "NodeResourcesFit") choice.weight = 4;
  }
  const auto profile = Profile::make(config);
  ASSERT_TRUE(profile) << profile.error().message;
  std::vector<std::pair<std::string, std::int64_t>> weights;
  for (const auto& extension : profile->score()) {
    weights.emplace_back(profile->plugin_name(extension.index), profile->weight(extension.index));
  }
  EXPECT_EQ(weights.front(), std::pair(std::string("Neuron"), std::int64_t{7}));
  EXPECT_THAT(weights, testing::Contains(std::pair(std::string("NodeResourcesFit"), 4)));
}

struct BadConfig {
  const char* name;
  ProfileConfig config;
  std::string error;
};

void PrintTo(const BadConfig& row, std::ostream* out) { *out << row.name; }

class BadProfileTest : public testing::TestWithParam<BadConfig> {};

TEST_P(BadProfileTest, IsRefusedByName) {
  const auto profile = Profile::make(GetParam().config);
  ASSERT_FALSE(profile.has_value());
  EXPECT_EQ(profile.error().code, model::Errc::kInvalid);
  EXPECT_EQ(profile.error().message, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, BadProfileTest,
    testing::Values(
        BadConfig{"Unknown", config_of("s", {{"VolumeZone", {}}}),
                  "profile \"s\": there is no plugin \"VolumeZone\""},
        BadConfig{"Twice", config_of("s", {{"NodeName", {}}, {"NodeName", {}}}),
                  "profile \"s\": plugin NodeName is listed twice"},
        BadConfig{"Weight", config_of("s", {{"NodeResourcesFit", -1}}),
                  "profile \"s\": plugin NodeResourcesFit: weight -1 is not within 0 and 10000"},
        BadConfig{"NoUnbuiltFeatures",
                  config_of("s", {{"PrioritySort", {}}, {"DefaultBinder", {}}}),
                  "profile \"s\": plugin UnbuiltFeatures cannot be left out"},
        BadConfig{"NoSort", config_of("s", {{"UnbuiltFeatures", {}}, {"DefaultBinder", {}}}),
                  "profile \"s\": exactly one QueueSort plugin is needed, not 0"},
        BadConfig{"NoBinder", config_of("s", {{"UnbuiltFeatures", {}}, {"PrioritySort", {}}}),
                  "profile \"s\": there is no Bind plugin"},
        BadConfig{"NoName",
                  {"", {{"PrioritySort", {}}, {"UnbuiltFeatures", {}}, {"DefaultBinder", {}}}},
                  "a profile has no schedulerName"},
        BadConfig{"EverythingAtOnce",
                  {"", {{"NodeName", {}}}},
                  "profile \"\": plugin UnbuiltFeatures cannot be left out\n"
                  "a profile has no schedulerName\n"
                  "profile \"\": exactly one QueueSort plugin is needed, not 0\n"
                  "profile \"\": there is no Bind plugin"},
        BadConfig{"TwiceAtAPoint",
                  with_point(Point::kScore, {{{"Neuron", {}}, {"Neuron", {}}}, {}}),
                  "profile \"neuron-scheduler\": plugin Neuron is listed twice"},
        BadConfig{"OtherPoint", with_point(Point::kScore, {{{"Neuron", {}}, {"NodeName", {}}}, {}}),
                  "profile \"neuron-scheduler\": plugins.score.enabled[1]: Invalid value: "
                  "\"NodeName\": plugin does not extend score"},
        BadConfig{"OtherPointInAFile",
                  with_point(Point::kScore, {{{"NodeName", {}}}, {}}, "profiles[3]"),
                  "profiles[3].plugins.score.enabled[0]: Invalid value: \"NodeName\": plugin does "
                  "not extend score"},
        BadConfig{"WithoutPreFilter",
                  with_point(Point::kPreFilter, {{}, {"NodeAffinity"}}, "profiles[0]"),
                  "profiles[0].plugins.preFilter.disabled: NodeAffinity cannot be left out here "
                  "alone: its other extension points need it"},
        BadConfig{"NeuronWithoutFilter",
                  with_point(Point::kFilter, {{}, {"Neuron"}}, "profiles[0]"),
                  "profiles[0].plugins.filter.disabled: Neuron cannot be left out here alone: "
                  "disable it in multiPoint"},
        BadConfig{"NeuronWithoutReserve", with_point(Point::kReserve, {{}, {"*"}}, "profiles[0]"),
                  "profiles[0].plugins.reserve.disabled: Neuron cannot be left out here alone: "
                  "disable it in multiPoint"},
        BadConfig{"UnbuiltFeaturesDisabled",
                  with_point(Point::kFilter, {{}, {"UnbuiltFeatures"}}, "profiles[0]"),
                  "profiles[0].plugins.filter.disabled: UnbuiltFeatures cannot be disabled"},
        BadConfig{"NoSortAtItsPoint", with_point(Point::kQueueSort, {{}, {"*"}}, "profiles[0]"),
                  "profiles[0]: exactly one QueueSort plugin is needed, not 0"}),
    [](const auto& row) { return row.param.name; });

TEST(ProfileTest, AWeightOfZeroCountsAsOne) {
  const auto config = config_of("s", {{"PrioritySort", {}},
                                      {"NodeResourcesFit", 0},
                                      {"UnbuiltFeatures", {}},
                                      {"DefaultBinder", {}}});
  const auto profile = Profile::make(config).value();
  EXPECT_EQ(profile.weight(profile.score().front().index), 1);
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
