#include "cluster/client/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>

namespace neuron_scheduler::client {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

Bio open_text(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// The newest reason in OpenSSL's queue, which is emptied.
std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

// OpenSSL's own call-back asks at the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

Certificate next_certificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, no_password, nullptr));
}

// Whether reading stopped because the text holds no further certificate, rather than a damaged one.
bool at_end_of_text() {
  const unsigned long code = ERR_peek_last_error();
  return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

// Empty: done.
std::string add_authorities(SSL_CTX* context, const ClusterAccess& access) {
  if (access.ca_pem.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) == 1) return {};
    return "the system's certificate authorities: " + openssl_reason();
  }
  const std::string where =
      access.ca_file.empty() ? "certificate authority" : "certificate authority " + access.ca_file;
  const Bio bio = open_text(access.ca_pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  int count = 0;
  ERR_clear_error();
  while (const Certificate certificate = next_certificate(bio.get())) {
    if (X509_STORE_add_cert(store, certificate.get()) != 1) return where + ": " + openssl_reason();
    ++count;
  }
  if (!at_end_of_text()) {
    return where + ": certificate " + std::to_string(count + 1) + ": " + openssl_reason();
  }
  ERR_clear_error();
  if (count == 0) return where + ": holds no PEM certificate";
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

// Empty: done.
std::string add_client_certificate(SSL_CTX* context, const ClusterAccess& access) {
  if (access.client_cert_pem.empty()) return {};
  ERR_clear_error();
  const Bio chain = open_text(access.client_cert_pem);
  const Certificate leaf = next_certificate(chain.get());
  if (!leaf) return "client certificate: not a PEM certificate: " + openssl_reason();
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return "client certificate: " + openssl_reason();
  }
  while (Certificate issuer = next_certificate(chain.get())) {
    // The context takes it over.
    if (SSL_CTX_add_extra_chain_cert(context, issuer.get()) != 1) {
      return "client certificate's chain: " + openssl_reason();
    }
    static_cast<void>(issuer.release());
  }
  if (!at_end_of_text()) return "client certificate's chain: " + openssl_reason();
  ERR_clear_error();
  const Bio text = open_text(access.client_key_pem);
  const Key key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr));
  if (!key) return "client key: not a PEM key without password: " + openssl_reason();
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return "client key does not belong to the client certificate: " + openssl_reason();
  }
  return {};
}

// The name or address that the server's certificate must be for; no zone, no dot at the end.
std::string verified_name(const ClusterAccess& access) {
  std::string name = access.server_name.empty() ? access.host : access.server_name;
  if (name.find(':') != std::string::npos) name = name.substr(0, name.find('%'));
  if (name.size() > 1 && name.back() == '.') name.pop_back();
  return name;
}

bool is_address(const std::string& name) {
  boost::system::error_code error;
  boost::asio::ip::make_address(name, error);
  return !error;
}

}  // namespace

model::Result<TlsContext> make_tls_context(const ClusterAccess& access) {
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  SSL_CTX* native = context->native_handle();
  if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1) {
    return model::invalid("TLS 1.2: " + openssl_reason());
  }
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  if (!access.insecure) {
    std::string problem = add_authorities(native, access);
    if (!problem.empty()) return model::invalid(std::move(problem));
  }
  std::string problem = add_client_certificate(native, access);
  if (!problem.empty()) return model::invalid(std::move(problem));
  return context;
}

bool prepare_tls(SSL* ssl, const ClusterAccess& access) {
  std::string name = verified_name(access);
  const bool by_address = is_address(name);
  // What SSL_set_tlsext_host_name() stands for.
  if (!by_address &&
      SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) != 1) {
    return false;
  }
  if (access.insecure) {
    SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
    return true;
  }
  SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(
      param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (by_address) return X509_VERIFY_PARAM_set1_ip_asc(param, name.c_str()) == 1;
  return X509_VERIFY_PARAM_set1_host(param, name.c_str(), name.size()) == 1;
}

std::string tls_failure(SSL* ssl, boost::system::error_code error, const ClusterAccess& access) {
  const long verified = access.insecure ? X509_V_OK : SSL_get_verify_result(ssl);
  if (verified == X509_V_OK) {
    if (error == boost::asio::ssl::error::stream_truncated || error == boost::asio::error::eof) {
      return "TLS handshake: the server closed the connection";
    }
    return "TLS handshake: " + error.message();
  }
  std::string text = "certificate verify failed: ";
  text += X509_verify_cert_error_string(verified);
  if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    text += " (the certificate is not for " + verified_name(access) + ")";
  }
  return text;
}

}  // namespace neuron_scheduler::client
