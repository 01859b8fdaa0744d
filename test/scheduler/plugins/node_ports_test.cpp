#include "scheduler/plugins/node_ports.hpp"

#include <ostream>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/plugins/node_world.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using test::PodBuilder;

struct Port {
  const char* ip;
  const char* protocol;
  std::int32_t port;
};

PodBuilder with(const std::vector<Port>& ports) {
  PodBuilder pod("p");
  for (const auto& [ip, protocol, port] : ports) {
    pod.raw().host_ports.edit().push_back(model::make_host_port(Name(ip), Name(protocol), port));
  }
  return pod;
}

struct Case {
  const char* name;
  std::vector<Port> wanted;
  std::vector<Port> used;
  bool fits;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class NodePortsTest : public testing::TestWithParam<Case> {};

TEST_P(NodePortsTest, Filters) {
  const auto& row = GetParam();
  const auto node = test::node_view(test::NodeBuilder("n"), {with(row.used).uid("other")});
  const auto pod = with(row.wanted).build();
  const model::Cache cache({});
  EXPECT_EQ(NodePorts().pre_filter(*pod, cache).status,
            row.wanted.empty() ? Status::skip() : Status::ok());
  const Status want = row.fits ? Status::ok()
                               : Status::unschedulable(Name(
                                     "node(s) didn't have free ports for the requested pod ports"));
  EXPECT_EQ(NodePorts().filter(nullptr, *pod, node), want);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, NodePortsTest,
    testing::Values(
        Case{"WantsNone", {}, {{"", "", 80}}, true}, Case{"NoneUsed", {{"", "", 80}}, {}, true},
        Case{"SamePort", {{"", "", 80}}, {{"", "", 80}}, false},
        Case{"OtherPort", {{"", "", 80}}, {{"", "", 81}}, true},
        Case{"NoProtocolIsTcp", {{"", "TCP", 80}}, {{"", "", 80}}, false},
        Case{"OtherProtocol", {{"", "UDP", 80}}, {{"", "TCP", 80}}, true},
        Case{"SameAddress", {{"10.0.0.1", "", 80}}, {{"10.0.0.1", "", 80}}, false},
        Case{"OtherAddress", {{"10.0.0.1", "", 80}}, {{"10.0.0.2", "", 80}}, true},
        Case{"EveryAddressWanted", {{"0.0.0.0", "", 80}}, {{"10.0.0.2", "", 80}}, false},
        Case{"EveryAddressUsed", {{"10.0.0.1", "", 80}}, {{"", "", 80}}, false},
        // Only the IPv4 form stands for every address, as in kube-scheduler.
        Case{"EveryAddressOfIpv6", {{"::", "", 80}}, {{"10.0.0.1", "", 80}}, true},
        Case{"OneOfMany", {{"", "", 80}, {"", "", 82}}, {{"", "", 81}, {"", "", 82}}, false}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::scheduler
