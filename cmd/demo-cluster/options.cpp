#include "cmd/demo-cluster/options.hpp"

#include <cstdint>
#include <limits>
#include <set>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>

namespace neuron_scheduler::demo {
namespace {

constexpr const char* kVersionText = "demo-cluster " NEURON_SCHEDULER_VERSION "\n";

std::string check_node_group(const std::string& text) {
  const auto group = parse_node_group(text);
  return group ? std::string() : group.error().message;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

ParsedOptions finished(std::string output, ExitCode code) {
  ParsedOptions parsed;
  parsed.output = std::move(output);
  parsed.exit_code = code;
  return parsed;
}

ParsedOptions mistake(const std::string& what) {
  return finished("demo-cluster: " + what + "\n", cmd::kExitUsage);
}

// The same type twice would give the same names twice.
std::string repeated_prefix(const std::vector<NodeGroup>& groups) {
  std::set<std::string> prefixes;
  for (const NodeGroup& group : groups) {
    if (!prefixes.insert(group.prefix).second) return group.prefix;
  }
  return {};
}

// What the command line says; on or off by the lack of a flag is put right afterwards.
struct Switches {
  std::string listen = "127.0.0.1:0";
  std::vector<std::string> nodes;
  bool allow_remote = false;
  bool no_kubelet = false;
  bool no_streamed_lists = false;
  bool version = false;
};

void declare(CLI::App& app, Switches& switches, Options& options) {
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.add_flag("--version", switches.version, "Print the version and exit");
  app.add_option("--listen", switches.listen,
                 "HOST:PORT to listen on, plain HTTP; port 0: a free one")
      ->check(cmd::check_http_address)
      ->capture_default_str();
  app.add_flag("--allow-remote", switches.allow_remote,
               "Listen on other addresses than loopback, too. Everybody who reaches it may do "
               "everything: there is no authentication");
  app.add_option("--kubeconfig", options.kubeconfig,
                 "File to write when it listens, for kubectl and neuron-scheduler");
  app.add_option("--nodes", switches.nodes,
                 "TYPE=N...: nodes to begin with, as trn1.32xlarge=2, trn2.48xlarge:lnc1=1, "
                 "plain=1 (no devices)")
      ->check(check_node_group);
  app.add_option("-f,--filename", options.files,
                 "FILE...: objects to create at start, YAML or JSON; a folder: its files; -: "
                 "standard input");
  app.add_flag("--no-kubelet", switches.no_kubelet,
               "Nothing runs bound pods or removes deleted ones");
  app.add_flag("--no-streamed-lists", switches.no_streamed_lists,
               "Refuse sendInitialEvents, as older API servers do");
  app.add_flag("--allow-faults", options.faults, "Serve /faults: requests that go wrong on demand");
  app.add_option("--seed", options.seed, "Of uids and generated names")
      ->check(cmd::check_seed)
      ->capture_default_str();
  app.add_option("--history", options.history_events_max,
                 "Changes that are remembered for watches; older ones: 410")
      ->check(CLI::Range(std::size_t{1}, std::size_t{10'000'000}))
      ->capture_default_str();
}

}  // namespace

ParsedOptions parse_options(const std::vector<std::string>& arguments) {
  Options options;
  Switches switches;
  CLI::App app("A Kubernetes API server in memory, with nodes and no containers: to try and test.",
               "demo-cluster");
  declare(app, switches, options);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return finished(app.help(), cmd::kExitOk);
  } catch (const CLI::ParseError& error) {
    return mistake(error.what());
  }
  if (switches.version) return finished(kVersionText, cmd::kExitOk);

  const auto address = cmd::parse_http_address(switches.listen);
  std::tie(options.host, options.port) = *address;
  if (!switches.allow_remote && !is_loopback(options.host)) {
    return mistake("--listen " + switches.listen +
                   ": others could reach it, and there is no authentication. Use 127.0.0.1, or "
                   "add --allow-remote if that is what you want");
  }
  std::size_t count = 0;
  for (const std::string& text : switches.nodes) {
    options.nodes.push_back(*parse_node_group(text));
    count += options.nodes.back().count;
  }
  if (count > NodeGroup::kCountMax) {
    return mistake("--nodes: more than " + std::to_string(NodeGroup::kCountMax) + " nodes");
  }
  const std::string repeated = repeated_prefix(options.nodes);
  if (!repeated.empty()) {
    return mistake("--nodes: two groups would be named " + repeated + "-0: give the sum once");
  }
  options.kubelet = !switches.no_kubelet;
  options.streamed_lists = !switches.no_streamed_lists;
  ParsedOptions parsed;
  parsed.run = true;
  parsed.options = std::move(options);
  return parsed;
}

}  // namespace neuron_scheduler::demo
