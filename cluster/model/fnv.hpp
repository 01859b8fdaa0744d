#pragma once

#include <cstdint>
#include <string_view>

namespace neuron_scheduler::model {

// FNV-1a with 64 bits: a hash that is the same in each run and anywhere. Its bits are not well
// mixed, and whoever can choose texts can make them collide.
class Fnv1a {
 public:
  void add(std::uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3U; }
  void add(std::string_view text) {
    for (const char c : text) add(static_cast<std::uint8_t>(c));
  }
  [[nodiscard]] std::uint64_t get() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

}  // namespace neuron_scheduler::model
