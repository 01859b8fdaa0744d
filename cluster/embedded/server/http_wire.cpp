#include "cluster/embedded/server/http_wire.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "cluster/embedded/server/warnings.hpp"
#include "cluster/embedded/store/status.hpp"

namespace neuron_scheduler::embedded {
namespace {

struct Phrase {
  int code;
  std::string_view phrase;
  std::string_view reason;  // Of a v1 Status.
};

// metav1.StatusReason where there is one, the phrase of HTTP for each.
constexpr std::array<Phrase, 21> kPhrases{{
    {200, "OK", ""},
    {201, "Created", ""},
    {202, "Accepted", ""},
    {400, "Bad Request", "BadRequest"},
    {401, "Unauthorized", "Unauthorized"},
    {403, "Forbidden", "Forbidden"},
    {404, "Not Found", "NotFound"},
    {405, "Method Not Allowed", "MethodNotAllowed"},
    {406, "Not Acceptable", "NotAcceptable"},
    {408, "Request Timeout", "Timeout"},
    {409, "Conflict", "Conflict"},
    {410, "Gone", "Expired"},
    {413, "Request Entity Too Large", "RequestEntityTooLarge"},
    {415, "Unsupported Media Type", "UnsupportedMediaType"},
    {422, "Unprocessable Entity", "Invalid"},
    {429, "Too Many Requests", "TooManyRequests"},
    {431, "Request Header Fields Too Large", "BadRequest"},
    {500, "Internal Server Error", "InternalError"},
    {502, "Bad Gateway", "InternalError"},
    {503, "Service Unavailable", "ServiceUnavailable"},
    {504, "Gateway Timeout", "Timeout"},
}};

const Phrase& phrase_of(int code) {
  static constexpr Phrase kOther{0, "Other", "Unknown"};
  for (const Phrase& phrase : kPhrases) {
    if (phrase.code == code) return phrase;
  }
  return kOther;
}

std::string status_line(const ApiAnswer& answer) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  head.append(phrase_of(answer.status).phrase);
  head.append("\r\nCache-Control: no-cache, private\r\nContent-Type: ").append(answer.content_type);
  head.append("\r\n");
  if (answer.retry_after) {
    head.append("Retry-After: ").append(std::to_string(answer.retry_after->count()));
    head.append("\r\n");
  }
  return head.append(warning_fields(answer.warnings));
}

ApiAnswer to_answer(const Status& status) {
  ApiAnswer answer;
  answer.status = status.code;
  answer.body = to_json(status);
  return answer;
}

}  // namespace

std::string answer_head(const ApiAnswer& answer, bool closes) {
  std::string head = status_line(answer);
  head.append("Content-Length: ").append(std::to_string(answer.body.size()));
  head.append(closes ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n");
  return head;
}

std::string stream_head(const ApiAnswer& answer) {
  return status_line(answer) + "Transfer-Encoding: chunked\r\n\r\n";
}

std::string chunk_head(std::size_t bytes) {
  constexpr int kHexadecimal = 16;
  std::array<char, 20> digits{};
  char* const end =
      std::to_chars(digits.data(), digits.data() + digits.size(), bytes, kHexadecimal).ptr;
  return std::string(digits.data(), end) + "\r\n";
}

ApiAnswer failure(int code, std::string_view reason, std::string message) {
  Status status;
  status.code = code;
  status.reason = reason.empty() ? phrase_of(code).reason : reason;
  status.message = std::move(message);
  return to_answer(status);
}

ApiAnswer failure_of(const FaultRule& rule) {
  ApiAnswer answer = failure(rule.status, rule.reason,
                             rule.message.empty() ? "a fault that was asked for" : rule.message);
  answer.retry_after = rule.retry_after;
  return answer;
}

ApiAnswer body_is_too_large(std::size_t bytes_max) { return to_answer(body_too_large(bytes_max)); }

ApiAnswer overloaded() {
  constexpr int kTooManyRequests = 429;
  ApiAnswer answer =
      failure(kTooManyRequests, {}, "too much is being sent to other clients, try again later");
  answer.retry_after = std::chrono::seconds(1);
  return answer;
}

std::string busy_answer() {
  constexpr int kTooManyRequests = 429;
  ApiAnswer answer = failure(kTooManyRequests, {}, "all connections are busy, try again later");
  answer.retry_after = std::chrono::seconds(1);
  return answer_head(answer, true) + answer.body;
}

ApiAnswer answer_faults(FaultRules& rules, const ApiRequest& request) {
  constexpr int kBadRequest = 400;
  constexpr int kMethodNotAllowed = 405;
  if (request.method == "DELETE") {
    rules.clear();
  } else if (request.method == "POST") {
    auto parsed = parse_fault_rules(request.body);
    if (!parsed) return failure(kBadRequest, {}, "faults: " + parsed.error().message);
    if (const auto error = rules.add(std::move(*parsed))) {
      return failure(kBadRequest, {}, "faults: " + error->message);
    }
  } else if (request.method != "GET") {
    return failure(kMethodNotAllowed, {}, "faults: only GET, POST and DELETE");
  }
  ApiAnswer answer;
  answer.body = fault_rules_json(rules.rules());
  return answer;
}

}  // namespace neuron_scheduler::embedded
