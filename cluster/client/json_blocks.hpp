#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

// Finds the characters that give JSON its shape in 64 bytes at once, without a branch for each: a
// list is several hundred megabytes, and its items must be found before they can be decoded.
namespace neuron_scheduler::client {

struct JsonBlock {
  static constexpr std::size_t kBytes = 64;

  // Bit i stands for byte i.
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t opening = 0;  // { [
  std::uint64_t closing = 0;  // } ]

  // bytes has at least kBytes.
  explicit JsonBlock(const char* bytes) {
    for (std::size_t word = 0; word < kBytes / 8; ++word) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, bytes + 8 * word, 8);
      if constexpr (std::endian::native == std::endian::big) eight = __builtin_bswap64(eight);
      // '[' differs from '{', and ']' from '}', by this bit alone.
      const std::uint64_t folded = eight | kEach * 0x20U;
      const std::size_t shift = 8 * word;
      quotes |= equal(eight, '"') << shift;
      backslashes |= equal(eight, '\\') << shift;
      opening |= equal(folded, '{') << shift;
      closing |= equal(folded, '}') << shift;
    }
  }

  // Bits of the bytes inside strings, the opening quote included, the closing one not; all ones or
  // zeros in `before` say whether the byte before the block was inside. Only where there are no
  // backslashes.
  [[nodiscard]] std::uint64_t in_strings(std::uint64_t before) const {
    std::uint64_t bits = quotes;
    for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits ^ before;
  }

 private:
  static constexpr std::uint64_t kEach = 0x0101'0101'0101'0101U;

  // One bit for each of the eight bytes that is c.
  static std::uint64_t equal(std::uint64_t eight, char c) {
    constexpr std::uint64_t kLow = kEach * 0x7FU;
    const std::uint64_t difference = eight ^ (kEach * static_cast<unsigned char>(c));
    const std::uint64_t zero = ~(((difference & kLow) + kLow) | difference | kLow);
    return ((zero >> 7U) * 0x0102'0408'1020'4080U) >> 56U;
  }
};

}  // namespace neuron_scheduler::client
