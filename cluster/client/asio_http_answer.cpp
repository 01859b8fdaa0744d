#include "cluster/client/asio_http_answer.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace neuron_scheduler::client {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr std::chrono::seconds kRetryAfterMax{3600};

// The form with a date is not used by API servers and is ignored.
std::optional<std::chrono::seconds> parse_retry_after(string_view text) {
  long seconds = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc() || stop != end || seconds < 0) return std::nullopt;
  return std::min(std::chrono::seconds(seconds), kRetryAfterMax);
}

}  // namespace

// Beast's parser for one message, which hands on what it reads.
class AnswerParser::Message final : public http::basic_parser<false> {
 public:
  Message(AnswerSink& sink, std::size_t header_bytes_max) : sink_(sink) {
    eager(true);
    header_limit(static_cast<std::uint32_t>(header_bytes_max));
    body_limit(boost::none);
  }

  [[nodiscard]] bool is_interim() const { return head_.status / 100 == 1; }
  [[nodiscard]] bool is_too_large() const { return is_too_large_; }
  [[nodiscard]] const std::string& encoding() const { return encoding_; }

 private:
  void on_request_impl(http::verb /*method*/, string_view /*text*/, string_view /*target*/,
                       int /*version*/, error_code& /*error*/) override {}
  void on_response_impl(int code, string_view /*reason*/, int /*version*/,
                        error_code& /*error*/) override {
    head_.status = code;
  }
  void on_field_impl(http::field name, string_view /*text*/, string_view value,
                     error_code& /*error*/) override {
    if (is_header_done()) return;  // A trailer.
    if (name == http::field::retry_after) head_.retry_after = parse_retry_after(value);
    if (name == http::field::content_encoding && !boost::beast::iequals(value, "identity")) {
      encoding_ = std::string(value.substr(0, 32));
    }
  }
  void on_header_impl(error_code& error) override {
    if (!encoding_.empty()) {
      error = http::error::bad_field;
    } else if (!is_interim()) {
      sink_.on_head(head_);
    }
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         error_code& /*error*/) override {}
  std::size_t on_body_impl(string_view body, error_code& error) override {
    if (body.empty()) return 0;
    if (!sink_.on_body(std::string_view(body.data(), body.size()))) {
      is_too_large_ = true;
      error = http::error::body_limit;
    }
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, string_view /*extensions*/,
                            error_code& /*error*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, string_view body,
                                 error_code& error) override {
    return on_body_impl(body, error);
  }
  void on_finish_impl(error_code& /*error*/) override {}

  AnswerSink& sink_;
  AnswerHead head_;
  std::string encoding_;  // Of the body, where it is not plain: we never ask for that.
  bool is_too_large_ = false;
};

AnswerParser::AnswerParser(AnswerSink& sink, std::size_t header_bytes_max)
    : sink_(sink),
      header_bytes_max_(header_bytes_max),
      message_(std::make_unique<Message>(sink, header_bytes_max)) {}

AnswerParser::~AnswerParser() = default;

AnswerParser::State AnswerParser::feed(std::string_view bytes) {
  if (state_ != State::kMore) return state_;
  std::string joined;
  if (!rest_.empty()) {
    joined = std::move(rest_);
    joined += bytes;
    bytes = joined;
  }
  while (state_ == State::kMore && !bytes.empty()) {
    const std::size_t before = bytes.size();
    state_ = step(bytes);
    if (bytes.size() == before) break;
  }
  if (state_ == State::kMore && bytes.size() > header_bytes_max_) {
    return fail(State::kTooLarge, "the answer's header is too large");
  }
  rest_ = std::string(bytes);
  return state_;
}

// Gives bytes to the message once; takes off what it has understood.
AnswerParser::State AnswerParser::step(std::string_view& bytes) {
  const bool in_header = !message_->is_header_done();
  error_code error;
  const std::size_t used =
      message_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  bytes.remove_prefix(used);
  if (!message_->is_header_done()) {
    header_bytes_ += used;
    if (header_bytes_ > header_bytes_max_) error = http::error::header_limit;
  } else if (in_header && message_->is_interim()) {
    header_bytes_ += used;
  }
  if (error == http::error::header_limit) {
    return fail(State::kTooLarge, "the answer's header is too large");
  }
  if (message_->is_too_large()) return fail(State::kTooLarge, "the answer's body is too large");
  if (!message_->encoding().empty()) {
    return fail(State::kBroken, "the answer's body is encoded (" + message_->encoding() +
                                    "), which was not asked for");
  }
  if (error && error != http::error::need_more) {
    return fail(State::kBroken, "the answer is not proper HTTP: " + error.message());
  }
  if (!message_->is_done()) return State::kMore;
  if (!message_->is_interim()) return State::kDone;
  message_ = std::make_unique<Message>(sink_, header_bytes_max_);
  return State::kMore;
}

AnswerParser::State AnswerParser::feed_end(bool secured) {
  if (state_ != State::kMore) return state_;
  if (!message_->got_some()) {
    return fail(State::kBroken, "the server closed the connection without an answer");
  }
  error_code error;
  message_->put_eof(error);
  if (error || !secured) {
    return fail(State::kBroken, "the server closed the connection in the middle of the answer");
  }
  return state_ = State::kDone;
}

bool AnswerParser::keeps_connection() const {
  return state_ == State::kDone && rest_.empty() && message_->is_done() && message_->keep_alive();
}

AnswerParser::State AnswerParser::fail(State state, std::string error) {
  error_ = std::move(error);
  return state_ = state;
}

}  // namespace neuron_scheduler::client
