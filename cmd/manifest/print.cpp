#include "cmd/manifest/print.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cmd/manifest/yaml_scalar.hpp"

namespace neuron_scheduler::manifest {
namespace {

namespace json = boost::json;

// Length of the control character that begins at a place: C0 and DEL have one byte, C1 two; 0: it
// is another one.
std::size_t control_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  if (byte(at) < 0x20 || byte(at) == 0x7F) return 1;
  const bool c1 =
      byte(at) == 0xC2 && at + 1 < text.size() && byte(at + 1) >= 0x80 && byte(at + 1) <= 0x9F;
  return c1 ? 2 : 0;
}

std::string quoted_string(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string result = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t control = control_length(text, at);
    const char c = text[at];
    if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (control != 0) {
      const auto code = static_cast<unsigned char>(text[at + control - 1]);
      result.append("\\u00") += kHex[code >> 4U];
      result += kHex[code & 0xFU];
    } else {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
    at += std::max<std::size_t>(control, 1);
  }
  return result + '"';
}

template <class Number>
std::string number_text(Number number) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

std::string scalar_text(const json::value& value) {
  switch (value.kind()) {
    case json::kind::bool_:
      return value.get_bool() ? "true" : "false";
    case json::kind::int64:
      return number_text(value.get_int64());
    case json::kind::uint64:
      return number_text(value.get_uint64());
    case json::kind::double_:
      return number_text(value.get_double());
    case json::kind::string:
      return quoted_string(view(value.get_string()));
    default:
      return "null";
  }
}

bool empty(const json::value& value) {
  return (value.is_object() && value.get_object().empty()) ||
         (value.is_array() && value.get_array().empty());
}

void write_json(const json::value& value, std::size_t indent, std::string& to) {
  constexpr std::size_t kIndent = 4;
  const auto line = [&](std::size_t columns) { to.append("\n").append(columns, ' '); };
  const char* separator = "";
  if (empty(value)) {
    to += value.is_object() ? "{}" : "[]";
  } else if (const auto* object = value.if_object()) {
    to += '{';
    for (const auto& entry : *object) {
      to += separator;
      separator = ",";
      line(indent + kIndent);
      to.append(quoted_string(view(entry.key()))).append(": ");
      write_json(entry.value(), indent + kIndent, to);
    }
    line(indent);
    to += '}';
  } else if (const auto* array = value.if_array()) {
    to += '[';
    for (const json::value& item : *array) {
      to += separator;
      separator = ",";
      line(indent + kIndent);
      write_json(item, indent + kIndent, to);
    }
    line(indent);
    to += ']';
  } else {
    to += scalar_text(value);
  }
}

// Whether a text means itself without quotes.
bool plain(std::string_view text) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
  if (text.empty() || text.find_first_not_of(kLetters) != std::string_view::npos) return false;
  if (text.front() == '-' || text.front() == '.') return false;
  const auto meant = plain_scalar(text);
  return meant && meant->is_string();
}

std::string yaml_text(std::string_view text) {
  return plain(text) ? std::string(text) : quoted_string(text);
}

void write_yaml(const json::value& value, std::size_t indent, std::string& to);

// Behind a key or a dash.
void write_yaml_value(const json::value& value, std::size_t indent, std::string& to) {
  if (empty(value)) {
    to += value.is_object() ? " {}\n" : " []\n";
  } else if (value.is_structured()) {
    to += '\n';
    write_yaml(value, indent, to);
  } else {
    to += ' ';
    to += value.is_string() ? yaml_text(view(value.get_string())) : scalar_text(value);
    to += '\n';
  }
}

void write_yaml(const json::value& value, std::size_t indent, std::string& to) {
  constexpr std::size_t kIndent = 2;
  constexpr std::size_t kSimpleKeyBytesMax = 1000;  // YAML ends at 1024 characters.
  if (const auto* object = value.if_object()) {
    for (const auto& entry : *object) {
      const std::string key = yaml_text(view(entry.key()));
      const bool long_key = key.size() > kSimpleKeyBytesMax;
      to.append(indent, ' ').append(long_key ? "? " : "").append(key);
      if (long_key) to.append("\n").append(indent, ' ');
      to += ':';
      // As kubectl: the dashes of a list stand under the key.
      write_yaml_value(entry.value(), indent + (entry.value().is_array() ? 0 : kIndent), to);
    }
    return;
  }
  for (const json::value& item : value.get_array()) {
    if (!item.is_structured() || empty(item)) {
      to.append(indent, ' ') += '-';
      write_yaml_value(item, indent, to);
      continue;
    }
    // The first line of what is inside begins behind the dash.
    const std::size_t start = to.size();
    write_yaml(item, indent + kIndent, to);
    to[start + indent] = '-';
  }
}

}  // namespace

std::string to_json(const json::value& value) {
  std::string text;
  write_json(value, 0, text);
  return text + '\n';
}

std::string to_yaml(const json::value& value) {
  std::string text;
  if (value.is_structured() && !empty(value)) {
    write_yaml(value, 0, text);
  } else {
    write_yaml_value(value, 0, text);
    text.erase(0, 1);
  }
  return text;
}

std::string printable(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t control = control_length(text, at);
    result += control == 0 ? text[at] : ' ';
    at += std::max<std::size_t>(control, 1);
  }
  return result;
}

}  // namespace neuron_scheduler::manifest
