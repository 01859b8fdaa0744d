#include "cmd/manifest/text_check.hpp"

#include <algorithm>
#include <cstddef>

namespace neuron_scheduler::manifest {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Length of the UTF-8 character that begins at a place; 0: there is none (The Unicode Standard,
// table 3-7).
std::size_t character_length(std::string_view text, std::size_t at) {
  const unsigned char first = byte_at(text, at);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
  }
  if (length == 0 || text.size() - at < length) return 0;
  if (byte_at(text, at + 1) < low || byte_at(text, at + 1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte_at(text, at + i) < 0x80 || byte_at(text, at + i) > 0xBF) return 0;
  }
  return length;
}

bool is_control(unsigned char byte) {
  return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F;
}

// "" if the whole text is fine; at is where it is not.
std::string wrong_byte(std::string_view text, std::size_t& at) {
  for (at = 0; at < text.size();) {
    if (is_control(byte_at(text, at))) {
      return "a control character (byte " + std::to_string(byte_at(text, at)) + ")";
    }
    const std::size_t length = character_length(text, at);
    if (length == 0) return "not UTF-8 (byte " + std::to_string(byte_at(text, at)) + ")";
    at += length;
  }
  return {};
}

std::string with_newlines(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool windows = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
    if (!windows) result += text[at] == '\r' ? '\n' : text[at];
  }
  return result;
}

}  // namespace

CheckedText check_text(std::string_view text) {
  CheckedText checked;
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    checked.problem = Problem{1, "UTF-16; it must be UTF-8"};
    return checked;
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  checked.original = text;
  std::size_t at = 0;
  std::string wrong = wrong_byte(text, at);
  if (!wrong.empty()) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
    checked.problem = Problem{lines + 1, std::move(wrong)};
  } else if (text.find('\r') != std::string_view::npos) {
    checked.rewritten = with_newlines(text);
  }
  return checked;
}

std::string with_lone_bytes(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length == 0) result += '\xC2';
    const std::size_t taken = std::max<std::size_t>(length, 1);
    result.append(text.substr(at, taken));
    at += taken;
  }
  return result;
}

}  // namespace neuron_scheduler::manifest
