#include "cluster/model/annotations.hpp"

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

}  // namespace neuron_scheduler::model
