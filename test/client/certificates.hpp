#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace neuron_scheduler::client::test {

struct CertificateFree {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

struct KeyPair {
  std::unique_ptr<X509, CertificateFree> certificate;
  std::unique_ptr<EVP_PKEY, CertificateFree> key;

  [[nodiscard]] std::string certificate_pem() const;
  [[nodiscard]] std::string key_pem() const;
};

struct CertificateOptions {
  std::string names;  // Alternative names as OpenSSL writes them: "IP:127.0.0.1,DNS:localhost".
  long days = 1;      // Valid from two days ago to so many days from now.
};

KeyPair make_authority(const std::string& name);
// What `authority` signs; common_name is "localhost", which must not count.
KeyPair issue(const KeyPair& authority, const CertificateOptions& options);

}  // namespace neuron_scheduler::client::test
