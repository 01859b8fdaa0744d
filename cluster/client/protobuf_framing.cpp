#include "cluster/client/protobuf_framing.hpp"

#include <algorithm>
#include <utility>

#include "cluster/client/json_reader.hpp"
#include "cluster/client/protobuf_json.hpp"

namespace neuron_scheduler::client::protobuf {
namespace {

constexpr std::uint64_t kEnvelopeFieldBytesMax = 4096;
// A tag of 5 bytes and a length of 10.
constexpr std::size_t kHeaderBytesMax = 15;
constexpr std::uint64_t kLengthDelimited = 2;
constexpr std::uint64_t kFieldNumberMax = (1U << 29U) - 1;

// nullopt: it does not end yet. protozero's throws then, which is too slow for the header of each
// item.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  constexpr std::size_t kBytesMax = 10;
  std::uint64_t value = 0;
  for (std::size_t at = 0; at < std::min(bytes.size(), kBytesMax); ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    value |= std::uint64_t{byte & 0x7FU} << (7 * at);
    if (byte < 0x80U) {
      bytes.remove_prefix(at + 1);
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

ListFramer::Step ListFramer::fail(std::string_view what) {
  state_ = State::kBroken;
  error_ = what;
  bytes_ = {};
  reuse(value_);
  reuse(text_);
  return Step::kBroken;
}

ListFramer::Step ListFramer::next() {
  while (state_ != State::kEnd && state_ != State::kBroken) {
    if (in_value_) {
      if (!take_value()) return Step::kNeedBytes;
      const Target complete = target_;
      if (!finish_value()) return Step::kBroken;
      if (complete == Target::kItem) return Step::kItem;
      continue;
    }
    if (state_ == State::kList && list_left_ == 0) {
      if (!head_.empty()) return fail("a list that ends in the middle of a field");
      state_ = State::kEnd;
      break;
    }
    if (bytes_.empty()) return Step::kNeedBytes;
    if (state_ == State::kMagic) {
      const auto part = bytes_.substr(0, kMagic.size() - head_.size());
      head_ += part;
      bytes_.remove_prefix(part.size());
      if (!kMagic.starts_with(head_)) return fail("not a list in protobuf");
      if (head_.size() == kMagic.size()) {
        head_.clear();
        state_ = State::kEnvelope;
      }
    } else if (const auto header = take_header()) {
      state_ == State::kEnvelope ? begin_in_envelope(*header) : begin_in_list(*header);
    }
  }
  return state_ == State::kEnd ? Step::kEnd : Step::kBroken;
}

std::optional<ListFramer::Header> ListFramer::take_header() {
  while (!bytes_.empty()) {
    if (state_ == State::kList) {
      if (list_left_ == 0) return std::nullopt;
      --list_left_;
    }
    head_ += bytes_.front();
    bytes_.remove_prefix(1);
    std::string_view rest = head_;
    const auto tag = take_varint(rest);
    const auto length = tag ? take_varint(rest) : std::nullopt;
    if (length) {
      head_.clear();
      // Envelopes and lists have no fields of another type.
      if ((*tag & 7U) == kLengthDelimited && *tag >> 3U <= kFieldNumberMax) {
        return Header{static_cast<std::uint32_t>(*tag >> 3U), *length};
      }
      fail("a list with a field of the wrong type");
      return std::nullopt;
    }
    if (head_.size() >= kHeaderBytesMax) {
      fail("not a list in protobuf");
      return std::nullopt;
    }
  }
  return std::nullopt;
}

void ListFramer::begin_in_envelope(const Header& header) {
  if (header.field != 2) {
    begin(header.field == 1 ? Target::kType : Target::kNone, header.length, kEnvelopeFieldBytesMax,
          "the envelope of the list is too large");
    return;
  }
  state_ = State::kList;
  list_left_ = header.length;
}

void ListFramer::begin_in_list(const Header& header) {
  if (header.length > list_left_) {
    fail("a field of the list is longer than the list");
    return;
  }
  list_left_ -= header.length;
  if (header.field == 1) {
    begin(Target::kMetadata, header.length, limits_.metadata_bytes_max,
          "the metadata of the list is too large");
  } else {
    begin(header.field == 2 ? Target::kItem : Target::kNone, header.length, limits_.item_bytes_max,
          "an item of the list is too large");
  }
}

void ListFramer::begin(Target target, std::uint64_t length, std::size_t length_max,
                       std::string_view what) {
  if (length > length_max) {
    fail(what);
    return;
  }
  in_value_ = true;
  target_ = target;
  value_left_ = length;
  reuse(value_);
}

bool ListFramer::take_value() {
  const auto part = bytes_.substr(0, value_left_);
  if (target_ != Target::kNone) value_ += part;
  bytes_.remove_prefix(part.size());
  value_left_ -= part.size();
  return value_left_ == 0;
}

bool ListFramer::finish_value() {
  in_value_ = false;
  if (target_ == Target::kNone) return true;
  if (target_ == Target::kType) {
    const auto read = kind_in(value_);
    const std::string kind = read ? *read : std::string();
    if (kind == std::string(kind_) + "List") return true;
    fail("an object of kind " + json::quoted(kind) + " instead of " + std::string(kind_) + "List");
    return false;
  }
  auto json = message_to_json(value_, target_ == Target::kItem ? kind_ : "ListMeta");
  if (json.has_error()) {
    fail(json.error().message);
    return false;
  }
  (target_ == Target::kItem ? text_ : metadata_) = std::move(*json);
  return true;
}

bool WatchFramer::hold(std::size_t wanted) {
  if (held_.size() < wanted) {
    const auto part = bytes_.substr(0, wanted - held_.size());
    held_ += part;
    bytes_.remove_prefix(part.size());
  }
  return held_.size() >= wanted;
}

WatchFramer::Step WatchFramer::next() {
  if (!error_.empty()) return Step::kBroken;
  reuse(text_);
  if (!hold(kLengthBytes)) return Step::kNeedBytes;
  std::size_t length = 0;
  for (std::size_t at = 0; at < kLengthBytes; ++at) {
    length = (length << 8U) | static_cast<unsigned char>(held_[at]);
  }
  if (length > kEventBytesMax) {
    error_ = "a watch event is longer than " + std::to_string(kEventBytesMax) + " bytes";
    return Step::kBroken;
  }
  if (!hold(kLengthBytes + length)) return Step::kNeedBytes;
  auto json = event_to_json(std::string_view(held_).substr(kLengthBytes));
  reuse(held_);
  if (json.has_error()) {
    error_ = json.error().message;
    return Step::kBroken;
  }
  text_ = std::move(*json);
  return Step::kEvent;
}

}  // namespace neuron_scheduler::client::protobuf
