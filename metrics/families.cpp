#include "metrics/families.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace neuron_scheduler::metrics {
namespace {

using prometheus::MetricType;

void append_if_known(const Definition& definition, MetricType type, std::optional<double> value,
                     Families& families) {
  if (value) SampledFamily(definition, type).add(*value).append_to(families);
}

double number(std::uint64_t value) { return static_cast<double>(value); }

std::optional<double> number(const std::optional<std::uint64_t>& value) {
  return value ? std::optional(number(*value)) : std::nullopt;
}

void append_neuron(const Snapshot& snapshot, Families& families) {
  const NeuronDevices& devices = snapshot.devices;
  SampledFamily(kNeuronDevices, MetricType::Gauge, "state")
      .add("free", number(devices.free))
      .add("shared", number(devices.shared))
      .add("allocated", number(devices.allocated))
      .add("foreign", number(devices.foreign))
      .add("blocked", number(devices.blocked))
      .add("cordoned", number(devices.cordoned))
      .append_to(families);
  const NeuronCores& cores = snapshot.cores;
  SampledFamily(kNeuronCores, MetricType::Gauge, "state")
      .add("free", number(cores.free))
      .add("allocated", number(cores.allocated))
      .add("foreign", number(cores.foreign))
      .add("blocked", number(cores.blocked))
      .add("cordoned", number(cores.cordoned))
      .append_to(families);
  SampledFamily(kForeignPods, MetricType::Gauge)
      .add(number(snapshot.foreign_pods))
      .append_to(families);
  SampledFamily(kDriftedPods, MetricType::Gauge)
      .add(number(snapshot.drifted_pods))
      .append_to(families);
}

}  // namespace

SampledFamily::SampledFamily(const Definition& definition, MetricType type, std::string label)
    : label_(std::move(label)) {
  family_.name = definition.name;
  family_.help = definition.help;
  family_.type = type;
}

SampledFamily& SampledFamily::add(std::string label_value, double value) {
  prometheus::ClientMetric& metric = family_.metric.emplace_back();
  if (!label_.empty()) metric.label.push_back({label_, std::move(label_value)});
  if (family_.type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return *this;
}

void append_snapshot(const Snapshot& snapshot, Families& families) {
  SampledFamily(kPendingPods, MetricType::Gauge, "queue")
      .add("active", number(snapshot.queue.active))
      .add("backoff", number(snapshot.queue.backoff))
      .add("unschedulable", number(snapshot.queue.unschedulable))
      .add("gated", number(snapshot.queue.gated))
      .append_to(families);
  SampledFamily(kCacheSize, MetricType::Gauge, "type")
      .add("nodes", number(snapshot.nodes))
      .add("pods", number(snapshot.pods))
      .add("assumed_pods", number(snapshot.assumed_pods))
      .append_to(families);
  SampledFamily(kBindsPending, MetricType::Gauge)
      .add(number(snapshot.pending_binds))
      .append_to(families);
  SampledFamily(kLogLinesDropped, MetricType::Counter)
      .add(number(snapshot.log_lines_dropped))
      .append_to(families);
  append_neuron(snapshot, families);
}

void append_process(const ProcessStats& stats, Families& families) {
  append_if_known(kCpuSeconds, MetricType::Counter, stats.cpu_seconds, families);
  append_if_known(kStartTime, MetricType::Gauge, stats.start_time_seconds, families);
  append_if_known(kResidentBytes, MetricType::Gauge, number(stats.resident_bytes), families);
  append_if_known(kVirtualBytes, MetricType::Gauge, number(stats.virtual_bytes), families);
  append_if_known(kOpenFds, MetricType::Gauge, number(stats.open_fds), families);
  append_if_known(kMaxFds, MetricType::Gauge, number(stats.max_fds), families);
}

void sort(Families& families) {
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
  for (prometheus::MetricFamily& family : families) {
    std::sort(family.metric.begin(), family.metric.end(),
              [](const auto& a, const auto& b) { return a.label < b.label; });
  }
}

}  // namespace neuron_scheduler::metrics
