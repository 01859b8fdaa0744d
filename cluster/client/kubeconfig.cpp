#include "cluster/client/kubeconfig.hpp"

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <utility>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "cluster/client/yaml_text.hpp"

namespace neuron_scheduler::client {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{1} << 20U;

// The whole file, at most kFileBytesMax. No devices and pipes: they could make us wait.
model::Result<std::string> read_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return model::Error{model::Errc::kNotFound, path + ": there is no such file"};
  }
  if (error) return model::invalid(path + ": " + error.message());
  if (status.type() != std::filesystem::file_type::regular) {
    return model::invalid(path + ": is not a file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return model::Error{model::Errc::kForbidden, path + ": cannot be read"};
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return model::invalid(path + ": cannot be read");
  if (text.size() > kFileBytesMax) {
    return model::invalid(path + ": is larger than " + std::to_string(kFileBytesMax) + " bytes");
  }
  return text;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// Line breaks are allowed, anything else that does not belong is not.
std::optional<std::string> decode_base64(std::string_view text) {
  std::string decoded;
  std::uint32_t bits = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int digit = base64_digit(c);
    if (digit < 0 || padding > 0) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
    ++digits;
    if (digits % 4 != 1) {
      const unsigned spare = digits % 4 == 2 ? 4U : digits % 4 == 3 ? 2U : 0U;
      decoded += static_cast<char>((bits >> spare) & 0xFFU);
    }
  }
  if ((digits + padding) % 4 != 0 || padding > 2) return std::nullopt;
  return decoded;
}

std::string trimmed(const std::string& text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

class Loader {
 public:
  explicit Loader(std::string path) : path_(std::move(path)) {}

  model::Result<ClusterAccess> load(std::string_view text, std::string context_name) {
    auto document = parse_yaml(text);
    if (document.has_error()) return model::invalid(where() + document.error().message);
    const YamlField root(document->root, "", problem_);
    read_root(root, std::move(context_name));
    if (!problem_.empty()) return model::invalid(where() + problem_);
    return std::move(access_);
  }

 private:
  [[nodiscard]] std::string where() const { return "kubeconfig " + path_ + ": "; }

  void read_root(const YamlField& root, std::string context_name) {
    const std::string kind = root["kind"].text();
    if (!kind.empty() && kind != "Config") return root["kind"].fail("must be Config");
    if (context_name.empty()) {
      context_name = root["current-context"].text();
      if (context_name.empty()) return root["current-context"].fail("is not set");
    }
    const auto context = named(root["contexts"], context_name);
    if (!context) return;
    const YamlField body = (*context)["context"];
    const std::string cluster_name = body["cluster"].text();
    if (cluster_name.empty()) return body["cluster"].fail("is not set");
    const auto cluster = named(root["clusters"], cluster_name);
    if (!cluster) return;
    read_cluster((*cluster)["cluster"]);
    const std::string user_name = body["user"].text();
    if (user_name.empty()) return;
    const auto user = named(root["users"], user_name);
    if (user) read_user((*user)["user"]);
  }

  std::optional<YamlField> named(const YamlField& list, const std::string& name) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const YamlField entry = list.at(i);
      if (entry["name"].text() == name) return entry;
    }
    list.fail("there is no \"" + name + "\"");
    return std::nullopt;
  }

  // Says no to what would be there for a reason.
  static void refuse(const YamlField& parent, std::string_view what,
                     std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
      const YamlField field = parent[key];
      if (field.exists()) field.fail(std::string(what) + " is not supported");
    }
  }

  void read_cluster(const YamlField& cluster) {
    refuse(cluster, "a proxy", {"proxy-url"});
    read_server(cluster["server"]);
    access_.server_name = cluster["tls-server-name"].text();
    access_.insecure = cluster["insecure-skip-tls-verify"].boolean();
    read_pem(cluster, "certificate-authority", access_.ca_pem, access_.ca_file);
    if (access_.insecure && !access_.ca_pem.empty()) {
      cluster["insecure-skip-tls-verify"].fail(
          "must not be set together with a certificate authority");
    }
  }

  void read_server(const YamlField& field) {
    const std::string server = field.text();
    if (server.empty()) return field.fail("is not set");
    const auto url = boost::urls::parse_uri(server);
    if (!url) return field.fail("\"" + server + "\" is not a URL");
    const auto scheme = url->scheme_id();
    if (scheme != boost::urls::scheme::https && scheme != boost::urls::scheme::http) {
      return field.fail("must begin with https:// (or http://)");
    }
    access_.scheme = scheme == boost::urls::scheme::https ? ClusterAccess::Scheme::kHttps
                                                          : ClusterAccess::Scheme::kHttp;
    if (url->has_userinfo() || url->has_query() || url->has_fragment()) {
      return field.fail("must be scheme, host, port and path only");
    }
    access_.host = url->host_address();
    if (access_.host.empty()) return field.fail("has no host");
    access_.port = access_.scheme == ClusterAccess::Scheme::kHttps ? 443 : 80;
    if (url->has_port() && !url->port().empty()) {
      access_.port = url->port_number();
      if (access_.port == 0) return field.fail("has no port between 1 and 65535");
    }
    access_.base_path = std::string(url->encoded_path());
    while (access_.base_path.ends_with('/')) access_.base_path.pop_back();
  }

  void read_user(const YamlField& user) {
    refuse(user, "a plugin for credentials (exec)", {"exec"});
    refuse(user, "auth-provider", {"auth-provider"});
    refuse(user, "a user name with a password", {"username", "password"});
    refuse(user, "impersonation", {"as", "as-uid", "as-groups", "as-user-extra"});
    read_pem(user, "client-certificate", access_.client_cert_pem, access_.client_cert_file);
    read_pem(user, "client-key", access_.client_key_pem, access_.client_key_file);
    if (access_.client_cert_pem.empty() != access_.client_key_pem.empty()) {
      user.fail("client-certificate and client-key must come together");
    }
    read_token(user);
  }

  void read_token(const YamlField& user) {
    access_.token = user["token"].text();
    if (access_.token.find_first_of("\r\n") != std::string::npos) {
      user["token"].fail("must be one line");
    }
    const YamlField file = user["tokenFile"];
    if (!file.exists()) return;
    access_.token_file = resolved(file.text());
    auto text = read_file(access_.token_file);
    if (text.has_error()) return file.fail(text.error().message);
    access_.token = trimmed(*text);
    if (access_.token.empty()) return file.fail(access_.token_file + ": is empty");
  }

  // `key`-data, or else the file that `key` names.
  void read_pem(const YamlField& parent, const std::string& key, std::string& pem,
                std::string& file) {
    const YamlField data = parent[key + "-data"];
    const YamlField source = parent[key];
    if (!data.text().empty()) {
      auto decoded = decode_base64(data.text());
      if (!decoded) return data.fail("is not base64");
      pem = std::move(*decoded);
      return check_pem(data, pem, "");
    }
    if (source.text().empty()) return;
    file = resolved(source.text());
    auto text = read_file(file);
    if (text.has_error()) return source.fail(text.error().message);
    pem = std::move(*text);
    check_pem(source, pem, file + ": ");
  }

  static void check_pem(const YamlField& field, const std::string& pem, const std::string& file) {
    if (pem.find("-----BEGIN ") == std::string::npos) field.fail(file + "is not PEM");
  }

  [[nodiscard]] std::string resolved(const std::string& file) const {
    return (std::filesystem::path(path_).parent_path() / file).string();
  }

  std::string path_;
  std::string problem_;
  ClusterAccess access_;
};

}  // namespace

model::Result<ClusterAccess> load_kubeconfig(const std::string& path, const std::string& context) {
  auto text = read_file(path);
  if (text.has_error()) {
    return model::Error{text.error().code, "kubeconfig " + text.error().message};
  }
  return parse_kubeconfig(*text, path, context);
}

model::Result<ClusterAccess> parse_kubeconfig(std::string_view text, const std::string& path,
                                              const std::string& context) {
  try {
    return Loader(path).load(text, context);
  } catch (const YAML::Exception& error) {
    return model::invalid("kubeconfig " + path + ": " + error.what());
  }
}

model::Result<ClusterAccess> in_cluster_access(const Environment& environment,
                                               const std::string& folder) {
  const std::string host = environment("KUBERNETES_SERVICE_HOST").value_or("");
  const std::string port = environment("KUBERNETES_SERVICE_PORT").value_or("");
  if (host.empty() || port.empty()) {
    return model::Error{model::Errc::kNotFound,
                        "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set"};
  }
  ClusterAccess access;
  access.host = host;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    access.host = host.substr(1, host.size() - 2);
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), access.port);
  if (error != std::errc{} || end != port.data() + port.size() || access.port == 0) {
    return model::invalid("KUBERNETES_SERVICE_PORT: \"" + port + "\" is not a port");
  }
  access.ca_file = folder + "/ca.crt";
  auto authority = read_file(access.ca_file);
  if (authority.has_error()) return authority.error();
  if (authority->find("-----BEGIN ") == std::string::npos) {
    return model::invalid(access.ca_file + ": is not PEM");
  }
  access.ca_pem = std::move(*authority);
  access.token_file = folder + "/token";
  auto token = read_file(access.token_file);
  if (token.has_error()) return token.error();
  access.token = trimmed(*token);
  if (access.token.empty()) return model::invalid(access.token_file + ": is empty");
  return access;
}

}  // namespace neuron_scheduler::client
