#include "cluster/client/asio_http_session.hpp"

#include <algorithm>
#include <utility>

namespace neuron_scheduler::client {
namespace {

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }
bool is_text(char c) { return c == ' ' || is_visible(c); }

}  // namespace

Session::Session(boost::asio::io_context& io, const ClusterAccess& access, TlsContext context,
                 AsioHttpOptions options)
    : io_(io),
      options_(std::move(options)),
      base_path_(access.base_path),
      credentials_(access, options_.token_age_max, options_.certificate_age_max, now()),
      is_tls_(context != nullptr),
      dialer_(std::make_shared<Dialer>(io, access, std::move(context), options_)) {
  url_ = (is_tls_ ? "https://" : "http://") + access.authority();
  common_fields_ =
      "Host: " + access.authority() + "\r\nUser-Agent: " + options_.user_agent + "\r\n";
}

std::string Session::failure(std::string_view reason) const {
  return url_ + ": " + std::string(reason);
}

std::string Session::check(const HttpRequest& request) {
  const auto all = [](const std::string& text, bool (*allowed)(char)) {
    return std::all_of(text.begin(), text.end(), allowed);
  };
  if (request.method.empty() || !all(request.method, is_visible)) return "the method is not valid";
  if (request.target.empty() || request.target.front() != '/' || !all(request.target, is_visible)) {
    return "the target is not a path in URL encoding";
  }
  if (!all(request.accept, is_text)) return "the Accept field is not valid";
  if (!all(request.content_type, is_text)) return "the Content-Type field is not valid";
  return {};
}

std::string Session::to_wire(const HttpRequest& request, const std::string& token) const {
  std::string wire;
  wire.reserve(512 + token.size() + request.target.size() + request.body.size());
  wire.append(request.method).append(" ").append(base_path_).append(request.target);
  wire.append(" HTTP/1.1\r\n").append(common_fields_);
  if (!request.accept.empty()) wire.append("Accept: ").append(request.accept).append("\r\n");
  if (!token.empty() && std::all_of(token.begin(), token.end(), is_visible)) {
    wire.append("Authorization: Bearer ").append(token).append("\r\n");
  }
  if (!request.content_type.empty()) {
    wire.append("Content-Type: ").append(request.content_type);
    wire.append("\r\nContent-Length: ").append(std::to_string(request.body.size()));
    wire.append("\r\n");
  }
  wire.append("\r\n");
  if (!request.content_type.empty()) wire.append(request.body);
  return wire;
}

bool Session::renew_certificates() {
  if (!is_tls_) return false;
  std::optional<ClusterAccess> access = credentials_.changed_certificates(now());
  if (!access) return false;
  // A certificate and a key that do not belong together were read between two writes: the next
  // reading has both.
  model::Result<TlsContext> context = make_tls_context(*access);
  if (!context) return false;
  dialer_->use(std::move(*access), std::move(*context));
  return true;
}

}  // namespace neuron_scheduler::client
