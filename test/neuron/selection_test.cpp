#include "neuron/selection.hpp"

#include <gtest/gtest.h>

namespace neuron_scheduler::neuron {
namespace {

struct SelectionCase {
  const char* name;
  std::vector<std::string_view> use;
  std::vector<std::string_view> nouse;
  DeviceMask want;  // Of node "n" with 4 devices.
};
void PrintTo(const SelectionCase& row, std::ostream* out) { *out << row.name; }

class Selection : public testing::TestWithParam<SelectionCase> {};

TEST_P(Selection, Gives) {
  const SelectionCase& row = GetParam();
  EXPECT_EQ(DeviceSelection(row.use, row.nouse).eligible("n", 4), row.want);
}

INSTANTIATE_TEST_SUITE_P(
    Devices, Selection,
    testing::Values(
        SelectionCase{"None", {}, {}, 0b1111},
        SelectionCase{"EmptyLists", {"", " , ,"}, {"", ","}, 0b1111},
        SelectionCase{"Use", {"n-AWSNeuron-2"}, {}, 0b0100},
        SelectionCase{"UseSeveral", {"n-AWSNeuron-2,n-AWSNeuron-0"}, {}, 0b0101},
        SelectionCase{"UseInBothKeys",
                      {"n-AWSNeuron-2,n-AWSNeuron-0", "n-AWSNeuron-2,n-AWSNeuron-3"},
                      {},
                      0b0100},
        SelectionCase{"EmptySecondKey", {"n-AWSNeuron-2", ""}, {}, 0b0100},
        SelectionCase{"NoUse", {}, {"n-AWSNeuron-2"}, 0b1011},
        SelectionCase{"NoUseInBothKeys", {}, {"n-AWSNeuron-2", "n-AWSNeuron-3"}, 0b0011},
        SelectionCase{"UseAndNoUse", {"n-AWSNeuron-2,n-AWSNeuron-1"}, {"n-AWSNeuron-2"}, 0b0010},
        SelectionCase{"BlanksAndDuplicates", {"\t n-AWSNeuron-2 ,, n-AWSNeuron-2 \n"}, {}, 0b0100},
        SelectionCase{"BlankInside", {"n-AWSNeuron- 2"}, {}, 0},
        SelectionCase{"OtherNode", {"m-AWSNeuron-2"}, {}, 0},
        SelectionCase{"OtherNodeToo", {"m-AWSNeuron-1,n-AWSNeuron-3,a-AWSNeuron-0"}, {}, 0b1000},
        SelectionCase{"OtherNodeExcluded", {}, {"m-AWSNeuron-2"}, 0b1111},
        SelectionCase{"UnknownUse", {"nonsense"}, {}, 0},
        SelectionCase{"UnknownNoUse", {}, {"nonsense"}, 0b1111},
        SelectionCase{"DeviceBeyondTheNode", {"n-AWSNeuron-4"}, {}, 0},
        SelectionCase{"DeviceBeyondAnyNode", {"n-AWSNeuron-64,n-AWSNeuron-99999999999"}, {}, 0}),
    [](const auto& row) { return row.param.name; });

TEST(DeviceSelection, SaysWhetherItSelects) {
  const std::string_view blank[] = {" , "};
  const std::string_view some[] = {"x"};
  EXPECT_TRUE(DeviceSelection().empty());
  EXPECT_TRUE(DeviceSelection(blank, blank).empty());
  EXPECT_FALSE(DeviceSelection(some, {}).empty());
  EXPECT_TRUE(DeviceSelection({}, some).empty());
}

}  // namespace
}  // namespace neuron_scheduler::neuron
