#include "neuron/worth.hpp"

#include <gtest/gtest.h>

namespace neuron_scheduler::neuron {
namespace {

using A = Arrangement;
using R = SetRule;

constexpr Geometry kRows{16, 2, true, A::kTorus4x4, R::kAlignedRows};
constexpr Geometry kLine{12, 2, true, A::kRing, R::kConsecutive};
constexpr Geometry kRing{12, 2, true, A::kRing, R::kConsecutiveRing};
constexpr Geometry kTorus{16, 2, true, A::kTorus4x4, R::kTorusConnected};
constexpr Geometry kAny{16, 2, true, A::kSwitched, R::kAnySet};
constexpr Geometry kPlain{5, 2, true, A::kUnknown, R::kOneOrAll};
constexpr Geometry kOne{1, 2, true, A::kNone, R::kOneOrAll};

// A pod that asks for a device goes where it has fewest cores, one that asks for cores where it has
// most.
TEST(CorePrice, GrowsByDeviceAndFallsByCore) {
  Geometry small = kOne;
  Geometry big = kOne;
  for (big.cores_per_device = 2; big.cores_per_device <= 8; ++big.cores_per_device) {
    small.cores_per_device = big.cores_per_device - 1;
    EXPECT_LT(core_price(big), core_price(small));
    EXPECT_GT(core_price(big) * big.cores_per_device, core_price(small) * small.cores_per_device);
  }
}

struct WorthCase {
  const char* name;
  Geometry geometry;
  DeviceMask free;
  int want;
};
void PrintTo(const WorthCase& row, std::ostream* out) { *out << row.name; }

class DevicesWorth : public testing::TestWithParam<WorthCase> {};

TEST_P(DevicesWorth, Is) {
  EXPECT_EQ(devices_worth(GetParam().geometry, GetParam().free), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Rules, DevicesWorth,
                         testing::Values(WorthCase{"Nothing", kRows, 0, 0},
                                         WorthCase{"BrokenRow", kRows, 0b0111, 3},
                                         WorthCase{"Row", kRows, 0x00f0, 4 + 4},
                                         WorthCase{"FourOfTwoRows", kRows, 0x003c, 4},
                                         WorthCase{"TwoRowsThatAreNoPair", kRows, 0x0ff0, 8 + 8},
                                         WorthCase{"Pair", kRows, 0xff00, 8 + 8 + 8},
                                         WorthCase{"All", kRows, 0xffff, 16 + 16 + 16 + 16},
                                         WorthCase{"OneOnALine", kLine, 0b100, 1},
                                         WorthCase{"ThreeOnALine", kLine, 0b111, 3 + 2},
                                         WorthCase{"TwoRuns", kLine, 0b11011, 2 * (2 + 1)},
                                         WorthCase{"WholeLine", kLine, 0xfff, 12 + 11 + 9 + 5},
                                         WorthCase{"ClosedRing", kRing, 0xfff, 12 * 4},
                                         WorthCase{"RunAcrossTheRingsEnd", kRing, 0x801, 2 + 1},
                                         WorthCase{"AnyThree", kAny, 0b10101, 3 + 2},
                                         WorthCase{"WholeTorus", kTorus, 0xffff, 16 * 5},
                                         // 16 devices, 32 links.
                                         WorthCase{"OneOfTheTorus", kTorus, 0x8000, 1},
                                         WorthCase{"TwoLinkedAcrossTheTorus", kTorus, 0x1001, 2},
                                         WorthCase{"SomeOfUnknown", kPlain, 0b01111, 4},
                                         WorthCase{"AllOfUnknown", kPlain, 0b11111, 5 + 5},
                                         WorthCase{"TheOnlyDevice", kOne, 0b1, 1}),
                         [](const auto& row) { return row.param.name; });

TEST(CoresWorth, CountsRuns) {
  EXPECT_EQ(cores_worth(0), 0);
  EXPECT_EQ(cores_worth(0b101), 2);
  EXPECT_EQ(cores_worth(0b11), 2 + 2);
  EXPECT_EQ(cores_worth(0b1111), 4 + 3 * 2 + 2 * 3 + 4);
  EXPECT_EQ(cores_worth(0b1111ull << 28), cores_worth(0b1111));
  EXPECT_EQ(cores_worth(~CoreMask{0}), 32 * 33 * 34 / 6);
}

}  // namespace
}  // namespace neuron_scheduler::neuron
