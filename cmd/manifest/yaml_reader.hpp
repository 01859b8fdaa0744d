#pragma once

#include <string_view>

#include "cmd/manifest/tree_builder.hpp"

namespace neuron_scheduler::manifest {

// All documents of a YAML text (UTF-8, lines ended by \n), without empty ones.
[[nodiscard]] Trees read_yaml(std::string_view text);

}  // namespace neuron_scheduler::manifest
