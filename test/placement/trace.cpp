#include "test/placement/trace.hpp"

#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>
#include <span>
#include <utility>

namespace neuron_scheduler::placement {
namespace {

std::vector<std::string_view> fields_of(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::vector<std::string_view> fields;
  for (;;) {
    const auto comma = line.find(',');
    fields.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<std::size_t> column(std::span<const std::string_view> header, std::string_view name) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == name) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> shape_index(int devices, int cores) {
  for (std::size_t i = 0; i < kShapeCount; ++i) {
    if (kShapes[i].devices == devices && kShapes[i].cores == cores) return i;
  }
  return std::nullopt;
}

}  // namespace

std::variant<Trace, std::string> read_trace(std::istream& csv) {
  std::string line;
  if (!std::getline(csv, line)) return "the file is empty";
  const std::string header_line = line;
  const auto header = fields_of(header_line);
  const auto gpus_at = column(header, "num_gpu");
  const auto share_at = column(header, "gpu_milli");
  if (!gpus_at || !share_at) return "no columns num_gpu and gpu_milli";
  Trace trace;
  int eights = 0;
  for (int row = 2; std::getline(csv, line); ++row) {
    const std::string where = "line " + std::to_string(row) + ": ";
    const auto fields = fields_of(line);
    if (fields.size() <= std::max(*gpus_at, *share_at)) return where + "too few fields";
    const auto gpus = number(fields[*gpus_at]);
    const auto share = number(fields[*share_at]);
    if (!gpus || !share) return where + "num_gpu or gpu_milli is no number";
    if (*gpus == 0) continue;
    const bool shared = *gpus == 1 && *share < 1000;
    int devices = shared ? 0 : *gpus;
    if (devices == 8 && ++eights % 10 == 0) devices = 16;
    const auto shape = shape_index(devices, shared ? (*share <= 500 ? 1 : 2) : 0);
    if (!shape) return where + "no shape for " + std::to_string(*gpus) + " GPUs";
    trace.push_back(*shape);
  }
  if (trace.empty()) return "no pod asks for a GPU";
  return trace;
}

Trace synthetic_trace() {
  constexpr PerShape<std::size_t> kCounts{1800, 1600, 4200, 60, 50, 120, 13};
  Trace trace;
  for (std::size_t shape = 0; shape < kShapeCount; ++shape) {
    trace.insert(trace.end(), kCounts[shape], shape);
  }
  return trace;
}

PerShape<double> mix_of(const Trace& trace) {
  PerShape<double> mix{};
  for (const std::size_t shape : trace) mix[shape] += 1.0 / static_cast<double>(trace.size());
  return mix;
}

double Random::exponential(double mean) { return -mean * std::log(1.0 - unit()); }

double Random::log_normal(double sigma) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - unit()));
  const double normal = radius * std::cos(2.0 * std::numbers::pi * unit());
  return std::exp(sigma * normal - sigma * sigma / 2.0);
}

Trace arrivals(const Trace& trace, std::uint64_t seed, int asked_cores) {
  Random random(seed);
  Trace shuffled = trace;
  random.shuffle(shuffled);
  Trace pods;
  for (int asked = 0; asked < asked_cores;) {
    const std::size_t next = pods.size();
    const std::size_t shape =
        next < shuffled.size() ? shuffled[next] : trace[random.below(trace.size())];
    pods.push_back(shape);
    asked += kShapes[shape].asked_cores();
  }
  return pods;
}

}  // namespace neuron_scheduler::placement
