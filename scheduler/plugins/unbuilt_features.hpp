#pragma once

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Keeps every pod pending that asks for what is not built yet, or that could not be read, with a
// reason that says so: a pod is never placed by half of its rules (design.md §8).
class UnbuiltFeatures final : public Plugin, public PreFilterPlugin {
 public:
  void describe(const model::Pod& pod, Likeness& likeness) const override;
  PreFilterResult pre_filter(const model::Pod& pod, const model::Cache& cache) const override;
};

}  // namespace neuron_scheduler::scheduler
