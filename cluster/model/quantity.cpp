#include "cluster/model/quantity.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace neuron_scheduler::model {
namespace {

__extension__ using Int128 = __int128;

constexpr Int128 kNanos = 1'000'000'000;
constexpr Int128 kCap = Int128{std::numeric_limits<std::int64_t>::max()} * kNanos;
// Digits beyond this cannot change the result: the value is cut to kCap, or they are far below one
// billionth.
constexpr int kExponentMax = 60;
constexpr std::size_t kTextMax = 64;

struct Scale {
  int power_of_ten = 0;
  int power_of_two = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<Scale> parse_exponent(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  int value = 0;
  for (const char c : text) value = std::min(value * 10 + (c - '0'), 1000);
  return Scale{negative ? -value : value, 0};
}

std::optional<Scale> parse_suffix(std::string_view suffix) {
  struct Known {
    std::string_view text;
    Scale scale;
  };
  static constexpr Known kKnown[] = {
      {"", {0, 0}},    {"n", {-9, 0}},  {"u", {-6, 0}},  {"m", {-3, 0}},
      {"k", {3, 0}},   {"M", {6, 0}},   {"G", {9, 0}},   {"T", {12, 0}},
      {"P", {15, 0}},  {"E", {18, 0}},  {"Ki", {0, 10}}, {"Mi", {0, 20}},
      {"Gi", {0, 30}}, {"Ti", {0, 40}}, {"Pi", {0, 50}}, {"Ei", {0, 60}},
  };
  for (const Known& known : kKnown) {
    if (known.text == suffix) return known.scale;
  }
  if (suffix.front() == 'e' || suffix.front() == 'E') return parse_exponent(suffix.substr(1));
  return std::nullopt;
}

// digits * 2^power_of_two * 10^exponent, in billionths, rounded up and cut to kCap. The digits are
// those of the text without its point.
Int128 scaled(std::string_view digits, int exponent, int power_of_two) {
  Int128 mantissa = 0;
  bool cut_digits = false;
  for (const char c : digits) {
    // Enough room for a following multiplication by ten; what is cut off only matters for rounding
    // up.
    if (mantissa > kCap) {
      cut_digits = cut_digits || c != '0';
      ++exponent;
    } else {
      mantissa = mantissa * 10 + (c - '0');
    }
  }
  if (mantissa == 0) return 0;
  exponent = std::clamp(exponent + 9, -kExponentMax, kExponentMax);
  for (; power_of_two > 0; --power_of_two) {
    if (mantissa > kCap) {
      // Too large already unless a negative exponent brings it back: divide first, rounding up at
      // the end.
      if (exponent >= 0) return kCap;
      cut_digits = cut_digits || mantissa % 10 != 0;
      mantissa /= 10;
      ++exponent;
    }
    mantissa *= 2;
  }
  for (; exponent > 0; --exponent) {
    if (mantissa > kCap / 10) return kCap;
    mantissa *= 10;
  }
  for (; exponent < 0; ++exponent) {
    cut_digits = cut_digits || mantissa % 10 != 0;
    mantissa /= 10;
  }
  return std::min(cut_digits ? mantissa + 1 : mantissa, kCap);
}

std::int64_t divide_up(Int128 value, Int128 divisor) {
  Int128 quotient = value / divisor;
  if (value % divisor > 0) ++quotient;
  constexpr Int128 kLow = std::numeric_limits<std::int64_t>::min();
  constexpr Int128 kHigh = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp(quotient, kLow, kHigh));
}

}  // namespace

Result<Quantity> Quantity::parse(std::string_view text) {
  const auto fail = [text] {
    return invalid("\"" + std::string(text.substr(0, kTextMax)) + "\" is not a quantity");
  };
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  const auto number_end =
      std::find_if_not(rest.begin(), rest.end(), [](char c) { return is_digit(c) || c == '.'; });
  const auto number = rest.substr(0, static_cast<std::size_t>(number_end - rest.begin()));
  const auto suffix = rest.substr(number.size());
  const auto point = number.find('.');
  std::string digits(number.substr(0, point));
  int exponent = 0;
  if (point != std::string_view::npos) {
    const auto fraction = number.substr(point + 1);
    if (fraction.find('.') != std::string_view::npos) return fail();
    digits += fraction;
    exponent = -static_cast<int>(std::min<std::size_t>(fraction.size(), 10'000));
  }
  const auto scale = parse_suffix(suffix);
  if (digits.empty() || text.size() > 10'000 || !scale) return fail();
  const Int128 nanos = scaled(digits, exponent + scale->power_of_ten, scale->power_of_two);
  return Quantity(negative ? -nanos : nanos);
}

std::int64_t Quantity::value() const { return divide_up(nanos_, kNanosPerUnit); }

std::int64_t Quantity::milli_value() const { return divide_up(nanos_, kNanosPerUnit / 1000); }

}  // namespace neuron_scheduler::model
