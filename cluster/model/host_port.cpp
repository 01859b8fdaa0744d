#include "cluster/model/host_port.hpp"

#include <utility>

namespace neuron_scheduler::model {
namespace {

const Name& every_address() {
  static const Name name("0.0.0.0");
  return name;
}

}  // namespace

bool HostPort::conflicts_with(const HostPort& other) const {
  return port == other.port && protocol == other.protocol &&
         (ip == other.ip || ip == every_address() || other.ip == every_address());
}

HostPort make_host_port(Name ip, Name protocol, std::int32_t port) {
  static const Name kTcp("TCP");
  if (ip.empty()) ip = every_address();
  if (protocol.empty()) protocol = kTcp;
  return {std::move(ip), std::move(protocol), port};
}

}  // namespace neuron_scheduler::model
