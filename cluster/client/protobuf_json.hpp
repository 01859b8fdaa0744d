#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cluster/model/result.hpp"

// The API's protobuf (application/vnd.kubernetes.protobuf) as the JSON that the decoders read, with
// what they look at alone: so both have the same rules, bounds and messages. Protobuf is what
// spares the API server work; a text of the few fields that matter is read in no time.
namespace neuron_scheduler::client::protobuf {

// What is in front of each body, and of each object in a watch.
inline constexpr std::string_view kMagic{"k8s\0", 4};

inline constexpr std::size_t kJsonBytesMax = std::size_t{16} * 1024 * 1024;

// What is in a TypeMeta; it may be empty.
[[nodiscard]] model::Result<std::string> kind_in(std::string_view type_meta);

// A message of this kind (protobuf_schema.hpp) without envelope. Errors: an unknown kind, damaged
// bytes, a field of the wrong type or twice, more than kJsonBytesMax of JSON. Bytes that are not
// UTF-8 become U+FFFD, as in the API server's JSON.
[[nodiscard]] model::Result<std::string> message_to_json(std::string_view message,
                                                         std::string_view kind);
// A body that begins with kMagic; with the field "kind".
[[nodiscard]] model::Result<std::string> body_to_json(std::string_view body);
// One event of a watch, {"type": ..., "object": ...}, without its length in front.
[[nodiscard]] model::Result<std::string> event_to_json(std::string_view event);

}  // namespace neuron_scheduler::client::protobuf
