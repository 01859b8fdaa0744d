#include "cluster/client/asio_http.hpp"

#include <array>
#include <exception>
#include <list>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cluster/client/asio_http_answer.hpp"
#include "cluster/client/asio_http_session.hpp"
#include "cluster/client/asio_http_stream.hpp"

namespace neuron_scheduler::client {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using TimePoint = Session::TimePoint;

constexpr std::size_t kLanes = 4;
constexpr std::size_t kReadBytes = std::size_t{16} << 10;  // A TLS record is no longer.

struct Call;
using CallList = std::list<std::shared_ptr<Call>>;

// Collects the answer's body.
class BodySink final : public AnswerSink {
 public:
  explicit BodySink(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void on_head(const AnswerHead& head) override {
    answer.status = head.status;
    answer.retry_after = head.retry_after;
  }
  bool on_body(std::string_view piece) override {
    if (piece.size() > bytes_max_ - answer.body.size()) return false;
    answer.body += piece;
    return true;
  }

  HttpAnswer answer;

 private:
  std::size_t bytes_max_;
};

// One request from call() to its end.
//
//   waiting --dispatch--> running (dial if the connection is new, write, read) --> ended
//
// Its deadline ends it from any state.
struct Call {
  Call(asio::io_context& io, HttpRequest r, std::function<void(HttpOutcome)> d)
      : request(std::move(r)), done(std::move(d)), timer(io) {}

  enum class State { kWaiting, kRunning, kEnded };

  HttpRequest request;
  std::function<void(HttpOutcome)> done;
  asio::steady_timer timer;
  State state = State::kWaiting;
  CallList::iterator place;  // In its lane's list, or in the list of those that run.

  std::shared_ptr<Connection> connection;
  bool is_kept_connection = false;  // It carried a request before.
  bool sent = false;                // Some of the request may have reached the server.
  bool resent = false;
  bool token_renewed = false;
  std::string token;  // As it was sent.
  std::string wire;
};

// How one try to get an answer ended: with an answer, or with a failure.
struct Attempt {
  std::optional<HttpAnswer> answer;
  bool keeps_connection = false;
  HttpFailure failure = HttpFailure::kUnknown;
  std::string error;
  bool may_resend = false;  // On another connection; the server has not acted on this one.
};

class Pool final : public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(std::shared_ptr<Session> session)
      : session_(std::move(session)), idle_timer_(session_->io()) {}

  void call(HttpRequest request, std::function<void(HttpOutcome)> done);
  // Drops everything; no call-back afterwards.
  void stop();

 private:
  struct Idle {
    std::shared_ptr<Connection> connection;
    TimePoint since;
  };

  void schedule_dispatch();
  void dispatch();
  void start(const std::shared_ptr<Call>& call);
  void give_connection(Call& call);
  void deadline_passed(const std::shared_ptr<Call>& call);
  void finish(const std::shared_ptr<Call>& call, HttpOutcome outcome);
  void fail(const std::shared_ptr<Call>& call, HttpFailure failure, std::string_view reason);
  void put_back(Call& call, bool reusable);
  void watch_idle();
  void drop_idle();

  static asio::awaitable<void> run(std::shared_ptr<Pool> self, std::shared_ptr<Call> call);
  asio::awaitable<Attempt> attempt(std::shared_ptr<Call> call);
  [[nodiscard]] static bool may_send(const Call& call);
  static asio::awaitable<Attempt> send(std::shared_ptr<Call> call);
  asio::awaitable<Attempt> receive(std::shared_ptr<Call> call);
  [[nodiscard]] bool wants_another(Call& call, const Attempt& attempt);

  std::shared_ptr<Session> session_;
  std::array<CallList, kLanes> waiting_;
  CallList running_;
  std::vector<Idle> idle_;  // The one used last at the end.
  std::size_t in_use_ = 0;  // Connections that a call has, being dialed included.
  asio::steady_timer idle_timer_;
  bool watching_idle_ = false;
  bool dispatch_scheduled_ = false;
  bool stopped_ = false;
};

std::string no_answer(const Call& call, std::string_view during) {
  return "no answer within " + std::to_string(call.request.deadline.count()) + " ms, " +
         std::string(during);
}

void Pool::call(HttpRequest request, std::function<void(HttpOutcome)> done) {
  auto call = std::make_shared<Call>(session_->io(), std::move(request), std::move(done));
  CallList& lane = waiting_.at(static_cast<std::size_t>(call->request.lane));
  std::string problem = Session::check(call->request);
  if (problem.empty() && lane.size() >= session_->options().waiting_max) {
    problem = std::to_string(lane.size()) + " requests wait already";
  }
  CallList& list = problem.empty() ? lane : running_;
  call->place = list.insert(list.end(), call);
  if (!problem.empty()) {
    call->state = Call::State::kRunning;
    asio::post(session_->io(), [self = shared_from_this(), call, problem] {
      self->fail(call, HttpFailure::kNotSent, problem);
    });
    return;
  }
  call->timer.expires_after(call->request.deadline);
  call->timer.async_wait([weak = weak_from_this(), call](error_code cancelled) {
    const std::shared_ptr<Pool> self = weak.lock();
    if (!cancelled && self) self->deadline_passed(call);
  });
  schedule_dispatch();
}

void Pool::stop() {
  stopped_ = true;
  session_->dialer()->stop();
  idle_.clear();
  idle_timer_.cancel();
  // done may own whatever; it is released last.
  std::vector<std::function<void(HttpOutcome)>> dropped;
  const auto drop = [&dropped](CallList& calls) {
    for (const std::shared_ptr<Call>& call : calls) {
      call->state = Call::State::kEnded;
      call->timer.cancel();
      if (call->connection) call->connection->close();
      dropped.push_back(std::exchange(call->done, nullptr));
    }
    calls.clear();
  };
  for (CallList& lane : waiting_) drop(lane);
  drop(running_);
}

void Pool::schedule_dispatch() {
  if (dispatch_scheduled_) return;
  dispatch_scheduled_ = true;
  asio::post(session_->io(), [self = shared_from_this()] {
    self->dispatch_scheduled_ = false;
    self->dispatch();
  });
}

void Pool::dispatch() {
  if (stopped_) return;
  for (CallList& lane : waiting_) {
    while (!lane.empty()) {
      if (in_use_ >= session_->options().connections_max) return;
      start(lane.front());
    }
  }
}

void Pool::start(const std::shared_ptr<Call>& call) {
  CallList& lane = waiting_.at(static_cast<std::size_t>(call->request.lane));
  running_.splice(running_.end(), lane, call->place);
  call->state = Call::State::kRunning;
  ++in_use_;
  give_connection(*call);
  asio::co_spawn(session_->io(), run(shared_from_this(), call),
                 [self = shared_from_this(), call](const std::exception_ptr& error) {
                   if (!error) return;
                   self->put_back(*call, false);
                   self->fail(call, HttpFailure::kUnknown, "internal error");
                   std::rethrow_exception(error);
                 });
}

void Pool::give_connection(Call& call) {
  if (session_->renew_certificates()) drop_idle();
  call.is_kept_connection = false;
  while (!idle_.empty() && !call.resent) {
    call.connection = std::move(idle_.back().connection);
    idle_.pop_back();
    if (!call.connection->is_spent()) {
      call.is_kept_connection = true;
      return;
    }
    call.connection->close();
  }
  call.connection = session_->dialer()->make_connection();
  // Idle ones count too: the pool has a maximum in all.
  if (in_use_ + idle_.size() > session_->options().connections_max && !idle_.empty()) {
    idle_.front().connection->close();
    idle_.erase(idle_.begin());
  }
}

void Pool::put_back(Call& call, bool reusable) {
  const std::shared_ptr<Connection> connection = std::exchange(call.connection, nullptr);
  if (!connection) return;
  --in_use_;
  if (stopped_ || !reusable || connection->is_closed()) {
    connection->close();
  } else {
    idle_.push_back(Idle{connection, Session::now()});
    watch_idle();
  }
  schedule_dispatch();
}

void Pool::drop_idle() {
  for (const Idle& idle : idle_) idle.connection->close();
  idle_.clear();
}

void Pool::watch_idle() {
  if (watching_idle_ || idle_.empty()) return;
  watching_idle_ = true;
  TimePoint first = idle_.front().since;
  for (const Idle& idle : idle_) first = std::min(first, idle.since);
  idle_timer_.expires_at(first + session_->options().idle_max);
  idle_timer_.async_wait([weak = weak_from_this()](error_code cancelled) {
    const std::shared_ptr<Pool> self = weak.lock();
    if (cancelled || !self) return;
    self->watching_idle_ = false;
    const TimePoint oldest = Session::now() - self->session_->options().idle_max;
    std::erase_if(self->idle_, [oldest](const Idle& idle) {
      if (idle.since > oldest) return false;
      idle.connection->close();
      return true;
    });
    self->watch_idle();
  });
}

void Pool::deadline_passed(const std::shared_ptr<Call>& call) {
  if (call->state == Call::State::kWaiting) {
    fail(call, HttpFailure::kNotSent, no_answer(*call, "waiting for a free connection"));
  } else if (call->state == Call::State::kRunning) {
    // The coroutine finds it closed, and gives its place back.
    if (call->connection) call->connection->abort();
    if (call->sent) {
      fail(call, HttpFailure::kUnknown, no_answer(*call, "the request was sent"));
    } else {
      fail(call, HttpFailure::kNotSent, no_answer(*call, "connecting"));
    }
  }
}

void Pool::fail(const std::shared_ptr<Call>& call, HttpFailure failure, std::string_view reason) {
  HttpOutcome outcome;
  outcome.failure = failure;
  outcome.error = session_->failure(reason);
  finish(call, std::move(outcome));
}

void Pool::finish(const std::shared_ptr<Call>& call, HttpOutcome outcome) {
  if (call->state == Call::State::kEnded) return;
  CallList& list = call->state == Call::State::kRunning
                       ? running_
                       : waiting_.at(static_cast<std::size_t>(call->request.lane));
  const CallList::iterator place = call->place;
  call->state = Call::State::kEnded;
  call->timer.cancel();
  const auto done = std::exchange(call->done, nullptr);
  list.erase(place);
  done(std::move(outcome));
}

asio::awaitable<void> Pool::run(std::shared_ptr<Pool> self, std::shared_ptr<Call> call) {
  for (;;) {
    Attempt attempt = co_await self->attempt(call);
    if (call->state == Call::State::kEnded) {
      self->put_back(*call, false);
      co_return;
    }
    if (self->wants_another(*call, attempt)) continue;
    self->put_back(*call, attempt.keeps_connection);
    if (!attempt.answer) {
      self->fail(call, attempt.failure, attempt.error);
      co_return;
    }
    HttpOutcome outcome;
    outcome.answer = std::move(attempt.answer);
    self->finish(call, std::move(outcome));
    co_return;
  }
}

bool Pool::wants_another(Call& call, const Attempt& attempt) {
  if (attempt.answer && attempt.answer->status == 401 && !call.token_renewed) {
    call.token_renewed = true;
    if (!session_->credentials().renew_token(call.token, Session::now())) return false;
    call.is_kept_connection = attempt.keeps_connection;
    if (!attempt.keeps_connection) {
      call.connection->close();
      give_connection(call);
    }
    call.sent = false;
    return true;
  }
  if (!attempt.answer && attempt.may_resend && call.is_kept_connection && !call.resent) {
    call.resent = true;
    call.connection->close();
    give_connection(call);
    call.sent = false;
    return true;
  }
  return false;
}

// Between this and the writing of the first bytes nothing else runs.
bool Pool::may_send(const Call& call) {
  if (!call.request.gate) return true;
  call.connection->limit_unacknowledged(call.request.deadline);
  return call.request.gate();
}

asio::awaitable<Attempt> Pool::attempt(std::shared_ptr<Call> call) {
  const std::shared_ptr<Connection> connection = call->connection;
  if (!connection->is_open()) {
    Attempt dialed;
    std::string error = co_await Dialer::dial(session_->dialer(), connection);
    dialed.error = std::move(error);
    dialed.failure = HttpFailure::kNotSent;
    if (!dialed.error.empty() || call->state == Call::State::kEnded) co_return dialed;
  }
  call->token = session_->credentials().token(Session::now());
  call->wire = session_->to_wire(call->request, call->token);
  if (!may_send(*call)) {
    Attempt held;
    held.failure = HttpFailure::kNotSent;
    held.error = "not sent: it may not be written any more";
    held.keeps_connection = true;
    co_return held;
  }
  Attempt sent = co_await send(call);
  if (!sent.error.empty() || call->state == Call::State::kEnded) co_return sent;
  Attempt received = co_await receive(call);
  co_return received;
}

asio::awaitable<Attempt> Pool::send(std::shared_ptr<Call> call) {
  Attempt result;
  const std::shared_ptr<Connection> connection = call->connection;
  call->sent = true;
  const IoResult written = co_await connection->write(asio::buffer(call->wire));
  if (!written.error) co_return result;
  result.error = "sending the request: " + written.error.message();
  // A TLS record is only understood when it is whole, and then it counts as written.
  const bool nothing_sent = written.bytes == 0;
  result.failure = nothing_sent ? HttpFailure::kNotSent : HttpFailure::kUnknown;
  result.may_resend = nothing_sent || call->request.method == "GET";
  co_return result;
}

asio::awaitable<Attempt> Pool::receive(std::shared_ptr<Call> call) {
  Attempt result;
  const std::shared_ptr<Connection> connection = call->connection;
  BodySink sink(session_->options().answer_bytes_max);
  AnswerParser parser(sink, session_->options().header_bytes_max);
  AnswerParser::State state = AnswerParser::State::kMore;
  std::vector<char> buffer(kReadBytes);
  bool has_some = false;
  while (state == AnswerParser::State::kMore) {
    const IoResult read = co_await connection->read_some(asio::buffer(buffer));
    if (call->state == Call::State::kEnded) co_return result;
    if (read.error) {
      result.error = "reading the answer: " + read.error.message();
      break;
    }
    if (read.end != IoResult::End::kNo) {
      state = parser.feed_end(read.end == IoResult::End::kProper);
      break;
    }
    has_some = true;
    state = parser.feed(std::string_view(buffer.data(), read.bytes));
  }
  if (state == AnswerParser::State::kDone) {
    result.keeps_connection = parser.keeps_connection();
    result.answer = std::move(sink.answer);
    co_return result;
  }
  if (result.error.empty()) result.error = parser.error();
  if (state == AnswerParser::State::kTooLarge) result.failure = HttpFailure::kTooLarge;
  result.may_resend = !has_some && call->request.method == "GET";
  co_return result;
}

class Client final : public HttpClient {
 public:
  explicit Client(std::shared_ptr<Session> session)
      : session_(std::move(session)), pool_(std::make_shared<Pool>(session_)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() override { pool_->stop(); }

  void call(HttpRequest request, std::function<void(HttpOutcome)> done) override {
    pool_->call(std::move(request), std::move(done));
  }
  std::unique_ptr<HttpStream> stream(HttpRequest request, HttpStreamHandler& handler) override {
    return start_stream(session_, std::move(request), handler);
  }

 private:
  std::shared_ptr<Session> session_;
  std::shared_ptr<Pool> pool_;
};

}  // namespace

model::Result<std::unique_ptr<HttpClient>> make_asio_http_client(asio::io_context& io,
                                                                 const ClusterAccess& access,
                                                                 AsioHttpOptions options) {
  TlsContext context;
  if (access.scheme == ClusterAccess::Scheme::kHttps) {
    model::Result<TlsContext> made = make_tls_context(access);
    if (!made) return std::move(made).error();
    context = std::move(*made);
  }
  auto session = std::make_shared<Session>(io, access, std::move(context), std::move(options));
  return std::unique_ptr<HttpClient>(std::make_unique<Client>(std::move(session)));
}

}  // namespace neuron_scheduler::client
