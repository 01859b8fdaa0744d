#include "cmd/neuron-scheduler/options.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <sstream>
#include <tuple>
#include <utility>

#include <CLI/CLI.hpp>

#include "cluster/client/leader_election.hpp"
#include "cluster/model/name_rules.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::cmd {
namespace {

constexpr const char* kVersionText = "neuron-scheduler " NEURON_SCHEDULER_VERSION "\n";
constexpr int kVerbosityMax = 10;
constexpr const char* kConfigHelp = "KubeSchedulerConfiguration file: profiles, plugins, arguments";

std::string check_bool(const std::string& text) {
  if (text == "false" || text == "true") return {};
  return "must be true or false, not \"" + text + "\"";
}

std::string check_duration(const std::string& text) {
  if (model::parse_duration(text)) return {};
  return '"' + text + "\" is no duration like 15s or 1m30s";
}

std::string check_lock(const std::string& text) {
  return text == "leases" ? std::string() : "must be leases, not \"" + text + '"';
}

std::string check_not_empty(const std::string& text) {
  return text.empty() ? "must not be empty" : std::string();
}

std::string check_form(const std::string& text, const model::Complaints& complaints) {
  if (complaints.empty() || text.empty()) return check_not_empty(text);
  return '"' + text.substr(0, 128) + "\": " + complaints.front();
}

std::string check_lease_name(const std::string& text) {
  return check_form(text, model::check_dns_subdomain(text));
}

std::string check_namespace(const std::string& text) {
  return check_form(text, model::check_dns_label(text));
}

// The flags as they are written.
struct LeaderElectArguments {
  std::string enabled = "true";
  std::string lease_duration = "15s";
  std::string renew_deadline = "10s";
  std::string retry_period = "2s";
  std::string resource_lock = "leases";
};

std::vector<const CLI::Option*> add_leader_elect(CLI::App& app, LeaderElectArguments& arguments,
                                                 LeaderElectOptions& options) {
  const auto add = [&app](const char* name, std::string& target, const char* help,
                          std::string (*check)(const std::string&)) {
    return app.add_option(name, target, help)->check(check)->capture_default_str();
  };
  return {
      app.add_flag("--leader-elect", arguments.enabled,
                   "Schedule only while holding a lease, so that replicas can stand by")
          ->check(check_bool)
          ->default_str("true"),
      add("--leader-elect-lease-duration", arguments.lease_duration,
          "How long a lease that is not renewed is respected", check_duration),
      add("--leader-elect-renew-deadline", arguments.renew_deadline,
          "How long the leader tries to renew the lease before it gives up", check_duration),
      add("--leader-elect-retry-period", arguments.retry_period,
          "Time between two tries to get or renew the lease", check_duration),
      add("--leader-elect-resource-lock", arguments.resource_lock, "Must be leases", check_lock),
      add("--leader-elect-resource-name", options.resource_name, "Name of the lease",
          check_lease_name),
      add("--leader-elect-resource-namespace", options.resource_namespace, "Namespace of the lease",
          check_namespace)};
}

// Empty: all is well. options.timing only matters where election is enabled, and is only then
// checked.
std::string take_leader_elect(const LeaderElectArguments& arguments, LeaderElectOptions& options) {
  const auto milliseconds = [](const std::string& text) {
    return std::chrono::floor<std::chrono::milliseconds>(*model::parse_duration(text));
  };
  options.enabled = arguments.enabled == "true";
  options.timing.lease_duration = milliseconds(arguments.lease_duration);
  options.timing.renew_deadline = milliseconds(arguments.renew_deadline);
  options.timing.retry_period = milliseconds(arguments.retry_period);
  return options.enabled ? client::check_timing(options.timing) : std::string();
}

ParsedOptions finished(std::string output, ExitCode code) {
  ParsedOptions parsed;
  parsed.output = std::move(output);
  parsed.exit_code = code;
  return parsed;
}

// simulate's own options as they are written.
struct SimulateArguments {
  simulate::Options options;
  std::string now;
  std::string format = "table";
};

std::optional<simulate::Format> format_of(const std::string& text) {
  if (text == "table") return simulate::Format::kTable;
  if (text == "json") return simulate::Format::kJson;
  if (text == "yaml") return simulate::Format::kYaml;
  return std::nullopt;
}

std::string check_format(const std::string& text) {
  return format_of(text) ? std::string() : "must be table, json or yaml, not \"" + text + '"';
}

std::string check_time(const std::string& text) {
  if (model::parse_time(text)) return {};
  return '"' + text + "\" is no time like 2026-11-24T12:00:00Z";
}

CLI::App* add_simulate(CLI::App& app, SimulateArguments& arguments) {
  simulate::Options& options = arguments.options;
  CLI::App* command = app.add_subcommand(
      "simulate", "Schedule the pods of files on the nodes of files, without a cluster");
  command
      ->add_option("-f,--filename", options.files,
                   "YAML or JSON: a file, a folder or - for standard input; may be repeated")
      ->required()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--config", options.config, kConfigHelp)->check(check_not_empty);
  command->add_flag("--all-pods", options.all_pods,
                    "Try all pods, whatever their schedulerName is");
  command
      ->add_option("--now", arguments.now,
                   "The time it is, as 2026-11-24T12:00:00Z; without it the latest "
                   "creationTimestamp")
      ->check(check_time);
  command->add_option("--seed", options.seed, "Breaks ties between equally good nodes")
      ->check(check_seed)
      ->capture_default_str();
  command->add_option("-o,--output", arguments.format, "What to print: table, json or yaml")
      ->check(check_format)
      ->capture_default_str();
  command->add_flag("--fail-on-pending", options.fail_on_pending, "Exit with 3 if a pod is left");
  return command;
}

ParsedOptions parse_simulate(SimulateArguments arguments,
                             const std::vector<const CLI::Option*>& run_options) {
  for (const CLI::Option* option : run_options) {
    if (option->count() == 0) continue;
    return finished("neuron-scheduler: " + option->get_name() + " has no meaning for simulate\n",
                    kExitUsage);
  }
  ParsedOptions parsed;
  parsed.simulate = std::move(arguments.options);
  parsed.simulate->format = *format_of(arguments.format);
  if (!arguments.now.empty()) parsed.simulate->now = model::parse_time(arguments.now);
  return parsed;
}

}  // namespace

std::string check_http_address(const std::string& text) {
  const auto address = parse_http_address(text);
  return address ? std::string() : address.error().message;
}

std::string check_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, seed);
  if (result.ec == std::errc{} && result.ptr == end) return {};
  return "must be a whole number from 0 to 18446744073709551615, not \"" + text + '"';
}

model::Result<std::pair<std::string, std::uint16_t>> parse_http_address(const std::string& text) {
  const auto fail = [&](const std::string& why) {
    return model::invalid("\"" + text.substr(0, 128) + "\" is no HOST:PORT: " + why);
  };
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return fail("no port");
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') != host.ends_with(']')) return fail("brackets do not match");
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return fail("an IPv6 address needs brackets");
  }
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data() + colon + 1, end, port);
  if (result.ec != std::errc{} || result.ptr != end) return fail("the port must be 0 to 65535");
  return std::pair{host.empty() ? std::string("0.0.0.0") : host, port};
}

ParsedOptions parse_options(const std::vector<std::string>& arguments) {
  ParsedOptions parsed;
  Options& options = parsed.options;
  SimulateArguments simulate_arguments;
  std::string http_address = "127.0.0.1:10251";
  LeaderElectArguments leader_elect;
  bool version = false;

  CLI::App app("Schedules pods that name it in spec.schedulerName; knows AWS Neuron devices.",
               "neuron-scheduler");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.add_flag("--version", version, "Print the version and exit");
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.add_subcommand("run", "Schedule a cluster (what happens without a subcommand, too)");
  const CLI::Option* const config =
      app.add_option("--config", options.config, kConfigHelp)->check(check_not_empty);
  std::vector<const CLI::Option*> run_options = {
      app.add_option("--kubeconfig", options.kubeconfig,
                     "Kubeconfig file; without it, the credentials of the pod it runs in"),
      app.add_option("--context", options.context, "Context of the kubeconfig to use"),
      app.add_option("--http-address", http_address,
                     "Where /metrics, /healthz, /livez and /readyz are served, plain HTTP; port 0: "
                     "nowhere")
          ->check(check_http_address)
          ->capture_default_str(),
      app.add_option("-v,--v", options.verbosity,
                     "How much to log: 0 news, 2 also each binding, 4 also each update")
          ->check(CLI::Range(0, kVerbosityMax))
          ->capture_default_str()};
  const auto elect_options = add_leader_elect(app, leader_elect, options.leader_elect);
  std::ranges::copy(elect_options, std::back_inserter(run_options));
  const CLI::Option* const seed =
      app.add_option("--seed", options.seed, "Breaks ties between equally good nodes")
          ->check(check_seed)
          ->capture_default_str();
  const CLI::App* const simulate = add_simulate(app, simulate_arguments);

  // CLI11 takes its arguments from the back, and knows "-v 2" and "--v=2", but not klog's "-v=2".
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  for (std::string& argument : reversed) {
    if (argument.starts_with("-v=")) argument.insert(0, 1, '-');
  }
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return finished(app.help(), kExitOk);
  } catch (const CLI::ParseError& error) {
    return finished("neuron-scheduler: " + std::string(error.what()) + "\n", kExitUsage);
  }
  if (version) return finished(kVersionText, kExitOk);
  if (simulate->parsed()) {
    // Before the subcommand it means the same.
    if (seed->count() != 0) simulate_arguments.options.seed = options.seed;
    if (config->count() != 0) simulate_arguments.options.config = options.config;
    return parse_simulate(std::move(simulate_arguments), run_options);
  }
  for (const CLI::Option* option : elect_options) {
    if (option->count() != 0) options.given.insert(option->get_name());
  }
  // With a file, only both together can be checked.
  if (const std::string problem = take_leader_elect(leader_elect, options.leader_elect);
      !problem.empty() && options.config.empty()) {
    return finished("neuron-scheduler: --leader-elect: " + problem + "\n", kExitUsage);
  }
  parsed.run = true;
  const auto address = parse_http_address(http_address);
  std::tie(options.http_host, options.http_port) = *address;
  return parsed;
}

}  // namespace neuron_scheduler::cmd
