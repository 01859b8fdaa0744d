#pragma once

#include <cstdint>
#include <string>

namespace neuron_scheduler::client {

// How to reach one API server and who we are there, from a kubeconfig or from inside a pod
// (kubeconfig.hpp). Checked: host is not empty, PEM texts are non-empty where their file is named,
// certificate and key come together.
struct ClusterAccess {
  enum class Scheme : std::uint8_t { kHttp, kHttps };

  Scheme scheme = Scheme::kHttps;
  std::string host;  // Name or address; an IPv6 address without brackets.
  std::uint16_t port = 443;
  std::string base_path;  // Empty, or begins with '/' and ends without one: goes before each
                          // request's target.

  // The authorities that may sign the server's certificate; empty: those of the system. ca_file is
  // where ca_pem was read from (empty: it was inline), and may be read again when the authority
  // rotates.
  std::string ca_pem;
  std::string ca_file;
  std::string server_name;  // Name to verify and to send as SNI; empty: host.
  bool insecure = false;    // Encrypted, but the server is not verified: the kubeconfig says so.

  // Empty, or a chain and its key. The files are where they were read from, if they were not
  // inline.
  std::string client_cert_pem;
  std::string client_key_pem;
  std::string client_cert_file;
  std::string client_key_file;

  // Bearer token. A token_file is read again from time to time (kube-scheduler.md §6.3) and then
  // token is only its first content.
  std::string token;
  std::string token_file;

  // host:port as it is shown in messages and metrics; an IPv6 address in brackets.
  [[nodiscard]] std::string authority() const {
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
  }
};

}  // namespace neuron_scheduler::client
