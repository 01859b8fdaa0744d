#pragma once

#include <cstddef>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include "cluster/embedded/store/api.hpp"
#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/status.hpp"

namespace neuron_scheduler::embedded {

// As a real server's limit for bodies (apiserver MaxRequestBodyBytes).
inline constexpr std::size_t kBodyBytesMax = std::size_t{3} * 1024 * 1024;

// For what clients send, and, deeper as patches may make them, for what was stored.
[[nodiscard]] boost::json::parse_options body_parse_options();
[[nodiscard]] boost::json::parse_options stored_parse_options();
// An arena for a tree that is parsed from a text of that size, and thrown away as a whole.
[[nodiscard]] boost::json::storage_ptr own_storage(std::size_t text_bytes);

// The media type of a Content-Type header, without its parameters.
[[nodiscard]] std::string_view media_type(std::string_view content_type);

// The body of a create or an update: 413, 415, or 400 if it is no JSON object.
[[nodiscard]] Answer<boost::json::object> read_object(const FaceInfo& face,
                                                      const ApiRequest& request);
// 413, or 400 with the text that a real server has for patches.
[[nodiscard]] Answer<boost::json::value> read_patch(const ApiRequest& request);
// DeleteOptions, decoded; an empty body is an empty object.
[[nodiscard]] Answer<boost::json::object> read_delete_options(const ApiRequest& request);

}  // namespace neuron_scheduler::embedded
