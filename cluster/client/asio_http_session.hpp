#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include "cluster/client/asio_http.hpp"
#include "cluster/client/asio_http_dialer.hpp"
#include "cluster/client/credentials.hpp"

namespace neuron_scheduler::client {

// What the calls and streams of one client share: where the server is, who we are, how requests are
// written.
class Session final {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // context: null for plain HTTP.
  Session(boost::asio::io_context& io, const ClusterAccess& access, TlsContext context,
          AsioHttpOptions options);

  [[nodiscard]] boost::asio::io_context& io() const { return io_; }
  [[nodiscard]] const AsioHttpOptions& options() const { return options_; }
  [[nodiscard]] const std::shared_ptr<Dialer>& dialer() const { return dialer_; }
  [[nodiscard]] Credentials& credentials() { return credentials_; }

  // "https://host:port: reason", for a failure's message.
  [[nodiscard]] std::string failure(std::string_view reason) const;
  [[nodiscard]] static TimePoint now() { return std::chrono::steady_clock::now(); }

  // Empty: the request can be written. Else which part of it cannot (a line end would begin another
  // request).
  [[nodiscard]] static std::string check(const HttpRequest& request);
  [[nodiscard]] std::string to_wire(const HttpRequest& request, const std::string& token) const;

  // Takes over certificates that have changed in their files. True: connections made before are to
  // be given up.
  [[nodiscard]] bool renew_certificates();

 private:
  boost::asio::io_context& io_;
  AsioHttpOptions options_;
  std::string url_;
  std::string base_path_;
  std::string common_fields_;  // Host, User-Agent.
  Credentials credentials_;
  bool is_tls_;
  std::shared_ptr<Dialer> dialer_;
};

}  // namespace neuron_scheduler::client
