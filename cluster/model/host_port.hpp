#pragma once

#include <cstdint>

#include "cluster/model/name.hpp"

namespace neuron_scheduler::model {

// A port of the node that a pod takes as long as it runs there (kube-scheduler.md §1.3 NodePorts).
struct HostPort {
  Name ip;        // Never empty: 0.0.0.0 is every address.
  Name protocol;  // Never empty.
  std::int32_t port = 0;

  [[nodiscard]] bool conflicts_with(const HostPort& other) const;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// As the API means it: no ip is every address, no protocol is TCP.
[[nodiscard]] HostPort make_host_port(Name ip, Name protocol, std::int32_t port);

}  // namespace neuron_scheduler::model
