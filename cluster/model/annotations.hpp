#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/model/name.hpp"

namespace neuron_scheduler::model {

// The annotations of an object that some plugin declared to read (scheduler/registry.hpp); all
// others are dropped when the object is decoded, since they can be large and are nobody's business.
class Annotations {
 public:
  void set(const Name& key, std::string_view value);
  // nullopt if the key is missing; the text lives until the next change.
  [[nodiscard]] std::optional<std::string_view> find(const Name& key) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  // Gives back what memory is not needed.
  void shrink();
  // In whatever order.
  friend bool operator==(const Annotations& a, const Annotations& b);

 private:
  struct Entry {
    Name key;
    std::uint32_t begin = 0;  // In text_.
    std::uint32_t size = 0;
  };
  [[nodiscard]] std::string_view value_of(const Entry& entry) const {
    return std::string_view(text_).substr(entry.begin, entry.size);
  }

  std::vector<Entry> entries_;  // No key twice; order of arrival.
  std::string text_;            // All values: one allocation for a pod of which there are many.
};

// Of a text that is only compared, and may be long: equal for equal texts, in one process.
[[nodiscard]] std::string fingerprint(std::string_view text);

// Keys to keep, and the longest value that is kept whole: a longer one makes the object
// undecodable.
struct AnnotationFilter {
  std::set<std::string, std::less<>> keys;
  // Of a node's reports (node.hpp), which may have any length and never harm the node.
  std::set<std::string, std::less<>> reports = {};
  std::size_t value_bytes_max = std::size_t{64} * 1024;

  [[nodiscard]] bool wants(std::string_view key) const { return keys.contains(key); }
};

}  // namespace neuron_scheduler::model
