#include "cmd/demo-cluster/process.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cluster/embedded/store/kubelet.hpp"
#include "cmd/demo-cluster/kubeconfig.hpp"
#include "cmd/demo-cluster/objects.hpp"
#include "cmd/manifest/manifest.hpp"
#include "cmd/neuron-scheduler/system_clock.hpp"

namespace neuron_scheduler::demo {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::seconds kDrainMax{2};

// How clients on this machine reach it.
std::string url_of(const std::string& host, std::uint16_t port) {
  std::string name = host;
  if (host == "0.0.0.0") name = "127.0.0.1";
  if (host == "::") name = "::1";
  if (name.find(':') != std::string::npos) name = "[" + name + "]";
  return "http://" + name + ":" + std::to_string(port);
}

embedded::ApiOptions api_options(const Options& options) {
  embedded::ApiOptions out;
  out.seed = options.seed;
  out.streamed_lists = options.streamed_lists;
  out.history_events_max = options.history_events_max;
  return out;
}

class Cluster final : public DemoCluster {
 public:
  Cluster(asio::io_context& io, const model::Clock& clock, const Options& options)
      : io_(io), clock_(clock), api_(clock, api_options(options)), kubelet_timer_(io) {}

  std::optional<model::Error> start(const Options& options) {
    if (auto error = create_nodes(api_, options.nodes, clock_.wall())) return error;
    if (auto error = create_objects(api_, options.files, std::cin)) return error;
    if (options.kubelet) kubelet_.emplace(api_, clock_, embedded::KubeletOptions{});
    embedded::ServerOptions server_options;
    server_options.yaml_to_json = manifest::yaml_to_json;
    server_options.faults_over_http = options.faults;
    if (kubelet_) server_options.after_requests = [this] { step_kubelet(); };
    server_options.on_failed_turn = [said = false](const char* what) mutable {
      if (std::exchange(said, true)) return;  // Once says enough.
      std::fprintf(stderr, "demo-cluster: something failed and is tried again: %s\n", what);
    };
    auto server = embedded::make_server(io_, api_, clock_, options.host, options.port,
                                        std::move(server_options));
    if (!server) return server.error();
    server_ = std::move(*server);
    url_ = url_of(options.host, server_->port());
    if (options.kubeconfig.empty()) return std::nullopt;
    return write_file(options.kubeconfig, kubeconfig_text(url_));
  }

  std::string url() const override { return url_; }
  embedded::Api& api() override { return api_; }
  embedded::Server& server() override { return *server_; }

 private:
  void step_kubelet() {
    kubelet_->step();
    const auto next = kubelet_->next_timer();
    if (next == armed_for_) return;
    armed_for_.reset();
    kubelet_timer_.cancel();
    if (!next) return;
    kubelet_timer_.expires_after(std::max(*next - clock_.steady(), std::chrono::nanoseconds(0)));
    kubelet_timer_.async_wait([this](const error_code& error) {
      if (error) return;
      armed_for_.reset();
      server_->poke();
    });
    armed_for_ = next;
  }

  asio::io_context& io_;
  const model::Clock& clock_;
  embedded::Api api_;
  std::optional<embedded::StandInKubelet> kubelet_;
  asio::steady_timer kubelet_timer_;
  std::optional<model::SteadyTime> armed_for_;
  std::unique_ptr<embedded::Server> server_;
  std::string url_;
};

// Ends the loop once the answers under way are out; at once at the second signal.
class SignalWatch {
 public:
  SignalWatch(asio::io_context& io, DemoCluster& cluster)
      : io_(io), cluster_(cluster), signals_(io, SIGTERM, SIGINT), latest_(io) {
    wait();
  }

 private:
  void wait() {
    signals_.async_wait([this](const error_code& error, int /*number*/) {
      if (!error) on_signal();
    });
  }

  void on_signal() {
    if (std::exchange(ending_, true)) {
      io_.stop();
      return;
    }
    wait();
    latest_.expires_after(kDrainMax);
    latest_.async_wait([this](const error_code& error) {
      if (!error) io_.stop();
    });
    cluster_.server().drain([this] { io_.stop(); });
  }

  asio::io_context& io_;
  DemoCluster& cluster_;
  asio::signal_set signals_;
  asio::steady_timer latest_;
  bool ending_ = false;
};

}  // namespace

model::Result<std::unique_ptr<DemoCluster>> make_demo_cluster(asio::io_context& io,
                                                              const model::Clock& clock,
                                                              const Options& options) {
  auto cluster = std::make_unique<Cluster>(io, clock, options);
  if (auto error = cluster->start(options)) return *error;
  return std::unique_ptr<DemoCluster>(std::move(cluster));
}

ExitCode run_demo_cluster(const Options& options) {
  const cmd::SystemClock clock;
  asio::io_context io(1);
  auto cluster = make_demo_cluster(io, clock, options);
  if (!cluster) {
    std::fprintf(stderr, "demo-cluster: %s\n", cluster.error().message.c_str());
    return cmd::kExitFailure;
  }
  const SignalWatch signals(io, **cluster);
  const std::string kubeconfig =
      options.kubeconfig.empty() ? "none (--kubeconfig FILE writes one)" : options.kubeconfig;
  std::printf("demo-cluster is ready: %s, kubeconfig %s\n", (*cluster)->url().c_str(),
              kubeconfig.c_str());
  std::fflush(stdout);
  io.run();
  return cmd::kExitOk;
}

}  // namespace neuron_scheduler::demo
