#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace neuron_scheduler::model {

// Bytes of the UTF-8 character at the beginning of a text that is not empty; 0: there is none (The
// Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
[[nodiscard]] std::size_t utf8_length(std::string_view text);

// At most bytes_max bytes of UTF-8, no character cut in two. A part of text.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

// The same, but a text that is cut ends with " ...", as kube-scheduler's notes do; bytes_max >= 4.
[[nodiscard]] std::string truncated(std::string_view text, std::size_t bytes_max);

// Parts between line feeds, empty ones left out.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

// As Go's strconv.ParseInt, base 10: a leading plus sign is fine. nullopt: no such integer.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace neuron_scheduler::model
