#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace neuron_scheduler::embedded {

// RFC 4648 §5, without padding.
[[nodiscard]] std::string base64_url(std::string_view bytes);
// nullopt: other characters, or a length that no bytes have.
[[nodiscard]] std::optional<std::string> base64_url_decoded(std::string_view text);

}  // namespace neuron_scheduler::embedded
