#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "cluster/client/access.hpp"
#include "cluster/client/http.hpp"
#include "cluster/model/result.hpp"

namespace boost::asio {
class io_context;
}

namespace neuron_scheduler::client {

struct AsioHttpOptions {
  std::string user_agent =
      "neuron-scheduler";  // With "/version"; never curl's: it gets pretty JSON.

  std::size_t connections_max = 32;  // For calls; each stream has one more of its own.
  std::size_t waiting_max = 4096;    // Calls that wait for a connection, in each lane.
  std::size_t answer_bytes_max = std::size_t{4} << 20;   // Body of a call's answer.
  std::size_t header_bytes_max = std::size_t{64} << 10;  // Also chunk headers and trailers.

  // Each also ends with the request's own deadline. connect_max holds for all addresses of the
  // server together.
  std::chrono::milliseconds connect_max{30'000};
  std::chrono::milliseconds handshake_max{10'000};
  // The API server closes idle connections after 80 to 100 s (controlplane.md).
  std::chrono::milliseconds idle_max{60'000};
  // Unacknowledged bytes, or silence of the peer's kernel, for so long end a connection.
  std::chrono::milliseconds peer_dead_after{30'000};

  std::chrono::milliseconds token_age_max{50'000};         // kube-scheduler.md §6.3.
  std::chrono::milliseconds certificate_age_max{300'000};  // CA and client certificate files.
};

// HTTP/1.1 over TCP or, as access says, TLS 1.2 or later with the server verified by name or
// address. Idempotent requests (GET) are sent a second time if a kept connection turns out to be
// closed, any request if nothing of it had been sent; a request answered 401 is sent again once if
// the token file holds another token by then. Fails if certificates or keys of access cannot be
// used; connects only when asked. Destroying the client drops its calls without a call-back. io
// must outlive the client, and its streams.
[[nodiscard]] model::Result<std::unique_ptr<HttpClient>> make_asio_http_client(
    boost::asio::io_context& io, const ClusterAccess& access, AsioHttpOptions options = {});

// Timers of the same loop. io must outlive the service and its timers.
[[nodiscard]] std::unique_ptr<TimerService> make_asio_timers(boost::asio::io_context& io);

}  // namespace neuron_scheduler::client
