#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "cluster/embedded/store/schema.hpp"
#include "cluster/embedded/store/status.hpp"

namespace neuron_scheduler::embedded {

// RFC 7386, in place.
void merge_patch(boost::json::value& target, const boost::json::value& patch);

// RFC 6902, in place, as evanphx/json-patch reads it (negative indices; a replace adds a missing
// member). 400: not a patch; 413: more than 10,000 operations; 422: does not apply, copies more
// than 3 MiB in all, looks at or shifts more than 64 Mi values in all, or nests deeper than 100. On
// failure the target is left partly changed.
[[nodiscard]] Answer<void> json_patch(boost::json::value& target, const boost::json::value& patch);

// Kubernetes' strategic merge patch, in place (apimachinery pkg/util/strategicpatch): lists merge
// by the type's keys; $patch, $retainKeys, $deleteFromPrimitiveList/F, $setElementOrder/F. A patch
// that breaks its own rules is mostly a 500 there, and here. On failure the target is left partly
// changed.
[[nodiscard]] Answer<void> strategic_merge_patch(const TypeInfo& type, boost::json::object& target,
                                                 const boost::json::object& patch);

// The patch that a Content-Type names (parameters are ignored) on a copy of `current`: the patched
// object, yet to be decoded by decode_patched, defaulted and validated. 415 for another type.
[[nodiscard]] Answer<boost::json::object> apply_patch(Face face, std::string_view content_type,
                                                      const boost::json::object& current,
                                                      const boost::json::value& patch);
// decode_object, with failures as a patch gets them (422).
[[nodiscard]] Answer<void> decode_patched(Face face, FieldValidation validation,
                                          boost::json::object& object,
                                          std::vector<std::string>& warnings);
[[nodiscard]] Status invalid_patch(std::string_view why, const boost::json::value& value);

}  // namespace neuron_scheduler::embedded
