#include "cluster/client/asio_http.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/client/http_peer.hpp"

namespace neuron_scheduler::client {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::failure_name;
using test::get;
using test::Peer;
using test::post;
using Connection = std::shared_ptr<test::PeerConnection>;
using Awaitable = boost::asio::awaitable<void>;

class AsioHttpTest : public ::testing::Test {
 protected:
  std::unique_ptr<HttpClient> client_of(const Peer& peer, AsioHttpOptions options = {}) {
    auto made = make_asio_http_client(io_, test::plain_access(peer.port()), options);
    return std::move(*made);
  }
  HttpOutcome call(HttpClient& client, HttpRequest request) {
    return test::call(io_, client, std::move(request));
  }

  // Answers each request with its first line.
  test::Script echo() {
    return [this](Connection peer) -> Awaitable {
      for (;;) {
        std::string request = co_await peer->read_request();
        if (request.empty()) co_return;
        requests_.push_back(request);
        std::string text = answer(request.substr(0, request.find('\r')));
        co_await peer->write(text);
      }
    };
  }

  boost::asio::io_context io_;
  std::vector<std::string> requests_;
};

TEST_F(AsioHttpTest, SendsWhatIsAskedAndNothingElse) {
  Peer peer(io_, echo());
  AsioHttpOptions options;
  options.user_agent = "neuron-scheduler/1.2.3";
  ClusterAccess access = test::plain_access(peer.port());
  access.base_path = "/k8s/c1";
  access.token = "s3cr3t\n";
  auto client = std::move(*make_asio_http_client(io_, access, options));
  const HttpOutcome outcome = call(*client, post("/api/v1/x?y=%20", "{\"a\":1}"));
  ASSERT_EQ(failure_name(outcome), "answer") << outcome.error;
  EXPECT_EQ(outcome.answer->status, 200);
  EXPECT_EQ(outcome.answer->body, "POST /k8s/c1/api/v1/x?y=%20 HTTP/1.1");
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0],
            "POST /k8s/c1/api/v1/x?y=%20 HTTP/1.1\r\n"
            "Host: 127.0.0.1:" +
                std::to_string(peer.port()) +
                "\r\n"
                "User-Agent: neuron-scheduler/1.2.3\r\n"
                "Accept: application/json\r\n"
                "Authorization: Bearer s3cr3t\r\n"
                "Content-Type: application/json\r\n"
                "Content-Length: 7\r\n\r\n"
                "{\"a\":1}");
}

// One answer of a server that then closes, and what becomes of it.
struct AnswerCase {
  std::string name;
  std::string bytes;
  std::string want;  // failure_name, status and body; or a part of the error.
};
std::ostream& operator<<(std::ostream& out, const AnswerCase& c) { return out << c.name; }

class AsioHttpAnswerTest : public AsioHttpTest, public ::testing::WithParamInterface<AnswerCase> {};

TEST_P(AsioHttpAnswerTest, IsUnderstoodOrRefused) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    std::string bytes = GetParam().bytes;
    co_await connection->write(bytes);
    connection->close();
  });
  AsioHttpOptions options;
  options.answer_bytes_max = 20;
  options.header_bytes_max = 4096;
  const HttpOutcome outcome = call(*client_of(peer, options), get("/"));
  std::string got = failure_name(outcome);
  if (outcome.answer) {
    got += " " + std::to_string(outcome.answer->status) + " " + outcome.answer->body;
    if (outcome.answer->retry_after) {
      got += " after " + std::to_string(outcome.answer->retry_after->count());
    }
  } else {
    const std::string url = "http://127.0.0.1:" + std::to_string(peer.port()) + ": ";
    EXPECT_TRUE(outcome.error.starts_with(url)) << outcome.error;
    got += " " + outcome.error.substr(std::min(outcome.error.size(), url.size()));
  }
  EXPECT_EQ(got, GetParam().want);
}

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Answers, AsioHttpAnswerTest,
    ::testing::Values(
        AnswerCase{"Length", answer("hello"), "answer 200 hello"},
        AnswerCase{"Chunks", kChunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "answer 200 abcde"},
        AnswerCase{"Trailer", kChunked + "1\r\na\r\n0\r\nRetry-After: 9\r\n\r\n", "answer 200 a"},
        AnswerCase{"UntilEnd", "HTTP/1.0 200 OK\r\n\r\nall", "answer 200 all"},
        AnswerCase{"NoContent", "HTTP/1.1 204 No Content\r\n\r\n", "answer 204 "},
        AnswerCase{"Interim", "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + answer("b"),
                   "answer 200 b"},
        AnswerCase{"TooManyRequests", answer("", "Retry-After: 7\r\n", "429 Too Many Requests"),
                   "answer 429  after 7"},
        AnswerCase{"RetryAfterDate",
                   answer("", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", "503 Bad"),
                   "answer 503 "},
        AnswerCase{"RetryAfterHuge", answer("", "Retry-After: 99999999\r\n", "503 Bad"),
                   "answer 503  after 3600"},
        AnswerCase{"BodyAtBound", answer(std::string(20, 'x')),
                   "answer 200 " + std::string(20, 'x')},
        AnswerCase{"BodyTooLarge", answer(std::string(21, 'x')),
                   "too large the answer's body is too large"},
        AnswerCase{"ChunksTooLarge", kChunked + "10\r\n0123456789abcdef\r\n5\r\nabcde\r\n0\r\n\r\n",
                   "too large the answer's body is too large"},
        AnswerCase{"HeaderTooLarge", "HTTP/1.1 200 OK\r\nA: " + std::string(5000, 'x') + "\r\n\r\n",
                   "too large the answer's header is too large"},
        AnswerCase{"NoAnswer", "", "unknown the server closed the connection without an answer"},
        AnswerCase{"CutInHeader", "HTTP/1.1 200 OK\r\nContent-Len",
                   "unknown the server closed the connection in the middle of the answer"},
        AnswerCase{"CutInBody", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
                   "unknown the server closed the connection in the middle of the answer"},
        AnswerCase{"CutInChunk", kChunked + "5\r\nab",
                   "unknown the server closed the connection in the middle of the answer"},
        AnswerCase{"CutBeforeLastChunk", kChunked + "2\r\nab\r\n",
                   "unknown the server closed the connection in the middle of the answer"},
        AnswerCase{"BadChunk", kChunked + "zz\r\nab\r\n",
                   "unknown the answer is not proper HTTP: bad chunk"},
        AnswerCase{"NotHttp", "SSH-2.0-OpenSSH_9.2p1\r\n",
                   "unknown the answer is not proper HTTP: bad version"},
        AnswerCase{"Encoded", answer("x", "Content-Encoding: gzip\r\n"),
                   "unknown the answer's body is encoded (gzip), which was not asked for"}),
    [](const auto& row) { return row.param.name; });

TEST_F(AsioHttpTest, EndlessHeadersAreCutOff) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    std::string line = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 2000; ++i) {
      co_await connection->write(line);
      line = "Field: value-value-value\r\n";
    }
  });
  EXPECT_EQ(failure_name(call(*client_of(peer), get("/"))), "unknown") << "52,000 bytes, and cut";
  AsioHttpOptions options;
  options.header_bytes_max = 4096;
  EXPECT_EQ(failure_name(call(*client_of(peer, options), get("/"))), "too large");
}

TEST_F(AsioHttpTest, KeepsTheConnectionForTheNextCall) {
  Peer peer(io_, echo());
  auto client = client_of(peer);
  for (int i = 0; i < 5; ++i) {
    const HttpOutcome outcome = call(*client, get("/" + std::to_string(i)));
    ASSERT_EQ(failure_name(outcome), "answer") << outcome.error;
    EXPECT_EQ(outcome.answer->body, "GET /" + std::to_string(i) + " HTTP/1.1");
  }
  EXPECT_EQ(peer.connections(), 1);
}

TEST_F(AsioHttpTest, KeepsNoConnectionThatTheServerEnds) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    std::string bytes = answer("x", "Connection: close\r\n");
    co_await connection->write(bytes);
    request = co_await connection->read_request();  // Until the client closes.
    EXPECT_EQ(request, "");
  });
  auto client = client_of(peer);
  EXPECT_EQ(failure_name(call(*client, post("/", "1"))), "answer");
  EXPECT_EQ(failure_name(call(*client, post("/", "2"))), "answer");
  EXPECT_EQ(peer.connections(), 2);
}

TEST_F(AsioHttpTest, KeepsNoConnectionWithBytesBehindTheAnswer) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    std::string bytes = answer("x") + answer("injected");
    co_await connection->write(bytes);
    request = co_await connection->read_request();
  });
  auto client = client_of(peer);
  EXPECT_EQ(call(*client, get("/")).answer->body, "x");
  EXPECT_EQ(call(*client, get("/")).answer->body, "x");
  EXPECT_EQ(peer.connections(), 2);
}

TEST_F(AsioHttpTest, NoticesThatAnIdleConnectionWasClosed) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    std::string bytes = answer("x");
    co_await connection->write(bytes);
    co_await connection->pause(5ms);
    connection->close();
  });
  auto client = client_of(peer);
  EXPECT_EQ(failure_name(call(*client, post("/", "1"))), "answer");
  test::run_for(io_, 20ms);
  // Not even a POST is in doubt: it goes out on a new connection.
  EXPECT_EQ(failure_name(call(*client, post("/", "2"))), "answer");
  EXPECT_EQ(peer.connections(), 2);
}

TEST_F(AsioHttpTest, DropsIdleConnections) {
  Peer peer(io_, echo());
  AsioHttpOptions options;
  options.idle_max = 20ms;
  auto client = client_of(peer, options);
  call(*client, get("/"));
  test::run_for(io_, 60ms);
  call(*client, get("/"));
  EXPECT_EQ(peer.connections(), 2);
}

// The server takes the second request of a connection and closes without a word.
struct ResendCase {
  std::string name;
  std::string method;
  std::string want;
};
std::ostream& operator<<(std::ostream& out, const ResendCase& c) { return out << c.name; }

class AsioHttpResendTest : public AsioHttpTest, public ::testing::WithParamInterface<ResendCase> {};

TEST_P(AsioHttpResendTest, OnlyWhatIsIdempotentGoesOutTwice) {
  int seen = 0;
  Peer peer(io_, [&seen](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    std::string bytes = answer("x");
    co_await connection->write(bytes);
    request = co_await connection->read_request();
    if (!request.empty()) ++seen;
    connection->close();
  });
  auto client = client_of(peer);
  ASSERT_EQ(failure_name(call(*client, get("/"))), "answer");
  HttpRequest request = post("/", "body");
  request.method = GetParam().method;
  EXPECT_EQ(failure_name(call(*client, request)), GetParam().want);
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(peer.connections(), GetParam().want == "answer" ? 2 : 1);
}

INSTANTIATE_TEST_SUITE_P(Methods, AsioHttpResendTest,
                         ::testing::Values(ResendCase{"Get", "GET", "answer"},
                                           ResendCase{"Post", "POST", "unknown"},
                                           ResendCase{"Patch", "PATCH", "unknown"}),
                         [](const auto& row) { return row.param.name; });

TEST_F(AsioHttpTest, AGetIsSentTwiceAtMost) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    if (connection->number() == 1) {
      std::string bytes = answer("x");
      co_await connection->write(bytes);
      request = co_await connection->read_request();
    }
    connection->close();
  });
  auto client = client_of(peer);
  ASSERT_EQ(failure_name(call(*client, get("/"))), "answer");
  EXPECT_EQ(failure_name(call(*client, get("/"))), "unknown");
  EXPECT_EQ(peer.connections(), 2);
}

TEST_F(AsioHttpTest, ARefusedConnectionIsNotSent) {
  auto peer = std::make_unique<Peer>(io_, echo());
  auto client = client_of(*peer);
  const std::uint16_t port = peer->port();
  peer.reset();
  const HttpOutcome outcome = call(*client, post("/", "x"));
  EXPECT_EQ(failure_name(outcome), "not sent");
  EXPECT_EQ(outcome.error,
            "http://127.0.0.1:" + std::to_string(port) + ": connect: Connection refused");
}

TEST_F(AsioHttpTest, AHostWithoutAddressIsNotSent) {
  ClusterAccess access = test::plain_access(1);
  access.host = "no-such-host.invalid";
  auto client = std::move(*make_asio_http_client(io_, access));
  const HttpOutcome outcome = call(*client, get("/"));
  EXPECT_EQ(failure_name(outcome), "not sent");
  EXPECT_NE(outcome.error.find("no-such-host.invalid:1: look-up of the host name: "),
            std::string::npos)
      << outcome.error;
}

TEST_F(AsioHttpTest, LooksUpAHostName) {
  Peer peer(io_, echo());
  ClusterAccess access = test::plain_access(peer.port());
  access.host = "localhost";  // Its first address may be ::1, where nobody listens.
  auto client = std::move(*make_asio_http_client(io_, access));
  std::vector<std::string> ends;
  for (int i = 0; i < 3; ++i) {
    client->call(get("/"), [&](HttpOutcome outcome) { ends.push_back(failure_name(outcome)); });
  }
  ASSERT_TRUE(test::run_until(io_, [&] { return ends.size() == 3; }));
  EXPECT_EQ(ends, std::vector<std::string>(3, "answer"));
}

TEST_F(AsioHttpTest, DeadlineOfARequestThatWasSentIsUnknown) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    co_await connection->write(bytes);
    request = co_await connection->read_request();  // Half-open: says no more.
  });
  HttpRequest request = post("/", "x");
  request.deadline = 40ms;
  const HttpOutcome outcome = call(*client_of(peer), request);
  EXPECT_EQ(failure_name(outcome), "unknown");
  EXPECT_NE(outcome.error.find("no answer within 40 ms, the request was sent"), std::string::npos)
      << outcome.error;
}

TEST_F(AsioHttpTest, ASlowHeaderEndsWithTheDeadline) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    std::string byte = "H";
    for (int i = 0; i < 100; ++i) {
      co_await connection->write(byte);
      co_await connection->pause(5ms);
      byte = i == 0 ? "T" : "x";
    }
  });
  HttpRequest request = get("/");
  request.deadline = 40ms;
  EXPECT_NE(failure_name(call(*client_of(peer), request)), "answer");
}

TEST_F(AsioHttpTest, ThePlaceOfACallThatTimedOutIsFreeAgain) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    if (connection->number() > 1) {
      std::string bytes = answer("x");
      co_await connection->write(bytes);
    }
    request = co_await connection->read_request();
  });
  AsioHttpOptions options;
  options.connections_max = 1;
  auto client = client_of(peer, options);
  HttpRequest request = get("/");
  request.deadline = 30ms;
  EXPECT_EQ(failure_name(call(*client, request)), "unknown");
  EXPECT_EQ(failure_name(call(*client, get("/"))), "answer");
}

TEST_F(AsioHttpTest, DeadlineWhileWaitingIsNotSent) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    request = co_await connection->read_request();
  });
  AsioHttpOptions options;
  options.connections_max = 1;
  auto client = client_of(peer, options);
  std::vector<std::string> ends;
  HttpRequest request = get("/first");
  request.deadline = 80ms;
  client->call(request, [&](HttpOutcome outcome) { ends.push_back(failure_name(outcome)); });
  request.deadline = 30ms;
  client->call(request, [&](HttpOutcome outcome) { ends.push_back(outcome.error); });
  ASSERT_TRUE(test::run_until(io_, [&] { return ends.size() == 2; }));
  EXPECT_NE(ends[0].find("no answer within 30 ms, waiting for a free connection"),
            std::string::npos)
      << ends[0];
  EXPECT_EQ(ends[1], "unknown");
}

TEST_F(AsioHttpTest, AClosedGateSendsNothingAndKeepsTheConnection) {
  Peer peer(io_, echo());
  auto client = client_of(peer);
  bool open = false;
  HttpRequest gated = post("/gated", "{}");
  gated.gate = [&open] { return open; };
  const HttpOutcome held = call(*client, gated);
  EXPECT_EQ(failure_name(held), "not sent");
  EXPECT_NE(held.error.find("it may not be written any more"), std::string::npos) << held.error;
  EXPECT_TRUE(requests_.empty());
  open = true;
  EXPECT_EQ(failure_name(call(*client, gated)), "answer");
  EXPECT_EQ(requests_.size(), 1U);
  EXPECT_EQ(peer.connections(), 1);
}

TEST_F(AsioHttpTest, TheGateIsAskedOnceTheConnectionIsAtHand) {
  Peer peer(io_, [this](Connection connection) -> Awaitable {
    for (;;) {
      std::string request = co_await connection->read_request();
      if (request.empty()) co_return;
      requests_.push_back(request);
      co_await connection->pause(20ms);
      std::string bytes = answer("x");
      co_await connection->write(bytes);
    }
  });
  AsioHttpOptions options;
  options.connections_max = 1;
  auto client = client_of(peer, options);
  std::vector<std::string> ends;
  const auto keep = [&](const HttpOutcome& outcome) { ends.push_back(failure_name(outcome)); };
  client->call(get("/first"), keep);
  HttpRequest gated = post("/gated", "{}");
  // Open as long as the first request has no answer: too late for the second one.
  gated.gate = [&ends] { return ends.empty(); };
  client->call(gated, keep);
  ASSERT_TRUE(test::run_until(io_, [&] { return ends.size() == 2; }));
  EXPECT_EQ(ends, (std::vector<std::string>{"answer", "not sent"}));
  EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(AsioHttpTest, TheGateIsAskedAgainBeforeASecondSending) {
  Peer peer(io_, [this](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    requests_.push_back(request);
    std::string bytes = answer("x");
    co_await connection->write(bytes);
    request = co_await connection->read_request();
    requests_.push_back(request);
    connection->close();
  });
  auto client = client_of(peer);
  EXPECT_EQ(failure_name(call(*client, get("/first"))), "answer");
  int asked = 0;
  HttpRequest gated = get("/gated");
  gated.gate = [&asked] { return ++asked == 1; };
  EXPECT_EQ(failure_name(call(*client, gated)), "not sent");
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(requests_.size(), 2U);
}

TEST_F(AsioHttpTest, OpensNoMoreConnectionsThanAllowed) {
  int open = 0;
  int open_max = 0;
  Peer peer(io_, [&](Connection connection) -> Awaitable {
    for (;;) {
      std::string request = co_await connection->read_request();
      if (request.empty()) co_return;
      open_max = std::max(open_max, ++open);
      co_await connection->pause(2ms);
      std::string bytes = answer("x");
      --open;
      co_await connection->write(bytes);
    }
  });
  AsioHttpOptions options;
  options.connections_max = 3;
  auto client = client_of(peer, options);
  int answers = 0;
  for (int i = 0; i < 30; ++i) {
    client->call(get("/"), [&](HttpOutcome outcome) { answers += outcome.answer ? 1 : 0; });
  }
  ASSERT_TRUE(test::run_until(io_, [&] { return answers == 30; }));
  EXPECT_EQ(open_max, 3);
  EXPECT_EQ(peer.connections(), 3);
}

TEST_F(AsioHttpTest, HigherLanesGoFirst) {
  Peer peer(io_, echo());
  AsioHttpOptions options;
  options.connections_max = 1;
  auto client = client_of(peer, options);
  std::string order;
  const auto send = [&](Lane lane, const std::string& name) {
    HttpRequest request = get("/" + name);
    request.lane = lane;
    client->call(request,
                 [&order, name](HttpOutcome outcome) { order += outcome.answer ? name : "!"; });
  };
  send(Lane::kEvent, "e");
  send(Lane::kStatus, "s");
  send(Lane::kRead, "r");
  send(Lane::kBind, "b");
  send(Lane::kEvent, "E");
  send(Lane::kBind, "B");
  ASSERT_TRUE(test::run_until(io_, [&] { return order.size() == 6; }));
  EXPECT_EQ(order, "bBrseE");
}

TEST_F(AsioHttpTest, AFullLaneRefuses) {
  Peer peer(io_, echo());
  AsioHttpOptions options;
  options.connections_max = 1;
  options.waiting_max = 2;
  auto client = client_of(peer, options);
  std::vector<std::string> ends;
  for (int i = 0; i < 3; ++i) {
    client->call(get("/"), [&](HttpOutcome outcome) {
      ends.push_back(outcome.answer ? "answer" : outcome.error);
    });
  }
  HttpRequest bind = post("/", "{}");
  bind.lane = Lane::kBind;
  client->call(bind, [&](HttpOutcome outcome) { ends.push_back(failure_name(outcome)); });
  EXPECT_TRUE(ends.empty()) << "no call-back from inside call()";
  ASSERT_TRUE(test::run_until(io_, [&] { return ends.size() == 4; }));
  EXPECT_NE(ends[0].find("2 requests wait already"), std::string::npos) << ends[0];
  EXPECT_EQ(std::count(ends.begin(), ends.end(), "answer"), 3);
}

TEST_F(AsioHttpTest, ARequestThatCannotBeWrittenIsNotSent) {
  Peer peer(io_, echo());
  auto client = client_of(peer);
  HttpRequest request = get("/a b");
  EXPECT_EQ(failure_name(call(*client, request)), "not sent");
  request = get("/");
  request.accept = "x\r\nInjected: 1";
  EXPECT_EQ(failure_name(call(*client, request)), "not sent");
  request = get("relative");
  EXPECT_EQ(failure_name(call(*client, request)), "not sent");
  EXPECT_EQ(peer.connections(), 0);
}

TEST_F(AsioHttpTest, DestroyingTheClientDropsItsCalls) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    request = co_await connection->read_request();
  });
  AsioHttpOptions options;
  options.connections_max = 2;
  auto client = client_of(peer, options);
  int ends = 0;
  const auto guard = std::make_shared<int>(0);
  for (int i = 0; i < 5; ++i) {
    client->call(get("/"), [&ends, guard](HttpOutcome) { ++ends; });
  }
  ASSERT_TRUE(test::run_until(io_, [&] { return peer.connections() == 2; }));
  client.reset();
  EXPECT_EQ(guard.use_count(), 1);
  test::run_for(io_, 10ms);
  EXPECT_EQ(ends, 0);
}

TEST_F(AsioHttpTest, AClientMayBeDestroyedByItsOwnCallBack) {
  Peer peer(io_, echo());
  auto client = client_of(peer);
  bool done = false;
  client->call(get("/"), [&](HttpOutcome) {
    client.reset();
    done = true;
  });
  client->call(get("/"), [&](HttpOutcome) { ADD_FAILURE() << "dropped with the client"; });
  ASSERT_TRUE(test::run_until(io_, [&] { return done; }));
  test::run_for(io_, 10ms);
}

TEST_F(AsioHttpTest, TheLoopMayEndWithCallsUnderWay) {
  auto io = std::make_unique<boost::asio::io_context>();
  boost::asio::ip::tcp::acceptor silent(
      *io, boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  auto client =
      std::move(*make_asio_http_client(*io, test::plain_access(silent.local_endpoint().port())));
  client->call(get("/"), [](HttpOutcome) { ADD_FAILURE(); });
  io->run_for(10ms);
  client.reset();
  silent.close();
  io.reset();  // What is still pending goes with it.
}

TEST_F(AsioHttpTest, TimersFireOnceAndNeverAfterTheirEnd) {
  auto timers = make_asio_timers(io_);
  std::string order;
  auto second = timers->after(20ms, [&] { order += "2"; });
  auto first = timers->after(5ms, [&] { order += "1"; });
  auto cancelled = timers->after(5ms, [&] { order += "!"; });
  std::unique_ptr<Timer> itself;
  itself = timers->after(10ms, [&] {
    order += "i";
    itself.reset();
  });
  cancelled.reset();
  EXPECT_EQ(order, "");
  test::run_for(io_, 60ms);
  EXPECT_EQ(order, "1i2");
  // Both are due when the first one ends the second.
  std::unique_ptr<Timer> other;
  auto due = timers->after(1ms, [&] { other.reset(); });
  other = timers->after(1ms, [&] { order += "!"; });
  test::run_for(io_, 10ms);
  EXPECT_EQ(order, "1i2");
}

}  // namespace
}  // namespace neuron_scheduler::client
