#include "cluster/model/effective_requests.hpp"

#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace neuron_scheduler::model {
namespace {

// "cpu=1 memory=1Gi"
ResourceList list(const std::string& text) {
  ResourceList result;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    auto amount = Quantity::parse(word.substr(equals + 1));
    EXPECT_TRUE(amount.has_value()) << word;
    result.emplace_back(Name(word.substr(0, equals)), amount.value());
  }
  return result;
}

ContainerResources container(ContainerRole role, const std::string& requests) {
  ContainerResources result;
  result.role = role;
  result.requests = list(requests);
  return result;
}

ContainerResources app(const std::string& requests) {
  return container(ContainerRole::kApp, requests);
}
ContainerResources init(const std::string& requests) {
  return container(ContainerRole::kInit, requests);
}
ContainerResources sidecar(const std::string& requests) {
  return container(ContainerRole::kSidecar, requests);
}

ContainerResources resized(const std::string& spec, const char* allocated, const char* actual) {
  ContainerResources result = app(spec);
  if (allocated != nullptr) result.allocated = list(allocated);
  if (actual != nullptr) result.actual = list(actual);
  return result;
}

// "cpu 1500m, memory 10, storage 0, aws.amazon.com/neuron 2"
std::string text_of(const EffectiveRequests& effective) {
  std::ostringstream out;
  const Resources& r = effective.requests;
  out << r.cpu_milli << "m " << r.memory_bytes << "B " << r.ephemeral_storage_bytes << "E";
  for (const auto& [name, amount] : r.scalars) out << " " << name.view() << "=" << amount;
  out << " | " << effective.nonzero_cpu_milli << "m " << effective.nonzero_memory_bytes << "B";
  return out.str();
}

struct Case {
  std::string name;
  PodResources pod;
  std::string want;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class EffectiveRequestsTest : public testing::TestWithParam<Case> {};

TEST_P(EffectiveRequestsTest, Holds) {
  EXPECT_EQ(text_of(effective_requests(GetParam().pod)), GetParam().want);
}

PodResources pod(std::vector<ContainerResources> containers) {
  PodResources result;
  result.containers = std::move(containers);
  return result;
}

PodResources with_pod_level(PodResources base, const std::string& requests) {
  base.pod_level = list(requests);
  return base;
}

PodResources with_overhead(PodResources base, const std::string& overhead) {
  base.overhead = list(overhead);
  return base;
}

PodResources infeasible(PodResources base) {
  base.resize_infeasible = true;
  return base;
}

PodResources pod_status(PodResources base, const char* allocated, const char* actual) {
  base.has_status_resources = true;
  if (allocated != nullptr) base.allocated = list(allocated);
  if (actual != nullptr) base.actual = list(actual);
  return base;
}

// 200 MiB = 209715200: the default for scoring.
const Case kSpec[] = {
    {"nothing_asked", pod({app("")}), "0m 0B 0E | 100m 209715200B"},
    {"no_containers", pod({}), "0m 0B 0E | 0m 0B"},
    {"sum_of_containers", pod({app("cpu=1 memory=10"), app("cpu=500m memory=5")}),
     "1500m 15B 0E | 1500m 15B"},
    {"defaults_per_container", pod({app("cpu=1"), app("memory=7")}),
     "1000m 7B 0E | 1100m 209715207B"},
    {"explicit_zero_stays_zero", pod({app("cpu=0 memory=0")}), "0m 0B 0E | 0m 0B"},
    {"init_alone_is_larger", pod({init("cpu=3 memory=1"), app("cpu=1 memory=10")}),
     "3000m 10B 0E | 3000m 10B"},
    {"inits_run_one_after_another",
     pod({init("cpu=2 memory=1"), init("cpu=3 memory=1"), app("cpu=1 memory=1")}),
     "3000m 1B 0E | 3000m 1B"},
    {"sidecar_adds_to_apps", pod({sidecar("cpu=1 memory=1"), app("cpu=1 memory=1")}),
     "2000m 2B 0E | 2000m 2B"},
    {"init_after_sidecar_adds_it",
     pod({sidecar("cpu=1 memory=1"), init("cpu=4 memory=1"), app("cpu=1 memory=1")}),
     "5000m 2B 0E | 5000m 2B"},
    {"init_before_sidecar_does_not",
     pod({init("cpu=4 memory=1"), sidecar("cpu=1 memory=1"), app("cpu=1 memory=1")}),
     "4000m 2B 0E | 4000m 2B"},
    {"two_sidecars_and_init_between",
     pod({sidecar("cpu=1 memory=1"), init("cpu=2 memory=1"), sidecar("cpu=2 memory=1"),
          app("cpu=100m memory=1")}),
     "3100m 3B 0E | 3100m 3B"},
    {"neuron_devices_of_init_and_app",
     pod({init("aws.amazon.com/neuron=4 cpu=0 memory=0"),
          app("aws.amazon.com/neuron=1 cpu=0 memory=0")}),
     "0m 0B 0E aws.amazon.com/neuron=4 | 0m 0B"},
    {"scalars_and_storage",
     pod({app("cpu=0 memory=0 ephemeral-storage=1Gi hugepages-2Mi=4Mi example.com/x=2 what=3")}),
     "0m 0B 1073741824E example.com/x=2 hugepages-2Mi=4194304 | 0m 0B"},
    {"rounded_once_after_the_sum", pod({app("cpu=100u memory=0"), app("cpu=100u memory=500m")}),
     "1m 1B 0E | 1m 1B"},
    {"cut_to_the_bound", pod({app("cpu=0 memory=8Ei")}),
     "0m 9007199254740992B 0E | 0m 9007199254740992B"},
    {"negative_counts_as_nothing", pod({app("cpu=-1 memory=-5 aws.amazon.com/neuron=-1")}),
     "0m 0B 0E | 0m 0B"},
    {"overhead", with_overhead(pod({app("cpu=1 memory=1")}), "cpu=250m memory=2"),
     "1250m 3B 0E | 1250m 3B"},
    {"overhead_beside_defaults", with_overhead(pod({app("")}), "cpu=250m"),
     "250m 0B 0E | 350m 209715200B"},
    {"pod_level_replaces", with_pod_level(pod({app("cpu=1 memory=1"), app("")}), "cpu=4"),
     "4000m 1B 0E | 4000m 1B"},
    {"pod_level_default_where_both_miss", with_pod_level(pod({app(""), app("")}), "cpu=4"),
     "4000m 0B 0E | 4000m 419430400B"},
    {"pod_level_of_other_names_is_ignored",
     with_pod_level(pod({app("cpu=1 memory=1")}), "aws.amazon.com/neuron=3"),
     "1000m 1B 0E | 1000m 1B"},
    {"pod_level_hugepages_and_overhead",
     with_overhead(with_pod_level(pod({app("cpu=1 memory=1")}), "hugepages-2Mi=2Mi memory=9"),
                   "memory=1"),
     "1000m 10B 0E hugepages-2Mi=2097152 | 1000m 10B"},
};

INSTANTIATE_TEST_SUITE_P(Spec, EffectiveRequestsTest, testing::ValuesIn(kSpec),
                         [](const auto& row) { return row.param.name; });

const Case kResize[] = {
    {"growing_counts_the_spec", pod({resized("cpu=3 memory=1", "cpu=1 memory=1", nullptr)}),
     "3000m 1B 0E | 3000m 1B"},
    {"shrinking_counts_the_allocated", pod({resized("cpu=1 memory=1", "cpu=3 memory=1", nullptr)}),
     "3000m 1B 0E | 3000m 1B"},
    {"shrunk_but_not_yet_actual",
     pod({resized("cpu=1 memory=1", "cpu=1 memory=1", "cpu=2 memory=9")}),
     "2000m 9B 0E | 2000m 9B"},
    {"three_sums_not_a_sum_of_maxima",
     pod({resized("cpu=3 memory=1", "cpu=1 memory=1", "cpu=1 memory=1"),
          resized("cpu=1 memory=1", "cpu=2 memory=1", "cpu=2 memory=1")}),
     "4000m 2B 0E | 4000m 2B"},
    {"infeasible_leaves_the_spec_out",
     infeasible(pod({resized("cpu=9 memory=9", "cpu=1 memory=1", nullptr)})),
     "1000m 1B 0E | 1000m 1B"},
    {"infeasible_without_status_counts_nothing",
     infeasible(pod({resized("cpu=9 memory=9", "cpu=1 memory=1", nullptr), app("cpu=7 memory=7")})),
     "1000m 1B 0E | 1100m 209715201B"},
    {"resized_sidecar",
     pod({[] {
            auto container = resized("cpu=1 memory=1", "cpu=2 memory=1", nullptr);
            container.role = ContainerRole::kSidecar;
            return container;
          }(),
          app("cpu=1 memory=1")}),
     "3000m 2B 0E | 3000m 2B"},
    {"pod_status_gives_the_sums",
     pod_status(pod({app("cpu=1 memory=1"), app("cpu=1 memory=1")}), "cpu=3 memory=1",
                "cpu=1 memory=5"),
     "3000m 5B 0E | 3000m 5B"},
    {"pod_status_in_part_is_not_used", pod_status(pod({app("cpu=1 memory=1")}), "cpu=3", nullptr),
     "1000m 1B 0E | 1000m 1B"},
    {"pod_level_takes_the_largest",
     pod_status(with_pod_level(pod({app("cpu=1 memory=1")}), "cpu=2"), "cpu=5", "cpu=3"),
     "5000m 1B 0E | 5000m 1B"},
    {"pod_level_infeasible",
     infeasible(pod_status(with_pod_level(pod({app("cpu=1 memory=1")}), "cpu=9 memory=1"),
                           "cpu=2 memory=1", "cpu=3 memory=1")),
     "3000m 1B 0E | 3000m 1B"},
    {"pod_level_infeasible_without_status_resources",
     infeasible(with_pod_level(pod({app("cpu=1 memory=1")}), "cpu=9 memory=1")),
     "9000m 1B 0E | 9000m 1B"},
};

INSTANTIATE_TEST_SUITE_P(Resize, EffectiveRequestsTest, testing::ValuesIn(kResize),
                         [](const auto& row) { return row.param.name; });

TEST(ToResourcesTest, LeavesOutWhatIsNotCounted) {
  const Resources resources = to_resources(list("pods=110 cpu=1500m memory=1Ki what=1 a.b/c=0"));
  EXPECT_EQ(resources.cpu_milli, 1500);
  EXPECT_EQ(resources.memory_bytes, 1024);
  EXPECT_TRUE(resources.scalars.empty());
}

}  // namespace
}  // namespace neuron_scheduler::model
