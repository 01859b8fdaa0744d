#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "cluster/client/event_object.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::client {

// Counts equal events up in one object, as client-go's tools/events does. Equal means: all but
// name, note and times is the same, the pod's resourceVersion included; the note is the first
// one's.
//
//   first ──create──► single ──again──patch: 2──► series ──again: counted here only
//                       │                          │  └─ every half hour: patch, which also renews
//                       └──6 minutes without──► forgotten   the event's life in the API server
//                                                  (what was counted since is patched)
//
// Pure: its owner sends what it returns. Bounded: the key that was silent for longest is forgotten
// for a new one, with what it has not told yet.
class EventCorrelator {
 public:
  static constexpr std::chrono::minutes kSilenceMax{6};
  static constexpr std::chrono::minutes kRefresh{30};

  explicit EventCorrelator(std::size_t keys_max) : keys_max_(keys_max) {}

  // What to write for an event that happens now: with no series, create it; with one, patch it.
  [[nodiscard]] std::optional<EventObject> observe(EventObject event, model::SteadyTime now);
  // The series to patch by now. Only here are keys forgotten; to be called about once a minute
  // while there are any.
  [[nodiscard]] std::vector<EventObject> sweep(model::SteadyTime now);
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  struct Known {
    EventObject event;
    model::SteadyTime last_observed;
    model::SteadyTime last_written;
    bool untold = false;  // Counted since it was written.
  };
  using Place = std::list<Known>::iterator;

  struct Less {
    using is_transparent = void;
    static const EventObject& of(const EventObject& event) { return event; }
    static const EventObject& of(const Place& place) { return place->event; }
    static auto key(const EventObject& event) {
      return std::tie(event.pod_uid, event.pod_version, event.text.reason, event.text.action,
                      event.text.warning, event.namespace_name, event.pod_name,
                      event.reporter.controller, event.reporter.instance);
    }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return key(of(a)) < key(of(b));
    }
  };

  std::size_t keys_max_;
  std::list<Known> known_;  // The one that was silent for longest first.
  std::set<Place, Less> by_key_;
};

}  // namespace neuron_scheduler::client
