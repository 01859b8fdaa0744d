#include "cluster/client/asio_http_dialer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace neuron_scheduler::client {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::string after(std::chrono::milliseconds time) {
  return "no success within " + std::to_string(time.count()) + " ms";
}

}  // namespace

Dialer::Dialer(asio::io_context& io, ClusterAccess access, TlsContext context,
               const AsioHttpOptions& options)
    : io_(io),
      access_(std::make_shared<const ClusterAccess>(std::move(access))),
      context_(std::move(context)),
      connect_max_(options.connect_max),
      handshake_max_(options.handshake_max),
      peer_dead_after_(options.peer_dead_after),
      resolver_(io) {
  error_code not_an_address;
  const asio::ip::address address = asio::ip::make_address(access_->host, not_an_address);
  if (not_an_address) return;
  is_literal_ = true;
  endpoints_.emplace_back(address, access_->port);
}

std::shared_ptr<Connection> Dialer::make_connection() {
  return std::make_shared<Connection>(io_.get_executor());
}

void Dialer::use(ClusterAccess access, TlsContext context) {
  access_ = std::make_shared<const ClusterAccess>(std::move(access));
  context_ = std::move(context);
}

void Dialer::stop() { resolver_.cancel(); }

asio::awaitable<std::string> Dialer::dial(std::shared_ptr<Dialer> self,
                                          std::shared_ptr<Connection> connection) {
  std::string error = co_await self->look_up(self, connection);
  if (!error.empty()) co_return error;
  error = co_await self->connect(connection);
  if (!error.empty()) co_return error;
  connection->set_options(self->peer_dead_after_);
  if (self->context_) error = co_await self->handshake(connection);
  if (error.empty() && connection->is_closed()) error = "closed";
  co_return error;
}

asio::awaitable<std::string> Dialer::look_up(std::shared_ptr<Dialer> self,
                                             std::shared_ptr<Connection> connection) {
  if (is_literal_) co_return std::string();
  if (!resolving_) {
    resolving_ = true;
    asio::co_spawn(io_, resolve(self), [self](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
  }
  connection->limit(connect_max_);
  // Another look-up may have begun before a woken one has its turn.
  while (resolving_ && !connection->is_closed() && !connection->limit_passed()) {
    waiting_.push_back(connection);
    co_await connection->wait();
  }
  if (connection->limit_passed()) co_return "look-up of the host name: " + after(connect_max_);
  connection->no_limit();
  if (connection->is_closed()) co_return std::string("closed");
  co_return resolve_error_;
}

asio::awaitable<void> Dialer::resolve(std::shared_ptr<Dialer> self) {
  const std::string host = self->access_->host;
  const std::string port = std::to_string(self->access_->port);
  error_code error;
  const auto results =
      co_await self->resolver_.async_resolve(host, port, asio::ip::resolver_base::numeric_service,
                                             asio::redirect_error(asio::use_awaitable, error));
  self->resolve_error_.clear();
  if (error) {
    self->resolve_error_ = "look-up of the host name: " + error.message();
  } else {
    self->endpoints_.clear();
    for (const auto& result : results) self->endpoints_.push_back(result.endpoint());
    if (self->endpoints_.empty()) self->resolve_error_ = "the host name has no address";
  }
  self->resolving_ = false;
  for (const std::weak_ptr<Connection>& weak : std::exchange(self->waiting_, {})) {
    if (const std::shared_ptr<Connection> waiting = weak.lock()) waiting->wake();
  }
}

asio::awaitable<std::string> Dialer::connect(std::shared_ptr<Connection> connection) {
  const std::vector<Connection::Endpoint> endpoints = endpoints_;
  const std::size_t first = first_;
  const auto count = static_cast<std::chrono::milliseconds::rep>(endpoints.size());
  const std::chrono::milliseconds time =
      std::max(connect_max_ / count, std::chrono::milliseconds(1));
  std::string reason;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const std::size_t index = (first + i) % endpoints.size();
    const Connection::Endpoint& endpoint = endpoints[index];
    connection->limit(time);
    const error_code error = co_await connection->connect(endpoint);
    connection->no_limit();
    if (!error) {
      co_return std::string();
    }
    first_ = index + 1;
    reason = "connect";
    if (!is_literal_) reason += " to " + endpoint.address().to_string();
    reason += ": ";
    reason += connection->limit_passed() ? after(time) : error.message();
    if (connection->is_closed()) break;
  }
  co_return reason;
}

asio::awaitable<std::string> Dialer::handshake(std::shared_ptr<Connection> connection) {
  const TlsContext context = context_;
  const std::shared_ptr<const ClusterAccess> access = access_;
  connection->limit(handshake_max_);
  std::string error = co_await connection->handshake(context, access);
  if (connection->limit_passed()) error = "TLS handshake: " + after(handshake_max_);
  connection->no_limit();
  co_return error;
}

}  // namespace neuron_scheduler::client
