#include "cmd/neuron-scheduler/duration.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <utility>

namespace neuron_scheduler::cmd {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

// Longer names before those that they begin with.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> kUnits = {{
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},
    {"\u03bcs", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
}};

std::int64_t take_unit(std::string_view& text) {
  for (const auto& [name, nanos] : kUnits) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return nanos;
  }
  return 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The digits at the front, as a number of at most `max`.
std::optional<std::int64_t> take_whole(std::string_view& text, std::int64_t max) {
  std::int64_t value = 0;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
    const int digit = text.front() - '0';
    if (value > (max - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return std::chrono::nanoseconds{0};
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    const std::string_view number = text;
    const auto whole = take_whole(text, kMax);
    if (!whole) return std::nullopt;
    std::size_t digits = number.size() - text.size();
    std::string_view fraction;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      fraction = text;
      while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
      fraction.remove_suffix(text.size());
      digits += fraction.size();
    }
    const std::int64_t unit = take_unit(text);
    if (digits == 0 || unit == 0 || *whole > (kMax - total) / unit) return std::nullopt;
    total += *whole * unit;
    std::int64_t place = unit;
    for (const char c : fraction) {
      place /= 10;
      if (total > kMax - place * (c - '0')) return std::nullopt;
      total += place * (c - '0');
    }
  }
  return std::chrono::nanoseconds{total};
}

}  // namespace neuron_scheduler::cmd
