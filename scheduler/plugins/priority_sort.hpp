#pragma once

#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

// Higher priority first, then who waits longer, then order of arrival (kube-scheduler.md §1.3).
class PrioritySort final : public Plugin, public QueueSortPlugin {
 public:
  void describe(const model::Pod& /*pod*/, Likeness& /*likeness*/) const override {}
  bool before(const QueueOrderKey& a, const QueueOrderKey& b) const override;
};

}  // namespace neuron_scheduler::scheduler
