#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cluster/client/event_object.hpp"
#include "cluster/model/binding.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/time.hpp"

// Targets and JSON bodies of what is sent to the API server. Pure.
namespace neuron_scheduler::client {

// One segment of a path, or one value of a query: everything but letters, digits, '-', '_', '.' and
// '~' is escaped.
[[nodiscard]] std::string escape_url(std::string_view text);

// /api/v1/namespaces/{ns}/pods/{name}
[[nodiscard]] std::string pod_target(std::string_view namespace_name, std::string_view name);
// /apis/events.k8s.io/v1/namespaces/{ns}/events
[[nodiscard]] std::string events_target(std::string_view namespace_name);
// The same, and /{name}
[[nodiscard]] std::string event_target(std::string_view namespace_name, std::string_view name);

// /api/v1/nodes/{name}
[[nodiscard]] std::string node_target(std::string_view name);

// kube-scheduler.md §5.2, with the annotations in the same write (design.md §4).
[[nodiscard]] std::string binding_body(const model::Binding& binding);

// A strategic merge patch of pods/status that sets PodScheduled=False (kube-scheduler.md §5.3). The
// uid makes the server refuse it for a later pod of the same name. changed: when the condition's
// status changed; nullopt: it did not, the time that is there stays.
[[nodiscard]] std::string unscheduled_patch(const model::Pod& pod, std::string_view reason,
                                            std::string_view message,
                                            std::optional<model::WallTime> changed);

// A merge patch of a node that sets one annotation, or removes it. The uid makes the server refuse
// it for a later node of the same name.
[[nodiscard]] std::string node_annotation_patch(const model::Uid& uid, std::string_view key,
                                                const std::optional<std::string>& value);

// The event as a whole, in the form that creates it.
[[nodiscard]] std::string event_body(const EventObject& event);
// A strategic merge patch of an event that sets its series.
[[nodiscard]] std::string series_patch(const EventSeries& series);

}  // namespace neuron_scheduler::client
