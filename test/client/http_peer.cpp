#include "test/client/http_peer.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace neuron_scheduler::client::test {
namespace {

using boost::system::error_code;

// Where the first request of text ends, if it is whole.
std::optional<std::size_t> end_of_request(const std::string& text) {
  const std::size_t header = text.find("\r\n\r\n");
  if (header == std::string::npos) return std::nullopt;
  std::size_t length = 0;
  const std::size_t field = text.find("\r\nContent-Length: ");
  if (field < header) length = std::stoul(text.substr(field + 18));
  const std::size_t end = header + 4 + length;
  if (text.size() < end) return std::nullopt;
  return end;
}

}  // namespace

PeerConnection::PeerConnection(asio::ip::tcp::socket socket, asio::ssl::context* context,
                               int number)
    : socket_(std::move(socket)), number_(number) {
  if (context != nullptr) tls_.emplace(socket_, *context);
}

asio::awaitable<std::string> PeerConnection::read_request() {
  std::vector<char> buffer(4096);
  for (;;) {
    if (const auto end = end_of_request(rest_)) {
      std::string request = rest_.substr(0, *end);
      rest_.erase(0, *end);
      co_return request;
    }
    const std::size_t size = co_await read_some(asio::buffer(buffer));
    if (size == 0) co_return std::string();
    rest_.append(buffer.data(), size);
  }
}

asio::awaitable<std::size_t> PeerConnection::read_some(asio::mutable_buffer buffer) {
  error_code error;
  std::size_t size = 0;
  if (tls_) {
    size = co_await tls_->async_read_some(buffer, asio::redirect_error(asio::use_awaitable, error));
  } else {
    size =
        co_await socket_.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, error));
  }
  co_return size;
}

asio::awaitable<void> PeerConnection::write(std::string bytes) {
  error_code error;
  if (tls_) {
    co_await asio::async_write(*tls_, asio::buffer(bytes),
                               asio::redirect_error(asio::use_awaitable, error));
  } else {
    co_await asio::async_write(socket_, asio::buffer(bytes),
                               asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> PeerConnection::pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(socket_.get_executor(), time);
  error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<void> PeerConnection::handshake() {
  if (!tls_) co_return;
  error_code error;
  co_await tls_->async_handshake(asio::ssl::stream_base::server,
                                 asio::redirect_error(asio::use_awaitable, error));
}

void PeerConnection::close() {
  error_code ignored;
  socket_.close(ignored);
}

Peer::Peer(asio::io_context& io, Script script, asio::ssl::context* context,
           const std::string& address)
    : io_(io),
      acceptor_(io, asio::ip::tcp::endpoint(asio::ip::make_address(address), 0)),
      script_(std::move(script)),
      context_(context) {
  asio::co_spawn(io_, accept_all(), [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  });
}

Peer::~Peer() {
  stop_listening();
  io_.restart();
  io_.poll();  // Lets accept_all() end.
}

std::uint16_t Peer::port() const { return acceptor_.local_endpoint().port(); }

void Peer::stop_listening() {
  error_code ignored;
  acceptor_.close(ignored);
}

asio::awaitable<void> Peer::accept_all() {
  for (;;) {
    error_code error;
    asio::ip::tcp::socket socket =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    ++connections_;
    auto peer = std::make_shared<PeerConnection>(std::move(socket), context_, connections_);
    asio::co_spawn(io_, play(&script_, peer), [](const std::exception_ptr& thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
  }
}

asio::awaitable<void> Peer::play(const Script* script, std::shared_ptr<PeerConnection> peer) {
  co_await peer->handshake();
  co_await (*script)(peer);
}

std::string answer(const std::string& body, const std::string& fields, const std::string& status) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         fields + "\r\n" + body;
}

ClusterAccess plain_access(std::uint16_t port) {
  ClusterAccess access;
  access.scheme = ClusterAccess::Scheme::kHttp;
  access.host = "127.0.0.1";
  access.port = port;
  return access;
}

HttpRequest get(const std::string& target) {
  HttpRequest request;
  request.method = "GET";
  request.target = target;
  request.deadline = std::chrono::seconds(3);
  return request;
}

HttpRequest post(const std::string& target, const std::string& body) {
  HttpRequest request = get(target);
  request.method = "POST";
  request.content_type = "application/json";
  request.body = body;
  return request;
}

HttpOutcome call(asio::io_context& io, HttpClient& client, HttpRequest request) {
  std::optional<HttpOutcome> result;
  client.call(std::move(request), [&result](HttpOutcome outcome) { result = std::move(outcome); });
  if (!run_until(io, [&result] { return result.has_value(); })) {
    HttpOutcome none;
    none.error = "the call did not end";
    return none;
  }
  return *result;
}

std::string failure_name(const HttpOutcome& outcome) {
  if (outcome.answer) return "answer";
  switch (outcome.failure) {
    case HttpFailure::kNotSent:
      return "not sent";
    case HttpFailure::kUnknown:
      return "unknown";
    case HttpFailure::kTooLarge:
      return "too large";
  }
  return "?";
}

}  // namespace neuron_scheduler::client::test
