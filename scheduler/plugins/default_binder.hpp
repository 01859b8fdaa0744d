#pragma once

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Binds by one Binding to the API server (kube-scheduler.md §5.2).
class DefaultBinder final : public Plugin, public BindPlugin {
 public:
  void describe(const model::Pod& /*pod*/, Likeness& /*likeness*/) const override {}
  [[nodiscard]] bool takes(const model::Pod& /*pod*/) const override { return true; }
  void bind(const model::Pod& pod, const model::Binding& binding, BindingSender& sender) override;
};

}  // namespace neuron_scheduler::scheduler
