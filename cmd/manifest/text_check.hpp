#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cmd/manifest/tree_builder.hpp"

namespace neuron_scheduler::manifest {

// A text as the readers take it: UTF-8 without byte order mark, lines ended by \n alone, no control
// characters. Refers to what it was made of.
struct CheckedText {
  std::optional<Problem> problem;
  std::string_view original;
  std::string rewritten;  // If lines ended in another way; original counts for nothing then.

  [[nodiscard]] std::string_view text() const { return rewritten.empty() ? original : rewritten; }
};

[[nodiscard]] CheckedText check_text(std::string_view text);

// A text in which a byte from 0x80 to 0xBF stands for the character of that number where it is no
// part of another one, as UTF-8. Nothing else may be wrong with it.
[[nodiscard]] std::string with_lone_bytes(std::string_view text);

}  // namespace neuron_scheduler::manifest
