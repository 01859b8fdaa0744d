#include "neuron/selection.hpp"

#include <algorithm>

#include "neuron/assignment.hpp"

namespace neuron_scheduler::neuron {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

std::vector<std::string_view> list_entries(std::string_view text) {
  std::vector<std::string_view> entries;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view entry = trimmed(text.substr(begin, end - begin));
    if (!entry.empty()) entries.push_back(entry);
    begin = end + 1;
  }
  return entries;
}

DeviceSelection::DeviceSelection(std::span<const std::string_view> use,
                                 std::span<const std::string_view> nouse) {
  for (const std::string_view text : use) {
    List list;
    if (parse(text, list)) use_.push_back(std::move(list));
  }
  for (const std::string_view text : nouse) {
    List list;
    if (parse(text, list) && !list.empty()) nouse_.push_back(std::move(list));
  }
}

// True if the text names anything at all, be it a device or not.
bool DeviceSelection::parse(std::string_view text, List& list) {
  const auto entries = list_entries(text);
  for (const std::string_view entry : entries) {
    if (const auto name = parse_device_uuid(entry)) {
      list.emplace_back(std::string(name->node), device_bit(name->device));
    }
  }
  std::sort(list.begin(), list.end());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (kept > 0 && list[kept - 1].first == list[i].first) {
      list[kept - 1].second |= list[i].second;
    } else {
      if (kept != i) list[kept] = std::move(list[i]);
      ++kept;
    }
  }
  list.resize(kept);
  return !entries.empty();
}

DeviceMask DeviceSelection::find(const List& list, std::string_view node) {
  const auto found =
      std::lower_bound(list.begin(), list.end(), node,
                       [](const auto& entry, std::string_view name) { return entry.first < name; });
  return found != list.end() && found->first == node ? found->second : 0;
}

DeviceMask DeviceSelection::eligible(std::string_view node, int devices) const {
  DeviceMask mask = low_devices(devices);
  for (const List& list : use_) mask &= find(list, node);
  for (const List& list : nouse_) mask &= ~find(list, node);
  return mask;
}

}  // namespace neuron_scheduler::neuron
