#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuron/topology.hpp"

namespace neuron_scheduler::neuron {

// The entries of a comma separated list, without the blanks around them and without empty ones.
[[nodiscard]] std::vector<std::string_view> list_entries(std::string_view text);

// Which devices a pod accepts by their UUIDs (design.md §7): a device must be in every use list
// that names anything, and in no nouse list. Blanks around entries are trimmed, duplicates are
// harmless, entries that are no device match nothing.
class DeviceSelection {
 public:
  DeviceSelection() = default;
  // Annotation values, each a comma separated list.
  DeviceSelection(std::span<const std::string_view> use, std::span<const std::string_view> nouse);

  [[nodiscard]] bool empty() const { return use_.empty() && nouse_.empty(); }
  // Among the first `devices` of that node.
  [[nodiscard]] DeviceMask eligible(std::string_view node, int devices) const;

 private:
  // By node, ascending, no node twice.
  using List = std::vector<std::pair<std::string, DeviceMask>>;

  static bool parse(std::string_view text, List& list);
  static DeviceMask find(const List& list, std::string_view node);

  std::vector<List> use_;
  std::vector<List> nouse_;
};

}  // namespace neuron_scheduler::neuron
