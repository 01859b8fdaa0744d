#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace neuron_scheduler::client {

// Requests of a lower lane wait while one of a higher lane waits for a connection (design.md §2):
// binds go before status patches, these before events.
enum class Lane { kBind, kRead, kStatus, kEvent };

struct HttpRequest {
  std::string method;
  std::string target;  // Path and query, encoded.
  std::string accept = "application/json";
  std::string content_type;  // Empty: no body.
  std::string body;
  Lane lane = Lane::kRead;
  // From the call to the whole answer (a call), or to the answer's header (a stream), waiting for a
  // connection included.
  std::chrono::milliseconds deadline{30'000};
  // A stream ends when nothing arrives for so long.
  std::chrono::milliseconds read_idle_max{60'000};
  // Of a call, empty: always open. Asked when the connection is at hand, right before the first
  // byte; false: nothing is sent, kNotSent. What was sent then and is not acknowledged by the
  // server's kernel within the deadline is not sent again by ours either.
  std::function<bool()> gate;
};

struct HttpAnswer {
  int status = 0;
  std::string body;
  std::optional<std::chrono::seconds> retry_after;
};

// Why there is no answer, by what the caller may conclude (design.md §4).
enum class HttpFailure {
  kNotSent,   // The server cannot have seen the request: no connection, no place in the queue, a
              // closed gate, no credentials.
  kUnknown,   // Sent at least in part, no whole answer: the server may have carried it out.
  kTooLarge,  // The answer broke a size bound.
};

struct HttpOutcome {
  std::optional<HttpAnswer> answer;
  HttpFailure failure = HttpFailure::kNotSent;  // If there is no answer.
  std::string error;                            // Then: what happened, with the server's address.
};

// Receives one answer as it arrives. After on_end nothing more comes. A handler may destroy its
// stream from a call-back.
class HttpStreamHandler {
 public:
  virtual ~HttpStreamHandler() = default;
  virtual void on_header(int status, std::optional<std::chrono::seconds> retry_after) = 0;
  virtual void on_data(std::string_view bytes) = 0;
  // failure is empty when the server ended the answer properly.
  virtual void on_end(std::optional<HttpFailure> failure, const std::string& error) = 0;
};

// Destroying it cancels; the handler is not called afterwards.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
};

// One API server. Call-backs come from the event loop, never from inside call() or stream().
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual void call(HttpRequest request, std::function<void(HttpOutcome)> done) = 0;
  // On a connection of its own. handler must outlive the stream.
  [[nodiscard]] virtual std::unique_ptr<HttpStream> stream(HttpRequest request,
                                                           HttpStreamHandler& handler) = 0;
};

// Destroying it cancels.
class Timer {
 public:
  virtual ~Timer() = default;
};

class TimerService {
 public:
  virtual ~TimerService() = default;
  [[nodiscard]] virtual std::unique_ptr<Timer> after(std::chrono::milliseconds delay,
                                                     std::function<void()> fire) = 0;
};

}  // namespace neuron_scheduler::client
