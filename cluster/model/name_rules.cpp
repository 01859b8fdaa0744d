#include "cluster/model/name_rules.hpp"

#include <algorithm>

namespace neuron_scheduler::model {
namespace {

constexpr std::size_t kLabelMax = 63;
constexpr std::size_t kSubdomainMax = 253;
constexpr std::size_t kPortNameMax = 15;

constexpr std::string_view kLabelKeyRule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kLabelValueRule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
    "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr std::string_view kDnsLabelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must "
    "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kSubdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', "
    "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_alnum(char c) { return is_lower(c) || is_digit(c); }
bool is_alnum(char c) { return is_lower_alnum(c) || (c >= 'A' && c <= 'Z'); }

bool is_label_name(std::string_view name) {
  return !name.empty() && is_alnum(name.front()) && is_alnum(name.back()) &&
         std::ranges::all_of(
             name, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_dns_label(std::string_view name) {
  return !name.empty() && is_lower_alnum(name.front()) && is_lower_alnum(name.back()) &&
         std::ranges::all_of(name, [](char c) { return is_lower_alnum(c) || c == '-'; });
}

bool is_subdomain(std::string_view name) {
  while (true) {
    const auto dot = name.find('.');
    if (!is_dns_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

// Labels are counted in bytes, names (pkg/util/validation) in "characters", which are bytes, too.
std::string too_long(std::size_t max, std::string_view unit) {
  return "must be no more than " + std::to_string(max) + " " + std::string(unit);
}

}  // namespace

Complaints check_label_key(std::string_view key) {
  Complaints complaints;
  const auto slash = key.find('/');
  std::string_view name = key;
  if (slash != std::string_view::npos) {
    name = key.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) {
      complaints.push_back("a valid label key " + std::string(kLabelKeyRule) +
                           " with an optional DNS subdomain prefix and '/' (e.g. "
                           "'example.com/MyName')");
      return complaints;
    }
    const std::string_view prefix = key.substr(0, slash);
    if (prefix.empty()) {
      complaints.emplace_back("prefix part must be non-empty");
    } else {
      for (const std::string& text : check_dns_subdomain(prefix)) {
        complaints.push_back("prefix part " + text);
      }
    }
  }
  if (name.empty()) complaints.emplace_back("name part must be non-empty");
  if (name.size() > kLabelMax) complaints.push_back("name part " + too_long(kLabelMax, "bytes"));
  if (!is_label_name(name)) complaints.push_back("name part " + std::string(kLabelKeyRule));
  return complaints;
}

Complaints check_label_value(std::string_view value) {
  Complaints complaints;
  if (value.size() > kLabelMax) complaints.push_back(too_long(kLabelMax, "bytes"));
  if (!value.empty() && !is_label_name(value)) complaints.emplace_back(kLabelValueRule);
  return complaints;
}

Complaints check_dns_label(std::string_view name) {
  Complaints complaints;
  if (name.size() > kLabelMax) complaints.push_back(too_long(kLabelMax, "characters"));
  if (!is_dns_label(name)) {
    complaints.emplace_back(is_subdomain(name) ? "must not contain dots" : kDnsLabelRule);
  }
  return complaints;
}

Complaints check_dns_subdomain(std::string_view name) {
  Complaints complaints;
  if (name.size() > kSubdomainMax) complaints.push_back(too_long(kSubdomainMax, "characters"));
  if (!is_subdomain(name)) complaints.emplace_back(kSubdomainRule);
  return complaints;
}

Complaints check_port_name(std::string_view name) {
  Complaints complaints;
  if (name.size() > kPortNameMax) complaints.push_back(too_long(kPortNameMax, "characters"));
  if (!std::ranges::all_of(name, [](char c) { return is_lower_alnum(c) || c == '-'; })) {
    complaints.emplace_back(
        "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (std::ranges::none_of(name, is_lower)) {
    complaints.emplace_back("must contain at least one letter (a-z)");
  }
  if (name.find("--") != std::string_view::npos) {
    complaints.emplace_back("must not contain consecutive hyphens");
  }
  if (name.starts_with('-') || name.ends_with('-')) {
    complaints.emplace_back("must not begin or end with a hyphen");
  }
  return complaints;
}

Complaints check_env_name(std::string_view name) {
  if (name.empty()) return {"environment variable name must be non-empty"};
  const bool valid =
      std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~' && c != '='; });
  if (valid) return {};
  return {
      "a valid environment variable name must consist only of printable ASCII characters other "
      "than '='"};
}

Complaints check_path_segment(std::string_view name) {
  if (name == "." || name == "..") return {"may not be '" + std::string(name) + "'"};
  Complaints complaints;
  for (const char banned : {'/', '%'}) {
    if (name.find(banned) != std::string_view::npos) {
      complaints.push_back("may not contain '" + std::string(1, banned) + "'");
    }
  }
  return complaints;
}

}  // namespace neuron_scheduler::model
