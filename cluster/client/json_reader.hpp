#pragma once

// Only for the codecs' own files: nothing of simdjson leaves them.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "cluster/model/quantity.hpp"
#include "cluster/model/result.hpp"

namespace neuron_scheduler::client::json {

// What is accepted from outside. Kubernetes itself allows far less; the whole object is bounded by
// its framing.
inline constexpr std::size_t kDepthMax = 64;         // Nested objects and arrays.
inline constexpr std::size_t kEntriesMax = 4096;     // Of one list or map.
inline constexpr std::size_t kContainersMax = 1024;  // Of one pod, init containers included.
inline constexpr std::size_t kResourceEntriesMax =
    4096;                                           // Of all resource lists of one object together.
inline constexpr std::size_t kNameBytesMax = 253;   // Names, namespaces, uids, resource versions.
inline constexpr std::size_t kTextBytesMax = 4096;  // Any other string that is kept.

// text as it may be shown: cut to 64 bytes, in quotes, control characters and what is no UTF-8
// replaced.
[[nodiscard]] std::string quoted(std::string_view text);

class Value;

// One parsed document at a time, and the first thing that was wrong with what was read of it.
class Document {
 public:
  Document() = default;
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  // The former document and all its Values end. text must stay until then; it may be moved by
  // reserve() here.
  [[nodiscard]] model::Result<Value> parse(std::string& text);

  // "field.path: reason", or empty. Forgetting starts afresh with the same document.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  void forget_problem() { problem_.clear(); }

 private:
  friend class Value;
  static constexpr std::uint32_t kRoot = 0;

  enum class StepKind : std::uint8_t { kRoot, kField, kEntry, kItem };
  struct Step {
    std::uint32_t parent = kRoot;
    std::uint32_t index = 0;
    StepKind kind = StepKind::kRoot;
    std::string_view key;
  };

  std::uint32_t add_step(const Step& step);
  [[nodiscard]] std::string path_of(std::uint32_t step) const;
  [[nodiscard]] bool fits(std::size_t size);

  simdjson::dom::parser parser_;
  simdjson::dom::document document_;
  std::vector<Step> steps_;
  std::string problem_;
  std::size_t resource_entries_ = 0;
};

// A place in a document that may be empty (missing or null, which mean the same to Kubernetes).
// Reading never fails: what has a wrong type is noted in the document and reads as empty.
class Value {
 public:
  Value() = default;

  [[nodiscard]] bool exists() const { return exists_; }
  [[nodiscard]] Value operator[](std::string_view field) const;
  // The same place, where paths begin.
  [[nodiscard]] Value as_root() const {
    Value root = *this;
    root.step_ = Document::kRoot;
    return root;
  }

  // "" if empty. Longer than bytes_max: a problem.
  [[nodiscard]] std::string_view text(std::size_t bytes_max = kTextBytesMax) const;
  [[nodiscard]] std::int64_t integer(std::int64_t min, std::int64_t max) const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] model::Quantity quantity() const;

  // entry(key, value) of an object; item(value) of an array; each at most entries_max times.
  template <class Entry>
  void each_entry(Entry&& entry, std::size_t entries_max = kEntriesMax) const;
  template <class Item>
  void each_item(Item&& item, std::size_t entries_max = kEntriesMax) const;

  // Notes a problem with this place, unless there is one already.
  void fail(std::string_view reason) const;
  // Counts one entry of a resource list; false and a problem if the object has too many.
  [[nodiscard]] bool count_resource() const;

 private:
  friend class Document;
  Value(Document* document, simdjson::dom::element element, std::uint32_t step)
      : document_(document), element_(element), step_(step), exists_(!element.is_null()) {}

  Document* document_ = nullptr;
  simdjson::dom::element element_;
  std::uint32_t step_ = 0;
  bool exists_ = false;
};

template <class Entry>
void Value::each_entry(Entry&& entry, std::size_t entries_max) const {
  if (!exists_) return;
  simdjson::dom::object object;
  if (element_.get(object) != simdjson::SUCCESS) return fail("must be an object");
  std::size_t count = 0;
  for (const auto field : object) {
    if (++count > entries_max) {
      return fail("has more than " + std::to_string(entries_max) + " entries");
    }
    const auto step = document_->add_step({step_, 0, Document::StepKind::kEntry, field.key});
    entry(field.key, Value(document_, field.value, step));
  }
}

template <class Item>
void Value::each_item(Item&& item, std::size_t entries_max) const {
  if (!exists_) return;
  simdjson::dom::array array;
  if (element_.get(array) != simdjson::SUCCESS) return fail("must be an array");
  std::uint32_t count = 0;
  for (const auto element : array) {
    if (count == entries_max) {
      return fail("has more than " + std::to_string(entries_max) + " entries");
    }
    const auto step = document_->add_step({step_, count, Document::StepKind::kItem, {}});
    ++count;
    item(Value(document_, element, step));
  }
}

}  // namespace neuron_scheduler::client::json
