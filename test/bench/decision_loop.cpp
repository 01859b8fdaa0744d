// One run of the scheduler's core for counting its instructions (test/bench/instructions.py):
//   decision_loop NODES SLEEPERS PODS [metered]
// NODES Neuron nodes; SLEEPERS pods of four kinds that never fit have been decided and sleep; then
// PODS pods of one core each come, are decided, bound and confirmed. That part alone is inside
// measured_part(), which callgrind is told to count. metered: with the metrics of the real program.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "metrics/metrics.hpp"
#include "scheduler/registry.hpp"
#include "scheduler/scheduler.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler {
namespace {

using test::NodeBuilder;
using test::PodBuilder;

constexpr auto* kCores = "aws.amazon.com/neuroncore";
constexpr auto* kDevices = "aws.amazon.com/neuron";

class Api final : public scheduler::ApiWriter {
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

struct World {
  explicit World(scheduler::Observer& told) : observer(told) {}

  test::SimClock clock;
  Api api;
  scheduler::Observer& observer;
  std::unique_ptr<scheduler::Scheduler> scheduler = std::move(
      scheduler::Scheduler::make(clock, api, observer, scheduler::SchedulerOptions{}).value());
};

void make_nodes(World& world, int count) {
  for (int i = 0; i < count; ++i) {
    NodeBuilder node("node-" + std::to_string(i));
    node.label("node.kubernetes.io/instance-type", "trn1.32xlarge");
    node.resource(kDevices, 16).resource(kCores, 32);
    world.scheduler->on_node(node.build());
  }
}

void make_sleepers(World& world, int count) {
  for (int i = 0; i < count; ++i) {
    PodBuilder pod("sleeper-" + std::to_string(i));
    pod.label("index", std::to_string(i)).cpu_milli(1'000'000 + i % 4);
    world.scheduler->on_pod(pod.build());
  }
  while (world.scheduler->decide_one()) {
  }
}

// What the watch shows of the pod after its binding.
model::PodRef bound(const PodBuilder& pending, const model::Binding& binding) {
  PodBuilder pod = pending;
  pod.resource_version("2").bound_to(binding.node_name.view());
  static const auto kFilter = scheduler::pod_annotation_filter();
  for (const auto& [key, value] : binding.annotations) {
    if (kFilter.wants(key)) pod.annotation(key, value);
  }
  return pod.build();
}

__attribute__((noinline)) int measured_part(World& world, const std::vector<PodBuilder>& pods) {
  int confirmed = 0;
  for (const PodBuilder& pod : pods) {
    world.scheduler->on_pod(pod.build());
    world.scheduler->tick();
    while (world.scheduler->decide_one()) {
    }
    for (const model::Binding& binding : std::exchange(world.api.sent, {})) {
      world.scheduler->on_bind_answer(binding,
                                      model::BindAnswer{model::BindEnd::kDone, {}, std::nullopt});
      world.scheduler->on_pod(bound(pod, binding));
      ++confirmed;
    }
  }
  return confirmed;
}

int number(const char* text) {
  int value = 0;
  std::from_chars(text, text + std::strlen(text), value);
  return value;
}

}  // namespace
}  // namespace neuron_scheduler

int main(int argc, char** argv) {
  namespace ns = neuron_scheduler;
  const bool metered = argc == 5 && std::strcmp(argv[4], "metered") == 0;
  if (argc != 4 && !metered) {
    std::fputs("usage: decision_loop NODES SLEEPERS PODS [metered]\n", stderr);
    return 2;
  }
  ns::Silent silent;
  ns::metrics::MetricsOptions options;
  options.profiles = {"neuron-scheduler"};
  const auto metrics = ns::metrics::make_metrics(std::move(options));
  ns::scheduler::Observer* const observer = metrics.get();
  ns::World world(metered ? *observer : silent);
  ns::make_nodes(world, ns::number(argv[1]));
  ns::make_sleepers(world, ns::number(argv[2]));
  std::vector<ns::PodBuilder> pods;
  for (int i = 0; i < ns::number(argv[3]); ++i) {
    pods.emplace_back("pod-" + std::to_string(i)).cpu_milli(100).request(ns::kCores, 1);
  }
  const int confirmed = ns::measured_part(world, pods);
  std::printf("%d bound, %zu asleep\n", confirmed, world.scheduler->queue_sizes().unschedulable);
  return confirmed == static_cast<int>(pods.size()) ? 0 : 1;
}
