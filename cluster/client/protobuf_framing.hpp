#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cluster/client/framing.hpp"

// What framing.hpp does for JSON, for protobuf; what comes out is JSON (protobuf_json.hpp). Errors
// are final.
namespace neuron_scheduler::client::protobuf {

// The items and the metadata of a list: magic number, then an envelope with the list in it, which
// has its metadata and each item as a field.
class ListFramer {
 public:
  using Limits = client::ListFramer::Limits;
  using Step = client::ListFramer::Step;

  // kind: of the items (protobuf_schema.hpp); must outlive this.
  explicit ListFramer(std::string_view kind) : ListFramer(kind, Limits()) {}
  ListFramer(std::string_view kind, Limits limits) : kind_(kind), limits_(limits) {}

  void feed(std::string_view bytes) { bytes_ = bytes; }
  [[nodiscard]] Step next();
  [[nodiscard]] std::string& item() { return text_; }
  [[nodiscard]] std::string& metadata() { return metadata_; }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  enum class State : std::uint8_t { kMagic, kEnvelope, kList, kEnd, kBroken };
  enum class Target : std::uint8_t { kNone, kType, kMetadata, kItem };
  struct Header {
    std::uint32_t field = 0;
    std::uint64_t length = 0;  // Of what follows.
  };

  Step fail(std::string_view what);
  // Of the next field; nullopt: it needs more bytes, or is broken.
  [[nodiscard]] std::optional<Header> take_header();
  void begin_in_envelope(const Header& header);
  void begin_in_list(const Header& header);
  void begin(Target target, std::uint64_t length, std::size_t length_max, std::string_view what);
  // Takes bytes of the value as far as they go; true: it is complete.
  [[nodiscard]] bool take_value();
  // False: broken.
  bool finish_value();

  std::string_view kind_;
  Limits limits_;
  std::string_view bytes_;
  State state_ = State::kMagic;
  std::string head_;             // Of a header, or of the magic number, what is there yet.
  std::uint64_t list_left_ = 0;  // Bytes of the list.
  bool in_value_ = false;
  Target target_ = Target::kNone;
  std::uint64_t value_left_ = 0;
  std::string value_;
  std::string text_;
  std::string metadata_;
  std::string error_;
};

// The events of a watch: four bytes, big-endian, say how long each is.
class WatchFramer {
 public:
  static constexpr std::size_t kEventBytesMax = LineFramer::kLineBytesMax;
  enum class Step : std::uint8_t { kEvent, kNeedBytes, kBroken };

  void feed(std::string_view bytes) { bytes_ = bytes; }
  [[nodiscard]] Step next();
  // As LineFramer::line().
  [[nodiscard]] std::string& event() { return text_; }
  [[nodiscard]] bool in_event() const { return !held_.empty(); }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  static constexpr std::size_t kLengthBytes = 4;

  // Whether that many bytes are held.
  [[nodiscard]] bool hold(std::size_t wanted);

  std::string_view bytes_;
  std::string held_;  // The length and the event.
  std::string text_;
  std::string error_;
};

}  // namespace neuron_scheduler::client::protobuf
