#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cluster/model/time.hpp"
#include "cmd/neuron-scheduler/drawing.hpp"
#include "cmd/neuron-scheduler/exit_code.hpp"

namespace neuron_scheduler::simulate {

enum class Format : std::uint8_t { kTable, kJson, kYaml };

struct Options {
  std::vector<std::string> files;  // Files, folders or "-".
  std::string config;              // A KubeSchedulerConfiguration file; empty: none.
  std::optional<model::WallTime> now;
  std::uint64_t seed = 0;
  bool all_pods = false;
  bool fail_on_pending = false;
  Format format = Format::kTable;
};

// neuron-scheduler simulate (design.md §9). in: for "-". Results go to out, all else to error. The
// same input and options give the same bytes. kExitOk, kExitUsage (then nothing was placed and out
// is empty) or, with fail_on_pending, kExitPending.
[[nodiscard]] cmd::ExitCode run_command(const Options& options, const cmd::DrawingStyle& style,
                                        std::istream& in, std::ostream& out, std::ostream& error);

}  // namespace neuron_scheduler::simulate
