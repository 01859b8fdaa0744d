#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace neuron_scheduler::client {

struct AnswerHead {
  int status = 0;
  std::optional<std::chrono::seconds> retry_after;
};

class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  virtual void on_head(const AnswerHead& head) = 0;
  // A piece of the body, never empty. False: the body is too large, take no more.
  [[nodiscard]] virtual bool on_body(std::string_view piece) = 0;
};

// Parses one HTTP/1.1 answer out of the bytes as they arrive; what it has understood is at the sink
// before feed() returns, so the last event of a watch is never held back (controlplane.md). Interim
// answers (1xx) are skipped. No socket, no clock. Bounded: header, chunk header and trailer by
// header_bytes_max, the body by the sink.
class AnswerParser {
 public:
  enum class State {
    kMore,      // Waits for bytes.
    kDone,      // The answer is whole.
    kTooLarge,  // A bound is broken.
    kBroken,    // Not HTTP, or cut.
  };

  // sink must outlive the parser.
  AnswerParser(AnswerSink& sink, std::size_t header_bytes_max);
  AnswerParser(const AnswerParser&) = delete;
  AnswerParser& operator=(const AnswerParser&) = delete;
  ~AnswerParser();

  State feed(std::string_view bytes);
  // The server sends no more. secured: it said so itself (TLS can be cut by anyone on the way).
  State feed_end(bool secured);

  // Why it is kTooLarge or kBroken.
  [[nodiscard]] const std::string& error() const { return error_; }
  // Once done: whether the next request may follow on the same connection.
  [[nodiscard]] bool keeps_connection() const;

 private:
  class Message;

  State fail(State state, std::string error);
  State step(std::string_view& bytes);

  AnswerSink& sink_;
  std::size_t header_bytes_max_;
  std::size_t header_bytes_ = 0;  // Of all messages so far.
  std::unique_ptr<Message> message_;
  std::string rest_;  // Received, but too short to be understood.
  State state_ = State::kMore;
  std::string error_;
};

}  // namespace neuron_scheduler::client
