#include "metrics/registered.hpp"

namespace neuron_scheduler::metrics {

using prometheus::Family;

Family<prometheus::Counter>& counters(prometheus::Registry& registry,
                                      const Definition& definition) {
  return prometheus::BuildCounter().Name(definition.name).Help(definition.help).Register(registry);
}

Family<prometheus::Gauge>& gauges(prometheus::Registry& registry, const Definition& definition) {
  return prometheus::BuildGauge().Name(definition.name).Help(definition.help).Register(registry);
}

Family<prometheus::Histogram>& histograms(prometheus::Registry& registry,
                                          const Definition& definition) {
  return prometheus::BuildHistogram()
      .Name(definition.name)
      .Help(definition.help)
      .Register(registry);
}

Buckets exponential(double start, double factor, int count) {
  Buckets buckets;
  for (int i = 0; i < count; ++i, start *= factor) buckets.push_back(start);
  return buckets;
}

}  // namespace neuron_scheduler::metrics
