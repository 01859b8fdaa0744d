#include "cluster/embedded/server/warnings.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>

#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

constexpr std::size_t kCharactersMax = std::size_t{4} * 1024;
constexpr std::size_t kCutCharacters = 256;

bool begins_character(char byte) {
  constexpr unsigned char kTopBits = 0xc0;
  constexpr unsigned char kContinues = 0x80;
  return (static_cast<unsigned char>(byte) & kTopBits) != kContinues;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string_view cut(std::string_view text) {
  std::size_t seen = 0;
  const auto end = std::ranges::find_if(
      text, [&](char byte) { return begins_character(byte) && ++seen > kCutCharacters; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// Of a text in UTF-8: U+0000 to U+001F and U+007F to U+009F.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    constexpr unsigned char kSpace = 0x20;
    constexpr unsigned char kDelete = 0x7f;
    constexpr unsigned char kC1Lead = 0xc2;
    constexpr unsigned char kC1Last = 0x9f;
    if (byte < kSpace || byte == kDelete) return true;
    if (byte == kC1Lead && static_cast<unsigned char>(text[i + 1]) <= kC1Last) return true;
  }
  return false;
}

void append(std::string& fields, std::string_view text) {
  fields.append("Warning: 299 - \"");
  for (const char c : text) {
    if (c == '"' || c == '\\') fields.push_back('\\');
    fields.push_back(c);
  }
  fields.append("\"\r\n");
}

}  // namespace

std::string warning_fields(const std::vector<std::string>& texts) {
  std::set<std::string_view> kept;
  std::vector<std::string_view> in_order;
  std::size_t whole = 0;
  std::size_t short_ones = 0;  // The same, were each cut.
  for (const std::string& text : texts) {
    if (whole > kCharactersMax && short_ones >= kCharactersMax) break;
    if (text.empty() || valid_utf8(text) != text || has_control(text)) continue;
    if (!kept.insert(text).second) continue;
    in_order.emplace_back(text);
    whole += characters(text);
    short_ones += characters(cut(text));
  }
  std::string fields;
  for (const std::string_view text : in_order) {
    append(fields, whole > kCharactersMax ? cut(text) : text);
  }
  return fields;
}

}  // namespace neuron_scheduler::embedded
