#include "cluster/model/annotations.hpp"

#include <algorithm>
#include <functional>

namespace neuron_scheduler::model {

void Annotations::set(const Name& key, std::string_view value) {
  auto place = std::find_if(entries_.begin(), entries_.end(),
                            [&](const Entry& entry) { return entry.key == key; });
  if (place == entries_.end()) {
    place = entries_.insert(place, Entry{key, 0, 0});
  } else {
    const Entry old = *place;
    text_.erase(old.begin, old.size);
    for (Entry& entry : entries_) {
      if (entry.begin > old.begin) entry.begin -= old.size;
    }
  }
  place->begin = static_cast<std::uint32_t>(text_.size());
  place->size = static_cast<std::uint32_t>(value.size());
  text_ += value;
}

std::optional<std::string_view> Annotations::find(const Name& key) const {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return value_of(entry);
  }
  return std::nullopt;
}

void Annotations::shrink() {
  entries_.shrink_to_fit();
  text_.shrink_to_fit();
}

std::string fingerprint(std::string_view text) {
  return std::to_string(std::hash<std::string_view>{}(text)) + '/' + std::to_string(text.size());
}

bool operator==(const Annotations& a, const Annotations& b) {
  return a.size() == b.size() &&
         std::all_of(a.entries_.begin(), a.entries_.end(),
                     [&](const auto& entry) { return b.find(entry.key) == a.value_of(entry); });
}

}  // namespace neuron_scheduler::model
