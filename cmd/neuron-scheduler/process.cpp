#include "cmd/neuron-scheduler/process.hpp"

#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/fmt/fmt.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "cluster/client/api_calls.hpp"
#include "cluster/client/asio_http.hpp"
#include "cluster/client/codec.hpp"
#include "cluster/client/informer.hpp"
#include "cluster/client/kubeconfig.hpp"
#include "cluster/client/leader_election.hpp"
#include "cluster/client/limited_http.hpp"
#include "cluster/client/node_pods.hpp"
#include "cluster/client/observed_http.hpp"
#include "cluster/model/text.hpp"
#include "cmd/neuron-scheduler/admin_http.hpp"
#include "cmd/neuron-scheduler/api_adapter.hpp"
#include "cmd/neuron-scheduler/configured.hpp"
#include "cmd/neuron-scheduler/first_touch.hpp"
#include "cmd/neuron-scheduler/log.hpp"
#include "cmd/neuron-scheduler/logging_observer.hpp"
#include "cmd/neuron-scheduler/node_register.hpp"
#include "cmd/neuron-scheduler/pump.hpp"
#include "cmd/neuron-scheduler/snapshot.hpp"
#include "cmd/neuron-scheduler/system_clock.hpp"
#include "metrics/metrics.hpp"
#include "scheduler/registry.hpp"
#include "scheduler/scheduler.hpp"

namespace neuron_scheduler::cmd {
namespace {

namespace asio = boost::asio;

// A pod gets 30 s by default between SIGTERM and SIGKILL; a binding ends within some seconds unless
// the API server is away.
constexpr std::chrono::seconds kDrainMax{20};
constexpr std::chrono::seconds kLastWritesMax{2};

std::optional<std::string> environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

model::Result<client::ClusterAccess> find_access(const Options& options) {
  if (!options.kubeconfig.empty()) {
    return client::load_kubeconfig(options.kubeconfig, options.context);
  }
  auto access = client::in_cluster_access(environment);
  if (access) return access;
  return model::Error{access.error().code,
                      "no --kubeconfig given, and not in a cluster: " + access.error().message};
}

std::string host_name() {
  std::array<char, 256> buffer{};
  if (gethostname(buffer.data(), buffer.size() - 1) != 0) return "unknown";
  return buffer.data();
}

std::function<std::uint32_t()> make_random() {
  std::random_device seed;
  return [engine = std::mt19937(seed())]() mutable { return engine(); };
}

ReadyCheck sync_check(const std::string& what, bool synced, const client::Informer& informer) {
  ReadyCheck check{what + "-synced", synced && !informer.denied(), informer.problem()};
  if (check.reason.empty()) check.reason = "the first list of " + what + " is not in yet";
  return check;
}

// Everything that runs, in the order in which it is made; it goes in the opposite order.
class Process final : private client::LeaderSink {
 public:
  Process(const Configured& configured, Log& log)
      : options_(configured.options), configuration_(configured.configuration), log_(log) {}

  // The error that kept it from starting.
  [[nodiscard]] std::optional<std::string> start();
  [[nodiscard]] ExitCode run();

 private:
  void on_leading() override;
  void on_leadership_lost(const std::string& why) override;
  void on_election_stopped() override;

  [[nodiscard]] std::optional<std::string> connect();
  [[nodiscard]] std::optional<std::string> make_election(const client::ClusterAccess& access);
  void make_client(const client::ClusterAccess& access);
  [[nodiscard]] std::optional<std::string> make_scheduler();
  void make_informers();
  [[nodiscard]] std::optional<std::string> serve_admin();
  void wait_for_signal();
  void on_signal(int number);
  // Gives events and conditions of the last pods until then to go out.
  void finish_when_written(model::SteadyTime latest);
  void end_election();
  void finish(ExitCode code, std::string_view why);
  [[nodiscard]] std::vector<ReadyCheck> ready_checks() const;
  [[nodiscard]] std::vector<ReadyCheck> health_checks() const;

  const Options& options_;
  const config::Configuration& configuration_;
  Log& log_;
  const SystemClock clock_;
  asio::io_context io_{1};
  asio::signal_set signals_{io_};
  std::function<std::uint32_t()> random_ = make_random();
  std::unique_ptr<client::TimerService> timers_ = client::make_asio_timers(io_);
  std::unique_ptr<metrics::Metrics> metrics_;
  std::optional<LoggingObserver> observer_;
  std::unique_ptr<client::HttpClient> transport_;
  std::unique_ptr<client::HttpClient> observed_http_;
  std::unique_ptr<client::HttpClient> limited_http_;  // Null: no limit.
  client::HttpClient* http_ = nullptr;                // One of these two.
  // The lease has a connection of its own.
  std::unique_ptr<client::HttpClient> lease_transport_;
  std::unique_ptr<client::HttpClient> lease_http_;
  std::unique_ptr<client::LeaderElection> election_;  // Null: --leader-elect=false.
  std::unique_ptr<client::Codec<model::Pod>> pod_codec_;
  std::unique_ptr<client::Codec<model::Node>> node_codec_;
  std::unique_ptr<client::Codec<model::Namespace>> namespace_codec_;
  std::unique_ptr<client::ApiCalls> calls_;
  std::optional<ApiAdapter> adapter_;
  std::unique_ptr<scheduler::Scheduler> scheduler_;
  std::optional<Pump> pump_;
  std::unique_ptr<client::PodInformer> pods_;
  std::unique_ptr<client::Informer> nodes_;
  std::unique_ptr<client::Informer> namespaces_;
  std::unique_ptr<client::NodePodsReader> node_pods_;
  std::optional<FirstTouch> touch_;
  std::optional<NodeRegister> register_;
  std::unique_ptr<AdminHttp> admin_;
  std::unique_ptr<client::Timer> drain_timer_;
  bool stopping_ = false;
  ExitCode exit_code_ = kExitOk;
};

std::optional<std::string> Process::start() {
  if (auto error = connect()) return error;
  if (auto error = make_scheduler()) return error;
  make_informers();
  if (auto error = serve_admin()) return error;
  wait_for_signal();
  nodes_->start();
  namespaces_->start();
  pods_->start();
  if (!election_) register_->start();
  return std::nullopt;
}

std::optional<std::string> Process::connect() {
  const auto access = find_access(options_);
  if (!access) return access.error().message;
  log_.info(fmt::format("neuron-scheduler {} starts; API server {}", NEURON_SCHEDULER_VERSION,
                        access->authority()));
  client::AsioHttpOptions http_options;
  http_options.user_agent = "neuron-scheduler/" NEURON_SCHEDULER_VERSION;
  auto transport = client::make_asio_http_client(io_, *access, http_options);
  if (!transport) {
    return (options_.kubeconfig.empty() ? "" : "kubeconfig " + options_.kubeconfig + ": ") +
           transport.error().message;
  }
  transport_ = std::move(*transport);
  make_client(*access);
  return options_.leader_elect.enabled ? make_election(*access) : std::nullopt;
}

std::optional<std::string> Process::make_election(const client::ClusterAccess& access) {
  client::AsioHttpOptions http_options;
  http_options.user_agent = "neuron-scheduler/" NEURON_SCHEDULER_VERSION "/leader-election";
  http_options.connections_max = 1;
  auto transport = client::make_asio_http_client(io_, access, http_options);
  if (!transport) return transport.error().message;
  lease_transport_ = std::move(*transport);
  lease_http_ =
      client::make_observed_http(*lease_transport_, *observer_, clock_, access.authority());
  client::LeaderElectionConfig config;
  config.namespace_name = options_.leader_elect.resource_namespace;
  config.lease_name = options_.leader_elect.resource_name;
  config.identity = host_name() + "_" + to_string(boost::uuids::random_generator()());
  config.timing = options_.leader_elect.timing;
  election_ = client::make_leader_election({*lease_http_, *timers_, clock_, *observer_, random_},
                                           std::move(config), *this);
  return std::nullopt;
}

void Process::make_client(const client::ClusterAccess& access) {
  metrics::MetricsOptions options;
  options.version = NEURON_SCHEDULER_VERSION;
  options.api_host = access.authority();
  options.profiles = configuration_.scheduler_names();
  options.started = clock_.steady();
  metrics_ = metrics::make_metrics(std::move(options));
  observer_.emplace(*metrics_, log_);
  observed_http_ = client::make_observed_http(*transport_, *observer_, clock_, access.authority());
  http_ = observed_http_.get();
  if (configuration_.requests) {
    limited_http_ =
        client::make_limited_http(*observed_http_, *timers_, clock_, *configuration_.requests);
    http_ = limited_http_.get();
  }
  pod_codec_ = client::make_pod_codec(scheduler::pod_annotation_filter(), configuration_.format);
  node_codec_ = client::make_node_codec(scheduler::node_annotation_filter(), configuration_.format);
  namespace_codec_ = client::make_namespace_codec(configuration_.format);
  client::ApiOptions api_options;
  api_options.hostname = host_name();
  // A quarter of the connections for conditions, half for events: the rest is left to binds, but
  // for reads of pods and one write of a node.
  api_options.statuses_under_way_max = client::AsioHttpOptions{}.connections_max / 4;
  api_options.events_under_way_max = client::AsioHttpOptions{}.connections_max / 2;
  if (options_.leader_elect.enabled) {
    api_options.write_timeout = client::write_time_max(options_.leader_elect.timing);
    // Twice: the API server counts it again, from when the request arrives.
    api_options.may_write = [this, time = api_options.write_timeout * 2] {
      return election_->covers(time);
    };
  }
  calls_ = client::make_api_calls({*http_, *timers_, clock_, *observer_, *pod_codec_, random_},
                                  api_options);
  adapter_.emplace(*calls_, log_);
}

std::optional<std::string> Process::make_scheduler() {
  scheduler::SchedulerOptions options;
  options.profiles = configuration_.profiles;
  options.queue = configuration_.queue;
  options.seed = options_.seed;
  auto made = scheduler::Scheduler::make(clock_, *adapter_, *observer_, options);
  if (!made) return made.error().message;
  scheduler_ = std::move(*made);
  pump_.emplace(*scheduler_, clock_, *timers_,
                [this](std::function<void()> turn) { asio::post(io_, std::move(turn)); });
  adapter_->answer_to(*pump_);
  register_.emplace(*scheduler_, *calls_, *timers_, clock_, log_);
  if (election_) {
    // As kube-scheduler: whoever knows the cluster may lead it.
    adapter_->hold();
    pump_->hold([this] { election_->start(); });
  }
  return std::nullopt;
}

void Process::make_informers() {
  const client::InformerContext context{*http_, *timers_, clock_, *observer_, random_};
  pods_ = client::make_pod_informer(context, *pod_codec_, *pump_);
  nodes_ = client::make_node_informer(context, *node_codec_, *pump_);
  namespaces_ = client::make_namespace_informer(context, *namespace_codec_, *pump_);
  if (!election_) return;
  node_pods_ = client::make_node_pods_reader(*http_, *timers_, *pod_codec_);
  touch_.emplace(
      *node_pods_, *pods_,
      [this](const model::Pod& pod) { return scheduler_->cache().find_pod(pod.uid) != nullptr; },
      [this](std::function<void()> then) { pump_->after_news(std::move(then)); });
  adapter_->touch_first(*touch_);
}

std::optional<std::string> Process::serve_admin() {
  if (options_.http_port == 0) return std::nullopt;
  AdminContent content;
  content.metrics = [this] {
    return metrics_->text(take_snapshot(*scheduler_, clock_.steady(), log_.dropped()));
  };
  content.metrics_content_type = metrics::kTextContentType;
  content.ready_checks = [this] { return ready_checks(); };
  content.health_checks = [this] { return health_checks(); };
  auto made = make_admin_http(io_, options_.http_host, options_.http_port, std::move(content));
  if (!made) return made.error().message;
  admin_ = std::move(*made);
  return std::nullopt;
}

std::vector<ReadyCheck> Process::ready_checks() const {
  return {
      sync_check("namespaces", pump_->namespaces_synced(), *namespaces_),
      sync_check("nodes", pump_->nodes_synced(), *nodes_),
      sync_check("pods", pump_->pods_synced(), *pods_),
      {"shutdown", !stopping_, "ending after a signal"},
  };
}

std::vector<ReadyCheck> Process::health_checks() const {
  if (!election_) return {};
  const std::string problem = election_->problem();
  return {{"leaderElection", problem.empty(), problem}};
}

void Process::on_leading() {
  adapter_->lead();
  pump_->lead();
  if (!stopping_) register_->start();
}

void Process::on_leadership_lost(const std::string& why) {
  log_.error(fmt::format("Lease {}: {}", options_.leader_elect.resource_name, why));
  finish(kExitFailure, "leaderelection lost");
}

void Process::on_election_stopped() { finish(kExitOk, "all bindings have ended"); }

void Process::wait_for_signal() {
  if (!stopping_) {
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
  }
  signals_.async_wait([this](const boost::system::error_code& error, int number) {
    if (!error) on_signal(number);
  });
}

void Process::on_signal(int number) {
  if (std::exchange(stopping_, true)) {
    finish(kExitFailure, "a second signal: ending at once");
    return;
  }
  log_.info(fmt::format("Signal {}: no more decisions, {} bindings under way", number,
                        scheduler_->pending_binds()));
  register_->stop();
  wait_for_signal();
  drain_timer_ = timers_->after(kDrainMax, [this] {
    finish(kExitFailure, fmt::format("{} bindings are still unclear", scheduler_->pending_binds()));
  });
  pump_->drain([this] { finish_when_written(clock_.steady() + kLastWritesMax); });
}

void Process::finish_when_written(model::SteadyTime latest) {
  if (calls_->writes_pending() == 0 || clock_.steady() >= latest) {
    end_election();
    return;
  }
  constexpr std::chrono::milliseconds kLook{20};
  drain_timer_ = timers_->after(kLook, [this, latest] { finish_when_written(latest); });
}

// Only now: as long as a binding is unclear nobody else may lead.
void Process::end_election() {
  drain_timer_.reset();
  if (election_) {
    election_->stop();
  } else {
    finish(kExitOk, "all bindings have ended");
  }
}

void Process::finish(ExitCode code, std::string_view why) {
  exit_code_ = code;
  log_.info(fmt::format("Ending: {}", why));
  io_.stop();
}

ExitCode Process::run() {
  io_.run();
  return exit_code_;
}

}  // namespace

ExitCode run_scheduler(const Options& options) {
  const std::unique_ptr<Log> log = make_log(options.verbosity);
  try {
    const auto configured = configure(options);
    if (!configured) {
      for (const std::string& line : model::lines_of(configured.error().message)) log->error(line);
      return kExitFailure;
    }
    Process process(*configured, *log);
    if (const auto error = process.start()) {
      log->error(*error);
      return kExitFailure;
    }
    return process.run();
  } catch (const std::exception& error) {
    // A broken invariant: what is in memory cannot be trusted. A new start reads everything anew.
    log->error(fmt::format("Ending, unexpected: {}", error.what()));
    return kExitFailure;
  }
}

}  // namespace neuron_scheduler::cmd
