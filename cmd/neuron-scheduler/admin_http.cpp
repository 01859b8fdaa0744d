#include "cmd/neuron-scheduler/admin_http.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include "cluster/serving/listener.hpp"

namespace neuron_scheduler::cmd {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Request = http::request_parser<http::empty_body>;

constexpr std::size_t kHeaderBytesMax = std::size_t{8} << 10;
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

class Server final {
 public:
  Server(AdminContent content, std::chrono::milliseconds request_max)
      : content_(std::move(content)), request_max_(request_max) {}

  // Whether another request may follow.
  static asio::awaitable<bool> answer_one(std::shared_ptr<Server> self,
                                          serving::ConnectionRef connection) {
    error_code error;
    Request request;
    request.header_limit(kHeaderBytesMax);
    connection->stream.expires_after(self->request_max_);
    co_await http::async_read_header(connection->stream, connection->buffer, request,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (!connection->is_open) co_return false;  // What content_ needs may be gone.
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
      answer = self->respond(request);
    }
    const std::string wire = to_wire(answer, with_body, goes_on);
    co_await asio::async_write(connection->stream, asio::buffer(wire),
                               asio::redirect_error(asio::use_awaitable, error));
    co_return goes_on && !error;
  }

 private:
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
      const auto append = [&checks](const std::function<std::vector<ReadyCheck>()>& more) {
        if (!more) return;
        for (ReadyCheck& check : more()) checks.push_back(std::move(check));
      };
      if (path != "/livez") append(content_.health_checks);
      if (is_ready) append(content_.ready_checks);
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

  AdminContent content_;
  std::chrono::milliseconds request_max_;
};

class ListeningAdminHttp final : public AdminHttp {
 public:
  explicit ListeningAdminHttp(std::unique_ptr<serving::Listener> listener)
      : listener_(std::move(listener)) {}

  std::uint16_t port() const override { return listener_->port(); }

 private:
  std::unique_ptr<serving::Listener> listener_;
};

}  // namespace

model::Result<std::unique_ptr<AdminHttp>> make_admin_http(asio::io_context& io,
                                                          const std::string& host,
                                                          std::uint16_t port, AdminContent content,
                                                          AdminOptions options) {
  auto server = std::make_shared<Server>(std::move(content), options.request_max);
  serving::ListenerOptions listener_options;
  listener_options.connections_max = options.connections_max;
  listener_options.idle_max = options.idle_max;
  listener_options.buffer_bytes_max = kHeaderBytesMax + 1024;
  auto listener = serving::make_listener(
      io, host, port,
      [server](serving::ConnectionRef connection) {
        return Server::answer_one(server, std::move(connection));
      },
      std::move(listener_options));
  if (!listener) return listener.error();
  return std::unique_ptr<AdminHttp>(std::make_unique<ListeningAdminHttp>(std::move(*listener)));
}

}  // namespace neuron_scheduler::cmd
