#include "cmd/neuron-scheduler/admin_http.hpp"

#include <algorithm>
#include <exception>
#include <list>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

namespace neuron_scheduler::cmd {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Request = http::request_parser<http::empty_body>;

constexpr std::size_t kHeaderBytesMax = std::size_t{8} << 10;
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

struct Answer {
  int status = 200;
  std::string_view reason = "OK";
  std::string content_type{kPlainText};
  std::string body;
  std::string_view more_fields;  // Each with its line end.
};

Answer refusal(int status, std::string_view reason, std::string_view more_fields = {}) {
  Answer answer;
  answer.status = status;
  answer.reason = reason;
  answer.body = std::to_string(status) + " " + std::string(reason) + "\n";
  answer.more_fields = more_fields;
  return answer;
}

// As kube's health handlers write it (k8s.io/apiserver/pkg/server/healthz).
Answer health(std::string_view name, const std::vector<ReadyCheck>& checks, bool verbose) {
  const bool passed = std::all_of(checks.begin(), checks.end(),
                                  [](const ReadyCheck& check) { return check.passed; });
  Answer answer;
  if (passed && !verbose) {
    answer.body = "ok";
    return answer;
  }
  for (const ReadyCheck& check : checks) {
    answer.body += (check.passed ? "[+]" : "[-]") + check.name;
    answer.body += check.passed ? " ok\n" : " failed: " + check.reason + "\n";
  }
  answer.body += std::string(name) + " check " + (passed ? "passed\n" : "failed\n");
  if (!passed) {
    answer.status = 500;
    answer.reason = "Internal Server Error";
  }
  return answer;
}

bool asks_verbose(std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    if (pair.substr(0, pair.find('=')) == "verbose") return true;
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return false;
}

struct Session {
  explicit Session(asio::ip::tcp::socket socket) : stream(std::move(socket)) {}

  boost::beast::tcp_stream stream;
  boost::beast::flat_buffer buffer{kHeaderBytesMax + 1024};
  bool is_idle = true;
};
using SessionList = std::list<std::shared_ptr<Session>>;

class Server final : public std::enable_shared_from_this<Server> {
 public:
  Server(asio::io_context& io, AdminContent content, AdminOptions options)
      : io_(io), acceptor_(io), pause_(io), content_(std::move(content)), options_(options) {}

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
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for (const std::shared_ptr<Session>& session : sessions_) session->stream.close();
  }

  [[nodiscard]] std::uint16_t port() const {
    error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }

 private:
  static asio::awaitable<void> accept_all(std::shared_ptr<Server> self) {
    while (!self->stopped_) {
      error_code error;
      asio::ip::tcp::socket socket =
          co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (self->stopped_) co_return;
      if (error) {  // No file descriptors left, say: they come back.
        self->pause_.expires_after(kAcceptPause);
        co_await self->pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
      } else {
        self->take(std::move(socket));
      }
    }
  }

  void take(asio::ip::tcp::socket socket) {
    if (sessions_.size() >= options_.connections_max && !drop_idle()) return;
    const auto place =
        sessions_.insert(sessions_.end(), std::make_shared<Session>(std::move(socket)));
    // A request that cannot be answered (no memory) ends its connection and nothing else.
    asio::co_spawn(io_, serve(shared_from_this(), *place),
                   [self = shared_from_this(), place](const std::exception_ptr& /*error*/) {
                     (*place)->stream.close();
                     self->sessions_.erase(place);
                   });
  }

  // The list is in the order of the last requests. False: all are busy.
  bool drop_idle() {
    const auto idle = std::find_if(sessions_.begin(), sessions_.end(),
                                   [](const auto& session) { return session->is_idle; });
    if (idle == sessions_.end()) return false;
    (*idle)->stream.close();
    (*idle)->is_idle = false;
    return true;
  }

  static asio::awaitable<void> serve(std::shared_ptr<Server> self,
                                     std::shared_ptr<Session> session) {
    bool goes_on = true;
    while (goes_on && !self->stopped_) {
      const bool has_bytes = co_await self->wait_for_request(session);
      if (!has_bytes) co_return;
      goes_on = co_await self->answer_one(session);
      self->move_to_end(session);
    }
    co_await close_gently(session);
  }

  asio::awaitable<bool> wait_for_request(std::shared_ptr<Session> session) {
    if (session->buffer.size() > 0) co_return true;  // The next one came with the last.
    error_code error;
    session->is_idle = true;
    session->stream.expires_after(options_.idle_max);
    const auto space = session->buffer.prepare(1024);
    const std::size_t size = co_await session->stream.async_read_some(
        space, asio::redirect_error(asio::use_awaitable, error));
    session->is_idle = false;
    session->buffer.commit(size);
    co_return !error;
  }

  // Whether another request may follow.
  asio::awaitable<bool> answer_one(std::shared_ptr<Session> session) {
    error_code error;
    Request request;
    request.header_limit(kHeaderBytesMax);
    session->stream.expires_after(options_.request_max);
    co_await http::async_read_header(session->stream, session->buffer, request,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (stopped_) co_return false;  // What content_ needs may be gone.
    Answer answer;
    bool goes_on = false;
    bool with_body = true;
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      answer = refusal(431, "Request Header Fields Too Large");
    } else if (error && error.category() == make_error_code(http::error::bad_method).category() &&
               error != http::error::partial_message && error != http::error::end_of_stream) {
      answer = refusal(400, "Bad Request");
    } else if (error) {
      co_return false;
    } else {
      with_body = request.get().method() != http::verb::head;
      goes_on = request.get().keep_alive() && request.is_done();
      answer = respond(request);
    }
    const std::string wire = to_wire(answer, with_body, goes_on);
    co_await asio::async_write(session->stream, asio::buffer(wire),
                               asio::redirect_error(asio::use_awaitable, error));
    co_return goes_on && !error;
  }

  [[nodiscard]] Answer respond(const Request& request) const {
    const http::verb method = request.get().method();
    const std::string_view target(request.get().target().data(), request.get().target().size());
    const std::size_t mark = target.find('?');
    const std::string_view path = target.substr(0, mark);
    const std::string_view query =
        mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    const bool is_metrics = path == "/metrics";
    const bool is_ready = path == "/readyz";
    if (!is_metrics && !is_ready && path != "/healthz" && path != "/livez") {
      return refusal(404, "Not Found");
    }
    if (method != http::verb::get && method != http::verb::head) {
      return refusal(405, "Method Not Allowed", "Allow: GET, HEAD\r\n");
    }
    if (!request.is_done()) return refusal(413, "Content Too Large");
    if (!is_metrics) {
      std::vector<ReadyCheck> checks;
      checks.push_back({"ping", true, {}});
      if (is_ready) {
        for (ReadyCheck& check : content_.ready_checks()) checks.push_back(std::move(check));
      }
      return health(path.substr(1), checks, asks_verbose(query));
    }
    Answer answer;
    answer.content_type = content_.metrics_content_type;
    answer.body = content_.metrics();
    return answer;
  }

  static std::string to_wire(const Answer& answer, bool with_body, bool goes_on) {
    std::string wire = "HTTP/1.1 " + std::to_string(answer.status) + " ";
    wire.append(answer.reason).append("\r\nContent-Type: ").append(answer.content_type);
    wire.append("\r\nContent-Length: ").append(std::to_string(answer.body.size()));
    wire.append("\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
    wire.append(answer.more_fields);
    if (!goes_on) wire.append("Connection: close\r\n");
    wire.append("\r\n");
    if (with_body) wire.append(answer.body);
    return wire;
  }

  // Bytes left unread would make the system cut the answer off; a few are read away.
  static asio::awaitable<void> close_gently(std::shared_ptr<Session> session) {
    error_code error;
    session->stream.socket().shutdown(asio::socket_base::shutdown_send, error);
    session->stream.expires_after(std::chrono::seconds(1));
    session->buffer.clear();
    constexpr int kReadsMax = 16;
    for (int i = 0; i < kReadsMax && !error; ++i) {
      const auto space = session->buffer.prepare(kHeaderBytesMax);
      co_await session->stream.async_read_some(space,
                                               asio::redirect_error(asio::use_awaitable, error));
    }
  }

  void move_to_end(const std::shared_ptr<Session>& session) {
    const auto place = std::find(sessions_.begin(), sessions_.end(), session);
    if (place != sessions_.end()) sessions_.splice(sessions_.end(), sessions_, place);
  }

  asio::io_context& io_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  AdminContent content_;
  AdminOptions options_;
  SessionList sessions_;
  bool stopped_ = false;
};

class AsioAdminHttp final : public AdminHttp {
 public:
  explicit AsioAdminHttp(std::shared_ptr<Server> server) : server_(std::move(server)) {}
  AsioAdminHttp(const AsioAdminHttp&) = delete;
  AsioAdminHttp& operator=(const AsioAdminHttp&) = delete;
  ~AsioAdminHttp() override { server_->stop(); }

  std::uint16_t port() const override { return server_->port(); }

 private:
  std::shared_ptr<Server> server_;
};

}  // namespace

model::Result<std::unique_ptr<AdminHttp>> make_admin_http(asio::io_context& io,
                                                          const std::string& host,
                                                          std::uint16_t port, AdminContent content,
                                                          AdminOptions options) {
  auto server = std::make_shared<Server>(io, std::move(content), options);
  if (const error_code error = server->listen(host, port)) {
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return model::Error{model::Errc::kTransport, "cannot listen on " +
                                                     (is_ipv6 ? "[" + host + "]" : host) + ":" +
                                                     std::to_string(port) + ": " + error.message()};
  }
  server->start();
  return std::unique_ptr<AdminHttp>(std::make_unique<AsioAdminHttp>(std::move(server)));
}

}  // namespace neuron_scheduler::cmd
