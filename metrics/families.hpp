#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "metrics/definitions.hpp"
#include "metrics/process.hpp"
#include "metrics/snapshot.hpp"

// What is looked up at the time of asking, in the form that prometheus-cpp writes.
namespace neuron_scheduler::metrics {

using Families = std::vector<prometheus::MetricFamily>;

// One family of gauges or counters.
class SampledFamily {
 public:
  SampledFamily(const Definition& definition, prometheus::MetricType type,
                std::vector<std::string> labels = {});
  // A value for each label.
  SampledFamily& add(std::initializer_list<std::string_view> label_values, double value);
  SampledFamily& add(double value) { return add({}, value); }
  void append_to(Families& families) const { families.push_back(family_); }

 private:
  prometheus::MetricFamily family_;
  std::vector<std::string> labels_;
};

void append_snapshot(const Snapshot& snapshot, Families& families);
void append_process(const ProcessStats& stats, Families& families);

// By name, and inside by labels: prometheus-cpp keeps series in hash maps.
void sort(Families& families);

}  // namespace neuron_scheduler::metrics
