#pragma once

#include <boost/json/object.hpp>

// Events are stored as core/v1 shows them; events.k8s.io/v1 names the same fields otherwise
// (pkg/apis/events/v1/conversion.go).
namespace neuron_scheduler::embedded {

[[nodiscard]] boost::json::object to_core_event(const boost::json::object& event);
[[nodiscard]] boost::json::object to_events_event(const boost::json::object& event);

}  // namespace neuron_scheduler::embedded
