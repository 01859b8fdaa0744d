#pragma once

#include <string>
#include <string_view>
#include <vector>

// The forms of names (apimachinery pkg/api/validate/content): empty if the text is right, else what
// is wrong with it.
namespace neuron_scheduler::model {

using Complaints = std::vector<std::string>;

[[nodiscard]] Complaints check_label_key(std::string_view key);  // Also of annotations, resources.
[[nodiscard]] Complaints check_label_value(std::string_view value);
[[nodiscard]] Complaints check_dns_label(std::string_view name);
[[nodiscard]] Complaints check_dns_subdomain(std::string_view name);
[[nodiscard]] Complaints check_port_name(std::string_view name);
[[nodiscard]] Complaints check_env_name(std::string_view name);
[[nodiscard]] Complaints check_path_segment(std::string_view name);

}  // namespace neuron_scheduler::model
