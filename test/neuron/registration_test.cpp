#include "neuron/registration.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace neuron_scheduler::neuron {
namespace {

struct Case {
  std::string name;
  int devices = 0;
  int cores_per_device = 0;
  DeviceMask healthy = 0;
  std::string want;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class RegistrationTest : public testing::TestWithParam<Case> {};

TEST_P(RegistrationTest, ListsEachDevice) {
  Geometry geometry;
  geometry.devices = GetParam().devices;
  geometry.cores_per_device = GetParam().cores_per_device;
  EXPECT_EQ(write_register("n1", geometry, GetParam().healthy), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Nodes, RegistrationTest,
    testing::Values(
        Case{"NoDevices", 0, 1, 0, ""},
        Case{"OneOfTwoCores", 1, 2, 1, "n1-AWSNeuron-0,2,0,3,AWSNeuron,0,true:"},
        Case{"OneOfUnknownCores", 1, 1, 1, "n1-AWSNeuron-0,1,0,1,AWSNeuron,0,true:"},
        Case{"OneIll", 3, 4, 0b101,
             "n1-AWSNeuron-0,4,0,15,AWSNeuron,0,true:n1-AWSNeuron-1,4,0,15,AWSNeuron,0,false:"
             "n1-AWSNeuron-2,4,0,15,AWSNeuron,0,true:"},
        Case{"EightCores", 1, 8, 0, "n1-AWSNeuron-0,8,0,255,AWSNeuron,0,false:"},
        Case{"AsManyCoresAsAnyNodeMayHave", 1, kMaxCoresPerDevice, 1,
             "n1-AWSNeuron-0,32,0,4294967295,AWSNeuron,0,true:"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::neuron
