#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace neuron_scheduler::model {

// An interned string: equal texts share one entry, so that comparing for equality costs one pointer
// comparison and a repeated label, namespace or resource name is held once (design.md §10). An
// entry lives as long as some Name refers to it: texts that objects stop using are freed. Names
// belong to one thread. The empty Name is the default.
class Name {
 public:
  Name() = default;
  explicit Name(std::string_view text);
  Name(const Name& other) noexcept : entry_(other.entry_) { retain(); }
  Name(Name&& other) noexcept : entry_(other.entry_) { other.entry_ = nullptr; }
  Name& operator=(const Name& other) noexcept;
  Name& operator=(Name&& other) noexcept;
  ~Name() { release(); }

  [[nodiscard]] std::string_view view() const;
  [[nodiscard]] const std::string& str() const;
  [[nodiscard]] bool empty() const { return entry_ == nullptr; }

  friend bool operator==(const Name& a, const Name& b) noexcept { return a.entry_ == b.entry_; }
  // By text, never by address: orders must be the same in each run.
  friend std::strong_ordering operator<=>(const Name& a, const Name& b) {
    return a.entry_ == b.entry_ ? std::strong_ordering::equal : a.view() <=> b.view();
  }

  // Differs from run to run: for hash containers whose order nobody observes.
  [[nodiscard]] std::size_t hash() const noexcept { return std::hash<const void*>{}(entry_); }

  // Fnv1a of the text, kept with it.
  [[nodiscard]] std::uint64_t digest() const;

  // How many distinct texts are alive; for tests and the memory metric.
  [[nodiscard]] static std::size_t live_count();

 private:
  struct Entry;
  friend class NameTable;

  void retain() const noexcept;
  void release() noexcept;

  Entry* entry_ = nullptr;
};

}  // namespace neuron_scheduler::model

template <>
struct std::hash<neuron_scheduler::model::Name> {
  std::size_t operator()(const neuron_scheduler::model::Name& name) const noexcept {
    return name.hash();
  }
};
