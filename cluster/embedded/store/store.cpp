#include "cluster/embedded/store/store.hpp"

#include <algorithm>
#include <utility>

namespace neuron_scheduler::embedded {
namespace {

// An object's text and about as much again for what is selected by and the tree's nodes.
std::size_t bytes_of(const StoredObject& object) {
  constexpr std::size_t kFixed = 1536;
  return object.json.size() + kFixed;
}

}  // namespace

std::uint64_t History::after(std::uint64_t resource_version) const {
  const auto found = std::ranges::upper_bound(events, resource_version, {},
                                              [](const Event& e) { return e.resource_version(); });
  return first + static_cast<std::uint64_t>(found - events.begin());
}

ObjectPtr Store::find(Resource resource, std::string_view key) const {
  const Objects& there = objects(resource);
  const auto found = there.find(key);
  return found == there.end() ? nullptr : found->second;
}

void Store::put(Resource resource, ObjectPtr object) {
  Shelf& there = shelf(resource);
  resource_version_ = object->resource_version;
  ObjectPtr& place = there.objects[object->key];
  if (place) {
    objects_bytes_ -= bytes_of(*place);
  } else {
    ++objects_count_;
  }
  objects_bytes_ += bytes_of(*object);
  ObjectPtr previous = std::exchange(place, object);
  Event event{.object = std::move(object), .previous = std::move(previous)};
  remember(there, std::move(event));
}

ObjectPtr Store::remove(Resource resource, std::string_view key) {
  Shelf& there = shelf(resource);
  const auto found = there.objects.find(key);
  if (found == there.objects.end()) return nullptr;
  ObjectPtr last = std::move(found->second);
  there.objects.erase(found);
  --objects_count_;
  objects_bytes_ -= bytes_of(*last);
  ObjectPtr gone = at_version(*last, ++resource_version_);
  remember(there, Event{.object = gone, .previous = std::move(last), .deleted = true});
  return gone;
}

void Store::remember(Shelf& shelf, Event event) {
  ++events_count_;
  events_bytes_ += bytes_of(*event.object);
  shelf.history.events.push_back(std::move(event));
  while (events_count_ > events_max_ || events_bytes_ > bytes_max_) forget_oldest();
}

void Store::forget_oldest() {
  History* oldest = nullptr;
  for (Shelf& shelf : shelves_) {
    History& history = shelf.history;
    if (history.events.empty()) continue;
    if (oldest == nullptr ||
        history.events.front().resource_version() < oldest->events.front().resource_version()) {
      oldest = &history;
    }
  }
  const Event& event = oldest->events.front();
  --events_count_;
  events_bytes_ -= bytes_of(*event.object);
  oldest->forgotten = event.resource_version();
  oldest->events.pop_front();
  ++oldest->first;
}

void Store::compact() {
  while (events_count_ > 0) forget_oldest();
  for (Shelf& shelf : shelves_) shelf.history.forgotten = resource_version_;
}

}  // namespace neuron_scheduler::embedded
