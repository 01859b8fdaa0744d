#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cluster/client/tls.hpp"

namespace neuron_scheduler::client {

struct IoResult {
  // The other side sends no more: said so properly, or (TLS only) cut, by anyone on the way.
  enum class End { kNo, kProper, kCut };

  boost::system::error_code error;
  std::size_t bytes = 0;
  End end = End::kNo;  // Then there is no error.
};

// One TCP or TLS connection. Used once: dialed (asio_http_dialer.hpp), used, closed. Whoever awaits
// one of its coroutines keeps a shared_ptr to it meanwhile; one reads or writes at a time.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;

  explicit Connection(const boost::asio::any_io_executor& executor);

  // Ends what is under way, which then fails soon. May be called at any time; nothing works
  // afterwards.
  void close();
  // The same, and what the system has not sent yet is not sent any more.
  void abort();
  [[nodiscard]] bool is_closed() const { return closed_; }
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }
  // What is under way then fails, unless another limit or none is set before.
  void limit(std::chrono::milliseconds time);
  void no_limit();
  [[nodiscard]] bool limit_passed() const { return limit_passed_; }

  // Between two requests: whether the server has closed it, or said what nobody asked for.
  [[nodiscard]] bool is_spent();

  // Waits until wake() or close(), or until the limit has passed.
  boost::asio::awaitable<void> wait();
  void wake();

  // May be called again after a failure.
  boost::asio::awaitable<boost::system::error_code> connect(Endpoint endpoint);
  // Applies to the connected socket; what the system refuses is left out.
  void set_options(std::chrono::milliseconds peer_dead_after);
  // How long bytes may stay unacknowledged before the system gives the connection up.
  void limit_unacknowledged(std::chrono::milliseconds time);
  // Empty: done. The text does not name the server.
  boost::asio::awaitable<std::string> handshake(TlsContext context,
                                                std::shared_ptr<const ClusterAccess> access);
  // All of it, or an error and how much of it may have arrived.
  boost::asio::awaitable<IoResult> write(boost::asio::const_buffer bytes);
  boost::asio::awaitable<IoResult> read_some(boost::asio::mutable_buffer buffer);

 private:
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  boost::asio::steady_timer limit_;
  boost::asio::steady_timer wake_;
  std::size_t limit_number_ = 0;  // Tells a limit that has just passed from a newer one.
  bool limit_passed_ = false;
  bool closed_ = false;
};

}  // namespace neuron_scheduler::client
