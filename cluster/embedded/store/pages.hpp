#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/embedded/store/selectors.hpp"
#include "cluster/embedded/store/status.hpp"
#include "cluster/embedded/store/store.hpp"

namespace neuron_scheduler::embedded {

// Keys from begin up to, but not including, end; an empty end is no bound.
struct KeyRange {
  std::string begin;
  std::string end;

  [[nodiscard]] bool contains(std::string_view key) const {
    return key >= begin && (end.empty() || key < end);
  }
};

// What a list or watch wants of a resource.
struct Selection {
  Face face = Face::kPods;
  KeyRange range;
  LabelSelector labels;
  FieldSelector fields;

  [[nodiscard]] bool selects_all() const { return labels.empty() && fields.empty(); }
  [[nodiscard]] bool matches(const StoredObject& object) const;
};

// 400 for selectors that cannot be parsed.
[[nodiscard]] Answer<Selection> make_selection(Face face, std::string_view namespace_name,
                                               std::string_view label_selector,
                                               std::string_view field_selector);

inline constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

struct Page {
  std::vector<ObjectPtr> objects;
  std::string next;  // The key to go on from; empty: there is nothing more.
};

// What the selection matched at a resourceVersion that is not forgotten, from a key on, in the
// order of keys; at most limit objects, and no further ones once they have bytes_max together.
[[nodiscard]] Page read_page(const Store& store, const Selection& selection, std::uint64_t at,
                             std::string_view from, std::size_t limit, std::size_t bytes_max);
// How many objects there were from a key on, selected or not.
[[nodiscard]] std::size_t count_from(const Store& store, const Selection& selection,
                                     std::uint64_t at, std::string_view from);

// A continue token, in a real server's form: opaque to clients.
struct Continuation {
  std::int64_t resource_version = 0;  // -1: as things are now.
  std::string from;                   // A key in the selection's range.
};
[[nodiscard]] std::string encode_continuation(const Selection& selection,
                                              const Continuation& continuation);
[[nodiscard]] Answer<Continuation> decode_continuation(const Selection& selection,
                                                       std::string_view token);

}  // namespace neuron_scheduler::embedded
