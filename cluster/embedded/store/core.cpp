#include "cluster/embedded/store/core.hpp"

#include <chrono>

namespace neuron_scheduler::embedded {
namespace {

// kube-apiserver --event-ttl
constexpr std::chrono::hours kEventLife{1};

}  // namespace

void Expiries::set(const std::string& key, model::SteadyTime when) {
  erase(key);
  times_.emplace(key, when);
  order_.emplace(when, key);
}

void Expiries::erase(std::string_view key) {
  const auto found = times_.find(key);
  if (found == times_.end()) return;
  order_.erase({found->second, found->first});
  times_.erase(found);
}

std::optional<std::string> Expiries::due(model::SteadyTime now) const {
  if (order_.empty() || order_.begin()->first > now) return std::nullopt;
  return order_.begin()->second;
}

std::optional<model::SteadyTime> Expiries::next() const {
  if (order_.empty()) return std::nullopt;
  return order_.begin()->first;
}

Core::Core(const model::Clock& clock_used, const ApiOptions& options_used)
    : clock(clock_used),
      options(options_used),
      store(options.history_events_max, options.history_bytes_max),
      watches(store, clock),
      names(options.seed) {}

void Core::put(Resource resource, ObjectPtr object) {
  if (resource == Resource::kEvents) {
    event_expiries.set(object->key, clock.steady() + kEventLife);
  }
  store.put(resource, std::move(object));
  watches.changed(resource);
}

ObjectPtr Core::remove(Resource resource, std::string_view key) {
  if (resource == Resource::kEvents) event_expiries.erase(key);
  ObjectPtr gone = store.remove(resource, key);
  watches.changed(resource);
  return gone;
}

}  // namespace neuron_scheduler::embedded
