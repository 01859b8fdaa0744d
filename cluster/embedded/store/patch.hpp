#pragma once

#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "cluster/embedded/store/schema.hpp"
#include "cluster/embedded/store/status.hpp"

namespace neuron_scheduler::embedded {

// RFC 7386, in place. Bounded in depth by the parser that made the patch.
void merge_patch(boost::json::value& target, const boost::json::value& patch);

// RFC 6902. 400: not a patch; 413: more than 10,000 operations or the copies grow past the bound;
// 422: does not apply. On failure the target is left partly changed: work on a copy.
[[nodiscard]] Answer<void> json_patch(boost::json::value& target, const boost::json::value& patch);

// Kubernetes' strategic merge patch, in place (apimachinery pkg/util/strategicpatch): lists merge
// by the type's keys; $patch, $retainKeys, $deleteFromPrimitiveList/F, $setElementOrder/F. The
// failure is a 400. On failure the target is left partly changed.
[[nodiscard]] Answer<void> strategic_merge_patch(const TypeInfo& type, boost::json::object& target,
                                                 const boost::json::value& patch);

// The three by the request's Content-Type (parameters ignored), on a copy of `current`: the patched
// object, not yet decoded, defaulted or validated. 415 for other types.
[[nodiscard]] Answer<boost::json::object> apply_patch(Face face, std::string_view content_type,
                                                      const boost::json::object& current,
                                                      const boost::json::value& patch);

}  // namespace neuron_scheduler::embedded
