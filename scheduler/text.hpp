#pragma once

#include <string>
#include <string_view>

namespace neuron_scheduler::scheduler {

// At most bytes_max (>= 4) bytes: a longer text is cut at a character's border and ends with "
// ...".
[[nodiscard]] std::string truncated(std::string_view text, std::size_t bytes_max);

}  // namespace neuron_scheduler::scheduler
