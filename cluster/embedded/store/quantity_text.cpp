#include "cluster/embedded/store/quantity_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "cluster/model/quantity.hpp"

namespace neuron_scheduler::embedded {
namespace {

__extension__ using Int128 = __int128;

constexpr Int128 kNanos = 1'000'000'000;

enum class Format : std::uint8_t { kDecimal, kExponent, kBinary };

Format format_of(std::string_view text) {
  if (text.ends_with('i')) return Format::kBinary;
  const auto exponent = text.find_first_of("eE");
  const bool number_follows = exponent != std::string_view::npos && exponent + 1 < text.size();
  return number_follows ? Format::kExponent : Format::kDecimal;
}

// Exact, in billionths.
Int128 nanos_of(model::Quantity quantity) {
  const std::int64_t whole = quantity.value();  // Rounded up.
  model::Quantity rest = quantity + model::Quantity::from_integer(-whole);
  for (int i = 0; i < 9; ++i) {
    model::Quantity ten_times;
    for (int j = 0; j < 10; ++j) ten_times += rest;
    rest = ten_times;
  }
  return whole * kNanos + rest.value();
}

std::string decimal_text(Int128 value) {
  std::string text;
  const bool negative = value < 0;
  if (negative) value = -value;
  do {
    text.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value > 0);
  if (negative) text.push_back('-');
  std::ranges::reverse(text);
  return text;
}

std::string decimal(Int128 nanos, Format format) {
  static constexpr std::array<std::string_view, 10> kSuffixes = {"n", "u", "m", "",  "k",
                                                                 "M", "G", "T", "P", "E"};
  std::size_t power = 0;
  while (nanos % 1000 == 0 && power + 1 < kSuffixes.size()) {
    nanos /= 1000;
    ++power;
  }
  std::string text = decimal_text(nanos);
  if (format == Format::kDecimal) return text.append(kSuffixes[power]);
  const int exponent = static_cast<int>(power) * 3 - 9;
  return exponent == 0 ? text : text + "e" + std::to_string(exponent);
}

std::string binary(Int128 value) {
  static constexpr std::array<std::string_view, 7> kSuffixes = {"",   "Ki", "Mi", "Gi",
                                                                "Ti", "Pi", "Ei"};
  std::size_t power = 0;
  while (value % 1024 == 0 && power + 1 < kSuffixes.size()) {
    value /= 1024;
    ++power;
  }
  return decimal_text(value).append(kSuffixes[power]);
}

}  // namespace

std::optional<std::string> canonical_quantity(std::string_view text) {
  const auto parsed = model::Quantity::parse(text);
  if (!parsed) return std::nullopt;
  if (parsed->is_zero()) return "0";
  const Int128 nanos = nanos_of(*parsed);
  const Format format = format_of(text);
  // Small and broken amounts in binary units are shown in decimal ones, to lose nothing.
  const bool small = nanos > -1024 * kNanos && nanos < 1024 * kNanos;
  if (format == Format::kBinary && !small && nanos % kNanos == 0) return binary(nanos / kNanos);
  return decimal(nanos, format == Format::kBinary ? Format::kDecimal : format);
}

}  // namespace neuron_scheduler::embedded
