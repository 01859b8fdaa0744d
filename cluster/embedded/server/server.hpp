#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cluster/embedded/server/faults.hpp"
#include "cluster/embedded/store/api.hpp"
#include "cluster/model/result.hpp"
#include "cluster/model/time.hpp"

namespace boost::asio {
class io_context;
}

namespace neuron_scheduler::embedded {

struct ServerOptions {
  // Of bodies of type application/yaml, into JSON; empty: the Api refuses them (415).
  std::function<model::Result<std::string>(std::string_view)> yaml_to_json;
  // Serve the rules for faults at /faults: GET, POST (a list that is added), DELETE.
  bool faults_over_http = false;
  // Called in the loop after requests were carried out, before watches are told; may use the Api.
  std::function<void()> after_requests;
  // Told in the loop what was thrown when no request was to blame (no memory); it is tried again
  // soon. Must not throw.
  std::function<void(const char* what)> on_failed_turn;

  std::size_t connections_max = 1'200;  // Beyond, if none is idle: 429.
  std::size_t header_bytes_max = std::size_t{64} << 10;
  std::size_t body_bytes_max = std::size_t{3} << 20;    // As kube-apiserver has it.
  std::size_t watch_bytes_max = std::size_t{64} << 10;  // Held for a watch that is being written.
  // Of answers and watches that are being written, all together. Past it requests get 429, and so
  // do reads whose answer does not fit, unless nothing else is held; watches are ended.
  std::size_t held_bytes_max = std::size_t{512} << 20;
  std::chrono::milliseconds request_max{30'000};  // From the first byte to the last of the body.
  std::chrono::milliseconds write_max{60'000};    // For an answer, and each piece of a watch.
  std::chrono::milliseconds idle_max{180'000};    // Between two requests.
};

// The Api over HTTP/1.1 without TLS, in one io_context on one thread. A client that breaks a bound
// is answered with a v1 Status where it can be, and ends its own connection at most. It also
// carries out Api::tick() when it is due. Destroying it closes all connections.
class Server {
 public:
  virtual ~Server() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual FaultRules& faults() = 0;
  // The Api was used by somebody else: tells watches and looks at its timer, soon.
  virtual void poke() = 0;
  // Ends all watches, lets answers under way end, then calls done.
  virtual void drain(std::function<void()> done) = 0;
};

// io, api and clock must outlive it. Fails, naming the address, if it cannot listen there.
[[nodiscard]] model::Result<std::unique_ptr<Server>> make_server(
    boost::asio::io_context& io, Api& api, const model::Clock& clock, const std::string& host,
    std::uint16_t port, ServerOptions options);

}  // namespace neuron_scheduler::embedded
