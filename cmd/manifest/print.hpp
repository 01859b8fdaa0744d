#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

// Objects as text for people and kubectl. The same value always gives the same bytes; no control
// character gets out but ends of lines.
namespace neuron_scheduler::manifest {

// Indented by four, as kubectl does. Ends with an end of line.
[[nodiscard]] std::string to_json(const boost::json::value& value);
// One document in block style. Reading it gives an equal value.
[[nodiscard]] std::string to_yaml(const boost::json::value& value);

// text with each control character, also those of Unicode, replaced by a blank.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace neuron_scheduler::manifest
