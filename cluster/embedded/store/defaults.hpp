#pragma once

#include <string_view>

#include <boost/json/object.hpp>

#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/status.hpp"

// What a real server sets in an object that was decoded (schema.hpp) and is not yet validated.
namespace neuron_scheduler::embedded {

// Defaults of the version (pkg/apis/core/v1/defaults.go): on every write, and idempotent.
void set_defaults(Face face, boost::json::object& object);

// What creating sets or clears besides: the strategy (status, generation) and the admission plugins
// that are on by default (Priority with the two built-in classes alone, DefaultTolerationSeconds;
// not ServiceAccount, TaintNodesByCondition). After set_defaults; the name is set. 403: the
// priority or its class is refused. Not done: matchLabelKeys merged into selectors, requests of
// whole pods.
Answer<void> prepare_create(Face face, boost::json::object& object);

// What a write of one part may not touch is taken from `current` (status by kMain, all but status
// by kStatus), and metadata.generation is raised where a pod's spec changed.
void prepare_update(Face face, Part part, boost::json::object& next,
                    const boost::json::object& current);

// "Guaranteed", "Burstable" or "BestEffort" (pkg/apis/core/v1/helper/qos).
[[nodiscard]] std::string_view qos_class(const boost::json::object& pod);

}  // namespace neuron_scheduler::embedded
