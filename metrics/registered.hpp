#pragma once

#include <chrono>
#include <cstddef>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "metrics/definitions.hpp"

// Families that are counted as things happen, in prometheus-cpp's registry.
namespace neuron_scheduler::metrics {

using Buckets = prometheus::Histogram::BucketBoundaries;

// The registry owns what is returned. Once for each definition.
[[nodiscard]] prometheus::Family<prometheus::Counter>& counters(prometheus::Registry& registry,
                                                                const Definition& definition);
[[nodiscard]] prometheus::Family<prometheus::Gauge>& gauges(prometheus::Registry& registry,
                                                            const Definition& definition);
[[nodiscard]] prometheus::Family<prometheus::Histogram>& histograms(prometheus::Registry& registry,
                                                                    const Definition& definition);

// count boundaries from start, each `factor` times the one before.
[[nodiscard]] Buckets exponential(double start, double factor, int count);

[[nodiscard]] inline double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

template <class Enum>
[[nodiscard]] std::size_t index(Enum value) {
  return static_cast<std::size_t>(value);
}

}  // namespace neuron_scheduler::metrics
