#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cluster/model/result.hpp"

namespace boost::asio {
class io_context;
}

namespace neuron_scheduler::cmd {

struct ReadyCheck {
  std::string name;  // As kube's: "informer-sync".
  bool passed = false;
  std::string reason;  // If it failed.
};

// What is served; called in the loop, for each request anew.
struct AdminContent {
  std::function<std::string()> metrics;
  std::string metrics_content_type;
  std::function<std::vector<ReadyCheck>()> ready_checks;
  std::function<std::vector<ReadyCheck>()> health_checks;  // Empty: none but that the loop turns.
};

struct AdminOptions {
  std::size_t connections_max = 64;  // Beyond: the one that has been idle longest gives way.
  std::chrono::milliseconds request_max{10'000};  // From its first byte to the answer's last.
  std::chrono::milliseconds idle_max{60'000};     // Between two requests.
};

// Answers GET and HEAD of /metrics, /healthz, /livez and /readyz over plain HTTP, the last three as
// kube-scheduler does: "ok", or 500 with a line for each check, also with ?verbose. /livez
// says that the loop turns, /healthz also that the health checks pass, /readyz that all checks do.
// Destroying it closes all connections.
class AdminHttp {
 public:
  virtual ~AdminHttp() = default;
  // Where it listens; the system's choice if 0 was asked for.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

// Fails, naming the address, if host is no address of this machine or the port is taken. io must
// outlive it.
[[nodiscard]] model::Result<std::unique_ptr<AdminHttp>> make_admin_http(boost::asio::io_context& io,
                                                                        const std::string& host,
                                                                        std::uint16_t port,
                                                                        AdminContent content,
                                                                        AdminOptions options = {});

}  // namespace neuron_scheduler::cmd
