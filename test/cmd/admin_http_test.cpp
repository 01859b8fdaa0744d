#include "cmd/neuron-scheduler/admin_http.hpp"

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "test/support/loopback.hpp"

namespace neuron_scheduler::cmd {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::body_of;
using test::Visit;

class AdminHttpTest : public ::testing::Test {
 protected:
  void serve(AdminOptions options = {}) {
    AdminContent content;
    content.metrics = [this] { return metrics_; };
    content.metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";
    content.ready_checks = [this] { return checks_; };
    content.health_checks = [this] { return health_; };
    auto made = make_admin_http(io_, "127.0.0.1", 0, content, options);
    ASSERT_TRUE(made);
    server_ = std::move(*made);
  }

  std::shared_ptr<Visit> send(const std::string& bytes) {
    return test::visit(io_, server_->port(), bytes);
  }

  bool run_until(const std::function<bool()>& done) { return test::run_until(io_, done); }

  // All that comes until the server closes.
  std::string fetch(const std::string& bytes) {
    const auto seen = send(bytes);
    EXPECT_TRUE(run_until([&] { return seen->ended; }));
    return seen->received;
  }

  std::string get(const std::string& target, const std::string& method = "GET") {
    return fetch(method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }

  asio::io_context io_;
  std::string metrics_ = "up 1\n";
  std::vector<ReadyCheck> health_{{"leaderElection", true, ""}};
  std::vector<ReadyCheck> checks_{{"pods-synced", true, ""}, {"shutdown", true, ""}};
  std::unique_ptr<AdminHttp> server_;
};

TEST_F(AdminHttpTest, ServesMetrics) {
  serve();
  const std::string answer = get("/metrics");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
            std::string::npos);
  EXPECT_EQ(body_of(answer), "up 1\n");
  metrics_ = std::string(3'000'000, 'm');
  EXPECT_EQ(body_of(get("/metrics")), metrics_);
}

struct RequestCase {
  std::string name;
  std::string method = "GET";
  std::string target;
  bool ready = true;
  std::string want;  // Status and body.
};
std::ostream& operator<<(std::ostream& out, const RequestCase& c) { return out << c.name; }

class AdminHttpRequestTest : public AdminHttpTest,
                             public ::testing::WithParamInterface<RequestCase> {};

TEST_P(AdminHttpRequestTest, IsAnswered) {
  serve();
  if (!GetParam().ready) checks_[0] = {"pods-synced", false, "the first list is not in yet"};
  const std::string answer = get(GetParam().target, GetParam().method);
  ASSERT_GE(answer.size(), 12U);
  EXPECT_EQ(answer.substr(9, 3) + " " + body_of(answer), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Requests, AdminHttpRequestTest,
    ::testing::Values(
        RequestCase{"Live", "GET", "/livez", true, "200 ok"},
        RequestCase{"LiveWhileNotReady", "GET", "/livez", false, "200 ok"},
        RequestCase{"Healthy", "GET", "/healthz", true, "200 ok"},
        RequestCase{"HealthyVerbose", "GET", "/healthz?verbose", true,
                    "200 [+]ping ok\n[+]leaderElection ok\nhealthz check passed\n"},
        RequestCase{"Ready", "GET", "/readyz", true, "200 ok"},
        RequestCase{"ReadyVerbose", "GET", "/readyz?a=b&verbose=1", true,
                    "200 [+]ping ok\n[+]leaderElection ok\n[+]pods-synced ok\n[+]shutdown "
                    "ok\nreadyz check passed\n"},
        RequestCase{"NotReady", "GET", "/readyz", false,
                    "500 [+]ping ok\n[+]leaderElection ok\n[-]pods-synced failed: the first list "
                    "is not in yet\n"
                    "[+]shutdown ok\nreadyz check failed\n"},
        RequestCase{"Head", "HEAD", "/readyz", true, "200 "},
        RequestCase{"HeadMetrics", "HEAD", "/metrics", true, "200 "},
        RequestCase{"OtherPath", "GET", "/", true, "404 404 Not Found\n"},
        RequestCase{"LongerPath", "GET", "/metrics/x", true, "404 404 Not Found\n"},
        RequestCase{"OtherMethod", "DELETE", "/metrics", true, "405 405 Method Not Allowed\n"},
        RequestCase{"UnknownMethod", "BREW", "/livez", true, "405 405 Method Not Allowed\n"}),
    [](const auto& row) { return row.param.name; });

TEST_F(AdminHttpTest, HeadTellsTheLength) {
  serve();
  EXPECT_NE(get("/metrics", "HEAD").find("\r\nContent-Length: 5\r\n"), std::string::npos);
}

TEST_F(AdminHttpTest, SaysWhichMethodsAreAllowed) {
  serve();
  EXPECT_NE(get("/readyz", "PUT").find("\r\nAllow: GET, HEAD\r\n"), std::string::npos);
}

TEST_F(AdminHttpTest, AnswersOneRequestAfterTheOther) {
  serve();
  const std::string one = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
  const auto seen = send(one + one + one);
  ASSERT_TRUE(run_until([&] {
    std::size_t count = 0;
    for (std::size_t at = seen->received.find("\r\n\r\nok"); at != std::string::npos;
         at = seen->received.find("\r\n\r\nok", at + 1)) {
      ++count;
    }
    return count == 3;
  }));
  EXPECT_FALSE(seen->ended);
}

TEST_F(AdminHttpTest, AFailedHealthCheckConcernsHealthAndReadinessButNotLife) {
  health_[0] = {"leaderElection", false, "failed election to renew leadership on lease l"};
  serve();
  const std::string failed =
      "[+]ping ok\n"
      "[-]leaderElection failed: failed election to renew leadership on lease l\n";
  EXPECT_EQ(body_of(get("/healthz")), failed + "healthz check failed\n");
  EXPECT_EQ(body_of(get("/readyz")),
            failed + "[+]pods-synced ok\n[+]shutdown ok\nreadyz check failed\n");
  EXPECT_EQ(body_of(get("/livez")), "ok");
}

struct HostileCase {
  std::string name;
  std::string bytes;
  std::string want;  // The status; empty: no answer.
};
std::ostream& operator<<(std::ostream& out, const HostileCase& c) { return out << c.name; }

class AdminHttpHostileTest : public AdminHttpTest,
                             public ::testing::WithParamInterface<HostileCase> {};

TEST_P(AdminHttpHostileTest, IsRefusedAndClosed) {
  AdminOptions options;
  options.request_max = 50ms;
  options.idle_max = 50ms;
  serve(options);
  const std::string answer = fetch(GetParam().bytes);
  EXPECT_EQ(answer.size() < 12 ? answer : answer.substr(9, 3), GetParam().want);
  EXPECT_EQ(body_of(get("/livez")), "ok");
}

INSTANTIATE_TEST_SUITE_P(
    Clients, AdminHttpHostileTest,
    ::testing::Values(
        HostileCase{"SaysNothing", "", ""}, HostileCase{"HalfARequest", "GET /metrics HT", ""},
        HostileCase{"NotHttp", "\x16\x03\x01\x02 TLS hello\r\n\r\n", "400"},
        HostileCase{"LongHeader",
                    "GET /metrics HTTP/1.1\r\nA: " + std::string(20'000, 'x') + "\r\n\r\n", "431"},
        HostileCase{"LongTarget", "GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\n\r\n", "431"},
        HostileCase{"Body", "GET /livez HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", "413"},
        HostileCase{
            "BodyOfAPost",
            "POST /livez HTTP/1.1\r\nContent-Length: 900000\r\n\r\n" + std::string(900'000, 'x'),
            "405"},
        HostileCase{"BadLength", "GET /livez HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"}),
    [](const auto& row) { return row.param.name; });

TEST_F(AdminHttpTest, TheLongestIdleConnectionGivesWay) {
  AdminOptions options;
  options.connections_max = 3;
  serve(options);
  std::vector<std::shared_ptr<Visit>> visits;
  for (int i = 0; i < 3; ++i) {
    visits.push_back(send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"));
    ASSERT_TRUE(run_until([&] { return !visits.back()->received.empty(); }));
  }
  EXPECT_EQ(body_of(get("/livez")), "ok");
  EXPECT_TRUE(visits[0]->ended);
  EXPECT_FALSE(visits[1]->ended);
  EXPECT_FALSE(visits[2]->ended);
}

TEST_F(AdminHttpTest, ATakenPortIsNamed) {
  serve();
  auto second = make_admin_http(io_, "127.0.0.1", server_->port(), {});
  ASSERT_FALSE(second);
  EXPECT_EQ(
      second.error().message,
      "cannot listen on 127.0.0.1:" + std::to_string(server_->port()) + ": Address already in use");
}

TEST_F(AdminHttpTest, AnAddressOfAnotherMachineIsNamed) {
  auto made = make_admin_http(io_, "192.0.2.1", 10251, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message,
            "cannot listen on 192.0.2.1:10251: Cannot assign requested address");
}

TEST_F(AdminHttpTest, ListensOnAllAddressesAndOnIpv6) {
  auto all = make_admin_http(io_, "0.0.0.0", 0, {});
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_NE((*all)->port(), 0);
  auto ipv6 = make_admin_http(io_, "::1", 0, {});
  EXPECT_TRUE(ipv6) << ipv6.error().message;
}

TEST_F(AdminHttpTest, DestroyingItClosesItsConnections) {
  serve();
  const auto idle = send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto half = send("GET /liv");
  ASSERT_TRUE(run_until([&] { return !idle->received.empty(); }));
  server_.reset();
  EXPECT_TRUE(run_until([&] { return idle->ended && half->ended; }));
}

TEST_F(AdminHttpTest, AContentThatThrowsEndsItsConnectionAlone) {
  AdminContent content;
  content.metrics = []() -> std::string { throw std::runtime_error("no memory"); };
  auto made = make_admin_http(io_, "127.0.0.1", 0, content);
  server_ = std::move(*made);
  EXPECT_EQ(get("/metrics"), "");
  EXPECT_EQ(body_of(get("/livez")), "ok");
}

}  // namespace
}  // namespace neuron_scheduler::cmd
