#include "cmd/manifest/text_check.hpp"

#include <algorithm>
#include <cstddef>

#include "cluster/model/text.hpp"

namespace neuron_scheduler::manifest {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
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
    const std::size_t length = model::utf8_length(text.substr(at));
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
    const std::size_t length = model::utf8_length(text.substr(at));
    if (length == 0) result += '\xC2';
    const std::size_t taken = std::max<std::size_t>(length, 1);
    result.append(text.substr(at, taken));
    at += taken;
  }
  return result;
}

}  // namespace neuron_scheduler::manifest
