#pragma once

#include <string>
#include <vector>

namespace neuron_scheduler::embedded {

// Header lines `Warning: 299 - "..."`, each text once, as a real server writes them (apiserver
// endpoints/filters/warning.go): texts that are empty, no UTF-8 or hold control characters are
// left out; once all together have more than 4096 characters, each is cut to 256, and those after
// some 4096 are left out.
[[nodiscard]] std::string warning_fields(const std::vector<std::string>& texts);

}  // namespace neuron_scheduler::embedded
