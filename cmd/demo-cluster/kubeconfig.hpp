#pragma once

#include <optional>
#include <string>

#include "cluster/model/result.hpp"

namespace neuron_scheduler::demo {

// A kubeconfig with one cluster and a user without credentials: the server asks for none.
[[nodiscard]] std::string kubeconfig_text(const std::string& url);

// Writes the file at once as a whole, readable by its owner only: whoever sees it, sees all of it.
// The error names the file.
[[nodiscard]] std::optional<model::Error> write_file(const std::string& path,
                                                     const std::string& text);

}  // namespace neuron_scheduler::demo
