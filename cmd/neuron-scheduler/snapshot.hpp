#pragma once

#include <cstdint>

#include "cluster/model/time.hpp"
#include "metrics/snapshot.hpp"
#include "scheduler/scheduler.hpp"

namespace neuron_scheduler::cmd {

// What the scheduler holds at this moment, counted for the metrics. Linear in nodes.
[[nodiscard]] metrics::Snapshot take_snapshot(const scheduler::Scheduler& scheduler,
                                              model::SteadyTime now,
                                              std::uint64_t log_lines_dropped);

}  // namespace neuron_scheduler::cmd
