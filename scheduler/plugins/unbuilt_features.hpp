#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "cluster/model/name.hpp"
#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

struct UnservedResource {
  model::Name name;
  std::string_view plugin;  // That could place it: a name of the registry.
};

// Keeps every pod pending that asks for what is not built yet, or for a resource whose plugin the
// profile does without, or that could not be read, with a reason that says so: a pod is never
// placed by half of its rules (design.md §8).
class UnbuiltFeatures final : public Plugin, public PreFilterPlugin {
 public:
  explicit UnbuiltFeatures(std::vector<UnservedResource> unserved = {})
      : unserved_(std::move(unserved)) {}
  void describe(const model::Pod& pod, Likeness& likeness) const override;
  PreFilterResult pre_filter(const model::Pod& pod, const model::Cache& cache) const override;

 private:
  std::vector<UnservedResource> unserved_;
};

}  // namespace neuron_scheduler::scheduler
