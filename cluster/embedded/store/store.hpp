#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/stored.hpp"

namespace neuron_scheduler::embedded {

inline constexpr std::size_t kResources = 5;

// One change of one object.
struct Event {
  ObjectPtr object;    // After it; of a deletion the last state, at the deletion's resourceVersion.
  ObjectPtr previous;  // Before it; null: the object came into being.
  bool deleted = false;

  [[nodiscard]] std::uint64_t resource_version() const { return object->resource_version; }
};

// The changes of one resource that are still remembered, oldest first. Each has a number that grows
// by one.
struct History {
  std::deque<Event> events;
  std::uint64_t first = 0;      // The number of events.front().
  std::uint64_t forgotten = 0;  // Up to this resourceVersion changes may be missing.

  [[nodiscard]] std::uint64_t end() const { return first + events.size(); }
  // The number of the first change after that resourceVersion, which is not forgotten.
  [[nodiscard]] std::uint64_t after(std::uint64_t resource_version) const;
};

using Objects = std::map<std::string, ObjectPtr, std::less<>>;

// What is there, and what happened to it.
class Store {
 public:
  Store(std::size_t history_events_max, std::size_t history_bytes_max)
      : events_max_(history_events_max), bytes_max_(history_bytes_max) {}

  [[nodiscard]] std::uint64_t resource_version() const { return resource_version_; }
  // Of the next change: what it puts must carry it.
  [[nodiscard]] std::uint64_t next_version() const { return resource_version_ + 1; }

  [[nodiscard]] ObjectPtr find(Resource resource, std::string_view key) const;
  [[nodiscard]] const Objects& objects(Resource resource) const { return shelf(resource).objects; }
  [[nodiscard]] const History& history(Resource resource) const { return shelf(resource).history; }
  [[nodiscard]] std::size_t objects_count() const { return objects_count_; }
  [[nodiscard]] std::size_t objects_bytes() const { return objects_bytes_; }

  // Creates or replaces. object->resource_version is next_version().
  void put(Resource resource, ObjectPtr object);
  // Returns the last state, at the deletion's resourceVersion; null: there is no such object.
  ObjectPtr remove(Resource resource, std::string_view key);
  // Forgets all changes up to now.
  void compact();

 private:
  struct Shelf {
    Objects objects;
    History history;
  };

  [[nodiscard]] const Shelf& shelf(Resource resource) const {
    return shelves_[static_cast<std::size_t>(resource)];
  }
  [[nodiscard]] Shelf& shelf(Resource resource) {
    return shelves_[static_cast<std::size_t>(resource)];
  }
  void remember(Shelf& shelf, Event event);
  void forget_oldest();

  std::array<Shelf, kResources> shelves_;
  std::uint64_t resource_version_ = 0;
  std::size_t objects_count_ = 0;
  std::size_t objects_bytes_ = 0;
  std::size_t events_max_;
  std::size_t bytes_max_;
  std::size_t events_count_ = 0;
  std::size_t events_bytes_ = 0;
};

}  // namespace neuron_scheduler::embedded
