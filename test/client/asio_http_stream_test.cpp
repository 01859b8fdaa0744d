#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

#include "cluster/client/asio_http.hpp"
#include "test/client/certificates.hpp"
#include "test/client/http_peer.hpp"

namespace neuron_scheduler::client {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::get;
using test::Peer;
using Connection = std::shared_ptr<test::PeerConnection>;
using Awaitable = boost::asio::awaitable<void>;

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& text) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string size;
  for (std::size_t n = text.size(); n != 0; n /= 16) size.insert(0, 1, kDigits[n % 16]);
  return (size.empty() ? "0" : size) + "\r\n" + text + "\r\n";
}

// Writes down what comes.
class Recorder final : public HttpStreamHandler {
 public:
  void on_header(int status, std::optional<std::chrono::seconds> retry_after) override {
    head += std::to_string(status);
    if (retry_after) head += " after " + std::to_string(retry_after->count());
  }
  void on_data(std::string_view bytes) override {
    data += bytes;
    ++pieces;
    piece_max = std::max(piece_max, bytes.size());
    if (on_piece) on_piece();
  }
  void on_end(std::optional<HttpFailure> failure, const std::string& text) override {
    ++ends;
    error = text;
    if (!failure) end = "proper";
    if (failure == HttpFailure::kNotSent) end = "not sent";
    if (failure == HttpFailure::kUnknown) end = "unknown";
    if (failure == HttpFailure::kTooLarge) end = "too large";
    if (on_ended) on_ended();
  }

  std::string head;
  std::string data;
  std::string end;
  std::string error;
  int ends = 0;
  int pieces = 0;
  std::size_t piece_max = 0;
  std::function<void()> on_piece;
  std::function<void()> on_ended;
};

class AsioHttpStreamTest : public ::testing::Test {
 protected:
  std::unique_ptr<HttpClient> client_of(const Peer& peer) {
    return std::move(*make_asio_http_client(io_, test::plain_access(peer.port())));
  }
  bool until_end() {
    return test::run_until(io_, [this] { return recorder_.ends > 0; });
  }
  // Writes the pieces, waits until the client has closed.
  static test::Script say(std::vector<std::string> pieces) {
    return [pieces](Connection connection) -> Awaitable {
      std::string request = co_await connection->read_request();
      for (std::size_t i = 0; i < pieces.size(); ++i) {
        std::string piece = pieces[i];
        co_await connection->write(piece);
      }
      request = co_await connection->read_request();
    };
  }

  boost::asio::io_context io_;
  Recorder recorder_;
};

TEST_F(AsioHttpStreamTest, ArrivesByteByByte) {
  std::vector<std::string> bytes;
  for (const char c : kChunked + chunk("hello ") + chunk("world") + chunk("")) {
    bytes.emplace_back(1, c);
  }
  Peer peer(io_, [bytes](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::string piece = bytes[i];
      co_await connection->write(piece);
      co_await connection->pause(0ms);
    }
  });
  auto client = client_of(peer);
  const auto stream = client->stream(get("/watch"), recorder_);
  EXPECT_EQ(recorder_.head + recorder_.end, "");
  ASSERT_TRUE(until_end());
  EXPECT_EQ(recorder_.head, "200");
  EXPECT_EQ(recorder_.data, "hello world");
  EXPECT_EQ(recorder_.end, "proper") << recorder_.error;
}

TEST_F(AsioHttpStreamTest, TheLastEventIsNotHeldBack) {
  Peer peer(io_, say({kChunked + chunk("first\n"), chunk("second\n")}));
  auto client = client_of(peer);
  const auto stream = client->stream(get("/watch"), recorder_);
  ASSERT_TRUE(test::run_until(io_, [this] { return recorder_.data == "first\nsecond\n"; }));
  EXPECT_EQ(recorder_.ends, 0);
}

// What the server says before it closes, and how the stream ends.
struct EndCase {
  std::string name;
  std::string bytes;
  std::string head;
  std::string data;
  std::string end;
};
std::ostream& operator<<(std::ostream& out, const EndCase& c) { return out << c.name; }

class AsioHttpStreamEndTest : public AsioHttpStreamTest,
                              public ::testing::WithParamInterface<EndCase> {};

TEST_P(AsioHttpStreamEndTest, IsToldOnce) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    std::string bytes = GetParam().bytes;
    co_await connection->write(bytes);
    connection->close();
  });
  auto client = client_of(peer);
  const auto stream = client->stream(get("/"), recorder_);
  ASSERT_TRUE(until_end());
  test::run_for(io_, 2ms);
  EXPECT_EQ(recorder_.head, GetParam().head);
  EXPECT_EQ(recorder_.data, GetParam().data);
  EXPECT_EQ(recorder_.end, GetParam().end) << recorder_.error;
  EXPECT_EQ(recorder_.ends, 1);
  EXPECT_EQ(recorder_.error.empty(), recorder_.end == "proper");
}

INSTANTIATE_TEST_SUITE_P(
    Ends, AsioHttpStreamEndTest,
    ::testing::Values(EndCase{"Proper", kChunked + chunk("x") + chunk(""), "200", "x", "proper"},
                      EndCase{"Empty", kChunked + chunk(""), "200", "", "proper"},
                      EndCase{"Error", answer("status", "Retry-After: 3\r\n", "429 Too Many"),
                              "429 after 3", "status", "proper"},
                      EndCase{"CutInChunk", kChunked + "9\r\nabc", "200", "abc", "unknown"},
                      EndCase{"CutBetweenChunks", kChunked + chunk("abc"), "200", "abc", "unknown"},
                      EndCase{"Silent", "", "", "", "unknown"},
                      EndCase{"NotHttp", "hello\r\n", "", "", "unknown"},
                      EndCase{"HeaderTooLarge", "HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'x'),
                              "", "", "too large"},
                      EndCase{"EndlessChunkHeader", kChunked + "1;" + std::string(200'000, 'x'),
                              "200", "", "too large"}),
    [](const auto& row) { return row.param.name; });

TEST_F(AsioHttpStreamTest, NothingReachableIsNotSent) {
  auto peer = std::make_unique<Peer>(io_, say({}));
  auto client = client_of(*peer);
  peer.reset();
  const auto stream = client->stream(get("/"), recorder_);
  ASSERT_TRUE(until_end());
  EXPECT_EQ(recorder_.end, "not sent");
  EXPECT_NE(recorder_.error.find("Connection refused"), std::string::npos) << recorder_.error;
}

TEST_F(AsioHttpStreamTest, WithoutAHeaderItEndsWithTheDeadline) {
  Peer peer(io_, say({"HTTP/1.1 200 OK\r\n"}));
  auto client = client_of(peer);
  HttpRequest request = get("/");
  request.deadline = 30ms;
  const auto stream = client->stream(request, recorder_);
  ASSERT_TRUE(until_end());
  EXPECT_EQ(recorder_.end, "unknown");
  EXPECT_NE(recorder_.error.find("no answer within 30 ms"), std::string::npos) << recorder_.error;
}

TEST_F(AsioHttpStreamTest, OutlivesTheDeadlineButNotTheIdleLimit) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
    std::string bytes = kChunked;
    for (int i = 0; i < 8; ++i) {
      co_await connection->write(bytes);
      co_await connection->pause(10ms);
      bytes = chunk("x");
    }
    request = co_await connection->read_request();
  });
  auto client = client_of(peer);
  HttpRequest request = get("/");
  request.deadline = 30ms;
  request.read_idle_max = 40ms;
  const auto stream = client->stream(request, recorder_);
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(until_end());
  EXPECT_EQ(recorder_.data, "xxxxxxx");
  EXPECT_EQ(recorder_.end, "unknown");
  EXPECT_NE(recorder_.error.find("nothing arrived for 40 ms"), std::string::npos)
      << recorder_.error;
  EXPECT_GE(std::chrono::steady_clock::now() - start, 110ms);
}

TEST_F(AsioHttpStreamTest, IsNeverCalledAfterItsEnd) {
  Peer peer(io_, say({kChunked + chunk("a"), chunk("b"), chunk("c"), chunk("")}));
  auto client = client_of(peer);
  std::unique_ptr<HttpStream> stream;
  recorder_.on_piece = [&] { stream.reset(); };
  stream = client->stream(get("/"), recorder_);
  ASSERT_TRUE(test::run_until(io_, [this] { return !recorder_.data.empty(); }));
  test::run_for(io_, 10ms);
  EXPECT_EQ(recorder_.pieces, 1);
  EXPECT_EQ(recorder_.ends, 0);
  auto at_once = client->stream(get("/"), recorder_);
  at_once.reset();
  test::run_for(io_, 10ms);
  EXPECT_EQ(recorder_.ends, 0);
}

TEST_F(AsioHttpStreamTest, MayBeReplacedFromItsEnd) {
  Peer peer(io_, say({kChunked + chunk("a") + chunk("")}));
  auto client = client_of(peer);
  std::unique_ptr<HttpStream> stream;
  recorder_.on_ended = [&] {
    if (recorder_.ends < 3) stream = client->stream(get("/"), recorder_);
  };
  stream = client->stream(get("/"), recorder_);
  ASSERT_TRUE(test::run_until(io_, [this] { return recorder_.ends == 3; }));
  EXPECT_EQ(recorder_.data, "aaa");
  EXPECT_EQ(peer.connections(), 3);
}

TEST_F(AsioHttpStreamTest, OthersHaveTheirTurnsBetweenPieces) {
  const std::string body(4 << 20, 'x');
  Peer peer(io_, say({answer(body)}));
  auto client = client_of(peer);
  const auto stream = client->stream(get("/"), recorder_);
  int turns = 0;
  std::function<void()> turn = [&] {
    if (recorder_.ends == 0) boost::asio::post(io_, turn);
    if (recorder_.pieces > 0) ++turns;
  };
  turn();
  ASSERT_TRUE(until_end());
  EXPECT_EQ(recorder_.data.size(), body.size());
  EXPECT_LE(recorder_.piece_max, 64U << 10);
  EXPECT_GE(turns, recorder_.pieces - 1);
}

TEST_F(AsioHttpStreamTest, DoesNotUseThePool) {
  Peer peer(io_, say({kChunked + chunk("a")}));
  AsioHttpOptions options;
  options.connections_max = 1;
  auto client = std::move(*make_asio_http_client(io_, test::plain_access(peer.port()), options));
  Recorder others[3];
  std::vector<std::unique_ptr<HttpStream>> streams;
  for (Recorder& other : others) streams.push_back(client->stream(get("/"), other));
  ASSERT_TRUE(test::run_until(
      io_, [&] { return others[0].data + others[1].data + others[2].data == "aaa"; }));
  EXPECT_EQ(peer.connections(), 3);
  client.reset();  // Streams live on by themselves.
  EXPECT_EQ(others[0].ends, 0);
}

TEST_F(AsioHttpStreamTest, WorksOverTls) {
  using SslContext = boost::asio::ssl::context;
  const test::KeyPair authority = test::make_authority("authority");
  const test::KeyPair pair = test::issue(authority, {"IP:127.0.0.1", 1});
  SslContext context(SslContext::tls_server);
  context.use_certificate_chain(boost::asio::buffer(pair.certificate_pem()));
  context.use_private_key(boost::asio::buffer(pair.key_pem()), SslContext::pem);
  const std::string big(300'000, 'x');
  Peer peer(io_, say({kChunked + chunk(big), chunk("last\n")}), &context);
  ClusterAccess access = test::plain_access(peer.port());
  access.scheme = ClusterAccess::Scheme::kHttps;
  access.ca_pem = authority.certificate_pem();
  auto client = std::move(*make_asio_http_client(io_, access));
  const auto stream = client->stream(get("/"), recorder_);
  ASSERT_TRUE(test::run_until(io_, [&] { return recorder_.data.size() == big.size() + 5; }));
  EXPECT_EQ(recorder_.data, big + "last\n");
  EXPECT_EQ(recorder_.ends, 0);
}

}  // namespace
}  // namespace neuron_scheduler::client
