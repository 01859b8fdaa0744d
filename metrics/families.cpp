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

// Of all instance types that there are nodes of.
void append_neuron_nodes(const Snapshot& snapshot, Families& families) {
  SampledFamily devices(kNeuronDevices, MetricType::Gauge, {"instance_type", "state"});
  SampledFamily cores(kNeuronCores, MetricType::Gauge, {"instance_type", "state"});
  SampledFamily largest(kLargestFreeSet, MetricType::Gauge, {"instance_type"});
  SampledFamily sets(kFreeSetNodes, MetricType::Gauge, {"instance_type", "devices"});
  for (const auto& [type, nodes] : snapshot.neuron) {
    devices.add({type, "free"}, number(nodes.devices.free))
        .add({type, "shared"}, number(nodes.devices.shared))
        .add({type, "allocated"}, number(nodes.devices.allocated))
        .add({type, "foreign"}, number(nodes.devices.foreign))
        .add({type, "blocked"}, number(nodes.devices.blocked))
        .add({type, "cordoned"}, number(nodes.devices.cordoned));
    cores.add({type, "free"}, number(nodes.cores.free))
        .add({type, "allocated"}, number(nodes.cores.allocated))
        .add({type, "foreign"}, number(nodes.cores.foreign))
        .add({type, "blocked"}, number(nodes.cores.blocked))
        .add({type, "cordoned"}, number(nodes.cores.cordoned));
    largest.add({type}, number(nodes.largest_free_set));
    for (const auto& [size, count] : nodes.with_free_set) {
      sets.add({type, std::to_string(size)}, number(count));
    }
  }
  for (const SampledFamily* family : {&devices, &cores, &largest, &sets}) {
    family->append_to(families);
  }
}

void append_pods(const Snapshot& snapshot, Families& families) {
  SampledFamily by_shape(kPendingByShape, MetricType::Gauge, {"asks"});
  for (std::size_t shape = 0; shape < snapshot.pending_by_shape.size(); ++shape) {
    by_shape.add({scheduler::kAskedShapes[shape]}, number(snapshot.pending_by_shape[shape]));
  }
  by_shape.append_to(families);
  SampledFamily(kForeignPods, MetricType::Gauge)
      .add(number(snapshot.foreign_pods))
      .append_to(families);
  SampledFamily(kDriftedPods, MetricType::Gauge)
      .add(number(snapshot.drifted_pods))
      .append_to(families);
}

void append_plugins(const Snapshot& snapshot, Families& families) {
  SampledFamily rejections(kUnschedulablePods, MetricType::Gauge, {"plugin", "profile"});
  for (const scheduler::PluginRejections& each : snapshot.plugin_rejections) {
    rejections.add({each.plugin, each.profile}, number(each.pods));
  }
  rejections.append_to(families);
  SampledFamily calls(kPluginEvaluations, MetricType::Counter,
                      {"plugin", "extension_point", "profile"});
  for (const scheduler::PluginCalls& each : snapshot.plugin_calls) {
    calls.add({each.plugin, each.extension_point, each.profile}, number(each.count));
  }
  calls.append_to(families);
}

}  // namespace

SampledFamily::SampledFamily(const Definition& definition, MetricType type,
                             std::vector<std::string> labels)
    : labels_(std::move(labels)) {
  family_.name = definition.name;
  family_.help = definition.help;
  family_.type = type;
}

SampledFamily& SampledFamily::add(std::initializer_list<std::string_view> label_values,
                                  double value) {
  prometheus::ClientMetric& metric = family_.metric.emplace_back();
  const auto* label_value = label_values.begin();
  for (const std::string& label : labels_) {
    metric.label.push_back({label, std::string(*label_value++)});
  }
  if (family_.type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return *this;
}

void append_snapshot(const Snapshot& snapshot, Families& families) {
  SampledFamily(kPendingPods, MetricType::Gauge, {"queue"})
      .add({"active"}, number(snapshot.queue.active))
      .add({"backoff"}, number(snapshot.queue.backoff))
      .add({"unschedulable"}, number(snapshot.queue.unschedulable))
      .add({"gated"}, number(snapshot.queue.gated))
      .append_to(families);
  SampledFamily(kCacheSize, MetricType::Gauge, {"type"})
      .add({"nodes"}, number(snapshot.nodes))
      .add({"pods"}, number(snapshot.pods))
      .add({"assumed_pods"}, number(snapshot.assumed_pods))
      .append_to(families);
  SampledFamily(kBindsPending, MetricType::Gauge)
      .add(number(snapshot.pending_binds))
      .append_to(families);
  SampledFamily(kLogLinesDropped, MetricType::Counter)
      .add(number(snapshot.log_lines_dropped))
      .append_to(families);
  append_neuron_nodes(snapshot, families);
  append_pods(snapshot, families);
  append_plugins(snapshot, families);
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
