#pragma once

#include <string_view>

#include "cmd/manifest/tree_builder.hpp"

namespace neuron_scheduler::manifest {

// All values of a text of JSON values that follow each other, with or without blanks between them.
[[nodiscard]] Trees read_json(std::string_view text);

}  // namespace neuron_scheduler::manifest
