#include "cluster/serving/listener.hpp"

#include <exception>
#include <list>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace neuron_scheduler::serving {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kLastWordsMax{1};
constexpr std::size_t kReadBytes = 4096;
// Clients that are being turned away at a time; further ones are just closed.
constexpr std::size_t kRefusalsMax = 16;

using ConnectionList = std::list<ConnectionRef>;

// Bytes left unread would make the system cut the answer off; a few are read away.
asio::awaitable<void> close_gently(ConnectionRef connection) {
  error_code error;
  connection->stream.socket().shutdown(asio::socket_base::shutdown_send, error);
  connection->stream.expires_after(kLastWordsMax);
  connection->buffer.clear();
  constexpr int kReadsMax = 32;
  for (int i = 0; i < kReadsMax && !error; ++i) {
    const auto space = connection->buffer.prepare(kReadBytes);
    co_await connection->stream.async_read_some(space,
                                                asio::redirect_error(asio::use_awaitable, error));
  }
}

class Server final : public std::enable_shared_from_this<Server> {
 public:
  Server(asio::io_context& io, AnswerOne answer_one, ListenerOptions options)
      : io_(io),
        acceptor_(io),
        pause_(io),
        answer_one_(std::move(answer_one)),
        options_(std::move(options)) {}

  error_code listen(const std::string& host, std::uint16_t port) {
    error_code error;
    asio::ip::tcp::resolver resolver(io_);
    const auto found =
        resolver.resolve(host, std::to_string(port), asio::ip::resolver_base::passive, error);
    if (error) return error;
    if (found.empty()) return asio::error::host_not_found;
    const asio::ip::tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }

  void start() {
    asio::co_spawn(io_, accept_all(shared_from_this()), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
  }

  void stop() {
    stopped_ = true;
    drained_ = nullptr;
    stop_listening();
    for (const ConnectionList* list : {&connections_, &refusals_}) {
      for (const ConnectionRef& connection : *list) {
        connection->is_open = false;
        connection->stream.close();
      }
    }
  }

  void drain(std::function<void()> done) {
    drained_ = std::move(done);
    stop_listening();
    for (const ConnectionRef& connection : connections_) {
      if (connection->is_idle) connection->stream.close();
    }
    tell_if_drained();
  }

  [[nodiscard]] std::uint16_t port() const {
    error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }

 private:
  void stop_listening() {
    listening_ = false;
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

  static asio::awaitable<void> accept_all(std::shared_ptr<Server> self) {
    while (self->listening_) {
      error_code error;
      asio::ip::tcp::socket socket =
          co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (!self->listening_) co_return;
      if (error) {  // No file descriptors left, say: they come back.
        self->pause_.expires_after(kAcceptPause);
        co_await self->pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
      } else {
        self->take(std::move(socket));
      }
    }
  }

  void take(asio::ip::tcp::socket socket) {
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    auto connection = std::make_shared<Connection>(std::move(socket), options_.buffer_bytes_max);
    if (connections_.size() < options_.connections_max || drop_idle()) {
      spawn(connections_, connection, serve(shared_from_this(), connection));
    } else if (!options_.busy_answer.empty() && refusals_.size() < kRefusalsMax) {
      spawn(refusals_, connection, refuse(shared_from_this(), connection));
    }
  }

  // A request that cannot be answered (no memory) ends its connection and nothing else.
  void spawn(ConnectionList& list, const ConnectionRef& connection, asio::awaitable<void> life) {
    const auto place = list.insert(list.end(), connection);
    asio::co_spawn(io_, std::move(life),
                   [self = shared_from_this(), &list, place](const std::exception_ptr& /*error*/) {
                     (*place)->stream.close();
                     list.erase(place);
                     self->tell_if_drained();
                   });
  }

  // False: all are busy.
  bool drop_idle() {
    ConnectionRef oldest;
    for (const ConnectionRef& each : connections_) {
      if (each->is_idle && (!oldest || each->last_turn < oldest->last_turn)) oldest = each;
    }
    if (!oldest) return false;
    oldest->stream.close();
    oldest->is_idle = false;
    return true;
  }

  static asio::awaitable<void> serve(std::shared_ptr<Server> self, ConnectionRef connection) {
    bool goes_on = true;
    while (goes_on && self->listening_) {
      const bool has_bytes = co_await wait_for_request(connection, self->options_.idle_max);
      if (!has_bytes || self->stopped_) co_return;
      goes_on = co_await self->answer_one_(connection);
      connection->last_turn = ++self->turns_;
    }
    co_await close_gently(connection);
  }

  static asio::awaitable<void> refuse(std::shared_ptr<Server> self, ConnectionRef connection) {
    error_code error;
    connection->stream.expires_after(kLastWordsMax);
    co_await asio::async_write(connection->stream, asio::buffer(self->options_.busy_answer),
                               asio::redirect_error(asio::use_awaitable, error));
    co_await close_gently(connection);
  }

  static asio::awaitable<bool> wait_for_request(ConnectionRef connection,
                                                std::chrono::milliseconds idle_max) {
    if (connection->buffer.size() > 0) co_return true;  // The next one came with the last.
    error_code error;
    connection->is_idle = true;
    connection->stream.expires_after(idle_max);
    const auto space = connection->buffer.prepare(kReadBytes);
    const std::size_t size = co_await connection->stream.async_read_some(
        space, asio::redirect_error(asio::use_awaitable, error));
    connection->is_idle = false;
    connection->buffer.commit(size);
    co_return !error;
  }

  void tell_if_drained() {
    if (!drained_ || !connections_.empty()) return;
    asio::post(io_, std::exchange(drained_, nullptr));
  }

  asio::io_context& io_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  AnswerOne answer_one_;
  ListenerOptions options_;
  ConnectionList connections_;
  ConnectionList refusals_;
  std::function<void()> drained_;
  std::uint64_t turns_ = 0;
  bool listening_ = true;
  bool stopped_ = false;
};

class AsioListener final : public Listener {
 public:
  explicit AsioListener(std::shared_ptr<Server> server) : server_(std::move(server)) {}
  AsioListener(const AsioListener&) = delete;
  AsioListener& operator=(const AsioListener&) = delete;
  ~AsioListener() override { server_->stop(); }

  std::uint16_t port() const override { return server_->port(); }
  void drain(std::function<void()> done) override { server_->drain(std::move(done)); }

 private:
  std::shared_ptr<Server> server_;
};

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::size_t buffer_bytes_max)
    : stream(std::move(socket)), buffer(buffer_bytes_max) {}

model::Result<std::unique_ptr<Listener>> make_listener(asio::io_context& io,
                                                       const std::string& host, std::uint16_t port,
                                                       AnswerOne answer_one,
                                                       ListenerOptions options) {
  auto server = std::make_shared<Server>(io, std::move(answer_one), std::move(options));
  if (const error_code error = server->listen(host, port)) {
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return model::Error{model::Errc::kTransport, "cannot listen on " +
                                                     (is_ipv6 ? "[" + host + "]" : host) + ":" +
                                                     std::to_string(port) + ": " + error.message()};
  }
  server->start();
  return std::unique_ptr<Listener>(std::make_unique<AsioListener>(std::move(server)));
}

}  // namespace neuron_scheduler::serving
