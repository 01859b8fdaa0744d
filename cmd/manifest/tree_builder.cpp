#include "cmd/manifest/tree_builder.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cluster/model/text.hpp"
#include "cmd/manifest/manifest.hpp"

namespace neuron_scheduler::manifest {
namespace {

namespace json = boost::json;

constexpr std::size_t kQuotedBytesMax = 64;

// As kAliasBytesMax counts.
std::size_t weight_of(const json::value& value) {
  constexpr std::size_t kValueBytes = 32;
  std::size_t bytes = kValueBytes;
  if (const auto* object = value.if_object()) {
    for (const auto& entry : *object) bytes += entry.key().size() + weight_of(entry.value());
  } else if (const auto* array = value.if_array()) {
    for (const json::value& item : *array) bytes += weight_of(item);
  } else if (const auto* text = value.if_string()) {
    bytes += text->size();
  }
  return bytes;
}

}  // namespace

bool TreeBuilder::wants_key() const {
  return !frames_.empty() && frames_.back().container.is_object() && !frames_.back().has_key;
}

bool TreeBuilder::in_list() const {
  return !frames_.empty() && frames_.back().container.is_array();
}

void TreeBuilder::key(std::string_view name, KeyKind kind, std::size_t line) {
  if (failed()) return;
  Frame& frame = frames_.back();
  frame.has_key = true;
  frame.key_kind = kind;
  frame.key = name;
  const bool repeated = kind == KeyKind::kPlain && !frame.merged.contains(name) &&
                        frame.container.get_object().contains(name);
  if (repeated) fail(line, "the key " + quoted(name) + " is there twice");
}

void TreeBuilder::value(json::value value, Anchor anchor, std::size_t line) {
  if (failed()) return;
  remember(anchor, value, line);
  put(std::move(value), line);
}

void TreeBuilder::alias(Anchor anchor, std::size_t line) {
  if (failed()) return;
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) return fail(line, "an alias of something that it is a part of");
  if (charge(found->second, line)) put(found->second, line);
}

void TreeBuilder::begin_map(Anchor anchor, std::size_t line) {
  begin(json::object(), anchor, line);
}

void TreeBuilder::begin_list(Anchor anchor, std::size_t line) {
  begin(json::array(), anchor, line);
}

void TreeBuilder::begin(json::value container, Anchor anchor, std::size_t line) {
  if (failed()) return;
  if (frames_.size() == kDepthMax) {
    return fail(line, "nested more than " + std::to_string(kDepthMax) + " deep");
  }
  Frame frame;
  frame.container = std::move(container);
  frame.anchor = anchor;
  frame.line = line;
  frames_.push_back(std::move(frame));
}

void TreeBuilder::end() {
  if (failed()) return;
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  remember(frame.anchor, frame.container, frame.line);
  put(std::move(frame.container), frame.line);
}

void TreeBuilder::put(json::value value, std::size_t line) {
  if (++usage_.values > kValuesMax) {
    fail(line, "more than " + std::to_string(kValuesMax) + " values");
  }
  if (failed()) return;
  if (frames_.empty()) {
    tree_.root = std::move(value);
    tree_.line = line;
    return;
  }
  Frame& frame = frames_.back();
  if (frame.container.is_object()) return put_entry(frame, std::move(value), line);
  frame.container.get_array().push_back(std::move(value));
  if (frames_.size() == 2 && frames_.front().key == "items") tree_.item_lines.push_back(line);
}

void TreeBuilder::put_entry(Frame& frame, json::value value, std::size_t line) {
  frame.has_key = false;
  if (frame.key_kind == KeyKind::kMerge) return merge(frame, value, line);
  frame.merged.erase(frame.key);
  frame.container.get_object().insert_or_assign(frame.key, std::move(value));
}

// As go.yaml.in/yaml/v2 does: a merge replaces what stands before it, what follows replaces it; of
// several sources the first one wins.
void TreeBuilder::merge(Frame& frame, const json::value& source, std::size_t line) {
  constexpr const char* kWrong = "<< takes a mapping or a list of mappings";
  if (const auto* list = source.if_array()) {
    for (auto each = list->rbegin(); each != list->rend(); ++each) {
      if (!each->is_object()) return fail(line, kWrong);
      merge(frame, *each, line);
    }
    return;
  }
  if (!source.is_object()) return fail(line, kWrong);
  for (const auto& entry : source.get_object()) {
    frame.container.get_object().insert_or_assign(entry.key(), entry.value());
    frame.merged.emplace(entry.key());
  }
}

void TreeBuilder::remember(Anchor anchor, const json::value& value, std::size_t line) {
  if (anchor != 0 && charge(value, line)) anchors_.insert_or_assign(anchor, value);
}

bool TreeBuilder::charge(const json::value& value, std::size_t line) {
  usage_.alias_bytes += weight_of(value);
  if (usage_.alias_bytes <= kAliasBytesMax) return true;
  fail(line, "anchors and aliases stand for more than " + std::to_string(kAliasBytesMax) +
                 " bytes together");
  return false;
}

void TreeBuilder::fail(std::size_t line, std::string reason) {
  if (!failed()) problem_ = Problem{line, std::move(reason), false};
}

Tree TreeBuilder::take() { return std::move(tree_); }

std::string quoted(std::string_view text) {
  std::string shown(model::cut_utf8(text, kQuotedBytesMax));
  std::ranges::replace_if(
      shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return '"' + shown + (shown.size() < text.size() ? "...\"" : "\"");
}

}  // namespace neuron_scheduler::manifest
