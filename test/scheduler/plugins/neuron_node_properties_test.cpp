// What holds of a node's state whatever pods come and go, in whatever order.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "cluster/model/node_view.hpp"
#include "scheduler/plugins/neuron_keys.hpp"
#include "scheduler/plugins/neuron_node.hpp"
#include "test/neuron/naive.hpp"
#include "test/neuron/random_case.hpp"
#include "test/support/neuron_builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using naive::Draw;
using naive::Ids;
using naive::Machine;
using test::PodBuilder;

model::NodeView empty_view() {
  std::vector<std::unique_ptr<model::NodeAggregate>> aggregates;
  aggregates.push_back(std::make_unique<NeuronNode>());
  return model::NodeView(std::move(aggregates));
}

const NeuronNode& aggregate(const model::NodeView& view) {
  return dynamic_cast<const NeuronNode&>(view.aggregate(0));
}

model::NodeRef node_of(const Machine& machine) {
  test::NodeBuilder node(naive::kNodeName);
  node.label("node.kubernetes.io/instance-type", machine.type);
  node.resource("aws.amazon.com/neuron", machine.devices);
  if (machine.cores_known) node.resource("aws.amazon.com/neuroncore", machine.cores());
  return node.build();
}

std::string joined(const Ids& ids) {
  std::string text;
  for (const int id : ids) text += (text.empty() ? "" : ",") + std::to_string(id);
  return text;
}

// A bound pod: mostly one with a readable assignment, which may overlap those of others.
model::PodRef random_pod(const Machine& machine, int number, Draw& draw) {
  PodBuilder pod("p" + std::to_string(number));
  pod.bound_to(naive::kNodeName);
  if (draw.one_in(8)) return pod.build();  // Asks for nothing.
  if (draw.one_in(12)) return pod.decode_error("broken").build();
  const bool in_devices = !machine.cores_known || draw.one_in(2);
  neuron::ContainerRequest request = naive::random_request(machine, in_devices, draw);
  if (in_devices) request.cores = 0;
  pod.request(in_devices ? neuron_keys::kDevices : neuron_keys::kCores,
              in_devices ? request.devices : request.cores);
  if (draw.one_in(6)) return pod.build();  // Foreign.
  if (draw.one_in(6)) return pod.annotation(neuron_keys::kIds, "1,x").build();
  if (naive::obstacle(machine, request)) return pod.build();
  Ids ids = draw.of(naive::placements(naive::Node(machine), request));
  if (in_devices) {
    for (int& id : ids) id /= machine.cores_per_device;
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  }
  return pod.annotation(neuron_keys::kIds, joined(ids)).build();
}

void expect_same(const model::NodeView& left, const model::NodeView& right) {
  ASSERT_EQ(aggregate(left).state(), aggregate(right).state());
  ASSERT_EQ(aggregate(left).foreign(), aggregate(right).foreign());
  ASSERT_EQ(aggregate(left).usage().foreign_pods, aggregate(right).usage().foreign_pods);
  ASSERT_EQ(aggregate(left).holdings().size(), aggregate(right).holdings().size());
}

class NeuronNodeProperties : public testing::Test {
 protected:
  // Calls check with the pods of many random nodes.
  template <class Check>
  void for_random_nodes(Check check) {
    const auto machines = naive::all_machines();
    int foreign = 0;
    int used = 0;
    for (std::uint64_t seed = 1; seed <= 600; ++seed) {
      Draw draw(seed);
      const Machine& machine = draw.of(machines);
      std::vector<model::PodRef> pods;
      for (int i = draw.below(12); i >= 0; --i) pods.push_back(random_pod(machine, i, draw));
      model::NodeView view = empty_view();
      view.set_node(node_of(machine));
      for (const auto& pod : pods) view.add_pod(pod);
      foreign += aggregate(view).foreign().empty() ? 0 : 1;
      used += aggregate(view).state() == neuron::NodeState(aggregate(view).geometry()) ? 0 : 1;
      check(machine, pods, view, draw);
      if (HasFatalFailure()) FAIL() << "seed " << seed << ", " << machine.name;
    }
    EXPECT_GT(foreign, 100);
    EXPECT_GT(used, 300);
  }
};

TEST_F(NeuronNodeProperties, WhatPodsLeaveIsFreeAgain) {
  for_random_nodes([](const Machine& machine, std::vector<model::PodRef> pods,
                      model::NodeView& view, Draw& draw) {
    while (!pods.empty()) {
      std::shuffle(pods.begin(), pods.end(), draw.engine());
      view.remove_pod(*pods.back());
      pods.pop_back();
      model::NodeView rest = empty_view();
      rest.set_node(node_of(machine));
      for (const auto& pod : pods) rest.add_pod(pod);
      expect_same(view, rest);
      if (HasFatalFailure()) return;
    }
    ASSERT_EQ(aggregate(view).state(), neuron::NodeState(aggregate(view).geometry()));
    ASSERT_TRUE(aggregate(view).foreign().empty());
  });
}

TEST_F(NeuronNodeProperties, OrderOfEventsDoesNotMatter) {
  for_random_nodes([](const Machine& machine, std::vector<model::PodRef> pods,
                      model::NodeView& view, Draw& draw) {
    std::shuffle(pods.begin(), pods.end(), draw.engine());
    const auto before = static_cast<std::size_t>(draw.below(static_cast<int>(pods.size()) + 1));
    model::NodeView other = empty_view();
    for (std::size_t i = 0; i < pods.size(); ++i) {
      if (i == before) other.set_node(node_of(machine));
      other.add_pod(pods[i]);
    }
    if (before == pods.size()) other.set_node(node_of(machine));
    expect_same(view, other);
  });
}

TEST_F(NeuronNodeProperties, NodeThatGoesAndComesBackIsTheSame) {
  for_random_nodes([](const Machine& machine, const std::vector<model::PodRef>& /*pods*/,
                      model::NodeView& view, Draw& /*draw*/) {
    const model::NodeView before = view;
    view.set_node(nullptr);
    view.set_node(node_of(machine));
    expect_same(view, before);
  });
}

TEST_F(NeuronNodeProperties, UpdatesThatSayTheSameChangeNothing) {
  for_random_nodes([](const Machine& /*machine*/, const std::vector<model::PodRef>& pods,
                      model::NodeView& view, Draw& draw) {
    const model::NodeView before = view;
    for (int i = 0; i < 5; ++i) {
      const auto& pod = draw.of(pods);
      view.update_pod(*pod, std::make_shared<model::Pod>(*pod));
    }
    expect_same(view, before);
  });
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
