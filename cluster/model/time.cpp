#include "cluster/model/time.hpp"

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

}  // namespace neuron_scheduler::model
