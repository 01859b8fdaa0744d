#pragma once

#include <string_view>

namespace neuron_scheduler::embedded {

// The types of schema.hpp as text, read once by schema.cpp; the form is described beside the text.
[[nodiscard]] std::string_view schema_types();

}  // namespace neuron_scheduler::embedded
