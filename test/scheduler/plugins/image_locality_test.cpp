#include "scheduler/plugins/image_locality.hpp"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using model::NodeImage;
using test::NodeBuilder;
using test::PodBuilder;

constexpr std::int64_t kMi = std::int64_t{1} << 20;

PodBuilder with(const std::vector<const char*>& images) {
  PodBuilder pod("p");
  for (const auto* image : images) pod.raw().waiting.edit().images.emplace_back(image);
  return pod;
}

struct NodeOf {
  const char* name;
  std::vector<std::pair<const char*, std::int64_t>> images;
};

model::Cache world(const std::vector<NodeOf>& nodes) {
  model::Cache cache({});
  for (const auto& [name, images] : nodes) {
    NodeBuilder node(name);
    for (const auto& [image, size] : images) {
      node.raw().images.push_back(NodeImage{Name(image), size});
    }
    cache.set_node(node.build());
  }
  return cache;
}

struct Case {
  const char* name;
  PodBuilder pod;
  std::vector<NodeOf> nodes;
  std::vector<std::int64_t> want;  // By node; none: the plugin has nothing to say.
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class ImageLocalityTest : public testing::TestWithParam<Case> {};

TEST_P(ImageLocalityTest, Scores) {
  const auto cache = world(GetParam().nodes);
  const auto pod = GetParam().pod.build();
  const ImageLocality plugin;
  const auto prepared = plugin.pre_score(*pod, cache);
  std::vector<std::int64_t> scores;
  if (prepared.status.is_ok()) {
    for (const auto* node : cache.nodes()) {
      scores.push_back(plugin.score(prepared.state.get(), *pod, *node));
    }
  }
  EXPECT_EQ(scores, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, ImageLocalityTest,
    testing::Values(
        Case{"NobodyHasIt", with({"a:1"}), {{"n", {{"b:1", 500 * kMi}}}}, {}},
        Case{"NoImages", PodBuilder("p"), {{"n", {{"b:1", 500 * kMi}}}}, {}},
        // 500 Mi x 1/2 = 250 Mi: 100 x (250 - 23) / (1000 - 23) = 23.
        Case{"HalfHaveIt", with({"a:1"}), {{"m", {}}, {"n", {{"a:1", 500 * kMi}}}}, {0, 23}},
        // 500 Mi whole: 48.
        Case{"AllHaveIt",
             with({"a:1"}),
             {{"m", {{"a:1", 500 * kMi}}}, {"n", {{"a:1", 500 * kMi}}}},
             {48, 48}},
        Case{"TooSmallToMatter", with({"a:1"}), {{"n", {{"a:1", 23 * kMi}}}}, {0}},
        Case{"JustAboveSmall", with({"a:1"}), {{"n", {{"a:1", 33 * kMi}}}}, {1}},
        Case{"TooLargeToMatterMore", with({"a:1"}), {{"n", {{"a:1", 5000 * kMi}}}}, {100}},
        // The most grows with the number of images: 100 x (1000 - 23) / (2000 - 23) = 49.
        Case{"OneOfTwo", with({"a:1", "b:1"}), {{"n", {{"a:1", 1000 * kMi}}}}, {49}},
        Case{
            "TwoContainersOfOneImage", with({"a:1", "a:1"}), {{"n", {{"a:1", 1000 * kMi}}}}, {100}},
        Case{"ByAnyOfItsNames",
             with({"a@sha256:0"}),
             {{"n", {{"a:1", 500 * kMi}, {"a@sha256:0", 500 * kMi}}}},
             {48}},
        // The size is that of the first node that told it.
        Case{"NodesDisagreeOnTheSize",
             with({"a:1"}),
             {{"m", {{"a:1", 500 * kMi}}}, {"n", {{"a:1", 1 * kMi}}}},
             {48, 48}}),
    [](const auto& row) { return row.param.name; });

TEST(ImageLocalityLikenessTest, IsThePodsImagesAndWhatTheyAreWorth) {
  const auto text = [](const PodBuilder& builder, const std::vector<NodeOf>& nodes) {
    const ImageLocality plugin;
    const auto pod = builder.build();
    const auto cache = world(nodes);
    Likeness likeness;
    plugin.describe(*pod, likeness);
    plugin.describe_cluster(nullptr, plugin.pre_score(*pod, cache).state.get(), likeness);
    return likeness.text();
  };
  const NodeOf has{"m", {{"a:1", kMi}}};
  const NodeOf other{"n", {{"b:1", kMi}}};
  const auto base = text(with({"a:1"}), {has, other});
  EXPECT_EQ(text(with({"a:1", "c:1"}), {has}), text(with({"c:1", "a:1"}), {has}));
  EXPECT_NE(base, text(with({"b:1"}), {has, other}));
  EXPECT_NE(base, text(with({"a:1"}), {has}));                             // Fewer nodes.
  EXPECT_NE(base, text(with({"a:1"}), {has, {"n", {{"a:1", kMi}}}}));      // More have it.
  EXPECT_EQ(base, text(with({"a:1"}), {has, {"n", {{"other:1", kMi}}}}));  // Others do not matter.
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
