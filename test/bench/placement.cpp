// Placement policies side by side on traces of real pods (docs/placement-quality.md):
//   placement [--seeds N] [--traces a,b] [--openb FOLDER]
// Without options: all traces, ten seeds, minutes; then the tables and the drawing in docs are
// written anew. Run from the repository's root, as ./dev bench placement does.
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "test/placement/report.hpp"

namespace neuron_scheduler::placement {
namespace {

constexpr auto* kPage = "docs/placement-quality.md";
constexpr auto* kDrawing = "docs/images/placement-quality.svg";
constexpr std::string_view kBegin = "<!-- ./dev bench placement writes from here -->\n";
constexpr std::string_view kEnd = "<!-- to here -->";
constexpr int kSeeds = 10;

struct Options {
  std::string openb = "../shared/data/openb";
  // The first four are those that the value function was tuned on.
  std::vector<std::string> traces{"default",    "multigpu20", "multigpu40", "gpushare40",
                                  "multigpu30", "multigpu50", "gpushare80"};
  int seeds = kSeeds;
  bool all = true;
};

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const auto comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::optional<Options> read_options(const std::vector<std::string_view>& arguments) {
  Options options;
  if (const char* folder = std::getenv("NEURON_SCHEDULER_OPENB")) options.openb = folder;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    if (i + 1 == arguments.size()) return std::nullopt;
    const std::string_view value = arguments[i + 1];
    if (arguments[i] == "--openb") {
      options.openb = value;
      continue;
    }
    options.all = false;
    if (arguments[i] == "--traces") {
      options.traces = split(value);
    } else if (arguments[i] == "--seeds") {
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), options.seeds);
      const bool number = error == std::errc{} && end == value.data() + value.size();
      // An interval needs two.
      if (!number || options.seeds < 2 || options.seeds > 31) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file) std::cerr << "placement: cannot write " << path << '\n';
  return !file.fail();
}

// nullopt: a trace that cannot be used, which has been said.
std::optional<std::vector<TraceRuns>> run_all(const Options& options) {
  std::vector<TraceRuns> runs;
  runs.reserve(options.traces.size());
  for (const std::string& name : options.traces) {
    const std::string path = options.openb + "/openb_pod_list_" + name + ".csv";
    std::ifstream csv(path);
    if (!csv) {
      std::cerr << "placement: no " << path << '\n';
      return std::nullopt;
    }
    auto trace = read_trace(csv);
    if (const auto* problem = std::get_if<std::string>(&trace)) {
      std::cerr << "placement: " << path << ": " << *problem << '\n';
      return std::nullopt;
    }
    std::cerr << "placement: " << name << '\n';
    runs.push_back(run_trace(name, std::get<Trace>(trace), options.seeds));
  }
  return runs;
}

bool has_traces(const Options& options) {
  return std::ifstream(options.openb + "/openb_pod_list_default.csv").good();
}

int run(const Options& options) {
  if (!has_traces(options)) {
    std::cerr << "placement: no traces in " << options.openb
              << " (--openb, NEURON_SCHEDULER_OPENB): a made-up one instead; docs stay as they "
                 "are\n";
    std::cout << markdown({run_trace("synthetic", synthetic_trace(), options.seeds)});
    return 0;
  }
  const auto runs = run_all(options);
  if (!runs) return 2;
  const std::string tables = markdown(*runs);
  std::cout << tables;
  if (!options.all) return 0;
  const std::string page = replace_between(contents(kPage), kBegin, kEnd, "\n" + tables + "\n");
  if (page.empty()) {
    std::cerr << "placement: " << kPage << " is not there, or lacks its marks\n";
    return 1;
  }
  if (!write(kPage, page) || !write(kDrawing, svg(*runs))) return 1;
  const Verdict verdict = judge(*runs);
  return verdict.below_any == 0 ? 0 : 1;
}

}  // namespace
}  // namespace neuron_scheduler::placement

int main(int argc, char** argv) {
  namespace ns = neuron_scheduler::placement;
  const auto options = ns::read_options({argv + 1, argv + argc});
  if (!options) {
    std::fputs("usage: placement [--seeds 2..31] [--traces a,b] [--openb FOLDER]\n", stderr);
    return 2;
  }
  return ns::run(*options);
}
