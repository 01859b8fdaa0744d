#pragma once

namespace neuron_scheduler::cmd {

// Exit codes, as kube-scheduler has them where it has any (docs/configuration.md).
enum ExitCode : int {
  kExitOk = 0,       // Ended by SIGTERM or SIGINT, binds drained; simulate is done; --help.
  kExitFailure = 1,  // Could not start, or was forced to stop.
  kExitUsage = 2,    // The command line is wrong; simulate: or its input, and nothing was placed.
  kExitPending = 3,  // simulate --fail-on-pending: a pod is left.
};

}  // namespace neuron_scheduler::cmd
