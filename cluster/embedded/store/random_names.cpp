#include "cluster/embedded/store/random_names.hpp"

#include <string_view>

namespace neuron_scheduler::embedded {

// SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t RandomNames::number() {
  state_ += 0x9E3779B97F4A7C15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31U);
}

std::string RandomNames::uid() {
  constexpr std::string_view kHex = "0123456789abcdef";
  // The version's digit and the variant's bits (RFC 9562).
  const std::uint64_t halves[] = {(number() & 0xFFFFFFFFFFFF0FFFU) | 0x4000U,
                                  (number() & 0x3FFFFFFFFFFFFFFFU) | 0x8000000000000000U};
  std::string text;
  text.reserve(36);
  for (const std::uint64_t half : halves) {
    for (unsigned shift = 64; shift > 0; shift -= 4) {
      if (text.size() == 8 || text.size() == 13 || text.size() == 18 || text.size() == 23) {
        text.push_back('-');
      }
      text.push_back(kHex[(half >> (shift - 4)) & 0xFU]);
    }
  }
  return text;
}

std::string RandomNames::suffix() {
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::uint64_t left = number();
  std::string text;
  for (int i = 0; i < 5; ++i) {
    text.push_back(kLetters[left % kLetters.size()]);
    left /= kLetters.size();
  }
  return text;
}

}  // namespace neuron_scheduler::embedded
