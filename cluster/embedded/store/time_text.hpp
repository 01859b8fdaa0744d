#pragma once

#include <string_view>

#include "cluster/model/result.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::embedded {

// RFC 3339 with any fraction (metav1.Time), or with six digits of it (metav1.MicroTime). The error
// is worded as Go's time.Parse does.
[[nodiscard]] model::Result<model::WallTime> parse_second_time(std::string_view text);
[[nodiscard]] model::Result<model::WallTime> parse_micro_time(std::string_view text);

}  // namespace neuron_scheduler::embedded
