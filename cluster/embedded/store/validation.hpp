#pragma once

#include <cstddef>
#include <vector>

#include <boost/json/object.hpp>

#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/status.hpp"

// What a real server refuses (pkg/apis/core/validation and its neighbours), in an object that was
// decoded, defaulted and prepared. Empty: valid. At most kCausesMax causes.
namespace neuron_scheduler::embedded {

inline constexpr std::size_t kCausesMax = 100;

[[nodiscard]] std::vector<Cause> validate_create(Face face, const boost::json::object& object);

// Also checks the immutable fields. `next` has gone through prepare_update.
[[nodiscard]] std::vector<Cause> validate_update(Face face, Part part,
                                                 const boost::json::object& next,
                                                 const boost::json::object& current);

// A pods/binding body: target.kind and target.name.
[[nodiscard]] std::vector<Cause> validate_binding(const boost::json::object& binding);

}  // namespace neuron_scheduler::embedded
