#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "cmd/neuron-scheduler/simulate/engine.hpp"

namespace neuron_scheduler::simulate {

// A line for each pod, how many there are, and the drawing; if there are none, the drawing alone.
// Text from outside holds no control characters afterwards.
[[nodiscard]] std::string table_of(const Outcome& outcome);

// A v1 List of the pods.
[[nodiscard]] boost::json::object list_of(Outcome outcome);

// "0,1,2,5" as "0-2,5".
[[nodiscard]] std::string short_ids(const std::string& ids);

}  // namespace neuron_scheduler::simulate
