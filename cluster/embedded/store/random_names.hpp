#pragma once

#include <cstdint>
#include <string>

namespace neuron_scheduler::embedded {

// What a server picks at random, from a seed: the same calls give the same texts.
class RandomNames {
 public:
  explicit RandomNames(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] std::uint64_t number();
  [[nodiscard]] std::string uid();  // A UUID of version 4.
  // What is appended to generateName: five letters and digits of which no words are made
  // (apimachinery pkg/util/rand).
  [[nodiscard]] std::string suffix();

 private:
  std::uint64_t state_;
};

}  // namespace neuron_scheduler::embedded
