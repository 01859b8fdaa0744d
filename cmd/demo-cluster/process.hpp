#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cluster/embedded/server/server.hpp"
#include "cluster/model/result.hpp"
#include "cmd/demo-cluster/options.hpp"

namespace boost::asio {
class io_context;
}

namespace neuron_scheduler::demo {

// An embedded cluster that serves: API, kubelet, HTTP.
class DemoCluster {
 public:
  virtual ~DemoCluster() = default;
  [[nodiscard]] virtual std::string url() const = 0;
  [[nodiscard]] virtual embedded::Api& api() = 0;
  [[nodiscard]] virtual embedded::Server& server() = 0;
};

// Creates nodes and objects, listens, then writes the kubeconfig. Errors say what to change. io
// and clock must outlive it.
[[nodiscard]] model::Result<std::unique_ptr<DemoCluster>> make_demo_cluster(
    boost::asio::io_context& io, const model::Clock& clock, const Options& options);

// Runs until SIGTERM or SIGINT. Says on standard output where it listens, on standard error why it
// cannot.
[[nodiscard]] ExitCode run_demo_cluster(const Options& options);

}  // namespace neuron_scheduler::demo
