#include "neuron/legal_sets.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace neuron_scheduler::neuron {
namespace {

// Device 4*row + column.
std::uint32_t torus_neighbours(std::uint32_t devices) {
  const std::uint32_t east = (devices & 0x7777) << 1 | (devices & 0x8888) >> 3;
  const std::uint32_t west = (devices & 0xeeee) >> 1 | (devices & 0x1111) << 3;
  const std::uint32_t south = devices << 4 | devices >> 12;
  const std::uint32_t north = devices >> 4 | devices << 12;
  return (east | west | south | north) & 0xffff;
}

std::uint32_t everyone(std::uint32_t /*devices*/) { return 0xffff; }

// nullopt: the set is not linked in itself.
template <class Neighbours>
std::optional<std::uint8_t> diameter_of(std::uint32_t set, Neighbours neighbours) {
  std::uint8_t most = 0;
  for (std::uint32_t rest = set; rest != 0; rest &= rest - 1) {
    std::uint32_t reached = rest & -rest;
    std::uint8_t links = 0;
    while (reached != set) {
      const std::uint32_t further = (reached | neighbours(reached)) & set;
      if (further == reached) return std::nullopt;
      reached = further;
      ++links;
    }
    most = std::max(most, links);
  }
  return most;
}

}  // namespace

SetTable::SetTable(Neighbours neighbours) {
  struct Entry {
    std::uint8_t size = 0;
    std::uint8_t diameter = 0;
    std::uint16_t set = 0;
    auto operator<=>(const Entry&) const = default;
  };
  std::vector<Entry> entries;
  for (std::uint32_t set = 1; set < 1U << kDevices; ++set) {
    const auto diameter = diameter_of(set, neighbours);
    if (!diameter) continue;
    entries.push_back({static_cast<std::uint8_t>(std::popcount(set)), *diameter,
                       static_cast<std::uint16_t>(set)});
  }
  std::sort(entries.begin(), entries.end());
  for (const Entry& entry : entries) {
    sets_.push_back(entry.set);
    diameters_.push_back(entry.diameter);
    ++first_[entry.size + 1U];
  }
  for (std::size_t size = 1; size < first_.size(); ++size) first_[size] += first_[size - 1];
}

const SetTable& SetTable::torus() {
  static const SetTable kTable(torus_neighbours);
  return kTable;
}

const SetTable& SetTable::all_to_all() {
  static const SetTable kTable(everyone);
  return kTable;
}

std::span<const std::uint16_t> SetTable::sets(int size) const {
  const auto at = static_cast<std::size_t>(size);
  return std::span(sets_).subspan(first_[at], first_[at + 1] - first_[at]);
}

std::span<const std::uint8_t> SetTable::diameters(int size) const {
  const auto at = static_cast<std::size_t>(size);
  return std::span(diameters_).subspan(first_[at], first_[at + 1] - first_[at]);
}

LegalSets::LegalSets(const Geometry& geometry, int size) : devices_(geometry.devices) {
  stride_ = legal_stride(geometry, size);
  if (stride_ == 0) return;
  low_ = low_devices(size);
  count_ = (devices_ - size) / stride_ + 1;
  if (size == 1 || size == devices_) return;
  if (geometry.rule == SetRule::kConsecutiveRing) count_ = devices_;
  const bool torus = geometry.rule == SetRule::kTorusConnected;
  if (!torus && geometry.rule != SetRule::kAnySet) return;
  const SetTable& table = torus ? SetTable::torus() : SetTable::all_to_all();
  table_ = table.sets(size);
  if (!torus) {
    // All diameters are equal, so the sets among the first devices come first.
    const auto end = std::lower_bound(table_.begin(), table_.end(), DeviceMask{1} << devices_);
    table_ = table_.first(static_cast<std::size_t>(end - table_.begin()));
  }
  diameters_ = table.diameters(size);
  count_ = static_cast<int>(table_.size());
}

}  // namespace neuron_scheduler::neuron
