#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "cluster/client/access.hpp"

namespace neuron_scheduler::client {

// What of an access may change while we run: the token (kube-scheduler.md §6.3) and the
// certificates' files. Files are small and local (a projected volume), so they are read in place.
// One that cannot be read, is empty or larger than 1 MiB leaves what we have; times only ever grow.
class Credentials {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Credentials(ClusterAccess access, std::chrono::milliseconds token_age_max,
              std::chrono::milliseconds certificate_age_max, TimePoint now);

  // To be sent now; empty: none. Reads token_file again if the last reading is too old.
  [[nodiscard]] const std::string& token(TimePoint now);

  // The server answered 401: reads token_file at once. Whether there is another token now than
  // `refused`.
  [[nodiscard]] bool renew_token(const std::string& refused, TimePoint now);

  // Reads the certificates' files if the last reading is too old. The access with what changed, if
  // anything did. It is the caller's to try; a bad one is not given again.
  [[nodiscard]] std::optional<ClusterAccess> changed_certificates(TimePoint now);

  [[nodiscard]] const ClusterAccess& access() const { return access_; }

 private:
  void read_token(TimePoint now);

  ClusterAccess access_;
  std::chrono::milliseconds token_age_max_;
  std::chrono::milliseconds certificate_age_max_;
  TimePoint token_read_at_;
  TimePoint certificates_read_at_;
};

}  // namespace neuron_scheduler::client
