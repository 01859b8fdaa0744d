#include "cluster/embedded/store/query.hpp"

#include <algorithm>
#include <iterator>

#include "cluster/embedded/store/text.hpp"
#include "cluster/model/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

constexpr std::string_view kDigits = "0123456789";

// What is wrong with a duration (Go's time.ParseDuration); empty: nothing.
std::string duration_fault(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return {};
  std::string invalid = "time: invalid duration " + quoted(text);
  if (rest.empty()) return invalid;
  while (!rest.empty()) {
    const std::size_t whole = std::min(rest.find_first_not_of(kDigits), rest.size());
    rest.remove_prefix(whole);
    std::size_t fraction = 0;
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      fraction = std::min(rest.find_first_not_of(kDigits), rest.size());
      rest.remove_prefix(fraction);
    }
    if (whole + fraction == 0) return invalid;
    const std::string_view unit = rest.substr(0, rest.find_first_of("0123456789."));
    if (unit.empty()) return "time: missing unit in duration " + quoted(text);
    constexpr std::string_view kUnits[] = {"ns", "us", "\u00b5s", "\u03bcs", "ms", "s", "m", "h"};
    if (std::ranges::find(kUnits, unit) == std::end(kUnits)) {
      return "time: unknown unit " + quoted(unit) + " in duration " + quoted(text);
    }
    rest.remove_prefix(unit.size());
  }
  return {};
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, Plus plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::kIsSpace) {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (!high || !low) return std::nullopt;
      decoded.push_back(static_cast<char>(*high * 16 + *low));
      i += 2;
    }
  }
  return decoded;
}

Query::Query(std::string_view text) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty() || pair.find(';') != std::string_view::npos) continue;
    const std::string_view raw_name = pair.substr(0, pair.find('='));
    const std::string_view raw_value = pair.substr(std::min(pair.size(), raw_name.size() + 1));
    auto name = percent_decoded(raw_name, Plus::kIsSpace);
    auto value = percent_decoded(raw_value, Plus::kIsSpace);
    if (name && value) pairs_.emplace_back(std::move(*name), std::move(*value));
  }
}

bool Query::has(std::string_view name) const {
  return std::ranges::any_of(pairs_, [&](const auto& pair) { return pair.first == name; });
}

std::string_view Query::get(std::string_view name) const {
  const auto found =
      std::ranges::find_if(pairs_, [&](const auto& pair) { return pair.first == name; });
  return found == pairs_.end() ? std::string_view{} : std::string_view{found->second};
}

bool Query::flag(std::string_view name) const {
  if (!has(name)) return false;
  std::string text{get(name)};
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text != "0" && text != "false";
}

Answer<std::optional<std::int64_t>> Query::integer(std::string_view name) const {
  const std::string_view text = get(name);
  if (text.empty()) return std::optional<std::int64_t>{};
  const auto number = model::parse_integer(text);
  if (!number) {
    return bad_request("strconv.ParseInt: parsing \"" + std::string{text} + "\": invalid syntax");
  }
  return std::optional<std::int64_t>{*number};
}

Answer<void> check_timeout(const Query& query) {
  const std::string_view text = query.get("timeout");
  const std::string fault = text.empty() ? std::string{} : duration_fault(text);
  if (fault.empty()) return {};
  return bad_request("invalid timeout specified in the request URL - " + fault);
}

}  // namespace neuron_scheduler::embedded
