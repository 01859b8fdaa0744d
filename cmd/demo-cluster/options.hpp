#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cmd/demo-cluster/node_groups.hpp"
#include "cmd/neuron-scheduler/options.hpp"

namespace neuron_scheduler::demo {

// The same exit codes: 0 ended by a signal, 1 could not start, 2 the command line is wrong.
using cmd::ExitCode;

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the system's choice.
  std::string kubeconfig;  // Where to write one; empty: nowhere.
  std::vector<NodeGroup> nodes;
  std::vector<std::string> files;  // Manifests to create at start, in this order.
  bool kubelet = true;
  bool streamed_lists = true;
  bool faults = false;  // Serve /faults.
  std::uint64_t seed = 0;
  std::size_t history_events_max = 100'000;
};

// If it asks for no run (--help, --version, or a mistake), output is what to print and exit_code
// how to end.
struct ParsedOptions {
  bool run = false;
  Options options;
  std::string output;
  ExitCode exit_code = cmd::kExitOk;
};

// arguments: without the program's name.
[[nodiscard]] ParsedOptions parse_options(const std::vector<std::string>& arguments);

}  // namespace neuron_scheduler::demo
