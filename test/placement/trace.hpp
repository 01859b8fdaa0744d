#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "test/placement/shapes.hpp"

// What pods ask for, from the published openb traces (USENIX ATC'23) or made up.
namespace neuron_scheduler::placement {

// Shapes, in the order of the file.
using Trace = std::vector<std::size_t>;

// A file openb_pod_list_NAME.csv. One GPU with a share up to 500 is one core, above 500 two, a
// whole one a device; 2, 4 and 8 GPUs are as many devices; every tenth pod of 8 asks for 16. Pods
// without GPU are left out. A string says what is wrong with the file.
[[nodiscard]] std::variant<Trace, std::string> read_trace(std::istream& csv);

// For machines without the traces: some 8,000 pods of a mix like that of openb's default trace.
[[nodiscard]] Trace synthetic_trace();

// How many of each shape, divided by the number of pods.
[[nodiscard]] PerShape<double> mix_of(const Trace& trace);

// The same everywhere, which the distributions of the standard library are not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  [[nodiscard]] std::size_t below(std::size_t bound) { return engine_() % bound; }
  [[nodiscard]] double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  [[nodiscard]] double exponential(double mean);
  // exp of a normal with that sigma, scaled to mean 1.
  [[nodiscard]] double log_normal(double sigma);

  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  std::mt19937_64 engine_;
};

// The trace shuffled, then drawn from again until that many cores are asked.
[[nodiscard]] Trace arrivals(const Trace& trace, std::uint64_t seed, int asked_cores);

}  // namespace neuron_scheduler::placement
