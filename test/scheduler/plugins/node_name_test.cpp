#include "scheduler/plugins/node_name.hpp"

#include <gtest/gtest.h>

#include "test/scheduler/plugins/node_world.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using test::NodeBuilder;
using test::PodBuilder;

TEST(NodeNameTest, APodWithoutNodeNameFitsAnywhere) {
  const NodeName plugin;
  const model::Cache cache({});
  const auto pod = PodBuilder("p").build();
  EXPECT_EQ(plugin.pre_filter(*pod, cache).status, Status::skip());
  EXPECT_EQ(plugin.filter(nullptr, *pod, test::node_view(NodeBuilder("a"))), Status::ok());
}

TEST(NodeNameTest, ANodeNameIsTheOnlyOne) {
  const NodeName plugin;
  const model::Cache cache({});
  const auto pod = PodBuilder("p").bound_to("a").build();
  const auto result = plugin.pre_filter(*pod, cache);
  EXPECT_EQ(result.status, Status::ok());
  EXPECT_EQ(result.nodes, std::vector<model::Name>{model::Name("a")});
  EXPECT_EQ(plugin.filter(nullptr, *pod, test::node_view(NodeBuilder("a"))), Status::ok());
  EXPECT_EQ(plugin.filter(nullptr, *pod, test::node_view(NodeBuilder("b"))),
            Status::unresolvable(model::Name("node(s) didn't match the requested node name")));
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
