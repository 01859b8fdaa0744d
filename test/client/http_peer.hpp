#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "cluster/client/asio_http.hpp"
#include "test/support/loopback.hpp"

namespace neuron_scheduler::client::test {

namespace asio = boost::asio;
using neuron_scheduler::test::run_for;
using neuron_scheduler::test::run_until;

// The server's end of one connection. After a failure it reads nothing and writes nothing.
class PeerConnection {
 public:
  PeerConnection(asio::ip::tcp::socket socket, asio::ssl::context* context, int number);

  // Header and body (by Content-Length) of the next request; empty: the client has closed.
  asio::awaitable<std::string> read_request();
  asio::awaitable<void> write(std::string bytes);
  asio::awaitable<void> pause(std::chrono::milliseconds time);
  asio::awaitable<void> handshake();
  void close();

  [[nodiscard]] int number() const { return number_; }  // 1 for the server's first connection.

 private:
  asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer);

  asio::ip::tcp::socket socket_;
  std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
  std::string rest_;
  int number_;
};

using Script = std::function<asio::awaitable<void>(std::shared_ptr<PeerConnection>)>;

// A server on loopback that plays a script on each connection, in the test's own loop. Nothing is
// understood of HTTP but where a request ends. The script must outlive the loop's last run.
class Peer {
 public:
  Peer(asio::io_context& io, Script script, asio::ssl::context* context = nullptr,
       const std::string& address = "127.0.0.1");
  ~Peer();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] int connections() const { return connections_; }
  void stop_listening();

  std::vector<std::string> requests;  // As they came in; the scripts of this file keep it.

 private:
  asio::awaitable<void> accept_all();
  static asio::awaitable<void> play(const Script* script, std::shared_ptr<PeerConnection> peer);

  asio::io_context& io_;
  asio::ip::tcp::acceptor acceptor_;
  Script script_;
  asio::ssl::context* context_;
  int connections_ = 0;
};

// "HTTP/1.1 200 OK" with this body and fields, each with its line end.
std::string answer(const std::string& body, const std::string& fields = {},
                   const std::string& status = "200 OK");

ClusterAccess plain_access(std::uint16_t port);
HttpRequest get(const std::string& target);
HttpRequest post(const std::string& target, const std::string& body);

// One call and its outcome.
HttpOutcome call(asio::io_context& io, HttpClient& client, HttpRequest request);
std::string failure_name(const HttpOutcome& outcome);  // "answer", "not sent", ...

}  // namespace neuron_scheduler::client::test
