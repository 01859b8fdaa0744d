#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

// Clients of servers that run in the test's own loop, over real loopback sockets.
namespace neuron_scheduler::test {

// One client's connection, and what came in on it.
class Visit : public std::enable_shared_from_this<Visit> {
 public:
  explicit Visit(boost::asio::io_context& io) : socket_(io) {}

  void send(std::string bytes);
  // Reads nothing from now on, or goes on reading.
  void pause() { paused_ = true; }
  void resume();
  void close();

  [[nodiscard]] bool has(const std::string& text) const {
    return received.find(text) != std::string::npos;
  }

  std::string received;
  bool ended = false;  // The server has closed.

 private:
  friend std::shared_ptr<Visit> visit(boost::asio::io_context& io, std::uint16_t port,
                                      const std::string& bytes);
  void read_on();

  boost::asio::ip::tcp::socket socket_;
  std::string buffer_;
  bool paused_ = false;
  bool reading_ = false;
};

// Connects, sends the bytes and reads until the server closes.
std::shared_ptr<Visit> visit(boost::asio::io_context& io, std::uint16_t port,
                             const std::string& bytes);

// Runs the loop until `done` holds; false after 5 s.
bool run_until(boost::asio::io_context& io, const std::function<bool()>& done);
// Runs the loop for so long.
void run_for(boost::asio::io_context& io, std::chrono::milliseconds time);

// What follows the header of the first answer in this text.
std::string body_of(const std::string& answer);
// The status of the first answer in this text; empty: none.
std::string status_of(const std::string& answer);
// The payload of a body in chunks, as far as it came.
std::string without_chunks(const std::string& body);

}  // namespace neuron_scheduler::test
