#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "cluster/model/result.hpp"

// What our HTTP servers share: who may connect, how long a connection may say nothing, how it ends.
// What is said on it is theirs. Everything happens in one io_context on one thread.
namespace neuron_scheduler::serving {

// One client's connection.
struct Connection {
  Connection(boost::asio::ip::tcp::socket socket, std::size_t buffer_bytes_max);

  boost::beast::tcp_stream stream;
  boost::beast::flat_buffer buffer;  // What was read and not used yet.
  bool is_idle = true;               // Between two requests.
  bool is_open = true;               // False: the listener is gone, and what answers with it.
  std::uint64_t last_turn = 0;       // Grows with each request that ends, over all connections.
};
using ConnectionRef = std::shared_ptr<Connection>;

// Reads one request, whose first bytes are in the buffer, and answers it within deadlines of its
// own. Whether another may follow. After each wait it looks at is_open before it uses anything but
// the connection. What it throws ends this connection alone.
using AnswerOne = std::function<boost::asio::awaitable<bool>(ConnectionRef)>;

struct ListenerOptions {
  std::size_t connections_max = 64;  // Beyond: the one that has been idle longest gives way.
  std::string
      busy_answer;  // What one more gets if none is idle, before it is closed; may be empty.
  std::chrono::milliseconds idle_max{60'000};           // Between two requests.
  std::size_t buffer_bytes_max = std::size_t{9} << 10;  // Of a connection.
};

// Destroying it closes all connections.
class Listener {
 public:
  virtual ~Listener() = default;
  // Where it listens; the system's choice if 0 was asked for.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // No more connections: idle ones are closed, the others after the answer under way. Then calls
  // done, once, in the loop; not if it is destroyed before.
  virtual void drain(std::function<void()> done) = 0;
};

// Fails, naming the address, if host is no address of this machine or the port is taken. io must
// outlive it.
[[nodiscard]] model::Result<std::unique_ptr<Listener>> make_listener(boost::asio::io_context& io,
                                                                     const std::string& host,
                                                                     std::uint16_t port,
                                                                     AnswerOne answer_one,
                                                                     ListenerOptions options);

}  // namespace neuron_scheduler::serving
