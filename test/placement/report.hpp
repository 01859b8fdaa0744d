#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "test/placement/simulator.hpp"

// What the comparison shows, as text.
namespace neuron_scheduler::placement {

// One policy on one trace; vectors by seed.
struct PolicyRuns {
  std::string name;
  std::vector<double> asked;    // Placed asked cores, % of capacity.
  std::vector<double> used;     // Cores in use, % of capacity.
  std::vector<double> waited;   // Pods that had to wait, %, with departures.
  std::vector<double> wait;     // Mean, % of the mean stay, with departures.
  PerShape<double> unplaced{};  // % of the pods of that shape, over all seeds.
};

struct TraceRuns {
  std::string name;
  std::vector<double> bound;         // As PolicyRuns::asked.
  double load_bound = 0;             // Asked cores that can be in use for ever, % of capacity.
  std::vector<PolicyRuns> policies;  // Ours first.
  std::vector<double> profile;       // As PolicyRuns::asked, through the whole default profile.
};

struct Measure {
  double arrivals = 1.3;  // Asked cores that come, as a part of the capacity.
  double load = 0.9;      // With departures.
  std::size_t pods = 20'000;
};

// All policies, on the same fleets and pods, with seeds 42, 43, ...
[[nodiscard]] TraceRuns run_trace(std::string name, const Trace& trace, int seeds,
                                  const Measure& measure = {});

struct Verdict {
  int traces = 0;
  int above_all = 0;        // Traces on which ours places more than every other policy.
  int below_any = 0;        // Traces on which some policy places more than ours.
  int waits_above_all = 0;  // Traces on which pods wait less with ours than with any other.
  double profile_off = 0;   // Largest distance of the profile's mean from ours, in points.
};
// More and less: beyond the paired 95 % interval.
[[nodiscard]] Verdict judge(const std::vector<TraceRuns>& traces);

// Tables in Markdown.
[[nodiscard]] std::string markdown(const std::vector<TraceRuns>& traces);
// Bars of PolicyRuns::asked by trace, with the bound; for light and dark pages.
[[nodiscard]] std::string svg(const std::vector<TraceRuns>& traces);

// text with what stands between two marks replaced; empty if they are not there.
[[nodiscard]] std::string replace_between(std::string_view text, std::string_view begin,
                                          std::string_view end, std::string_view by);

}  // namespace neuron_scheduler::placement
