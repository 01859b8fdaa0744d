#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace neuron_scheduler::embedded {

// A quantity as a real server writes it back (apimachinery resource.Quantity CanonicalizeBytes):
// "1000m" -> "1", "1024Ki" -> "1Mi", "0.5" -> "500m". nullopt: not a quantity.
[[nodiscard]] std::optional<std::string> canonical_quantity(std::string_view text);

}  // namespace neuron_scheduler::embedded
