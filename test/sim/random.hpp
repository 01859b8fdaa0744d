#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace neuron_scheduler::sim {

// The same numbers everywhere for a seed: the engine is fixed by the standard, its distributions
// are not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  bool chance(unsigned percent) { return below(100) < percent; }
  std::chrono::milliseconds between(std::uint64_t least_ms, std::uint64_t most_ms) {
    return std::chrono::milliseconds(least_ms + below(most_ms - least_ms + 1));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace neuron_scheduler::sim
