// Decisions depend on what there is, not on the order in which it became known.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/plugins/neuron_rules/world.hpp"

namespace neuron_scheduler::test::rules {
namespace {

std::vector<std::string> some_nodes() {
  std::vector<std::string> nodes;
  for (const char* const name : {"a", "b", "c"}) {
    const std::string of = name;
    nodes.push_back(node("trn1-" + of, "trn1.32xlarge", 16, 32));
    nodes.push_back(node("trn2-" + of, "trn2.48xlarge", 16, 64));
    nodes.push_back(node("inf2-" + of, "inf2.48xlarge", 12, 24));
  }
  return nodes;
}

std::vector<std::string> some_bound_pods() {
  return {bound("x1", "trn1-a", "neuron: 1", {{"AWS_NEURON_IDS", "5"}}),
          bound("x2", "trn1-b", "neuron: 4", {{"AWS_NEURON_IDS", "8,9,10,11"}}),
          bound("x3", "inf2-c", "neuroncore: 3", {{"AWS_NEURON_IDS", "6,7,8"}}),
          bound("x4", "inf2-c", "neuroncore: 1", {{"AWS_NEURON_IDS", "9"}}),
          bound("x5", "trn2-b", "neuron: 1"),
          bound("x6", "trn2-a", "neuron: 16")};
}

// One after the other, each as the last one left it.
std::vector<std::string> outcomes(const std::vector<std::string>& news) {
  World world;
  for (const std::string& one : news) world.apply(one);
  std::vector<std::string> told;
  const std::vector<std::string> asked{
      "neuroncore: 1", "neuron: 1",  "neuron: 4",     "neuroncore: 2", "neuron: 8",
      "neuron: 2",     "neuron: 16", "neuroncore: 7", "neuron: 4",     "neuroncore: 1",
      "neuron: 5",     "neuron: 16", "neuron: 1",     "neuron: 16",    "neuron: 7"};
  for (std::size_t i = 0; i < asked.size(); ++i) {
    told.push_back(world.ask(pod("p" + std::to_string(i), asked[i])));
  }
  return told;
}

TEST(Order, OfNodesAndBoundPodsDoesNotMatter) {
  std::vector<std::string> news = some_nodes();
  const auto pods = some_bound_pods();
  news.insert(news.end(), pods.begin(), pods.end());
  const auto want = outcomes(news);
  EXPECT_GE(std::count_if(want.begin(), want.end(),
                          [](const std::string& one) { return one.find(": ") < 8; }),
            10);
  EXPECT_GE(std::count_if(want.begin(), want.end(),
                          [](const std::string& one) { return one.starts_with("0/9 nodes"); }),
            1);
  std::mt19937_64 random(5);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(news.begin(), news.end(), random);
    ASSERT_EQ(outcomes(news), want) << "round " << round;
  }
}

TEST(Order, OfPodsThatCameAndWentDoesNotMatter) {
  std::vector<std::string> news = some_nodes();
  const auto want = outcomes(news);
  World world;
  for (const std::string& one : news) world.apply(one);
  for (const std::string& one : some_bound_pods()) world.apply(one);
  for (int i = 6; i > 0; --i) world.remove("pod x" + std::to_string(i));
  EXPECT_EQ(world.ask(pod("p0", "neuroncore: 1")), want.front());
}

}  // namespace
}  // namespace neuron_scheduler::test::rules
