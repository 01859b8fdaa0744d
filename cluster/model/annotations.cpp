#include "cluster/model/annotations.hpp"

#include <algorithm>

namespace neuron_scheduler::model {

void Annotations::set(Name key, std::string value) {
  for (auto& [known, old] : entries_) {
    if (known == key) {
      old = std::move(value);
      return;
    }
  }
  entries_.emplace_back(std::move(key), std::move(value));
}

const std::string* Annotations::find(const Name& key) const {
  for (const auto& [known, value] : entries_) {
    if (known == key) return &value;
  }
  return nullptr;
}

bool operator==(const Annotations& a, const Annotations& b) {
  return a.entries_.size() == b.entries_.size() &&
         std::all_of(a.entries_.begin(), a.entries_.end(), [&](const auto& entry) {
           const std::string* value = b.find(entry.first);
           return value != nullptr && *value == entry.second;
         });
}

}  // namespace neuron_scheduler::model
