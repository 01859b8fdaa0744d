#include "cluster/client/event_correlator.hpp"

#include <limits>
#include <utility>

namespace neuron_scheduler::client {

std::optional<EventObject> EventCorrelator::observe(EventObject event, model::SteadyTime now) {
  const auto found = by_key_.find(event);
  if (found == by_key_.end()) {
    if (keys_max_ == 0) return event;
    if (known_.size() >= keys_max_) {
      by_key_.erase(known_.begin());
      known_.pop_front();
    }
    known_.push_back(Known{event, now, now, false});
    by_key_.insert(std::prev(known_.end()));
    return event;
  }
  const Place place = *found;
  known_.splice(known_.end(), known_, place);
  place->last_observed = now;
  auto& series = place->event.series;
  if (series) {
    if (series->count < std::numeric_limits<std::int32_t>::max()) ++series->count;
    series->last_observed = event.time;
    place->untold = true;
    return std::nullopt;
  }
  series = EventSeries{2, event.time};
  place->last_written = now;
  return place->event;
}

std::vector<EventObject> EventCorrelator::sweep(model::SteadyTime now) {
  std::vector<EventObject> due;
  while (!known_.empty() && now - known_.front().last_observed > kSilenceMax) {
    const Place oldest = known_.begin();
    by_key_.erase(oldest);
    if (oldest->untold) due.push_back(std::move(oldest->event));
    known_.pop_front();
  }
  for (Known& known : known_) {
    if (!known.event.series || now - known.last_written < kRefresh) continue;
    known.last_written = now;
    known.untold = false;
    due.push_back(known.event);
  }
  return due;
}

}  // namespace neuron_scheduler::client
