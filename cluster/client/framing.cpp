#include "cluster/client/framing.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "cluster/client/json_blocks.hpp"

namespace neuron_scheduler::client {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct CharSet {
  std::array<bool, 256> has{};
  constexpr explicit CharSet(std::string_view chars) {
    for (const char c : chars) has[static_cast<unsigned char>(c)] = true;
  }
  [[nodiscard]] bool contains(char c) const { return has[static_cast<unsigned char>(c)]; }
};

constexpr CharSet kStringStops("\"\\");
constexpr CharSet kValueStops("\"{}[]");
// A value that is neither string, object nor array ends before one of these.
constexpr CharSet kScalarStops(",}] \t\r\n");
// The first character of a value decides what it is.
constexpr CharSet kScalarOrValueStops(",}] \t\r\n\"{[");

}  // namespace

void reuse(std::string& buffer) {
  constexpr std::size_t kKeptMax = std::size_t{1} * 1024 * 1024;
  if (buffer.capacity() > kKeptMax) {
    buffer = std::string();
  } else {
    buffer.clear();
  }
}

LineFramer::Step LineFramer::next() {
  if (too_long_) return Step::kTooLong;
  if (line_complete_) reuse(line_);
  line_complete_ = false;
  while (!bytes_.empty()) {
    const auto end = bytes_.find('\n');
    const std::string_view part = bytes_.substr(0, end);
    if (line_.size() + part.size() > line_bytes_max_) {
      too_long_ = true;
      line_ = std::string();
      bytes_ = {};
      return Step::kTooLong;
    }
    line_ += part;
    if (end == std::string_view::npos) {
      bytes_ = {};
      return Step::kNeedBytes;
    }
    bytes_.remove_prefix(end + 1);
    const bool blank = std::all_of(line_.begin(), line_.end(), is_space);
    if (!blank) {
      line_complete_ = true;
      return Step::kLine;
    }
    line_.clear();
  }
  return Step::kNeedBytes;
}

ListFramer::Step ListFramer::fail(std::string_view what) {
  state_ = State::kBroken;
  error_ = what;
  bytes_ = {};
  reuse(text_);
  return Step::kBroken;
}

ListFramer::Step ListFramer::next() {
  if (item_ready_) reuse(text_);
  item_ready_ = false;
  while (state_ != State::kEnd && state_ != State::kBroken) {
    if (bytes_.empty()) return Step::kNeedBytes;
    if (state_ == State::kInValue) {
      const bool complete = scan_value();
      if (value_too_large()) {
        return fail(target_ == Target::kItem ? "an item of the list is too large"
                                             : "the metadata of the list is too large");
      }
      if (too_deep_) return fail("a value of the list is nested too deeply");
      if (!complete) continue;
      state_ = target_ == Target::kItem ? State::kItemComma : State::kComma;
      if (target_ == Target::kItem) {
        item_ready_ = true;
        return Step::kItem;
      }
      continue;
    }
    const char c = bytes_.front();
    if (state_ != State::kInKey && is_space(c)) {
      bytes_.remove_prefix(1);
      continue;
    }
    if (!step(c)) return fail("not a list of objects in JSON");
  }
  if (state_ == State::kEnd && !seen_items_) return fail("no list: it has no items");
  return state_ == State::kEnd ? Step::kEnd : Step::kBroken;
}

bool ListFramer::step(char c) {
  const auto expect = [&](char wanted, State next_state) {
    state_ = next_state;
    return c == wanted;
  };
  const State from = state_;
  if (from == State::kValue) return begin_value(c);
  bytes_.remove_prefix(1);
  switch (from) {
    case State::kStart:
      return expect('{', State::kFirstKey);
    case State::kFirstKey:
      if (c == '}') return expect('}', State::kEnd);
      [[fallthrough]];
    case State::kKey:
      key_.clear();
      return expect('"', State::kInKey);
    case State::kInKey:
      if (c == '"') {
        state_ = State::kColon;
        return true;
      }
      key_ += c;
      // A key with an escape is none that we look for; refusing it keeps this simple.
      return c != '\\' && key_.size() <= limits_.key_bytes_max;
    case State::kColon:
      return expect(':', State::kValue);
    case State::kComma:
      if (c == '}') return expect('}', State::kEnd);
      return expect(',', State::kKey);
    case State::kFirstItem:
      if (c == ']') return expect(']', State::kComma);
      [[fallthrough]];
    case State::kItem:
      begin(Target::kItem, false, 1);
      text_ += c;
      return c == '{';
    case State::kItemComma:
      if (c == ']') return expect(']', State::kComma);
      return expect(',', State::kItem);
    case State::kValue:
    case State::kInValue:
    case State::kEnd:
    case State::kBroken:
      break;
  }
  return false;
}

bool ListFramer::begin_value(char c) {
  const bool items = key_ == "items";
  if (items && seen_items_) return false;
  seen_items_ = seen_items_ || items;
  if (items && c == '[') {
    bytes_.remove_prefix(1);
    state_ = State::kFirstItem;
    return true;
  }
  if (items && c != 'n') return false;  // null is an empty list.
  if (key_ == "metadata") {
    if (c != '{') return false;
    metadata_.clear();
    begin(Target::kMetadata, false, 0);
    return true;
  }
  begin(Target::kSkip, false, 0);
  return !kScalarStops.contains(c);
}

void ListFramer::begin(Target target, bool in_string, std::size_t depth) {
  state_ = State::kInValue;
  target_ = target;
  in_string_ = in_string;
  escaped_ = false;
  depth_ = depth;
}

std::size_t ListFramer::skip_plain(std::size_t at) const {
  const CharSet& stops = in_string_ ? kStringStops : depth_ > 0 ? kValueStops : kScalarOrValueStops;
  while (at < bytes_.size() && !stops.contains(bytes_[at])) ++at;
  return at;
}

std::size_t ListFramer::skip_blocks(std::size_t at) {
  while (depth_ > 0 && !escaped_ && bytes_.size() - at >= JsonBlock::kBytes) {
    const JsonBlock block(bytes_.data() + at);
    const std::uint64_t inside = block.in_strings(in_string_ ? ~std::uint64_t{0} : 0);
    const auto opened = static_cast<std::size_t>(std::popcount(block.opening & ~inside));
    const auto closed = static_cast<std::size_t>(std::popcount(block.closing & ~inside));
    // The value may end here, or a bound may be broken: look at each byte.
    if (block.backslashes != 0 || closed >= depth_ || depth_ + opened > limits_.depth_max) break;
    depth_ += opened;
    depth_ -= closed;
    in_string_ = (inside >> (JsonBlock::kBytes - 1)) != 0;
    at += JsonBlock::kBytes;
  }
  return at;
}

bool ListFramer::scan_value() {
  std::size_t at = 0;
  std::size_t next_block = 0;
  bool complete = false;
  while (at < bytes_.size() && !complete) {
    if (escaped_) {
      escaped_ = false;
      ++at;
      continue;
    }
    if (at >= next_block) {
      at = skip_blocks(at);
      next_block = at + JsonBlock::kBytes;
    }
    at = skip_plain(at);
    if (at == bytes_.size()) break;
    const char c = bytes_[at];
    if (in_string_) {
      ++at;
      escaped_ = c == '\\';
      if (c == '"') {
        in_string_ = false;
        complete = depth_ == 0;
      }
    } else if (c == '"') {
      ++at;
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++at;
      too_deep_ = ++depth_ > limits_.depth_max;
      if (too_deep_) break;
    } else if (depth_ == 0) {
      complete = true;  // The end of a scalar, which belongs to what follows.
    } else {
      ++at;
      complete = --depth_ == 0;
    }
  }
  keep(bytes_.substr(0, at));
  bytes_.remove_prefix(at);
  return complete;
}

void ListFramer::keep(std::string_view bytes) {
  if (target_ == Target::kItem) text_ += bytes;
  if (target_ == Target::kMetadata) metadata_ += bytes;
}

bool ListFramer::value_too_large() const {
  if (target_ == Target::kItem) return text_.size() > limits_.item_bytes_max;
  return target_ == Target::kMetadata && metadata_.size() > limits_.metadata_bytes_max;
}

}  // namespace neuron_scheduler::client
