#include "cluster/client/credentials.hpp"

#include <fstream>
#include <string_view>
#include <utility>

namespace neuron_scheduler::client {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad() || text.empty() || text.size() > kFileBytesMax) return std::nullopt;
  return text;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Reads path again where there is one; whether text changed.
bool refresh(const std::string& path, std::string& text) {
  if (path.empty()) return false;
  std::optional<std::string> fresh = read_file(path);
  if (!fresh || *fresh == text) return false;
  text = std::move(*fresh);
  return true;
}

}  // namespace

Credentials::Credentials(ClusterAccess access, std::chrono::milliseconds token_age_max,
                         std::chrono::milliseconds certificate_age_max, TimePoint now)
    : access_(std::move(access)),
      token_age_max_(token_age_max),
      certificate_age_max_(certificate_age_max),
      token_read_at_(now),
      certificates_read_at_(now) {
  access_.token = std::string(trimmed(access_.token));
  if (access_.token.empty()) read_token(now);
}

const std::string& Credentials::token(TimePoint now) {
  if (now - token_read_at_ >= token_age_max_) read_token(now);
  return access_.token;
}

bool Credentials::renew_token(const std::string& refused, TimePoint now) {
  read_token(now);
  return access_.token != refused;
}

std::optional<ClusterAccess> Credentials::changed_certificates(TimePoint now) {
  if (now - certificates_read_at_ < certificate_age_max_) return std::nullopt;
  certificates_read_at_ = now;
  bool changed = refresh(access_.ca_file, access_.ca_pem);
  changed |= refresh(access_.client_cert_file, access_.client_cert_pem);
  changed |= refresh(access_.client_key_file, access_.client_key_pem);
  if (!changed) return std::nullopt;
  return access_;
}

void Credentials::read_token(TimePoint now) {
  if (access_.token_file.empty()) return;
  token_read_at_ = now;
  const std::optional<std::string> text = read_file(access_.token_file);
  if (!text) return;
  const std::string_view token = trimmed(*text);
  if (!token.empty()) access_.token = token;
}

}  // namespace neuron_scheduler::client
