#pragma once

#include <optional>
#include <string_view>

#include "cluster/embedded/store/api.hpp"

namespace neuron_scheduler::embedded {

// Answers to a GET of what is the same for everybody at every time: /api, /apis and below them up
// to the version (plain and aggregated discovery), /version, /openapi/v2, /openapi/v3 and below it,
// /healthz, /livez, /readyz and below them, /. nullopt: the path is none of these. path: without
// its query.
[[nodiscard]] std::optional<ApiAnswer> discover(std::string_view path, std::string_view accept);

}  // namespace neuron_scheduler::embedded
