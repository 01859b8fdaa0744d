#pragma once

#include "cmd/neuron-scheduler/options.hpp"

namespace neuron_scheduler::cmd {

// Schedules the cluster until SIGTERM or SIGINT: then it decides no more, waits until no binding is
// under way and returns kExitOk. kExitFailure, with the reason on standard error: it could not
// start, a second signal came, or some binding was still unclear after the drain time.
[[nodiscard]] ExitCode run_scheduler(const Options& options);

}  // namespace neuron_scheduler::cmd
