#include "test/client/certificates.hpp"

#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace neuron_scheduler::client::test {
namespace {

constexpr long kDaySeconds = 24L * 3600;

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL could not make a test certificate");
}

template <class Write>
std::string to_pem(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  require(bio != nullptr && write(bio) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

KeyPair make_pair_of(const std::string& common_name, long days) {
  static long serial = 1;
  KeyPair pair;
  pair.key.reset(EVP_EC_gen("P-256"));
  pair.certificate.reset(X509_new());
  require(pair.key != nullptr && pair.certificate != nullptr);
  X509* certificate = pair.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -2 * kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), days * kDaySeconds);
  X509_set_pubkey(certificate, pair.key.get());
  const std::string subject = common_name;
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(subject.data()),
                                     static_cast<int>(subject.size()), -1, 0) == 1);
  return pair;
}

}  // namespace

std::string KeyPair::certificate_pem() const {
  return to_pem([this](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
}

std::string KeyPair::key_pem() const {
  return to_pem([this](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

KeyPair make_authority(const std::string& name) {
  KeyPair pair = make_pair_of(name, 1);
  X509* certificate = pair.certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign");
  require(X509_sign(certificate, pair.key.get(), EVP_sha256()) > 0);
  return pair;
}

KeyPair issue(const KeyPair& authority, const CertificateOptions& options) {
  KeyPair pair = make_pair_of("localhost", options.days);
  X509* certificate = pair.certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(authority.certificate.get()));
  if (!options.names.empty()) {
    add_extension(certificate, authority.certificate.get(), NID_subject_alt_name, options.names);
  }
  require(X509_sign(certificate, authority.key.get(), EVP_sha256()) > 0);
  return pair;
}

}  // namespace neuron_scheduler::client::test
