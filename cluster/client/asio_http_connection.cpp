#include "cluster/client/asio_http_connection.hpp"

#include <cerrno>
#include <utility>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace neuron_scheduler::client {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

void set_option(int socket, int level, int name, int value) {
  static_cast<void>(::setsockopt(socket, level, name, &value, sizeof value));
}

}  // namespace

Connection::Connection(const asio::any_io_executor& executor)
    : socket_(executor), limit_(executor), wake_(executor) {
  wake_.expires_at(asio::steady_timer::time_point::max());
}

void Connection::close() {
  closed_ = true;
  no_limit();
  error_code ignored;
  socket_.close(ignored);
  wake_.cancel();
}

void Connection::abort() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

void Connection::limit(std::chrono::milliseconds time) {
  const std::size_t number = ++limit_number_;
  limit_passed_ = false;
  limit_.expires_after(time);
  limit_.async_wait([weak = weak_from_this(), number](error_code error) {
    const std::shared_ptr<Connection> self = weak.lock();
    if (error || !self || self->limit_number_ != number) return;
    self->limit_passed_ = true;
    error_code ignored;
    self->socket_.close(ignored);
    self->wake_.cancel();
  });
}

void Connection::no_limit() {
  ++limit_number_;
  limit_.cancel();
}

bool Connection::is_spent() {
  char byte = 0;
  const ssize_t got = ::recv(socket_.native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

asio::awaitable<void> Connection::wait() {
  if (closed_) co_return;
  error_code woken;
  co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

void Connection::wake() { wake_.cancel(); }

asio::awaitable<error_code> Connection::connect(Endpoint endpoint) {
  error_code error = asio::error::operation_aborted;
  if (closed_) co_return error;
  co_await socket_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    error_code ignored;
    socket_.close(ignored);
  }
  co_return error;
}

void Connection::set_options(std::chrono::milliseconds peer_dead_after) {
  constexpr int kKeepAliveIntervalSeconds = 10;
  const int socket = socket_.native_handle();
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIntervalSeconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
  limit_unacknowledged(peer_dead_after);
}

void Connection::limit_unacknowledged(std::chrono::milliseconds time) {
  set_option(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT,
             static_cast<int>(time.count()));
}

asio::awaitable<std::string> Connection::handshake(TlsContext context,
                                                   std::shared_ptr<const ClusterAccess> access) {
  if (closed_) co_return std::string("closed");
  tls_.emplace(socket_, *context);
  if (!prepare_tls(tls_->native_handle(), *access)) {
    co_return std::string("the server's name cannot be verified: it is not a DNS name");
  }
  error_code error;
  co_await tls_->async_handshake(asio::ssl::stream_base::client,
                                 asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_return std::string();
  co_return tls_failure(tls_->native_handle(), error, *access);
}

asio::awaitable<IoResult> Connection::write(asio::const_buffer bytes) {
  IoResult result;
  if (tls_) {
    result.bytes = co_await asio::async_write(
        *tls_, bytes, asio::redirect_error(asio::use_awaitable, result.error));
  } else {
    result.bytes = co_await asio::async_write(
        socket_, bytes, asio::redirect_error(asio::use_awaitable, result.error));
  }
  co_return result;
}

asio::awaitable<IoResult> Connection::read_some(asio::mutable_buffer buffer) {
  IoResult result;
  if (tls_) {
    result.bytes = co_await tls_->async_read_some(
        buffer, asio::redirect_error(asio::use_awaitable, result.error));
  } else {
    result.bytes = co_await socket_.async_read_some(
        buffer, asio::redirect_error(asio::use_awaitable, result.error));
  }
  if (result.error == asio::error::eof) result.end = IoResult::End::kProper;
  if (result.error == asio::ssl::error::stream_truncated) result.end = IoResult::End::kCut;
  if (result.end != IoResult::End::kNo) result.error.clear();
  co_return result;
}

}  // namespace neuron_scheduler::client
