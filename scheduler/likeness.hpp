#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace neuron_scheduler::scheduler {

// A text that says of a pod all that some decision looks at: pods of equal texts are decided alike.
// Each piece is written with its length, so that different pieces never run together to the same
// text.
class Likeness {
 public:
  void add(std::string_view piece) {
    add(static_cast<std::int64_t>(piece.size()));
    text_ += piece;
  }
  void add(std::int64_t number) {
    // Small numbers, the usual ones, take one byte.
    auto rest = static_cast<std::uint64_t>(number);
    for (; rest >= kContinue; rest >>= kBits) text_ += static_cast<char>(rest | kContinue);
    text_ += static_cast<char>(rest);
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  static constexpr unsigned kBits = 7;
  static constexpr std::uint64_t kContinue = std::uint64_t{1} << kBits;

  std::string text_;
};

}  // namespace neuron_scheduler::scheduler
