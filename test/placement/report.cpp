#include "test/placement/report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "test/placement/bound.hpp"
#include "test/placement/profile.hpp"
#include "test/placement/statistics.hpp"

namespace neuron_scheduler::placement {
namespace {

constexpr std::uint64_t kFirstSeed = 42;
constexpr double kPercent = 100;

std::string fixed(double value, int digits) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

std::string signed_fixed(double value, int digits) {
  return (value < 0 ? "" : "+") + fixed(value, digits);
}

void row(std::string& out, const std::vector<std::string>& cells) {
  out += '|';
  for (const std::string& cell : cells) out += ' ' + cell + " |";
  out += '\n';
}

void header(std::string& out, const std::vector<std::string>& cells) {
  row(out, cells);
  out += '|';
  for (std::size_t i = 0; i < cells.size(); ++i) out += i == 0 ? "---|" : "---:|";
  out += '\n';
}

std::vector<std::string> policy_names(const std::vector<TraceRuns>& traces) {
  std::vector<std::string> names;
  names.reserve(traces.front().policies.size());
  for (const PolicyRuns& policy : traces.front().policies) names.push_back(policy.name);
  return names;
}

std::vector<std::string> with_names(std::vector<std::string> cells,
                                    const std::vector<TraceRuns>& traces) {
  for (std::string& name : policy_names(traces)) cells.push_back(std::move(name));
  return cells;
}

void asked_table(std::string& out, const std::vector<TraceRuns>& traces) {
  std::vector<std::string> top = with_names({"Trace", "bound"}, traces);
  top.insert(top.begin() + 3, "whole profile");
  header(out, top);
  for (const TraceRuns& trace : traces) {
    std::vector<std::string> cells{trace.name, fixed(mean_of(trace.bound), 2)};
    for (const PolicyRuns& policy : trace.policies) {
      std::string cell = fixed(mean_of(policy.asked), 2);
      const bool ours = &policy == &trace.policies.front();
      if (!ours) {
        const auto less = paired_difference(trace.policies.front().asked, policy.asked);
        cell += " (" + signed_fixed(less.mean, 2) + " ± " + fixed(less.half_width, 2) + ")";
      }
      cells.push_back(ours ? "**" + cell + "**" : cell);
      if (ours) cells.push_back(fixed(mean_of(trace.profile), 2));
    }
    row(out, cells);
  }
}

void used_table(std::string& out, const std::vector<TraceRuns>& traces) {
  header(out, with_names({"Trace"}, traces));
  for (const TraceRuns& trace : traces) {
    std::vector<std::string> cells{trace.name};
    for (const PolicyRuns& policy : trace.policies) cells.push_back(fixed(mean_of(policy.used), 2));
    row(out, cells);
  }
}

void waits_table(std::string& out, const std::vector<TraceRuns>& traces) {
  header(out, with_names({"Trace", "largest load"}, traces));
  for (const TraceRuns& trace : traces) {
    std::vector<std::string> cells{trace.name, fixed(trace.load_bound, 1)};
    for (const PolicyRuns& policy : trace.policies) {
      cells.push_back(fixed(mean_of(policy.waited), 1) + " / " + fixed(mean_of(policy.wait), 2));
    }
    row(out, cells);
  }
}

void unplaced_table(std::string& out, const std::vector<TraceRuns>& traces) {
  std::vector<std::string> cells{"Trace", "Policy"};
  for (const PodShape& shape : kShapes) cells.emplace_back(shape.name);
  header(out, cells);
  for (const TraceRuns& trace : traces) {
    for (const PolicyRuns& policy : trace.policies) {
      cells = {trace.name, policy.name};
      for (const double share : policy.unplaced) cells.push_back(fixed(share, 0));
      row(out, cells);
    }
  }
}

// --- Drawing

constexpr double kLeft = 48;
constexpr double kTop = 64;
constexpr double kHeight = 260;
constexpr double kBar = 14;
constexpr double kGap = 22;
constexpr double kLowest = 60;  // Percent at the foot of the drawing.

double y_of(double percent) {
  return kTop + kHeight * (100 - std::max(percent, kLowest)) / (100 - kLowest);
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view text) {
  return "<text x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" text-anchor=\"" +
         std::string(anchor) + "\">" + std::string(text) + "</text>\n";
}

std::string rectangle(double x, double y, double width, double height, std::size_t policy) {
  return "<rect class=\"p" + std::to_string(policy) + "\" x=\"" + fixed(x, 1) + "\" y=\"" +
         fixed(y, 1) + "\" width=\"" + fixed(width, 1) + "\" height=\"" + fixed(height, 1) +
         "\"/>\n";
}

std::string line(std::string_view kind, double x1, double x2, double y) {
  return "<line class=\"" + std::string(kind) + "\" x1=\"" + fixed(x1, 1) + "\" x2=\"" +
         fixed(x2, 1) + "\" y1=\"" + fixed(y, 1) + "\" y2=\"" + fixed(y, 1) + "\"/>\n";
}

// Colours that colour-blind people tell apart, a set for light pages and one for dark ones.
constexpr std::string_view kStyle = R"(<style>
text { font: 12px sans-serif; fill: #24292f }
.grid { stroke: #d0d7de }
.bound { stroke: #24292f; stroke-width: 2 }
.p0 { fill: #0072b2 } .p1 { fill: #e69f00 } .p2 { fill: #009e73 }
.p3 { fill: #cc79a7 } .p4 { fill: #56b4e9 } .p5 { fill: #999999 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .grid { stroke: #3d444d }
  .bound { stroke: #e6edf3 }
  .p0 { fill: #4aa8e0 } .p5 { fill: #7d8590 }
}
</style>
)";

}  // namespace

TraceRuns run_trace(std::string name, const Trace& trace, int seeds, const Measure& measure) {
  const double capacity = capacity_in_cores();
  const PerShape<double> mix = mix_of(trace);
  TraceRuns runs;
  runs.name = std::move(name);
  double asked = 0;
  for (std::size_t s = 0; s < kShapeCount; ++s) asked += mix[s] * kShapes[s].asked_cores();
  runs.load_bound = kPercent * largest_multiple(mix) * asked / capacity;
  PerShape<double> all{};
  for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + static_cast<unsigned>(seeds); ++seed) {
    const Trace pods = arrivals(trace, seed, static_cast<int>(capacity * measure.arrivals));
    const auto guests = visits(trace, seed, measure.pods, capacity * measure.load);
    PerShape<double> counts{};
    for (const std::size_t shape : pods) ++counts[shape];
    for (std::size_t s = 0; s < kShapeCount; ++s) all[s] += counts[s];
    runs.bound.push_back(kPercent * bound_on_asked_cores(counts) / capacity);
    const auto policies = make_policies(mix, seed);
    runs.policies.resize(policies.size());
    for (std::size_t i = 0; i < policies.size(); ++i) {
      PolicyRuns& into = runs.policies[i];
      into.name = policies[i]->name();
      const Filled filled = fill(make_fleet(seed), *policies[i], pods);
      into.asked.push_back(kPercent * filled.asked / capacity);
      into.used.push_back(kPercent * filled.used / capacity);
      for (std::size_t s = 0; s < kShapeCount; ++s) into.unplaced[s] += filled.unplaced[s];
      const Waits waits = come_and_go(make_fleet(seed), *policies[i], guests);
      into.waited.push_back(kPercent * waits.share);
      into.wait.push_back(kPercent * waits.mean);
    }
    const Filled filled = fill_through_profile(make_fleet(seed), pods, seed);
    runs.profile.push_back(kPercent * filled.asked / capacity);
  }
  for (PolicyRuns& policy : runs.policies) {
    for (std::size_t s = 0; s < kShapeCount; ++s) {
      policy.unplaced[s] *= kPercent / std::max(all[s], 1.0);
    }
  }
  return runs;
}

Verdict judge(const std::vector<TraceRuns>& traces) {
  Verdict verdict;
  for (const TraceRuns& trace : traces) {
    const PolicyRuns& ours = trace.policies.front();
    bool above = true;
    bool below = false;
    bool waits_less = true;
    for (std::size_t i = 1; i < trace.policies.size(); ++i) {
      const PolicyRuns& other = trace.policies[i];
      const auto asked = paired_difference(ours.asked, other.asked);
      above = above && asked.above();
      below = below || asked.below();
      waits_less = waits_less && paired_difference(ours.wait, other.wait).below();
    }
    ++verdict.traces;
    verdict.above_all += above ? 1 : 0;
    verdict.below_any += below ? 1 : 0;
    verdict.waits_above_all += waits_less ? 1 : 0;
    verdict.profile_off =
        std::max(verdict.profile_off, std::abs(mean_of(trace.profile) - mean_of(ours.asked)));
  }
  return verdict;
}

std::string markdown(const std::vector<TraceRuns>& traces) {
  std::string out =
      "Asked cores of the placed pods, % of capacity, mean over the seeds; in brackets ours minus "
      "theirs with its\npaired 95 % interval:\n\n";
  asked_table(out, traces);
  const Verdict verdict = judge(traces);
  const std::string of = " of " + std::to_string(verdict.traces);
  out += "\nBeyond the interval, ours is above every other policy on " +
         std::to_string(verdict.above_all) + of + " traces, and some policy is above ours on " +
         std::to_string(verdict.below_any) + ".\nThe whole default profile is off by at most " +
         fixed(verdict.profile_off, 2) +
         " points.\n\nWith departures: pods that had to wait, %, and the mean wait of all, % of a "
         "mean stay. *Largest load*: what the\nfleet can carry of that mix by the bound, % of "
         "capacity; where it is below 90, waits grow without end:\n\n";
  waits_table(out, traces);
  out += "\nBeyond the interval, pods wait less with ours than with any other policy on " +
         std::to_string(verdict.waits_above_all) + of +
         " traces.\n\nCores in use, % of capacity, after the arrivals alone:\n\n";
  used_table(out, traces);
  out += "\nPods that found no place, % of their shape:\n\n";
  unplaced_table(out, traces);
  return out;
}

std::string svg(const std::vector<TraceRuns>& traces) {
  const auto names = policy_names(traces);
  const double group = kBar * static_cast<double>(names.size()) + kGap;
  const double right = kLeft + group * static_cast<double>(traces.size());
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " +
                    fixed(right + 16, 0) + " " + fixed(kTop + kHeight + 36, 0) +
                    "\" role=\"img\" aria-label=\"Asked cores placed, by trace and policy\">\n" +
                    std::string(kStyle);
  out += text_at(kLeft, 20, "start", "Asked cores placed, % of capacity, at 130 % arrivals");
  double x = kLeft;
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += rectangle(x, 32, 12, 12, i) + text_at(x + 18, 43, "start", names[i]);
    x += 90;
  }
  out += line("bound", x, x + 14, 38) + text_at(x + 20, 43, "start", "bound");
  for (double percent = kLowest; percent <= 100; percent += 10) {
    out += line("grid", kLeft, right, y_of(percent)) +
           text_at(kLeft - 6, y_of(percent) + 4, "end", fixed(percent, 0));
  }
  x = kLeft + kGap / 2;
  for (const TraceRuns& trace : traces) {
    const double bars = group - kGap;
    for (std::size_t i = 0; i < trace.policies.size(); ++i) {
      const double top = y_of(mean_of(trace.policies[i].asked));
      out += rectangle(x + kBar * static_cast<double>(i), top, kBar - 1, kTop + kHeight - top, i);
    }
    out += line("bound", x - 2, x + bars + 1, y_of(mean_of(trace.bound)));
    out += text_at(x + bars / 2, kTop + kHeight + 18, "middle", trace.name);
    x += group;
  }
  return out + "</svg>\n";
}

std::string replace_between(std::string_view text, std::string_view begin, std::string_view end,
                            std::string_view by) {
  const auto from = text.find(begin);
  if (from == std::string_view::npos) return {};
  const auto after = from + begin.size();
  const auto to = text.find(end, after);
  if (to == std::string_view::npos) return {};
  return std::string(text.substr(0, after)) + std::string(by) + std::string(text.substr(to));
}

}  // namespace neuron_scheduler::placement
