#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Cuts a stream of bytes, arriving in pieces of any size, into JSON texts of bounded size. What is
// inside a text is for the decoder to judge.
namespace neuron_scheduler::client {

// Empties a buffer for the next text; the memory of a large one is given back.
void reuse(std::string& buffer);

// Texts separated by newlines: a watch. Empty lines are ignored.
class LineFramer {
 public:
  // Objects of the API are below 2 MiB (etcd's limit); an event holds one.
  static constexpr std::size_t kLineBytesMax = std::size_t{16} * 1024 * 1024;
  enum class Step : std::uint8_t { kLine, kNeedBytes, kTooLong };

  explicit LineFramer(std::size_t line_bytes_max = kLineBytesMax)
      : line_bytes_max_(line_bytes_max) {}

  // The bytes must stay until next() has returned kNeedBytes, and only then may more be fed.
  void feed(std::string_view bytes) { bytes_ = bytes; }
  // kTooLong is final.
  [[nodiscard]] Step next();
  // After kLine, until the next call of next(): the line without its newline.
  [[nodiscard]] std::string& line() { return line_; }
  [[nodiscard]] bool in_line() const { return !line_complete_ && !line_.empty(); }

 private:
  std::size_t line_bytes_max_;
  std::string_view bytes_;
  std::string line_;
  bool line_complete_ = false;
  bool too_long_ = false;
};

// The elements of `items`, and `metadata`, of one JSON object, compact or not, its fields in any
// order: a list.
//
//   start -{-> key -> colon -> value -> comma or end -}-> end        value of "items": [ -> item ->
//   comma or end -]->
class ListFramer {
 public:
  struct Limits {
    std::size_t item_bytes_max = std::size_t{8} * 1024 * 1024;
    std::size_t metadata_bytes_max = std::size_t{64} * 1024;
    std::size_t key_bytes_max = 256;
    std::size_t depth_max = 256;  // Of brackets inside one value.
  };
  enum class Step : std::uint8_t { kItem, kNeedBytes, kEnd, kBroken };

  ListFramer() = default;
  explicit ListFramer(Limits limits) : limits_(limits) {}

  void feed(std::string_view bytes) { bytes_ = bytes; }  // As LineFramer.
  // kEnd is returned from the closing brace on, whatever follows; kBroken is final.
  [[nodiscard]] Step next();
  // After kItem, until the next call of next().
  [[nodiscard]] std::string& item() { return text_; }
  // After kEnd; empty if the list had none. At an item: empty if it comes behind them.
  [[nodiscard]] std::string& metadata() { return metadata_; }
  // After kBroken.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  enum class State : std::uint8_t {
    kStart,
    kFirstKey,
    kKey,
    kInKey,
    kColon,
    kValue,
    kInValue,
    kComma,
    kFirstItem,
    kItem,
    kItemComma,
    kEnd,
    kBroken,
  };
  enum class Target : std::uint8_t { kSkip, kMetadata, kItem };

  Step fail(std::string_view what);
  // One structural character, outside of values; false: broken.
  bool step(char c);
  bool begin_value(char c);
  void begin(Target target, bool in_string, std::size_t depth);
  // Takes bytes of the value as far as they go; true: it is complete.
  bool scan_value();
  // Where bytes of the value begin that must be looked at one by one; what is passed over is
  // accounted for.
  std::size_t skip_blocks(std::size_t at);
  [[nodiscard]] std::size_t skip_plain(std::size_t at) const;
  void keep(std::string_view bytes);
  [[nodiscard]] bool value_too_large() const;

  Limits limits_;
  std::string_view bytes_;
  State state_ = State::kStart;
  Target target_ = Target::kSkip;
  bool in_string_ = false;
  bool escaped_ = false;
  bool too_deep_ = false;
  bool seen_items_ = false;
  bool item_ready_ = false;
  std::size_t depth_ = 0;
  std::string key_;
  std::string text_;
  std::string metadata_;
  std::string error_;
};

}  // namespace neuron_scheduler::client
