// What one scrape of the metrics takes of the event loop: 5,000 nodes, each with eight pods that
// hold cores, and 20,000 pods that fit nowhere.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cmd/neuron-scheduler/snapshot.hpp"
#include "metrics/metrics.hpp"
#include "scheduler/scheduler.hpp"
#include "test/support/neuron_builders.hpp"

namespace neuron_scheduler {
namespace {

constexpr int kNodes = 5'000;
constexpr int kPodsOfANode = 8;
constexpr int kPending = 20'000;

class Api final : public scheduler::ApiWriter {
 public:
  void send_binding(const model::Binding& /*binding*/) override {}
  void read_pod(const model::Binding& /*binding*/) override {}
  void patch_condition(const model::Pod& /*pod*/,
                       const scheduler::UnscheduledCondition& /*condition*/) override {}
  void write_event(const model::Pod& /*pod*/, const scheduler::PodEvent& /*event*/,
                   model::Name /*reporter*/) override {}
};

class World {
 public:
  World() {
    metrics::MetricsOptions options;
    options.api_host = "10.0.0.1:443";
    options.profiles = {"neuron-scheduler"};
    metrics_ = metrics::make_metrics(std::move(options));
    scheduler_ = std::move(scheduler::Scheduler::make(clock_, api_, *metrics_, {}).value());
    for (int i = 0; i < kNodes; ++i) add_node("node-" + std::to_string(i));
    for (int i = 0; i < kPending; ++i) {
      scheduler_->on_pod(test::devices_pod("pending-" + std::to_string(i), 16).build());
    }
    while (scheduler_->decide_one()) {
    }
  }

  [[nodiscard]] metrics::Snapshot snapshot() const {
    return cmd::take_snapshot(*scheduler_, clock_.steady(), 0);
  }
  [[nodiscard]] std::string text(const metrics::Snapshot& snapshot) const {
    return metrics_->text(snapshot);
  }

 private:
  void add_node(const std::string& name) {
    scheduler_->on_node(test::trn1_node(name).build());
    for (int i = 0; i < kPodsOfANode; ++i) {
      auto pod = test::cores_pod(name + "-pod-" + std::to_string(i), 1);
      pod.bound_to(name).annotation("AWS_NEURON_IDS", std::to_string(3 * i));
      scheduler_->on_pod(pod.build());
    }
  }

  test::SimClock clock_;
  Api api_;
  std::unique_ptr<metrics::Metrics> metrics_;
  std::unique_ptr<scheduler::Scheduler> scheduler_;
};

// Milliseconds of this thread's CPU: other programs on the machine do not show.
double cpu_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

template <class Work>
void measure(const char* what, Work work) {
  constexpr int kRounds = 51;
  std::vector<double> took;
  for (int round = 0; round < kRounds; ++round) {
    const double started = cpu_ms();
    work();
    took.push_back(cpu_ms() - started);
  }
  std::sort(took.begin(), took.end());
  std::printf("%-10s median %.2f ms, most %.2f ms\n", what, took[kRounds / 2], took.back());
}

}  // namespace
}  // namespace neuron_scheduler

int main() {
  namespace ns = neuron_scheduler;
  const ns::World world;
  const auto snapshot = world.snapshot();
  ns::measure("counting", [&] { (void)world.snapshot(); });
  ns::measure("writing", [&] { (void)world.text(snapshot); });
  ns::measure("scrape", [&] { (void)world.text(world.snapshot()); });
  std::printf("%zu bytes; %zu nodes, %zu pods on them, %zu pending\n", world.text(snapshot).size(),
              static_cast<std::size_t>(snapshot.nodes), static_cast<std::size_t>(snapshot.pods),
              snapshot.queue.unschedulable);
}
