#include "scheduler/asked.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "test/support/neuron_builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using test::cores_pod;
using test::devices_pod;
using test::PodBuilder;

struct Case {
  std::string name;
  PodBuilder pod;
  std::string want;
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class AskedShape : public testing::TestWithParam<Case> {};

TEST_P(AskedShape, IsOneOfFewWords) {
  EXPECT_EQ(kAskedShapes.at(asked_shape(*GetParam().pod.build())), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Pods, AskedShape,
    testing::Values(
        Case{"nothing", PodBuilder("p").cpu_milli(100), "none"},
        Case{"zero", devices_pod("p", 0), "none"}, Case{"one_core", cores_pod("p", 1), "cores:1"},
        Case{"all_cores_of_the_largest", cores_pod("p", 128), "cores:128"},
        Case{"odd_cores", cores_pod("p", 3), "other"},
        Case{"four_devices", devices_pod("p", 4), "devices:4"},
        Case{"by_the_alias", PodBuilder("p").request("aws.amazon.com/neurondevice", 16),
             "devices:16"},
        Case{"too_many_devices", devices_pod("p", 17), "other"},
        Case{"both_units", devices_pod("p", 2).request("aws.amazon.com/neuroncore", 4),
             "devices:2"},
        Case{"two_containers",
             cores_pod("p", 1).container("second").request("aws.amazon.com/neuroncore", 1),
             "several"},
        Case{"one_of_two_containers", cores_pod("p", 1).container("second"), "cores:1"},
        Case{"fraction", PodBuilder("p").request_quantity("aws.amazon.com/neuron", "1500m"),
             "other"}),
    [](const auto& test) { return test.param.name; });

TEST(AskedShapes, AreDifferent) {
  const std::set<std::string_view> all(kAskedShapes.begin(), kAskedShapes.end());
  EXPECT_EQ(all.size(), kAskedShapes.size());
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
