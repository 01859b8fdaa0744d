#include "cluster/client/asio_http_stream.hpp"

#include <exception>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cluster/client/asio_http_answer.hpp"

namespace neuron_scheduler::client {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using TimePoint = Session::TimePoint;

constexpr std::size_t kPieceBytesMax = std::size_t{64} << 10;

// One stream, shared by its handle, its coroutine and its timer. It has ended, by itself or by its
// handle, when handler_ is null.
class StreamState final : public AnswerSink, public std::enable_shared_from_this<StreamState> {
 public:
  StreamState(std::shared_ptr<Session> session, HttpRequest request, HttpStreamHandler& handler)
      : session_(std::move(session)),
        request_(std::move(request)),
        handler_(&handler),
        connection_(session_->dialer()->make_connection()),
        timer_(session_->io()),
        deadline_(Session::now() + request_.deadline),
        parser_(*this, session_->options().header_bytes_max) {}

  void start() {
    watch_time();
    // Not from inside HttpClient::stream(): the handler could be called.
    asio::post(session_->io(), [self = shared_from_this()] {
      if (self->handler_ == nullptr) return;
      asio::co_spawn(self->session_->io(), run(self), [self](const std::exception_ptr& error) {
        if (!error) return;
        self->cancel();
        std::rethrow_exception(error);
      });
    });
  }

  void cancel() {
    handler_ = nullptr;
    timer_.cancel();
    connection_->close();
  }

 private:
  static asio::awaitable<void> run(std::shared_ptr<StreamState> self) {
    const std::string problem = Session::check(self->request_);
    if (!problem.empty()) {
      self->end(HttpFailure::kNotSent, problem);
      co_return;
    }
    static_cast<void>(self->session_->renew_certificates());
    const std::string dial_error =
        co_await Dialer::dial(self->session_->dialer(), self->connection_);
    if (!dial_error.empty()) {
      self->end(HttpFailure::kNotSent, dial_error);
      co_return;
    }
    co_await self->send();
    co_await self->receive();
  }

  asio::awaitable<void> send() {
    token_ = session_->credentials().token(Session::now());
    wire_ = session_->to_wire(request_, token_);
    sent_ = true;
    const IoResult written = co_await connection_->write(asio::buffer(wire_));
    wire_.clear();
    if (!written.error) co_return;
    const HttpFailure failure = written.bytes == 0 ? HttpFailure::kNotSent : HttpFailure::kUnknown;
    end(failure, "sending the request: " + written.error.message());
  }

  // One piece a turn of the loop: each read goes through the loop, so others have theirs in
  // between.
  asio::awaitable<void> receive() {
    std::vector<char> buffer(kPieceBytesMax);
    while (handler_ != nullptr) {
      const IoResult read = co_await connection_->read_some(asio::buffer(buffer));
      if (handler_ == nullptr) co_return;
      last_read_ = Session::now();
      if (read.error) {
        end(HttpFailure::kUnknown, "reading the answer: " + read.error.message());
        co_return;
      }
      AnswerParser::State state = AnswerParser::State::kMore;
      if (read.end == IoResult::End::kNo) {
        state = parser_.feed(std::string_view(buffer.data(), read.bytes));
      } else {
        state = parser_.feed_end(read.end == IoResult::End::kProper);
      }
      if (state != AnswerParser::State::kMore) finish(state);
    }
  }

  void finish(AnswerParser::State state) {
    if (state == AnswerParser::State::kDone) {
      end(std::nullopt, {});
    } else if (state == AnswerParser::State::kTooLarge) {
      end(HttpFailure::kTooLarge, parser_.error());
    } else {
      end(HttpFailure::kUnknown, parser_.error());
    }
  }

  void on_head(const AnswerHead& head) override {
    has_head_ = true;
    last_read_ = Session::now();
    watch_time();
    if (head.status == 401) {
      static_cast<void>(session_->credentials().renew_token(token_, last_read_));
    }
    if (handler_ != nullptr) handler_->on_header(head.status, head.retry_after);
  }

  bool on_body(std::string_view piece) override {
    if (handler_ != nullptr) handler_->on_data(piece);
    return true;
  }

  // Until the header the request's deadline, then the idle limit, moved on by looking at the last
  // reading when it comes: a reading costs no timer.
  void watch_time() {
    if (handler_ == nullptr) return;
    timer_.expires_at(has_head_ ? last_read_ + request_.read_idle_max : deadline_);
    timer_.async_wait([weak = weak_from_this()](error_code cancelled) {
      const std::shared_ptr<StreamState> self = weak.lock();
      if (!cancelled && self && self->handler_ != nullptr) self->time_passed();
    });
  }

  void time_passed() {
    if (!has_head_) {
      end(sent_ ? HttpFailure::kUnknown : HttpFailure::kNotSent,
          "no answer within " + std::to_string(request_.deadline.count()) + " ms");
    } else if (Session::now() - last_read_ < request_.read_idle_max) {
      watch_time();
    } else {
      end(HttpFailure::kUnknown,
          "nothing arrived for " + std::to_string(request_.read_idle_max.count()) + " ms");
    }
  }

  void end(std::optional<HttpFailure> failure, const std::string& reason) {
    HttpStreamHandler* handler = handler_;
    cancel();
    if (handler == nullptr) return;
    handler->on_end(failure, failure ? session_->failure(reason) : std::string());
  }

  std::shared_ptr<Session> session_;
  HttpRequest request_;
  HttpStreamHandler* handler_;
  std::shared_ptr<Connection> connection_;
  asio::steady_timer timer_;
  TimePoint deadline_;
  TimePoint last_read_;
  AnswerParser parser_;
  std::string token_;  // As it was sent.
  std::string wire_;
  bool sent_ = false;  // Some of the request may have reached the server.
  bool has_head_ = false;
};

class StreamHandle final : public HttpStream {
 public:
  explicit StreamHandle(std::shared_ptr<StreamState> state) : state_(std::move(state)) {}
  StreamHandle(const StreamHandle&) = delete;
  StreamHandle& operator=(const StreamHandle&) = delete;
  ~StreamHandle() override { state_->cancel(); }

 private:
  std::shared_ptr<StreamState> state_;
};

}  // namespace

std::unique_ptr<HttpStream> start_stream(std::shared_ptr<Session> session, HttpRequest request,
                                         HttpStreamHandler& handler) {
  auto state = std::make_shared<StreamState>(std::move(session), std::move(request), handler);
  state->start();
  return std::make_unique<StreamHandle>(std::move(state));
}

}  // namespace neuron_scheduler::client
