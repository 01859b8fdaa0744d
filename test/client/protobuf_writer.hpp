#pragma once

#include <optional>
#include <string>
#include <string_view>

// What an API server would send in protobuf for this JSON, by the numbers in protobuf_schema.hpp,
// with fields that nobody knows in between. nullopt: the JSON is not one that an API server has.
namespace neuron_scheduler::test {

// One object; its kind is in it.
[[nodiscard]] std::optional<std::string> protobuf_body(const std::string& json);
// A list of objects of this kind.
[[nodiscard]] std::optional<std::string> protobuf_list(const std::string& json,
                                                       std::string_view kind);
// {"type": ..., "object": ...}, with the length in front.
[[nodiscard]] std::optional<std::string> protobuf_event(const std::string& json);

}  // namespace neuron_scheduler::test
