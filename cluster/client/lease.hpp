#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "cluster/model/result.hpp"
#include "cluster/model/time.hpp"

// Leases of coordination.k8s.io/v1: targets and bodies of requests for them. Pure.
namespace neuron_scheduler::client {

// spec of a Lease, as far as leader election uses it. What is missing is empty or 0.
struct LeaseRecord {
  std::string holder;
  std::chrono::seconds duration{0};  // 0 to 2^31 - 1.
  model::WallTime acquired{};        // In microseconds, as all times on the wire.
  model::WallTime renewed{};
  std::int32_t transitions = 0;
  friend bool operator==(const LeaseRecord&, const LeaseRecord&) = default;
};

struct Lease {
  LeaseRecord record;
  std::string json;  // The whole object, for lease_update.
};

// /apis/coordination.k8s.io/v1/namespaces/{ns}/leases[/{name}]
[[nodiscard]] std::string leases_target(std::string_view namespace_name);
[[nodiscard]] std::string lease_target(std::string_view namespace_name, std::string_view name);

// An error names the field that has the wrong type or is missing.
[[nodiscard]] model::Result<Lease> decode_lease(std::string_view body);

[[nodiscard]] std::string new_lease(std::string_view namespace_name, std::string_view name,
                                    const LeaseRecord& record);
// The whole object with another spec: its metadata, resourceVersion among it, stays as it was read.
[[nodiscard]] std::string lease_update(const Lease& lease, const LeaseRecord& record);

}  // namespace neuron_scheduler::client
