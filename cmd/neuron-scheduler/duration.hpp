#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace neuron_scheduler::cmd {

// A duration as Go writes it: numbers with a unit each (h, m, s, ms, us, µs, ns), "1.5h", "1m30s",
// or "0". Parts of a nanosecond are cut off. Nullopt: no such text, negative, or above 290 years.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

}  // namespace neuron_scheduler::cmd
