#include "cluster/embedded/store/time_text.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The part of the layout at which the text stops being such a time, and the text from there on.
struct Mismatch {
  std::string_view rest;
  std::string_view part;
};

Mismatch mismatch_of(std::string_view text, bool micro) {
  static constexpr std::array<std::string_view, 11> kParts = {"2006", "-", "01", "-", "02", "T",
                                                              "15",   ":", "04", ":", "05"};
  for (const std::string_view part : kParts) {
    const auto head = text.substr(0, part.size());
    const bool number = is_digit(part.front());
    const bool fits =
        number ? head.size() == part.size() && std::ranges::all_of(head, is_digit) : head == part;
    if (!fits) return {text, part};
    text.remove_prefix(part.size());
  }
  if (micro) {
    const auto digits = text.substr(std::min<std::size_t>(text.size(), 1), 6);
    if (!text.starts_with('.') || digits.size() != 6 || !std::ranges::all_of(digits, is_digit)) {
      return {text, ".000000"};
    }
    text.remove_prefix(7);
  }
  return {text, "Z07:00"};
}

model::Result<model::WallTime> parse(std::string_view text, bool micro) {
  const auto time = model::parse_time(text);
  const Mismatch mismatch = mismatch_of(text, micro);
  if (time && mismatch.part == "Z07:00") return *time;
  const std::string layout =
      micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00";
  return model::invalid("parsing time " + quoted(text.substr(0, 64)) + " as \"" + layout +
                        "\": cannot parse " + quoted(mismatch.rest.substr(0, 64)) + " as \"" +
                        std::string(mismatch.part) + "\"");
}

}  // namespace

model::Result<model::WallTime> parse_second_time(std::string_view text) {
  return parse(text, false);
}

model::Result<model::WallTime> parse_micro_time(std::string_view text) { return parse(text, true); }

}  // namespace neuron_scheduler::embedded
