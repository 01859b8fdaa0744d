#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/model/name.hpp"

namespace neuron_scheduler::model {

// The annotations of an object that some plugin declared to read (scheduler/registry.hpp); all
// others are dropped when the object is decoded, since they can be large and are nobody's business.
class Annotations {
 public:
  void set(Name key, std::string value);
  // Null if the key is missing; the pointer lives until the next change.
  [[nodiscard]] const std::string* find(const Name& key) const;
  [[nodiscard]] const std::vector<std::pair<Name, std::string>>& entries() const {
    return entries_;
  }
  // In whatever order.
  friend bool operator==(const Annotations& a, const Annotations& b);

 private:
  std::vector<std::pair<Name, std::string>> entries_;  // No key twice; order of arrival.
};

// Keys to keep, and the longest value that is kept whole: a longer one makes the object
// undecodable.
struct AnnotationFilter {
  std::set<std::string, std::less<>> keys;
  // Of a node's reports (node.hpp): longer ones are cut, and never harm the node.
  std::set<std::string, std::less<>> reports = {};
  std::size_t value_bytes_max = std::size_t{64} * 1024;

  [[nodiscard]] bool wants(std::string_view key) const { return keys.contains(key); }
};

}  // namespace neuron_scheduler::model
