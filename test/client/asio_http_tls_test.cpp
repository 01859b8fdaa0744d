#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "cluster/client/asio_http.hpp"
#include "test/client/certificates.hpp"
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
using SslContext = boost::asio::ssl::context;

class AsioHttpTlsTest : public ::testing::Test {
 protected:
  static const test::KeyPair& authority() {
    static const test::KeyPair pair = test::make_authority("good authority");
    return pair;
  }

  // A server's context; the names as CertificateOptions has them.
  static SslContext server(const std::string& names, long days = 1) {
    const test::KeyPair pair = test::issue(authority(), {names, days});
    SslContext context(SslContext::tls_server);
    context.use_certificate_chain(boost::asio::buffer(pair.certificate_pem()));
    context.use_private_key(boost::asio::buffer(pair.key_pem()), SslContext::pem);
    return context;
  }

  static ClusterAccess access_to(const Peer& peer) {
    ClusterAccess access = test::plain_access(peer.port());
    access.scheme = ClusterAccess::Scheme::kHttps;
    access.ca_pem = authority().certificate_pem();
    return access;
  }

  HttpOutcome call(const ClusterAccess& access, HttpRequest request, AsioHttpOptions options = {}) {
    auto made = make_asio_http_client(io_, access, options);
    if (!made) {
      HttpOutcome outcome;
      outcome.error = made.error().message;
      return outcome;
    }
    return test::call(io_, **made, std::move(request));
  }

  // Answers each request with the token it carries, and 401 unless that is `token`.
  test::Script check_token(const std::string& token) {
    return [token](Connection peer) -> Awaitable {
      for (;;) {
        std::string request = co_await peer->read_request();
        if (request.empty()) co_return;
        const bool right =
            request.find("\r\nAuthorization: Bearer " + token + "\r\n") != std::string::npos;
        std::string text = right ? answer("in") : answer("out", "", "401 Unauthorized");
        co_await peer->write(text);
      }
    };
  }

  boost::asio::io_context io_;
};

struct VerifyCase {
  std::string name;
  std::string address = "127.0.0.1";  // Where the server listens.
  std::string host = "127.0.0.1";     // What the client is told.
  std::string server_name;
  std::string names = "IP:127.0.0.1";  // Of the certificate.
  long days = 1;
  bool wrong_ca = false;
  bool insecure = false;
  std::string want = "answer";  // Or what the error says after the URL.
};
std::ostream& operator<<(std::ostream& out, const VerifyCase& c) { return out << c.name; }

class AsioHttpVerifyTest : public AsioHttpTlsTest,
                           public ::testing::WithParamInterface<VerifyCase> {};

TEST_P(AsioHttpVerifyTest, TheServerIsWhoItShouldBe) {
  const VerifyCase& row = GetParam();
  SslContext context = server(row.names, row.days);
  Peer peer(io_, check_token("t"), &context, row.address);
  ClusterAccess access = access_to(peer);
  access.token = "t";
  access.host = row.host;
  access.server_name = row.server_name;
  access.insecure = row.insecure;
  if (row.wrong_ca) access.ca_pem = test::make_authority("other authority").certificate_pem();
  const HttpOutcome outcome = call(access, post("/", "x"));
  if (row.want == "answer") {
    ASSERT_EQ(failure_name(outcome), "answer") << outcome.error;
    EXPECT_EQ(outcome.answer->body, "in");
  } else {
    EXPECT_EQ(failure_name(outcome), "not sent");
    EXPECT_EQ(outcome.error, "https://" + access.authority() + ": " + row.want);
  }
}

std::vector<VerifyCase> verify_cases() {
  const std::string kFailed = "certificate verify failed: ";
  std::vector<VerifyCase> rows;
  const auto add = [&rows](const std::string& name) -> VerifyCase& {
    rows.emplace_back().name = name;
    return rows.back();
  };
  add("Address");
  VerifyCase& ipv6 = add("AddressIpv6");
  ipv6.address = ipv6.host = "::1";
  ipv6.names = "IP:::1";
  VerifyCase& host = add("Name");
  host.host = "localhost";
  host.names = "DNS:localhost";
  VerifyCase& wildcard = add("Wildcard");
  wildcard.server_name = "a.example.test";
  wildcard.names = "DNS:*.example.test";
  VerifyCase& server_name = add("ServerNameInsteadOfHost");
  server_name.server_name = "kubernetes.default.svc";
  server_name.names = "DNS:kubernetes.default.svc";
  VerifyCase& address_as_name = add("ServerNameIsAddress");
  address_as_name.server_name = "10.0.0.1";
  address_as_name.names = "IP:10.0.0.1";
  VerifyCase& insecure = add("InsecureIsNotVerified");
  insecure.insecure = insecure.wrong_ca = true;
  insecure.names = "DNS:other";
  VerifyCase& wrong_ca = add("WrongAuthority");
  wrong_ca.wrong_ca = true;
  wrong_ca.want = kFailed + "unable to get local issuer certificate";
  VerifyCase& wrong_address = add("WrongAddress");
  wrong_address.names = "IP:127.0.0.2,DNS:localhost";
  wrong_address.want = kFailed + "IP address mismatch (the certificate is not for 127.0.0.1)";
  VerifyCase& address_in_dns = add("AddressAsDnsNameDoesNotCount");
  address_in_dns.names = "DNS:127.0.0.1";
  address_in_dns.want = kFailed + "IP address mismatch (the certificate is not for 127.0.0.1)";
  VerifyCase& wrong_name = add("WrongName");
  wrong_name.server_name = "api.example.test";
  wrong_name.names = "DNS:localhost,IP:127.0.0.1";
  wrong_name.want = kFailed + "hostname mismatch (the certificate is not for api.example.test)";
  VerifyCase& subject = add("SubjectDoesNotCount");
  subject.host = "localhost";
  subject.names = "";
  subject.want = kFailed + "hostname mismatch (the certificate is not for localhost)";
  VerifyCase& expired = add("Expired");
  expired.days = -1;
  expired.want = kFailed + "certificate has expired";
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Servers, AsioHttpVerifyTest, ::testing::ValuesIn(verify_cases()),
                         [](const auto& row) { return row.param.name; });

TEST_F(AsioHttpTlsTest, ABundleMayHoldSeveralAuthorities) {
  SslContext context = server("IP:127.0.0.1");
  Peer peer(io_, check_token(""), &context);
  ClusterAccess access = access_to(peer);
  access.ca_pem = "# first\n" + test::make_authority("other").certificate_pem() + access.ca_pem;
  EXPECT_EQ(failure_name(call(access, get("/"))), "answer");
}

TEST_F(AsioHttpTlsTest, KeepsTlsConnections) {
  SslContext context = server("IP:127.0.0.1");
  Peer peer(io_, check_token("t"), &context);
  ClusterAccess access = access_to(peer);
  access.token = "t";
  auto client = std::move(*make_asio_http_client(io_, access));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(test::call(io_, *client, post("/", "x")).answer->body, "in");
  }
  EXPECT_EQ(peer.connections(), 1);
}

TEST_F(AsioHttpTlsTest, OlderThanTls12IsRefused) {
  SslContext context = server("IP:127.0.0.1");
  SSL_CTX_set_max_proto_version(context.native_handle(), TLS1_1_VERSION);
  SSL_CTX_set_security_level(context.native_handle(), 0);
  Peer peer(io_, check_token("t"), &context);
  const HttpOutcome outcome = call(access_to(peer), get("/"));
  EXPECT_EQ(failure_name(outcome), "not sent");
  EXPECT_NE(outcome.error.find(": TLS handshake: "), std::string::npos) << outcome.error;
}

TEST_F(AsioHttpTlsTest, ShowsItsCertificate) {
  SslContext context = server("IP:127.0.0.1");
  context.add_certificate_authority(boost::asio::buffer(authority().certificate_pem()));
  context.set_verify_mode(SslContext::verify_peer | SslContext::verify_fail_if_no_peer_cert);
  Peer peer(io_, check_token("t"), &context);
  ClusterAccess access = access_to(peer);
  access.token = "t";
  EXPECT_NE(failure_name(call(access, get("/"))), "answer");
  const test::KeyPair pair = test::issue(authority(), {});
  access.client_cert_pem = pair.certificate_pem();
  access.client_key_pem = pair.key_pem();
  EXPECT_EQ(failure_name(call(access, get("/"))), "answer");
}

TEST_F(AsioHttpTlsTest, AServerThatSpeaksNoTlsIsNotSent) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string bytes = answer("plain", "", "400 Bad Request");
    co_await connection->write(bytes);
    connection->close();
  });
  const HttpOutcome outcome = call(access_to(peer), get("/"));
  EXPECT_EQ(failure_name(outcome), "not sent");
  EXPECT_NE(outcome.error.find(": TLS handshake: wrong version number"), std::string::npos)
      << outcome.error;
}

TEST_F(AsioHttpTlsTest, AHandshakeThatNeverEndsIsNotSent) {
  Peer peer(io_, [](Connection connection) -> Awaitable {
    std::string request = co_await connection->read_request();
  });
  AsioHttpOptions options;
  options.handshake_max = 30ms;
  const HttpOutcome outcome = call(access_to(peer), get("/"), options);
  EXPECT_EQ(failure_name(outcome), "not sent");
  EXPECT_NE(outcome.error.find(": TLS handshake: no success within 30 ms"), std::string::npos)
      << outcome.error;
}

TEST_F(AsioHttpTlsTest, AnAnswerUntilTheEndNeedsAProperEnd) {
  SslContext context = server("IP:127.0.0.1");
  Peer peer(
      io_,
      [](Connection connection) -> Awaitable {
        std::string request = co_await connection->read_request();
        std::string bytes = "HTTP/1.1 200 OK\r\n\r\nhalf of it";
        co_await connection->write(bytes);
        connection->close();  // Anyone on the way could do that.
      },
      &context);
  EXPECT_EQ(failure_name(call(access_to(peer), get("/"))), "unknown");
}

struct BadAccessCase {
  std::string name;
  std::string want;
};
std::ostream& operator<<(std::ostream& out, const BadAccessCase& c) { return out << c.name; }

class AsioHttpBadAccessTest : public AsioHttpTlsTest,
                              public ::testing::WithParamInterface<BadAccessCase> {};

TEST_P(AsioHttpBadAccessTest, IsNamed) {
  ClusterAccess access;
  access.host = "127.0.0.1";
  access.ca_pem = authority().certificate_pem();
  const test::KeyPair pair = test::issue(authority(), {});
  const std::string& name = GetParam().name;
  if (name == "NoCertificate") access.ca_pem = "just text\n";
  if (name == "DamagedCertificate") access.ca_pem.replace(100, 4, "####");
  if (name == "AuthorityFile") {
    access.ca_pem = "x";
    access.ca_file = "/etc/ca.crt";
  }
  if (name.starts_with("Client")) {
    access.client_cert_pem = pair.certificate_pem();
    access.client_key_pem = pair.key_pem();
  }
  if (name == "ClientNoCertificate") access.client_cert_pem = "x";
  if (name == "ClientNoKey") access.client_key_pem = "x";
  if (name == "ClientOtherKey") access.client_key_pem = authority().key_pem();
  auto made = make_asio_http_client(io_, access);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.starts_with(GetParam().want)) << made.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Parts, AsioHttpBadAccessTest,
    ::testing::Values(
        BadAccessCase{"NoCertificate", "certificate authority: holds no PEM certificate"},
        BadAccessCase{"DamagedCertificate", "certificate authority: certificate 1: "},
        BadAccessCase{"AuthorityFile",
                      "certificate authority /etc/ca.crt: holds no PEM certificate"},
        BadAccessCase{"ClientNoCertificate", "client certificate: not a PEM certificate"},
        BadAccessCase{"ClientNoKey", "client key: not a PEM key without password"},
        BadAccessCase{"ClientOtherKey", "client key does not belong to the client certificate"}),
    [](const auto& row) { return row.param.name; });

class AsioHttpTokenTest : public AsioHttpTlsTest {
 protected:
  AsioHttpTokenTest()
      : path_(std::filesystem::temp_directory_path() /
              ("neuron-scheduler-token-" + std::to_string(::getpid()))) {}
  ~AsioHttpTokenTest() override { std::filesystem::remove(path_); }

  void write_token(const std::string& token) { std::ofstream(path_) << token; }

  ClusterAccess access_with_file(const Peer& peer) {
    ClusterAccess access = test::plain_access(peer.port());
    access.token_file = path_;
    return access;
  }

  std::filesystem::path path_;
};

TEST_F(AsioHttpTokenTest, ARefusedTokenIsReadAgainAtOnce) {
  Peer peer(io_, check_token("new"));
  write_token("old\n");
  auto client = std::move(*make_asio_http_client(io_, access_with_file(peer)));
  EXPECT_EQ(test::call(io_, *client, post("/", "x")).answer->status, 401);
  write_token("new\n");
  EXPECT_EQ(test::call(io_, *client, post("/", "x")).answer->status, 200);
  EXPECT_EQ(peer.connections(), 1);
}

TEST_F(AsioHttpTokenTest, TokensAreReadAgainAfterAWhile) {
  Peer peer(io_, check_token("new"));
  write_token("old");
  AsioHttpOptions options;
  options.token_age_max = 10ms;
  auto client = std::move(*make_asio_http_client(io_, access_with_file(peer), options));
  write_token("new");
  test::run_for(io_, 20ms);
  EXPECT_EQ(test::call(io_, *client, get("/")).answer->body, "in");
  std::filesystem::remove(path_);
  test::run_for(io_, 20ms);
  EXPECT_EQ(test::call(io_, *client, get("/")).answer->body, "in") << "the old one is kept";
}

TEST_F(AsioHttpTokenTest, RotatedCertificatesAreTakenOver) {
  SslContext context = server("IP:127.0.0.1");
  Peer peer(io_, check_token(""), &context);
  ClusterAccess access = access_to(peer);
  access.ca_pem = test::make_authority("old authority").certificate_pem();
  access.ca_file = path_;
  AsioHttpOptions options;
  options.certificate_age_max = 10ms;
  auto client = std::move(*make_asio_http_client(io_, access, options));
  EXPECT_EQ(failure_name(test::call(io_, *client, get("/"))), "not sent");
  write_token("damaged");
  test::run_for(io_, 20ms);
  EXPECT_EQ(failure_name(test::call(io_, *client, get("/"))), "not sent");
  write_token(authority().certificate_pem());
  test::run_for(io_, 20ms);
  EXPECT_EQ(failure_name(test::call(io_, *client, get("/"))), "answer");
}

}  // namespace
}  // namespace neuron_scheduler::client
