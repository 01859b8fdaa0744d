#include "cluster/embedded/server/server.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <list>
#include <unordered_map>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "cluster/embedded/server/http_wire.hpp"
#include "cluster/serving/listener.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using serving::ConnectionRef;
using Request = http::request_parser<http::string_body>;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::size_t kPeekBytes = 1024;
constexpr std::chrono::milliseconds kRetryPause{100};
constexpr std::size_t kReadBytes = std::size_t{16} << 10;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

// What can be said to a request that cannot be read; nullopt: nothing.
std::optional<ApiAnswer> refusal_of(const error_code& error, const ServerOptions& options) {
  constexpr int kBadRequest = 400;
  constexpr int kHeaderTooLarge = 431;
  if (error == http::error::body_limit) return body_is_too_large(options.body_bytes_max);
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return failure(kHeaderTooLarge, {},
                   "the header is larger than " + std::to_string(options.header_bytes_max));
  }
  const bool is_broken = error.category() == make_error_code(http::error::bad_method).category() &&
                         error != http::error::partial_message &&
                         error != http::error::end_of_stream;
  if (is_broken) return failure(kBadRequest, {}, "not HTTP: " + error.message());
  return std::nullopt;
}

bool is_yaml(std::string_view content_type) {
  std::string_view essence = content_type.substr(0, content_type.find(';'));
  while (essence.ends_with(' ')) essence.remove_suffix(1);
  return boost::beast::iequals({essence.data(), essence.size()}, "application/yaml");
}

bool expects_continue(const Request& request) {
  return !request.is_done() &&
         boost::beast::iequals(request.get()[http::field::expect], "100-continue");
}

// A watch while it is written to its client.
struct Stream {
  // cut: where it ends before its time, if it does.
  Stream(asio::io_context& io, WatchId watch, const std::optional<FaultRule>& cut)
      : id(watch), wake(io) {
    if (cut) bytes_left = cut->after_bytes;
    if (cut) lines_left = cut->after_lines;
  }

  WatchId id;
  asio::steady_timer wake;  // Cancelled when there is something to do.
  bool peeks = false;       // A read waits for the client's end.
  bool ends = false;        // No more of them.
  bool client_gone = false;
  std::string lines;
  std::optional<std::uint64_t> bytes_left;  // Until it is cut.
  std::optional<std::uint64_t> lines_left;
};
using StreamRef = std::shared_ptr<Stream>;

// Takes off what goes past a cut; true: it is cut here.
bool cut_off(Stream& stream) {
  std::string& lines = stream.lines;
  if (stream.lines_left) {
    std::size_t end = 0;
    while (end < lines.size() && *stream.lines_left > 0) {
      end = std::min(lines.find('\n', end), lines.size() - 1) + 1;
      --*stream.lines_left;
    }
    lines.resize(end);
    if (*stream.lines_left == 0) return true;
  }
  if (stream.bytes_left) {
    lines.resize(std::min<std::uint64_t>(lines.size(), *stream.bytes_left));
    *stream.bytes_left -= lines.size();
    if (*stream.bytes_left == 0) return true;
  }
  return false;
}

class Core final : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::io_context& io, Api& api, const model::Clock& clock, ServerOptions options)
      : io_(io), api_(api), clock_(clock), options_(std::move(options)), tick_timer_(io) {}

  // Whether another request may follow. Keeps the core; what it calls only borrows it.
  static asio::awaitable<bool> answer_one(std::shared_ptr<Core> self, ConnectionRef connection) {
    Request request;
    request.header_limit(static_cast<std::uint32_t>(self->options_.header_bytes_max));
    request.body_limit(self->options_.body_bytes_max);
    const error_code error = co_await self->read_request(connection, request);
    if (!connection->is_open) co_return false;
    if (error) {
      const std::optional<ApiAnswer> refusal = refusal_of(error, self->options_);
      if (refusal) co_await self->write_answer(connection, *refusal, kLastAnswer);
      co_return false;
    }
    const std::string_view method = view(request.get().method_string());
    const std::string_view target = view(request.get().target());
    if (self->options_.faults_over_http && target.substr(0, target.find('?')) == "/faults") {
      const ApiAnswer answer = answer_faults(self->faults_, to_api_request(request));
      co_return co_await self->finish(connection, request, answer);
    }
    const FaultVerdict verdict = self->faults_.judge(method, target);
    if (verdict.compact) self->api_.compact();
    if (verdict.end_watches) self->api_.end_watches();
    if (verdict.compact || verdict.end_watches) self->poke();
    if (verdict.delay > std::chrono::milliseconds(0)) {
      co_await self->pause(verdict.delay);
      if (!connection->is_open) co_return false;
    }
    co_return co_await self->answer_with(connection, request, verdict.end);
  }

  void poke() {
    if (is_poked_) return;
    asio::post(io_, [self = shared_from_this()] { self->turn(); });
    is_poked_ = true;
  }

  void drain() {
    is_draining_ = true;
    for (asio::steady_timer* const wait : waits_) wait->cancel();
  }

  void stop() {
    is_stopped_ = true;
    drain();
    tick_timer_.cancel();
    options_.after_requests = nullptr;
  }

  FaultRules& faults() { return faults_; }

 private:
  struct Form {
    bool with_body = true;
    bool closes = false;  // The connection ends with it.
  };
  static constexpr Form kLastAnswer{true, true};

  // Lets drain() end a wait; whoever waits looks at what is going on after it.
  class Waiting {
   public:
    Waiting(Core& core, asio::steady_timer& timer)
        : core_(core), place_(core.waits_.insert(core.waits_.end(), &timer)) {}
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { core_.waits_.erase(place_); }

   private:
    Core& core_;
    std::list<asio::steady_timer*>::iterator place_;
  };

  // A stream that gets news; leaves no watch behind.
  class Registered {
   public:
    Registered(Core& core, StreamRef stream)
        : core_(core), stream_(std::move(stream)), waiting_(core, stream_->wake) {
      core_.streams_.emplace(stream_->id, stream_);
    }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    ~Registered() {
      core_.streams_.erase(stream_->id);
      if (!core_.is_stopped_) core_.api_.close_watch(stream_->id);
    }

   private:
    Core& core_;
    StreamRef stream_;
    Waiting waiting_;
  };

  // Bytes that are held until they are written.
  class Held {
   public:
    Held(Core& core, std::size_t bytes) : core_(core), bytes_(bytes) {
      core_.held_bytes_ += bytes_;
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { core_.held_bytes_ -= bytes_; }

   private:
    Core& core_;
    std::size_t bytes_;
  };

  asio::awaitable<error_code> read_request(ConnectionRef connection, Request& request) {
    error_code error;
    connection->stream.expires_after(options_.request_max);
    co_await http::async_read_header(connection->stream, connection->buffer, request,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error || request.is_done()) co_return error;
    if (expects_continue(request)) {
      co_await asio::async_write(connection->stream, asio::buffer(kContinue),
                                 asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return error;
    }
    co_await http::async_read(connection->stream, connection->buffer, request,
                              asio::redirect_error(asio::use_awaitable, error));
    co_return error;
  }

  static ApiRequest to_api_request(const Request& request) {
    ApiRequest out;
    out.method = view(request.get().method_string());
    out.target = view(request.get().target());
    out.content_type = view(request.get()[http::field::content_type]);
    out.accept = view(request.get()[http::field::accept]);
    out.body = request.get().body();
    return out;
  }

  [[nodiscard]] bool holds_too_much() const { return held_bytes_ >= options_.held_bytes_max; }

  // What was carried out is never refused afterwards; it has been let in with room left.
  [[nodiscard]] bool fits(const Request& request, const ApiAnswer& answer) const {
    const http::verb method = request.get().method();
    if (held_bytes_ == 0 || (method != http::verb::get && method != http::verb::head)) return true;
    return answer.body.size() <= options_.held_bytes_max - held_bytes_;
  }

  ApiAnswer handle(const Request& request) {
    if (holds_too_much()) return overloaded();
    ApiRequest api_request = to_api_request(request);
    std::string converted;
    if (options_.yaml_to_json && !api_request.body.empty() && is_yaml(api_request.content_type)) {
      auto json = options_.yaml_to_json(api_request.body);
      if (!json) {
        constexpr int kBadRequest = 400;
        return failure(kBadRequest, {},
                       "the body is not the YAML of an object: " + json.error().message);
      }
      converted = std::move(*json);
      api_request.body = converted;
      api_request.content_type = "application/json";
    }
    ApiAnswer answer = api_.handle(api_request);
    poke();
    if (!fits(request, answer)) return overloaded();
    return answer;
  }

  asio::awaitable<bool> answer_with(ConnectionRef connection, const Request& request,
                                    std::optional<FaultRule> end) {
    if (end && end->action == FaultAction::kDrop) co_return drop(connection);
    if (end && end->action == FaultAction::kAnswer) {
      const ApiAnswer made = failure_of(*end);
      co_return co_await finish(connection, request, made);
    }
    const ApiAnswer answer = handle(request);
    const Held held(*this, answer.body.size());
    if (end && end->action == FaultAction::kLoseAnswer) {
      if (answer.watch) api_.close_watch(*answer.watch);
      co_return drop(connection);
    }
    if (answer.watch) {
      auto stream = std::make_shared<Stream>(io_, *answer.watch, end);
      const bool ended = co_await run_stream(connection, stream, answer);
      co_return ended&& request.get().keep_alive() && !is_draining_;
    }
    if (!end) co_return co_await finish(connection, request, answer);
    Stream part(io_, 0, end);
    part.lines = answer.body;
    cut_off(part);
    const std::string head = answer_head(answer, false);
    co_await write_two(connection, head, part.lines);
    co_return drop(connection);
  }

  // Closes at once, without a word.
  static bool drop(const ConnectionRef& connection) {
    connection->stream.close();
    return false;
  }

  asio::awaitable<bool> finish(ConnectionRef connection, const Request& request,
                               const ApiAnswer& answer) {
    Form form;
    form.with_body = request.get().method() != http::verb::head;
    form.closes = !request.get().keep_alive() || is_draining_;
    const bool written = co_await write_answer(connection, answer, form);
    co_return written && !form.closes;
  }

  asio::awaitable<bool> write_answer(ConnectionRef connection, const ApiAnswer& answer, Form form) {
    const std::string head = answer_head(answer, form.closes);
    std::string_view body;
    if (form.with_body) body = answer.body;
    co_return co_await write_two(connection, head, body);
  }

  // Both must stay until it is done. True: the core may be used.
  asio::awaitable<bool> write_two(ConnectionRef connection, std::string_view first,
                                  std::string_view second) {
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(first), asio::buffer(second)};
    error_code error;
    connection->stream.expires_after(options_.write_max);
    co_await asio::async_write(connection->stream, buffers,
                               asio::redirect_error(asio::use_awaitable, error));
    co_return !error && connection->is_open;
  }

  // True: the stream has ended as it should, and the connection can be used again.
  asio::awaitable<bool> run_stream(ConnectionRef connection, StreamRef stream,
                                   const ApiAnswer& answer) {
    bool is_whole = co_await write_stream(connection, stream, answer);
    if (!stream->peeks) co_return is_whole && !stream->client_gone;
    stream->ends = true;
    if (is_whole) {
      connection->stream.cancel();
    } else {
      connection->stream.close();
    }
    while (stream->peeks) co_await sleep(stream);  // No other read may begin before.
    co_return is_whole && !stream->client_gone;
  }

  asio::awaitable<bool> write_stream(ConnectionRef connection, StreamRef stream,
                                     const ApiAnswer& answer) {
    const Registered registered(*this, stream);
    const std::string head = stream_head(answer);
    bool written = co_await write_two(connection, head, std::string_view());
    if (!written) co_return false;
    start_peeking(connection, stream);
    WatchState state = WatchState::kOpen;
    while (state == WatchState::kOpen && !stream->client_gone && !is_draining_ &&
           !holds_too_much()) {
      stream->lines.clear();
      state = api_.read_watch(stream->id, options_.watch_bytes_max, stream->lines);
      const bool is_cut = cut_off(*stream);
      if (!stream->lines.empty()) {
        written = co_await write_chunk(connection, *stream);
        if (!written) co_return false;
      } else if (state == WatchState::kOpen && !is_cut) {
        co_await sleep(stream);
        if (!connection->is_open) co_return false;
      }
      if (is_cut) co_return drop(connection);
    }
    if (stream->client_gone) co_return false;
    co_return co_await write_two(connection, kLastChunk, std::string_view());
  }

  asio::awaitable<bool> write_chunk(ConnectionRef connection, Stream& stream) {
    const Held held(*this, stream.lines.size());
    const std::string head = chunk_head(stream.lines.size());
    stream.lines.append("\r\n");
    co_return co_await write_two(connection, head, stream.lines);
  }

  static asio::awaitable<void> sleep(StreamRef stream) {
    error_code ignored;
    stream->wake.expires_at(asio::steady_timer::time_point::max());
    co_await stream->wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  // Only so is it seen that the client has gone. Its next request waits in the buffer; a client
  // that sends more than that holds counts as gone.
  void start_peeking(const ConnectionRef& connection, const StreamRef& stream) {
    stream->peeks = true;
    asio::co_spawn(io_, peek(connection, stream), [stream](const std::exception_ptr& error) {
      if (error) stream->client_gone = true;
      stream->peeks = false;
      stream->wake.cancel();
    });
  }

  static asio::awaitable<void> peek(ConnectionRef connection, StreamRef stream) {
    error_code error;
    boost::beast::flat_buffer& buffer = connection->buffer;
    while (!error && !stream->ends && buffer.size() < buffer.max_size()) {
      const auto space = buffer.prepare(std::min(kPeekBytes, buffer.max_size() - buffer.size()));
      // Past the stream's deadlines, which are for writes meanwhile.
      const std::size_t size = co_await connection->stream.socket().async_read_some(
          space, asio::redirect_error(asio::use_awaitable, error));
      buffer.commit(size);
    }
    stream->client_gone = !stream->ends && error != asio::error::operation_aborted;
  }

  asio::awaitable<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(io_, time);
    const Waiting waiting(*this, timer);
    error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  // Never throws: the loop is everybody's.
  void turn() {
    is_poked_ = false;
    if (is_stopped_) return;
    bool is_done = attempt([this] {
      const std::optional<model::SteadyTime> due = api_.next_timer();
      if (due && *due <= clock_.steady()) api_.tick();
    });
    is_done &= attempt([this] {
      if (options_.after_requests) options_.after_requests();
    });
    is_done &= attempt([this] { wake_ready(); });
    attempt([this, is_done] {
      if (is_done) return arm_tick(api_.next_timer());
      armed_for_.reset();  // The clock may stand still.
      arm_tick(clock_.steady() + kRetryPause);
    });
  }

  template <class Step>
  bool attempt(const Step& step) {
    try {
      step();
      return true;
    } catch (const std::exception& error) {
      if (options_.on_failed_turn) options_.on_failed_turn(error.what());
    }
    return false;
  }

  void wake_ready() {
    for (const WatchId id : api_.take_ready()) {
      const auto found = streams_.find(id);
      if (found != streams_.end()) found->second->wake.cancel();
    }
  }

  void arm_tick(const std::optional<model::SteadyTime>& next) {
    if (next == armed_for_) return;
    armed_for_.reset();
    tick_timer_.cancel();
    if (!next) return;
    const model::SteadyTime now = clock_.steady();
    tick_timer_.expires_after(*next > now ? *next - now : std::chrono::nanoseconds(0));
    tick_timer_.async_wait([self = shared_from_this()](const error_code& error) {
      if (error || self->is_stopped_) return;
      self->armed_for_.reset();
      self->turn();
    });
    armed_for_ = next;
  }

  asio::io_context& io_;
  Api& api_;
  const model::Clock& clock_;
  ServerOptions options_;
  FaultRules faults_;
  asio::steady_timer tick_timer_;
  std::optional<model::SteadyTime> armed_for_;
  std::unordered_map<WatchId, StreamRef> streams_;
  std::list<asio::steady_timer*> waits_;
  std::size_t held_bytes_ = 0;
  bool is_poked_ = false;
  bool is_draining_ = false;
  bool is_stopped_ = false;
};

class ListeningServer final : public Server {
 public:
  ListeningServer(std::shared_ptr<Core> core, std::unique_ptr<serving::Listener> listener)
      : core_(std::move(core)), listener_(std::move(listener)) {}
  ListeningServer(const ListeningServer&) = delete;
  ListeningServer& operator=(const ListeningServer&) = delete;
  ~ListeningServer() override {
    listener_.reset();
    core_->stop();
  }

  std::uint16_t port() const override { return listener_->port(); }
  FaultRules& faults() override { return core_->faults(); }
  void poke() override { core_->poke(); }
  void drain(std::function<void()> done) override {
    core_->drain();
    listener_->drain(std::move(done));
  }

 private:
  std::shared_ptr<Core> core_;
  std::unique_ptr<serving::Listener> listener_;
};

}  // namespace

model::Result<std::unique_ptr<Server>> make_server(asio::io_context& io, Api& api,
                                                   const model::Clock& clock,
                                                   const std::string& host, std::uint16_t port,
                                                   ServerOptions options) {
  serving::ListenerOptions listener_options;
  listener_options.connections_max = options.connections_max;
  listener_options.idle_max = options.idle_max;
  listener_options.buffer_bytes_max = options.header_bytes_max + kReadBytes;
  listener_options.busy_answer = busy_answer();
  auto core = std::make_shared<Core>(io, api, clock, std::move(options));
  auto listener = serving::make_listener(
      io, host, port,
      [core](ConnectionRef connection) { return Core::answer_one(core, std::move(connection)); },
      std::move(listener_options));
  if (!listener) return listener.error();
  core->poke();
  return std::unique_ptr<Server>(
      std::make_unique<ListeningServer>(std::move(core), std::move(*listener)));
}

}  // namespace neuron_scheduler::embedded
