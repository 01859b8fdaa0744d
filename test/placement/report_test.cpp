#include "test/placement/report.hpp"

#include <gtest/gtest.h>

namespace neuron_scheduler::placement {
namespace {

PolicyRuns policy(std::string name, std::vector<double> asked, std::vector<double> wait) {
  PolicyRuns runs;
  runs.name = std::move(name);
  runs.used = asked;
  runs.asked = std::move(asked);
  runs.waited = wait;
  runs.wait = std::move(wait);
  return runs;
}

TraceRuns trace(std::vector<double> ours, std::vector<double> theirs, std::vector<double> profile) {
  TraceRuns runs;
  runs.name = "t";
  runs.bound = {99, 99};
  runs.policies.push_back(policy("ours", std::move(ours), {1, 2}));
  runs.policies.push_back(policy("other", std::move(theirs), {3, 4}));
  runs.profile = std::move(profile);
  return runs;
}

TEST(Judge, CountsWhatIsBeyondTheInterval) {
  const Verdict verdict = judge({trace({90, 92}, {80, 82}, {90, 92}),    // Above.
                                 trace({90, 92}, {91, 93}, {90, 91}),    // Below.
                                 trace({90, 92}, {80, 95}, {90, 92})});  // Who knows.
  EXPECT_EQ(verdict.traces, 3);
  EXPECT_EQ(verdict.above_all, 1);
  EXPECT_EQ(verdict.below_any, 1);
  EXPECT_EQ(verdict.waits_above_all, 3);
  EXPECT_DOUBLE_EQ(verdict.profile_off, 0.5);
}

TEST(Markdown, ShowsMeansAndDifferences) {
  const std::string text = markdown({trace({90, 92}, {80, 82}, {90, 92})});
  EXPECT_NE(text.find("| Trace | bound | ours | whole profile | other |\n"), std::string::npos);
  EXPECT_NE(text.find("| t | 99.00 | **91.00** | 91.00 | 81.00 (+10.00 ± 0.00) |\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("above every other policy on 1 of 1 traces"), std::string::npos);
}

TEST(Svg, DrawsABarForEachPolicyOfEachTrace) {
  const std::string text =
      svg({trace({90, 92}, {80, 82}, {90, 92}), trace({90, 92}, {80, 82}, {90, 92})});
  const auto count = [&text](std::string_view what) {
    int found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("<rect class=\"p0\""), 1 + 2);
  EXPECT_EQ(count("<rect class=\"p1\""), 1 + 2);
  EXPECT_EQ(count("class=\"bound\""), 1 + 2);
  EXPECT_EQ(count("prefers-color-scheme: dark"), 1);
}

TEST(ReplaceBetween, KeepsTheRest) {
  EXPECT_EQ(replace_between("a<x>old<y>b", "<x>", "<y>", "new"), "a<x>new<y>b");
  EXPECT_EQ(replace_between("a<x>old", "<x>", "<y>", "new"), "");
  EXPECT_EQ(replace_between("<y>old<x>", "<x>", "<y>", "new"), "");
}

// The whole measurement, small: everybody is there, and nobody passes the bound.
TEST(RunTrace, RunsAllPolicies) {
  const TraceRuns runs =
      run_trace("synthetic", synthetic_trace(), 2, {.arrivals = 0.1, .load = 0.05, .pods = 50});
  ASSERT_EQ(runs.policies.size(), 6u);
  EXPECT_EQ(runs.policies.front().name, "ours");
  EXPECT_EQ(runs.profile.size(), 2u);
  for (const PolicyRuns& runs_of : runs.policies) {
    ASSERT_EQ(runs_of.asked.size(), 2u);
    for (std::size_t seed = 0; seed < 2; ++seed) {
      EXPECT_GT(runs_of.asked[seed], 9);
      EXPECT_LE(runs_of.asked[seed], runs.bound[seed] + 1e-6);
    }
  }
  // Ours has room for a tenth of what the fleet holds.
  for (const double share : runs.policies.front().unplaced) EXPECT_EQ(share, 0);
}

}  // namespace
}  // namespace neuron_scheduler::placement
