#include "test/placement/profile.hpp"

#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "scheduler/registry.hpp"
#include "scheduler/scheduler.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::placement {
namespace {

constexpr auto* kCores = "aws.amazon.com/neuroncore";
constexpr auto* kDevices = "aws.amazon.com/neuron";
constexpr std::int64_t kGib = std::int64_t{1} << 30;

class Bindings final : public scheduler::ApiWriter {
 public:
  void send_binding(const model::Binding& binding) override { sent.push_back(binding); }
  void read_pod(const model::Binding& /*binding*/) override {}
  void patch_condition(const model::Pod& /*pod*/,
                       const scheduler::UnscheduledCondition& /*condition*/) override {}
  void write_event(const model::Pod& /*pod*/, const scheduler::PodEvent& /*event*/,
                   model::Name /*reporter*/) override {}

  std::vector<model::Binding> sent;
};

class Silent final : public scheduler::Observer {
 public:
  void attempt(scheduler::AttemptResult /*result*/, std::string_view /*profile*/,
               std::chrono::nanoseconds /*duration*/) override {}
  void pod_bound(std::chrono::nanoseconds /*since_first_queued*/,
                 std::uint32_t /*attempts*/) override {}
  void bind_unknown() override {}
  void bind_conflict() override {}
  void notice(std::string_view /*pod*/, std::string_view /*note*/) override {}
};

model::NodeRef node_object(const NodeType& type, std::size_t index) {
  test::NodeBuilder node("node-" + std::to_string(index));
  node.label("node.kubernetes.io/instance-type", type.name);
  node.cpu_milli(std::int64_t{1000} * type.cpu).memory(type.memory_gib * kGib);
  node.resource(kDevices, type.devices).resource(kCores, type.cores);
  return node.build();
}

test::PodBuilder pod_object(std::size_t shape, std::size_t index) {
  test::PodBuilder pod("pod-" + std::to_string(index));
  pod.cpu_milli(std::int64_t{1000} * kPodCpu).memory(kPodMemoryGib * kGib);
  const PodShape& asked = kShapes[shape];
  if (asked.cores > 0) pod.request(kCores, asked.cores);
  if (asked.devices > 0) pod.request(kDevices, asked.devices);
  return pod;
}

// What the watch shows of the pod after its binding.
model::PodRef bound(test::PodBuilder pod, const model::Binding& binding) {
  static const auto kFilter = scheduler::pod_annotation_filter();
  pod.resource_version("2").bound_to(binding.node_name.view());
  for (const auto& [key, value] : binding.annotations) {
    if (kFilter.wants(key)) pod.annotation(key, value);
  }
  return pod.build();
}

std::size_t node_index(const model::Binding& binding) {
  std::string_view name = binding.node_name.view();
  name.remove_prefix(std::string_view("node-").size());
  std::size_t index = 0;
  std::from_chars(name.data(), name.data() + name.size(), index);
  return index;
}

}  // namespace

Filled fill_through_profile(const std::vector<SimNode>& fleet, const Trace& pods,
                            std::uint64_t seed) {
  test::SimClock clock;
  Bindings api;
  Silent silent;
  scheduler::SchedulerOptions options;
  options.seed = seed;
  const auto scheduler = std::move(scheduler::Scheduler::make(clock, api, silent, options).value());
  for (std::size_t i = 0; i < fleet.size(); ++i) scheduler->on_node(node_object(*fleet[i].type, i));
  Filled filled;
  for (std::size_t i = 0; i < pods.size(); ++i) {
    const PodShape& asked = kShapes[pods[i]];
    const test::PodBuilder pod = pod_object(pods[i], i);
    scheduler->on_pod(pod.build());
    while (scheduler->decide_one()) {
    }
    if (api.sent.empty()) {
      // Who finds no place is gone.
      scheduler->on_pod_removed(pod.build()->uid);
      ++filled.unplaced[pods[i]];
      continue;
    }
    for (const model::Binding& binding : std::exchange(api.sent, {})) {
      const NodeType& type = *fleet.at(node_index(binding)).type;
      filled.asked += asked.asked_cores();
      filled.used += asked.devices * (type.cores / type.devices) + asked.cores;
      scheduler->on_bind_answer(binding,
                                model::BindAnswer{model::BindEnd::kDone, {}, std::nullopt});
      scheduler->on_pod(bound(pod, binding));
    }
  }
  return filled;
}

}  // namespace neuron_scheduler::placement
