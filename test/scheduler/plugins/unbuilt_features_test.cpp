#include "scheduler/plugins/unbuilt_features.hpp"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::UnbuiltNeed;
using test::PodBuilder;

struct Case {
  const char* name;
  PodBuilder pod;
  Code code;
  std::vector<std::string> reasons;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class UnbuiltFeaturesTest : public testing::TestWithParam<Case> {};

TEST_P(UnbuiltFeaturesTest, Rejects) {
  const model::Cache cache({});
  const auto result = UnbuiltFeatures().pre_filter(*GetParam().pod.build(), cache);
  Status want{GetParam().code, {}};
  for (const auto& reason : GetParam().reasons) want.reasons.emplace_back(reason);
  EXPECT_EQ(result.status, want);
}

PodBuilder needs(UnbuiltNeed need) { return PodBuilder("p").unbuilt(need); }

std::vector<std::string> not_yet(const std::string& what) {
  return {"pod has " + what + ", which neuron-scheduler does not schedule yet"};
}

TEST(UnservedResources, AreRefusedUnlessNothingIsAskedOfThem) {
  const UnbuiltFeatures plugin({{model::Name("a.b/c"), "C"}, {model::Name("a.b/d"), "D"}});
  const std::string want = "pod asks for a.b/d, which only a profile with the plugin D can place";
  const std::pair<const char*, PodBuilder> refused[] = {
      {"App", PodBuilder("p").request("a.b/d", 1)},
      {"Init", PodBuilder("p").container("i", model::ContainerRole::kInit).request("a.b/d", 1)},
      {"Negative", PodBuilder("p").request_quantity("a.b/d", "-1")},
      {"Fraction", PodBuilder("p").request_quantity("a.b/d", "1500m")},
  };
  const model::Cache cache({});
  for (const auto& [name, pod] : refused) {
    EXPECT_EQ(plugin.pre_filter(*pod.build(), cache).status,
              Status::unresolvable(model::Name(want)))
        << name;
  }
  const auto zero = PodBuilder("p").request("a.b/d", 0).request("a.b/e", 1);
  EXPECT_EQ(plugin.pre_filter(*zero.build(), cache).status, Status::skip());
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, UnbuiltFeaturesTest,
    testing::Values(Case{"Nothing", PodBuilder("p"), Code::kSkip, {}},
                    Case{"Claims", needs(UnbuiltNeed::kPersistentVolumeClaims), Code::kUnresolvable,
                         not_yet("PersistentVolumeClaims")},
                    Case{"Volumes", needs(UnbuiltNeed::kOtherVolumes), Code::kUnresolvable,
                         not_yet("volumes with attach or zone rules")},
                    Case{"ResourceClaims", needs(UnbuiltNeed::kResourceClaims), Code::kUnresolvable,
                         not_yet("resourceClaims")},
                    Case{"Affinity", needs(UnbuiltNeed::kPodAffinity), Code::kUnresolvable,
                         not_yet("required pod affinity or anti-affinity")},
                    Case{"Spread", needs(UnbuiltNeed::kTopologySpread), Code::kUnresolvable,
                         not_yet("DoNotSchedule topology spread constraints")},
                    Case{"Two",
                         needs(UnbuiltNeed::kResourceClaims).unbuilt(UnbuiltNeed::kTopologySpread),
                         Code::kUnresolvable,
                         {not_yet("resourceClaims").front(),
                          not_yet("DoNotSchedule topology spread constraints").front()}},
                    Case{"Unreadable",
                         PodBuilder("p").decode_error("spec.priority: not a number"),
                         Code::kUnresolvable,
                         {"pod could not be read: spec.priority: not a number"}},
                    Case{"UnreadableAndLong",
                         PodBuilder("p").decode_error(std::string(5000, 'x')),
                         Code::kUnresolvable,
                         {"pod could not be read: " + std::string(508, 'x') + " ..."}}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::scheduler
