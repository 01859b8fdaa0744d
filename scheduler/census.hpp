#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "cluster/model/pod.hpp"
#include "scheduler/asked.hpp"
#include "scheduler/profile.hpp"

namespace neuron_scheduler::scheduler {

// What metrics want to know of all pods that are not bound, counted as they come and go.
class Census {
 public:
  // What one pod is counted under.
  struct Place {
    bool counted = false;
    std::size_t shape = 0;
    model::Name scheduler;  // Whose rejectors they are.
    std::vector<PluginIndex> rejectors;
  };

  explicit Census(NeuronResources resources = {}) : resources_(std::move(resources)) {}

  // The pod came, or is another object now.
  void count(Place& place, const model::Pod& pod);
  void forget(Place& place);
  // These plugins of the profile of this schedulerName turned it away the last time.
  void set_rejectors(Place& place, const model::Name& scheduler,
                     std::vector<PluginIndex> rejectors);

  [[nodiscard]] const PodsByShape& by_shape() const { return by_shape_; }
  // Of this schedulerName.
  [[nodiscard]] std::size_t rejected_by(const model::Name& scheduler, PluginIndex plugin) const;

 private:
  NeuronResources resources_;
  PodsByShape by_shape_{};
  std::map<std::pair<model::Name, PluginIndex>, std::size_t> rejected_by_;
};

}  // namespace neuron_scheduler::scheduler
