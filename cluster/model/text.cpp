#include "cluster/model/text.hpp"

#include <algorithm>
#include <charconv>

namespace neuron_scheduler::model {
namespace {

bool may_follow(unsigned char first, unsigned char second) {
  unsigned char least = 0x80;
  unsigned char most = 0xBF;
  if (first == 0xE0) least = 0xA0;
  if (first == 0xED) most = 0x9F;
  if (first == 0xF0) least = 0x90;
  if (first == 0xF4) most = 0x8F;
  return second >= least && second <= most;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  std::size_t length = 2;
  if (first >= 0xE0) length = first >= 0xF0 ? 4 : 3;
  if (text.size() < length || !may_follow(first, static_cast<unsigned char>(text[1]))) return 0;
  const bool whole = std::ranges::all_of(text.substr(2, length - 2), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
  });
  return whole ? length : 0;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t size = bytes_max;
  // Bytes 10xxxxxx continue a character: what would follow the cut must begin one.
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return text.substr(0, size);
}

std::string truncated(std::string_view text, std::size_t bytes_max) {
  constexpr std::string_view kSuffix = " ...";
  if (text.size() <= bytes_max) return std::string(text);
  return std::string(cut_utf8(text, bytes_max - kSuffix.size())).append(kSuffix);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  // from_chars takes no plus sign.
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace neuron_scheduler::model
