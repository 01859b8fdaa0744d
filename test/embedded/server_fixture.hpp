#pragma once

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "cluster/embedded/server/server.hpp"
#include "test/support/builders.hpp"
#include "test/support/loopback.hpp"

namespace neuron_scheduler::embedded::test {

inline std::string request(const std::string& method, const std::string& target,
                           const std::string& body = {}, const std::string& fields = {}) {
  return method + " " + target + " HTTP/1.1\r\nHost: x\r\n" + fields +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

inline std::string pod_json(const std::string& name, const std::string& more_metadata = {}) {
  return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + "\"" + more_metadata +
         R"(},"spec":{"containers":[{"name":"main","image":"example.invalid/app:1"}]}})";
}

inline constexpr const char* kPods = "/api/v1/namespaces/default/pods";

// An Api on a clock that stands still, served on loopback in the test's own loop.
class ServerTest : public ::testing::Test {
 protected:
  void serve(ServerOptions options = {}) {
    if (!api_) make_api({});
    auto made = make_server(io_, *api_, clock_, "127.0.0.1", 0, std::move(options));
    ASSERT_TRUE(made) << made.error().message;
    server_ = std::move(*made);
  }

  void make_api(const ApiOptions& options) { api_.emplace(clock_, options); }

  std::shared_ptr<neuron_scheduler::test::Visit> send(const std::string& bytes) {
    return neuron_scheduler::test::visit(io_, server_->port(), bytes);
  }

  bool run_until(const std::function<bool()>& done) {
    return neuron_scheduler::test::run_until(io_, done);
  }

  // All that comes until the server closes.
  std::string fetch(const std::string& bytes) {
    const auto seen = send(bytes);
    EXPECT_TRUE(run_until([&] { return seen->ended; }));
    return seen->received;
  }

  // The answer to one request on a connection of its own.
  std::string call(const std::string& method, const std::string& target,
                   const std::string& body = {}) {
    return fetch(request(method, target, body, "Connection: close\r\n"));
  }

  std::string status(const std::string& method, const std::string& target,
                     const std::string& body = {}) {
    return neuron_scheduler::test::status_of(call(method, target, body));
  }

  // A watch of all pods whose head is in.
  std::shared_ptr<neuron_scheduler::test::Visit> watch_pods(const std::string& more = {}) {
    auto seen = send(request("GET", "/api/v1/pods?watch=1" + more));
    EXPECT_TRUE(run_until([&] { return seen->has("\r\n\r\n"); }));
    return seen;
  }

  neuron_scheduler::test::SimClock clock_;
  boost::asio::io_context io_;
  std::optional<Api> api_;
  std::unique_ptr<Server> server_;
};

}  // namespace neuron_scheduler::embedded::test
