#include "cluster/client/kubeconfig.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace neuron_scheduler::client {
namespace {

const std::string kPem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
// kPem in base64.
const std::string kPemBase64 =
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=";

// One cluster, one user and one context of these fields.
std::string config(const std::string& cluster, const std::string& user,
                   const std::string& more = "current-context: c\n") {
  return "apiVersion: v1\nkind: Config\n"
         "clusters:\n- name: k\n  cluster: {" +
         cluster +
         "}\n"
         "users:\n- name: other\n- name: u\n  user: {" +
         user +
         "}\n"
         "contexts:\n- name: c\n  context: {cluster: k, user: u, namespace: x}\n" +
         more;
}

const std::string kServer = "server: 'https://api.example:6443'";

class KubeconfigTest : public testing::Test {
 protected:
  void SetUp() override {
    folder = std::filesystem::temp_directory_path() /
             ("neuron-scheduler-kubeconfig-test-" +
              std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string write(const std::string& name, const std::string& text) const {
    const auto path = folder / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  // The error of a file of this text, without its path.
  std::string error_of(const std::string& text, const std::string& context = "") const {
    const auto access = parse_kubeconfig(text, (folder / "F").string(), context);
    if (access.has_value()) return "no error";
    std::string message = access.error().message;
    const std::string path = folder.string() + "/";
    for (auto at = message.find(path); at != std::string::npos; at = message.find(path)) {
      message.erase(at, path.size());
    }
    return message;
  }

  std::filesystem::path folder;
};

TEST_F(KubeconfigTest, DataAndTokenInTheFile) {
  const auto access = parse_kubeconfig(
      config(kServer + ", tls-server-name: kubernetes, certificate-authority-data: " + kPemBase64,
             "client-certificate-data: " + kPemBase64 + ", client-key-data: " + kPemBase64 +
                 ", token: abc"),
      "F");
  ASSERT_TRUE(access.has_value()) << access.error().message;
  EXPECT_EQ(access->scheme, ClusterAccess::Scheme::kHttps);
  EXPECT_EQ(access->host, "api.example");
  EXPECT_EQ(access->port, 6443);
  EXPECT_EQ(access->base_path, "");
  EXPECT_EQ(access->authority(), "api.example:6443");
  EXPECT_EQ(access->server_name, "kubernetes");
  EXPECT_EQ(access->ca_pem, kPem);
  EXPECT_EQ(access->ca_file, "");
  EXPECT_EQ(access->client_cert_pem, kPem);
  EXPECT_EQ(access->client_key_pem, kPem);
  EXPECT_EQ(access->token, "abc");
  EXPECT_FALSE(access->insecure);
}

TEST_F(KubeconfigTest, FilesAreRelativeToTheKubeconfig) {
  write("ca.crt", kPem);
  write("client.crt", kPem);
  const std::string key = write("client.key", kPem);
  write("token", "  secret\n");
  const std::string path =
      write("config", config(kServer + ", certificate-authority: ca.crt",
                             "client-certificate: ./client.crt, client-key: " + key +
                                 ", token: loses, tokenFile: token"));
  const auto access = load_kubeconfig(path);
  ASSERT_TRUE(access.has_value()) << access.error().message;
  EXPECT_EQ(access->ca_pem, kPem);
  EXPECT_EQ(access->ca_file, (folder / "ca.crt").string());
  EXPECT_EQ(access->client_cert_file, (folder / "./client.crt").string());
  EXPECT_EQ(access->client_key_file, key);
  EXPECT_EQ(access->token, "secret");
  EXPECT_EQ(access->token_file, (folder / "token").string());
}

TEST_F(KubeconfigTest, DataWinsOverFiles) {
  const auto access = parse_kubeconfig(
      config(
          kServer + ", certificate-authority: missing, certificate-authority-data: " + kPemBase64,
          ""),
      "F");
  ASSERT_TRUE(access.has_value()) << access.error().message;
  EXPECT_EQ(access->ca_pem, kPem);
  EXPECT_EQ(access->ca_file, "");
}

TEST_F(KubeconfigTest, ANamedContextWinsOverTheCurrentOne) {
  const std::string text = config(kServer, "", "current-context: missing\n");
  EXPECT_TRUE(parse_kubeconfig(text, "F", "c").has_value());
  EXPECT_EQ(error_of(text), "kubeconfig F: contexts: there is no \"missing\"");
  EXPECT_EQ(error_of(text, "d"), "kubeconfig F: contexts: there is no \"d\"");
}

struct Server {
  std::string url;
  std::string want;
};

TEST_F(KubeconfigTest, Servers) {
  const Server rows[] = {
      {"https://h", "https h 443 "},
      {"http://h", "http h 80 "},
      {"https://127.0.0.1:6443/", "https 127.0.0.1 6443 "},
      {"https://[::1]:8443/k8s/clusters/c-1/", "https ::1 8443 /k8s/clusters/c-1"},
      {"HTTPS://h:1", "https h 1 "},
      {"h:6443", "server: must begin with https:// (or http://)"},
      {"unix:///x", "server: must begin with https:// (or http://)"},
      {"https://", "server: has no host"},
      {"https://h:0", "server: has no port between 1 and 65535"},
      {"https://h:70000", "server: has no port between 1 and 65535"},
      {"https://u:p@h", "server: must be scheme, host, port and path only"},
      {"https://h?x=1", "server: must be scheme, host, port and path only"},
      {"https://h h", "server: \"https://h h\" is not a URL"},
      {"", "server: is not set"},
  };
  for (const Server& row : rows) {
    const auto access = parse_kubeconfig(config("server: '" + row.url + "'", ""), "F");
    if (access.has_value()) {
      const bool https = access->scheme == ClusterAccess::Scheme::kHttps;
      EXPECT_EQ((https ? "https " : "http ") + access->host + " " + std::to_string(access->port) +
                    " " + access->base_path,
                row.want)
          << row.url;
    } else {
      EXPECT_EQ(access.error().message, "kubeconfig F: clusters[0].cluster." + row.want);
    }
  }
}

struct BadCase {
  std::string name;
  std::string text;
  std::string want;
};
std::ostream& operator<<(std::ostream& out, const BadCase& c) { return out << c.name; }

class KubeconfigErrorTest : public KubeconfigTest, public testing::WithParamInterface<BadCase> {};

TEST_P(KubeconfigErrorTest, NamesFileAndField) {
  write("empty", " \n");
  write("text", "no certificate");
  write("large", std::string(1'048'577, 'x'));
  EXPECT_EQ(error_of(GetParam().text), "kubeconfig F: " + GetParam().want);
}

std::string user(const std::string& fields) { return config(kServer, fields); }
std::string cluster(const std::string& fields) { return config(kServer + ", " + fields, ""); }

const BadCase kBad[] = {
    {"empty", "", "is empty"},
    {"scalar", "hello", "must be a mapping"},
    {"two_documents", "a: 1\n---\nb: 2\n", "has more than one document"},
    {"not_yaml", "clusters: [\n", "line 2: not YAML: end of sequence flow not found"},
    {"alias", "a: &x 1\nb: *x\n", "line 2: aliases are not allowed"},
    {"too_deep", std::string(40, '[') + std::string(40, ']'), "line 1: is nested too deeply"},
    {"wrong_kind", "kind: Pod\n", "kind: must be Config"},
    {"no_context", config(kServer, "", ""), "current-context: is not set"},
    {"contexts_no_list", "current-context: c\ncontexts: {}\n", "contexts: must be a list"},
    {"no_cluster_name", "current-context: c\ncontexts:\n- {name: c, context: {user: u}}\n",
     "contexts[0].context.cluster: is not set"},
    {"no_such_cluster",
     "current-context: c\ncontexts:\n- {name: c, context: {cluster: k}}\nclusters: []\n",
     "clusters: there is no \"k\""},
    {"no_such_user",
     "current-context: c\ncontexts:\n- {name: c, context: {cluster: k, user: u}}\n"
     "clusters:\n- {name: k, cluster: {server: 'https://h'}}\n",
     "users: there is no \"u\""},
    {"no_server", config("", ""), "clusters[0].cluster.server: is not set"},
    {"token_is_a_map", user("token: {}"), "users[1].user.token: must be a string"},
    {"token_is_a_number", user("token: 123"), "users[1].user.token: must be a string"},
    {"token_is_a_boolean", user("token: true"), "users[1].user.token: must be a string"},
    {"token_of_two_lines", user("token: \"a\\nX-Evil: b\""),
     "users[1].user.token: must be one line"},
    {"token_file_missing", user("tokenFile: nope"),
     "users[1].user.tokenFile: nope: there is no such file"},
    {"token_file_empty", user("tokenFile: empty"), "users[1].user.tokenFile: empty: is empty"},
    {"exec", user("exec: {command: aws}"),
     "users[1].user.exec: a plugin for credentials (exec) is not supported"},
    {"auth_provider", user("auth-provider: {name: oidc}"),
     "users[1].user.auth-provider: auth-provider is not supported"},
    {"password", user("username: a, password: b"),
     "users[1].user.username: a user name with a password is not supported"},
    {"impersonation", user("as: root"), "users[1].user.as: impersonation is not supported"},
    {"impersonated_groups", user("as-groups: [a]"),
     "users[1].user.as-groups: impersonation is not supported"},
    {"certificate_without_key", user("client-certificate-data: " + kPemBase64),
     "users[1].user: client-certificate and client-key must come together"},
    {"key_is_a_folder", user("client-key: ."), "users[1].user.client-key: .: is not a file"},
    {"proxy", cluster("proxy-url: http://p"),
     "clusters[0].cluster.proxy-url: a proxy is not supported"},
    {"insecure_text", cluster("insecure-skip-tls-verify: 'true'"),
     "clusters[0].cluster.insecure-skip-tls-verify: must be true or false"},
    {"insecure_with_authority",
     cluster("insecure-skip-tls-verify: true, certificate-authority-data: " + kPemBase64),
     "clusters[0].cluster.insecure-skip-tls-verify: must not be set together with a certificate "
     "authority"},
    {"authority_no_base64", cluster("certificate-authority-data: '%%%'"),
     "clusters[0].cluster.certificate-authority-data: is not base64"},
    {"authority_cut_base64", cluster("certificate-authority-data: LS0tL"),
     "clusters[0].cluster.certificate-authority-data: is not base64"},
    {"authority_no_pem", cluster("certificate-authority-data: aGVsbG8="),
     "clusters[0].cluster.certificate-authority-data: is not PEM"},
    {"authority_file_no_pem", cluster("certificate-authority: text"),
     "clusters[0].cluster.certificate-authority: text: is not PEM"},
    {"authority_file_too_large", cluster("certificate-authority: large"),
     "clusters[0].cluster.certificate-authority: large: is larger than 1048576 bytes"},
    {"device", cluster("certificate-authority: /dev/zero"),
     "clusters[0].cluster.certificate-authority: /dev/zero: is not a file"},
};
INSTANTIATE_TEST_SUITE_P(Bad, KubeconfigErrorTest, testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

TEST_F(KubeconfigTest, FilesThatCannotBeRead) {
  const auto missing = load_kubeconfig((folder / "nope").string());
  ASSERT_TRUE(missing.has_error());
  EXPECT_EQ(missing.error().code, model::Errc::kNotFound);
  EXPECT_EQ(missing.error().message,
            "kubeconfig " + (folder / "nope").string() + ": there is no such file");
  const auto large = load_kubeconfig(write("large", std::string(1'048'577, 'x')));
  ASSERT_TRUE(large.has_error());
  EXPECT_EQ(load_kubeconfig(folder.string()).error().message,
            "kubeconfig " + folder.string() + ": is not a file");
}

TEST_F(KubeconfigTest, InsecureAndPlainHttpOnlyAsTheFileSays) {
  EXPECT_TRUE(
      parse_kubeconfig(config(kServer + ", insecure-skip-tls-verify: true", ""), "F")->insecure);
  EXPECT_EQ(parse_kubeconfig(config("server: 'http://127.0.0.1:8001'", ""), "F")->scheme,
            ClusterAccess::Scheme::kHttp);
}

class InClusterTest : public KubeconfigTest {
 protected:
  model::Result<ClusterAccess> access() const {
    return in_cluster_access(
        [this](const std::string& name) -> std::optional<std::string> {
          const auto found = environment.find(name);
          if (found == environment.end()) return std::nullopt;
          return found->second;
        },
        folder.string());
  }

  std::map<std::string, std::string> environment{{"KUBERNETES_SERVICE_HOST", "10.0.0.1"},
                                                 {"KUBERNETES_SERVICE_PORT", "443"}};
};

TEST_F(InClusterTest, TakesTokenAndAuthorityFromFiles) {
  write("ca.crt", kPem);
  write("token", "secret");
  const auto got = access();
  ASSERT_TRUE(got.has_value()) << got.error().message;
  EXPECT_EQ(got->scheme, ClusterAccess::Scheme::kHttps);
  EXPECT_EQ(got->authority(), "10.0.0.1:443");
  EXPECT_EQ(got->ca_pem, kPem);
  EXPECT_EQ(got->ca_file, folder.string() + "/ca.crt");
  EXPECT_EQ(got->token, "secret");
  EXPECT_EQ(got->token_file, folder.string() + "/token");
}

TEST_F(InClusterTest, Ipv6MayStandInBracketsOrNot) {
  write("ca.crt", kPem);
  write("token", "secret");
  for (const std::string host : {"fd00::1", "[fd00::1]"}) {
    environment["KUBERNETES_SERVICE_HOST"] = host;
    EXPECT_EQ(access()->host, "fd00::1");
    EXPECT_EQ(access()->authority(), "[fd00::1]:443");
  }
}

TEST_F(InClusterTest, SaysWhatIsMissing) {
  EXPECT_EQ(access().error().message, folder.string() + "/ca.crt: there is no such file");
  write("ca.crt", "x");
  EXPECT_EQ(access().error().message, folder.string() + "/ca.crt: is not PEM");
  write("ca.crt", kPem);
  EXPECT_EQ(access().error().message, folder.string() + "/token: there is no such file");
  write("token", "\n");
  EXPECT_EQ(access().error().message, folder.string() + "/token: is empty");
  environment["KUBERNETES_SERVICE_PORT"] = "https";
  EXPECT_EQ(access().error().message, "KUBERNETES_SERVICE_PORT: \"https\" is not a port");
  environment.clear();
  EXPECT_EQ(access().error().code, model::Errc::kNotFound);
  EXPECT_EQ(access().error().message,
            "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
}

}  // namespace
}  // namespace neuron_scheduler::client
