#include "cluster/model/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace neuron_scheduler::model {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

std::string format_with(WallTime time, bool micro) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<nanoseconds> clock(time - day);
  std::array<char, 48> buffer{};
  int size = std::snprintf(
      buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  std::string text(buffer.data(), static_cast<std::size_t>(size));
  if (micro) {
    size = std::snprintf(buffer.data(), buffer.size(), ".%06d",
                         static_cast<int>(clock.subseconds().count() / 1000));
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text + "Z";
}

// Takes exactly `digits` digits off the front of text.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc{} || end != text.data() + digits || text.front() == '-')
    return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<nanoseconds> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return nanoseconds{0};
  std::int64_t nanos = 0;
  std::int64_t unit = 100'000'000;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    nanos += (text.front() - '0') * unit;
    unit /= 10;
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  return nanoseconds{nanos};
}

std::optional<seconds> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return seconds{0};
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return seconds{sign * (*hours * 3600 + *minutes * 60)};
}

struct CivilTime {
  std::chrono::year_month_day date;
  seconds of_day{};
};

std::optional<CivilTime> take_civil(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !(take(text, 'T') || take(text, 't'))) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  // Nanoseconds since 1970 reach from 1677 to 2262.
  if (!date.ok() || *year < 1700 || *year > 2200) return std::nullopt;
  return CivilTime{date, seconds{*hour * 3600 + *minute * 60 + *second}};
}

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// "m" comes after "ms", of which it is the beginning.
constexpr std::array kUnits = {
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"\u00b5s", 1'000},
    Unit{"\u03bcs", 1'000},
    Unit{"ms", 1'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"h", 3'600'000'000'000},
};

std::string_view take_digits(std::string_view& text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

// "1.5h" at the beginning of text, which it takes away.
std::optional<std::int64_t> take_part(std::string_view& text) {
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  const auto* const unit = std::find_if(kUnits.begin(), kUnits.end(),
                                        [&](const Unit& u) { return text.starts_with(u.name); });
  if (unit == kUnits.end()) return std::nullopt;
  text.remove_prefix(unit->name.size());
  std::int64_t value = 0;
  if (!whole.empty()) {
    const auto read = std::from_chars(whole.data(), whole.data() + whole.size(), value);
    if (read.ec != std::errc{}) return std::nullopt;
  }
  if (__builtin_mul_overflow(value, unit->nanoseconds, &value)) return std::nullopt;
  constexpr std::uint64_t kDigitsMax = std::uint64_t{1} << 63U;
  std::uint64_t digits = 0;
  double scale = 1;
  for (const char digit : fraction) {
    if (digits > (kDigitsMax - 1) / 10) break;
    const std::uint64_t more = digits * 10 + static_cast<std::uint64_t>(digit - '0');
    if (more > kDigitsMax) break;
    digits = more;
    scale *= 10;
  }
  const auto rest = static_cast<std::int64_t>(static_cast<double>(digits) *
                                              (static_cast<double>(unit->nanoseconds) / scale));
  if (__builtin_add_overflow(value, rest, &value)) return std::nullopt;
  return value;
}

}  // namespace

std::string format_time(WallTime time) { return format_with(time, false); }

std::string format_micro_time(WallTime time) { return format_with(time, true); }

std::optional<WallTime> parse_time(std::string_view text) {
  const auto civil = take_civil(text);
  if (!civil) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return WallTime{std::chrono::sys_days(civil->date)} + civil->of_day - *offset + *fraction;
}

std::optional<nanoseconds> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return nanoseconds{0};
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  while (!text.empty()) {
    const auto part = take_part(text);
    if (!part || __builtin_add_overflow(sum, *part, &sum)) return std::nullopt;
  }
  return nanoseconds{negative ? -sum : sum};
}

}  // namespace neuron_scheduler::model
