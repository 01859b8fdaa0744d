#include "neuron/topology.hpp"

#include <gtest/gtest.h>

namespace neuron_scheduler::neuron {
namespace {

TEST(Catalog, HasEveryDocumentedTypeOnce) {
  EXPECT_EQ(instance_types().size(), 16u);
  for (const InstanceType& type : instance_types()) {
    EXPECT_EQ(find_instance_type(type.name), &type) << type.name;
    EXPECT_EQ(find_instance_type("ml." + std::string(type.name)), &type) << type.name;
    EXPECT_EQ(type.arrangement == Arrangement::kNone, type.devices == 1) << type.name;
  }
  EXPECT_EQ(find_instance_type("m5.large"), nullptr);
  EXPECT_EQ(find_instance_type(""), nullptr);
  EXPECT_EQ(find_instance_type("ml."), nullptr);
}

struct GeometryCase {
  const char* name;
  NodeCapacity capacity;
  Geometry want;
};
void PrintTo(const GeometryCase& row, std::ostream* out) { *out << row.name; }

class ReadGeometry : public testing::TestWithParam<GeometryCase> {};

TEST_P(ReadGeometry, Gives) {
  const auto got = read_geometry(GetParam().capacity);
  ASSERT_TRUE(std::holds_alternative<Geometry>(got)) << std::get<Problem>(got).reason;
  EXPECT_EQ(std::get<Geometry>(got), GetParam().want);
}

using A = Arrangement;
using R = SetRule;
constexpr std::nullopt_t kNot = std::nullopt;

INSTANTIATE_TEST_SUITE_P(
    Topology, ReadGeometry,
    testing::Values(
        GeometryCase{"NoDevices", {kNot, kNot, "m5.large"}, {}},
        GeometryCase{"ZeroDevices", {0, 0, "trn1.32xlarge"}, {}},
        GeometryCase{"OneDevice", {1, 4, "inf1.xlarge"}, {1, 4, true, A::kNone, R::kOneOrAll}},
        GeometryCase{"Line4", {4, 16, "inf1.6xlarge"}, {4, 4, true, A::kLine, R::kConsecutive}},
        GeometryCase{"Line16", {16, 64, "inf1.24xlarge"}, {16, 4, true, A::kLine, R::kConsecutive}},
        GeometryCase{"Line6", {6, 12, "inf2.24xlarge"}, {6, 2, true, A::kLine, R::kConsecutive}},
        GeometryCase{"Ring", {12, 24, "inf2.48xlarge"}, {12, 2, true, A::kRing, R::kConsecutive}},
        GeometryCase{
            "Torus", {16, 32, "trn1.32xlarge"}, {16, 2, true, A::kTorus4x4, R::kAlignedRows}},
        GeometryCase{
            "TorusLnc2", {16, 64, "trn2.48xlarge"}, {16, 4, true, A::kTorus4x4, R::kAlignedRows}},
        GeometryCase{"TorusLnc1",
                     {16, 128, "ml.trn2u.48xlarge"},
                     {16, 8, true, A::kTorus4x4, R::kAlignedRows}},
        GeometryCase{
            "Switched16", {16, 64, "trn3.48xlarge"}, {16, 4, true, A::kSwitched, R::kAlignedRows}},
        GeometryCase{
            "Switched4", {4, 16, "trn3e.24xlarge"}, {4, 4, true, A::kSwitched, R::kConsecutive}},
        GeometryCase{"UnknownType16",
                     {16, 32, "trn9.48xlarge"},
                     {16, 2, true, A::kUnknown, R::kAlignedRows}},
        GeometryCase{"UnknownType12", {12, 24, ""}, {12, 2, true, A::kUnknown, R::kOneOrAll}},
        GeometryCase{"CountIsNotTheTypes",
                     {8, 16, "trn1.32xlarge"},
                     {8, 2, true, A::kUnknown, R::kOneOrAll}},
        GeometryCase{
            "CoresMissing", {12, kNot, "inf2.48xlarge"}, {12, 1, false, A::kRing, R::kConsecutive}},
        GeometryCase{
            "CoresZero", {12, 0, "inf2.48xlarge"}, {12, 1, false, A::kRing, R::kConsecutive}},
        GeometryCase{"CoresDoNotDivide",
                     {12, 25, "inf2.48xlarge"},
                     {12, 1, false, A::kRing, R::kConsecutive}},
        GeometryCase{"FewerCoresThanDevices",
                     {12, 5, "inf2.48xlarge"},
                     {12, 1, false, A::kRing, R::kConsecutive}},
        GeometryCase{"LargestAllowed", {64, 2048, ""}, {64, 32, true, A::kUnknown, R::kOneOrAll}}),
    [](const auto& row) { return row.param.name; });

TEST(ReadGeometryProblem, NamesWhatIsWrong) {
  const auto reason = [](const NodeCapacity& capacity) {
    return std::get<Problem>(read_geometry(capacity)).reason;
  };
  EXPECT_EQ(reason({-1, 2, ""}), "negative capacity");
  EXPECT_EQ(reason({1, -2, ""}), "negative capacity");
  EXPECT_EQ(reason({kNot, 2, ""}), "cores without devices");
  EXPECT_EQ(reason({65, kNot, ""}), "more than 64 devices");
  EXPECT_EQ(reason({std::int64_t{1} << 53, std::int64_t{1} << 53, ""}), "more than 64 devices");
  EXPECT_EQ(reason({2, 66, ""}), "more than 32 cores per device");
}

// AWS's own figure: rows and pairs of rows, never the linked square {9,10,13,14}, never {1,2},
// never {4-11}.
TEST(LegalSets, OfTheTorus) {
  const Geometry torus{16, 2, true, A::kTorus4x4, R::kAlignedRows};
  EXPECT_EQ(legal_sets(torus, 4), (std::vector<DeviceMask>{0xf, 0xf0, 0xf00, 0xf000}));
  EXPECT_EQ(legal_sets(torus, 8), (std::vector<DeviceMask>{0xff, 0xff00}));
  EXPECT_EQ(legal_sets(torus, 16), (std::vector<DeviceMask>{0xffff}));
  EXPECT_EQ(legal_sets(torus, 1).size(), 16u);
  for (const int size : {-1, 0, 2, 3, 5, 6, 7, 9, 12, 15, 17}) {
    EXPECT_TRUE(legal_sets(torus, size).empty()) << size;
  }
}

TEST(LegalSizes, AreNamed) {
  EXPECT_EQ(legal_sizes({16, 2, true, A::kTorus4x4, R::kAlignedRows}), "1 or 4 or 8 or 16");
  EXPECT_EQ(legal_sizes({12, 2, true, A::kRing, R::kConsecutive}), "1 to 12");
  EXPECT_EQ(legal_sizes({8, 2, true, A::kUnknown, R::kOneOrAll}), "1 or 8");
  EXPECT_EQ(legal_sizes({1, 2, true, A::kNone, R::kOneOrAll}), "1");
  EXPECT_EQ(legal_sizes({}), "none");
}

}  // namespace
}  // namespace neuron_scheduler::neuron
