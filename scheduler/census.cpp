#include "scheduler/census.hpp"

namespace neuron_scheduler::scheduler {

void Census::count(Place& place, const model::Pod& pod) {
  if (place.counted) --by_shape_.at(place.shape);
  place.counted = true;
  place.shape = asked_shape(pod, resources_);
  ++by_shape_.at(place.shape);
}

void Census::forget(Place& place) {
  set_rejectors(place, place.scheduler, {});
  if (place.counted) --by_shape_.at(place.shape);
  place.counted = false;
}

void Census::set_rejectors(Place& place, const model::Name& scheduler,
                           std::vector<PluginIndex> rejectors) {
  for (const PluginIndex plugin : place.rejectors) --rejected_by_[{place.scheduler, plugin}];
  place.scheduler = scheduler;
  place.rejectors = std::move(rejectors);
  for (const PluginIndex plugin : place.rejectors) ++rejected_by_[{place.scheduler, plugin}];
}

std::size_t Census::rejected_by(const model::Name& scheduler, PluginIndex plugin) const {
  const auto found = rejected_by_.find({scheduler, plugin});
  return found == rejected_by_.end() ? 0 : found->second;
}

}  // namespace neuron_scheduler::scheduler
