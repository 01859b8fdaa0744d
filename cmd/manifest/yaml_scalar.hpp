#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

// What YAML's unquoted text means, as sigs.k8s.io/yaml (go.yaml.in/yaml/v2, resolve.go) sees it:
// mostly YAML 1.1, so that yes and no are booleans and 0777 is octal.
namespace neuron_scheduler::manifest {

// null, a boolean, a number or, if it is nothing of these, the text itself. Whole numbers beyond 64
// bits are taken as floating point, as there; nullopt: not a number or infinite, for which JSON has
// nothing.
[[nodiscard]] std::optional<boost::json::value> plain_scalar(std::string_view text);

// The same where a key is expected: always a string; nullopt: null and what plain_scalar refuses.
[[nodiscard]] std::optional<std::string> plain_key(std::string_view text);

}  // namespace neuron_scheduler::manifest
