#include "test/support/loopback.hpp"

#include <utility>

#include <boost/asio/write.hpp>

namespace neuron_scheduler::test {

namespace asio = boost::asio;
using boost::system::error_code;

void Visit::send(std::string bytes) {
  auto kept = std::make_shared<std::string>(std::move(bytes));
  asio::async_write(socket_, asio::buffer(*kept),
                    [self = shared_from_this(), kept](const error_code&, std::size_t) {});
}

void Visit::resume() {
  paused_ = false;
  read_on();
}

void Visit::close() {
  error_code ignored;
  socket_.close(ignored);
}

void Visit::read_on() {
  if (std::exchange(reading_, true)) return;
  constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
  buffer_.resize(kBufferBytes);
  socket_.async_read_some(asio::buffer(buffer_),
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            self->reading_ = false;
                            self->received.append(self->buffer_, 0, size);
                            if (error) {
                              self->ended = true;
                            } else if (!self->paused_) {
                              self->read_on();
                            }
                          });
}

std::shared_ptr<Visit> visit(asio::io_context& io, std::uint16_t port, const std::string& bytes) {
  auto seen = std::make_shared<Visit>(io);
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  seen->socket_.async_connect(endpoint, [seen, bytes](const error_code& error) {
    seen->ended = static_cast<bool>(error);
    if (error) return;
    if (!bytes.empty()) seen->send(bytes);
    if (!seen->paused_) seen->read_on();
  });
  return seen;
}

bool run_until(asio::io_context& io, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    io.restart();
    io.run_one_until(end);
  }
  return true;
}

void run_for(asio::io_context& io, std::chrono::milliseconds time) {
  io.restart();
  io.run_for(time);
}

std::string body_of(const std::string& answer) {
  const std::size_t header = answer.find("\r\n\r\n");
  return header == std::string::npos ? "no header" : answer.substr(header + 4);
}

std::string status_of(const std::string& answer) {
  return answer.size() < 12 ? std::string() : answer.substr(9, 3);
}

std::string without_chunks(const std::string& body) {
  std::string payload;
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t end = body.find("\r\n", at);
    if (end == std::string::npos) break;
    const std::size_t size = std::stoul(body.substr(at, end - at), nullptr, 16);
    if (size == 0) break;
    payload.append(body, end + 2, size);
    at = end + 2 + size + 2;
  }
  return payload;
}

}  // namespace neuron_scheduler::test
