#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cluster/model/pod.hpp"
#include "cluster/model/pod_event.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::client {

// Who says it: reportingController and reportingInstance.
struct EventReporter {
  std::string controller;
  std::string instance;
};

// How often the same was said; 2 and more.
struct EventSeries {
  std::int32_t count = 2;
  model::WallTime last_observed;
};

// An event about a pod as events.k8s.io/v1 has it (kube-scheduler.md §5.4), every field within the
// server's bounds.
struct EventObject {
  std::string name;
  std::string namespace_name;  // The pod's, too.
  std::string pod_name;
  std::string pod_uid;
  std::string pod_version;  // resourceVersion
  model::PodEvent text;
  EventReporter reporter;
  model::WallTime time;
  std::optional<EventSeries> series;
};

// now also makes the event's name, "<pod>.<hex of unix nanoseconds>": no two events of a pod may
// have the same.
[[nodiscard]] EventObject make_event(const model::Pod& pod, const model::PodEvent& text,
                                     const EventReporter& reporter, model::WallTime now);

// At most 1024 bytes: a longer note is cut at the end of a character and ends in " ...".
[[nodiscard]] std::string cut_note(std::string_view note);

}  // namespace neuron_scheduler::client
