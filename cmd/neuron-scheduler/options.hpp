#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cluster/client/leader_election_fsm.hpp"
#include "cluster/model/result.hpp"
#include "cmd/neuron-scheduler/exit_code.hpp"
#include "cmd/neuron-scheduler/simulate/command.hpp"

namespace neuron_scheduler::cmd {

// kube-scheduler's flags --leader-elect*.
struct LeaderElectOptions {
  bool enabled = true;
  std::string resource_name = "neuron-scheduler";
  std::string resource_namespace = "kube-system";
  client::LeaderElectionFsm::Timing timing;
};

struct Options {
  std::string config;      // A KubeSchedulerConfiguration file; empty: none.
  std::string kubeconfig;  // Empty: in-cluster credentials.
  std::string context;     // Of the kubeconfig; empty: its current-context.
  std::string http_host = "127.0.0.1";
  std::uint16_t http_port = 10251;  // 0: no server.
  LeaderElectOptions leader_elect;
  std::set<std::string> given;  // The flags of leader_elect that are there: "--leader-elect", ...
  int verbosity = 0;            // klog's -v: 0 news, 2 each binding, 4 each update.
  std::uint64_t seed = 0;       // Breaks ties between equal nodes (design.md §8).
};

// What the command line asks for. If it asks for nothing to be done (--help, --version, or a
// mistake), output is what to print and exit_code how to end.
struct ParsedOptions {
  bool run = false;
  Options options;
  std::optional<simulate::Options> simulate;
  std::string output;
  ExitCode exit_code = kExitOk;
};

// arguments: without the program's name.
[[nodiscard]] ParsedOptions parse_options(const std::vector<std::string>& arguments);

// "HOST:PORT", "[IPV6]:PORT" or ":PORT" (all addresses); port 0 switches the server off.
[[nodiscard]] model::Result<std::pair<std::string, std::uint16_t>> parse_http_address(
    const std::string& text);

// Validators of CLI11, which shows the text that they return: why it is no such address; no whole
// number that a seed may be. Empty: it is one.
[[nodiscard]] std::string check_http_address(const std::string& text);
[[nodiscard]] std::string check_seed(const std::string& text);

}  // namespace neuron_scheduler::cmd
