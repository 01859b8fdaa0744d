#include "cmd/manifest/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace neuron_scheduler::manifest {
namespace {

namespace json = boost::json;

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, text) != words.end();
}

std::optional<bool> boolean(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kTrue = {
      "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
  static constexpr std::array<std::string_view, 11> kFalse = {
      "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
  if (one_of(text, kTrue)) return true;
  if (one_of(text, kFalse)) return false;
  return std::nullopt;
}

bool is_null(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
  return one_of(text, kNull);
}

bool is_no_finite_number(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kWords = {".nan",  ".NaN",  ".NAN",  ".inf",
                                                              ".Inf",  ".INF",  "+.inf", "+.Inf",
                                                              "+.INF", "-.inf", "-.Inf", "-.INF"};
  return one_of(text, kWords);
}

// The base that a prefix says, as Go's strconv.ParseInt with base 0; the prefix is cut off.
int take_base(std::string_view& digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;
  const char letter = digits[1];
  digits.remove_prefix(1);
  if (letter >= '0' && letter <= '9') return 8;
  digits.remove_prefix(1);
  if (letter == 'x' || letter == 'X') return 16;
  if (letter == 'o' || letter == 'O') return 8;
  if (letter == 'b' || letter == 'B') return 2;
  digits = {};
  return 10;
}

std::optional<json::value> whole_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  std::string_view digits = text.substr(has_sign ? 1 : 0);
  const int base = take_base(digits);
  std::uint64_t magnitude = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, magnitude, base);
  if (digits.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (negative) {
    if (magnitude > kMax + 1) return std::nullopt;
    return json::value(static_cast<std::int64_t>(-magnitude));
  }
  if (magnitude <= kMax) return json::value(static_cast<std::int64_t>(magnitude));
  if (has_sign) return std::nullopt;
  return json::value(magnitude);
}

// ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$
bool looks_like_float(std::string_view text) {
  const auto skip_digits = [&text] {
    const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(end);
    return end > 0;
  };
  const auto skip_one_of = [&text](std::string_view letters) {
    if (text.empty() || letters.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
  };
  skip_one_of("+-");
  const bool whole = skip_digits();
  const bool point = skip_one_of(".");
  const bool fraction = point && skip_digits();
  if (!whole && !fraction) return false;
  if (skip_one_of("eE")) {
    skip_one_of("+-");
    if (!skip_digits()) return false;
  }
  return text.empty();
}

std::optional<json::value> floating_point(std::string_view text) {
  if (!looks_like_float(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc::result_out_of_range) {
    // Too small is zero to Go, too large is no number.
    if (text.find("e-") == std::string_view::npos && text.find("E-") == std::string_view::npos) {
      return std::nullopt;
    }
    number = 0;
  }
  constexpr double kExact = 9007199254740992.0;  // 2^53: whole numbers up to it are exact.
  if (std::trunc(number) == number && std::abs(number) <= kExact) {
    return json::value(static_cast<std::int64_t>(number));
  }
  return json::value(number);
}

std::optional<json::value> number_of(std::string_view text) {
  const char first = text.front();
  if (first == '.') return floating_point(text);
  if (first != '+' && first != '-' && (first < '0' || first > '9')) return std::nullopt;
  std::string digits(text);
  std::erase(digits, '_');
  if (auto whole = whole_number(digits)) return whole;
  return floating_point(digits);
}

}  // namespace

std::optional<json::value> plain_scalar(std::string_view text) {
  if (is_null(text)) return json::value(nullptr);
  if (const auto truth = boolean(text)) return json::value(*truth);
  if (is_no_finite_number(text)) return std::nullopt;
  if (auto number = number_of(text)) return number;
  return json::value(text);
}

std::optional<std::string> plain_key(std::string_view text) {
  if (is_null(text) || is_no_finite_number(text)) return std::nullopt;
  if (const auto truth = boolean(text)) return std::string(*truth ? "true" : "false");
  const auto number = number_of(text);
  if (!number || number->is_double()) return std::string(text);
  return number->is_int64() ? std::to_string(number->get_int64())
                            : std::to_string(number->get_uint64());
}

}  // namespace neuron_scheduler::manifest
