#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neuron/topology.hpp"

namespace neuron_scheduler::neuron {

// Every set of up to 16 devices that a rule allows, by size; made once, in milliseconds.
class SetTable {
 public:
  // Sets that are linked in themselves; of a torus, and where all are linked to all.
  [[nodiscard]] static const SetTable& torus();
  [[nodiscard]] static const SetTable& all_to_all();

  // Of `size` devices, 1..16: by diameter, then as numbers.
  [[nodiscard]] std::span<const std::uint16_t> sets(int size) const;
  // By position in sets(size): the most links between two of its devices, inside the set.
  [[nodiscard]] std::span<const std::uint8_t> diameters(int size) const;

 private:
  // The devices that are linked to any of `devices`.
  using Neighbours = std::uint32_t (*)(std::uint32_t devices);
  explicit SetTable(Neighbours neighbours);

  static constexpr int kDevices = 16;
  std::vector<std::uint16_t> sets_;
  std::vector<std::uint8_t> diameters_;
  std::array<std::size_t, kDevices + 2> first_{};  // By size.
};

// The legal sets of one size on a geometry, by number. A view: copying is cheap, nothing allocates.
class LegalSets {
 public:
  LegalSets(const Geometry& geometry, int size);

  [[nodiscard]] int count() const { return count_; }
  // 0 <= i < count(). On a ring the ids may go on from the last to 0; otherwise ascending.
  [[nodiscard]] DeviceMask set(int i) const {
    if (!table_.empty()) return table_[static_cast<std::size_t>(i)];
    const int first = i * stride_;
    const DeviceMask wrapped = first == 0 ? 0 : low_ >> (devices_ - first);
    return ((low_ << first) | wrapped) & low_devices(devices_);
  }
  // Only to compare sets of one size; 0 where they do not differ in it.
  [[nodiscard]] int diameter(int i) const {
    return table_.empty() ? 0 : diameters_[static_cast<std::size_t>(i)];
  }

 private:
  std::span<const std::uint16_t> table_;
  std::span<const std::uint8_t> diameters_;
  DeviceMask low_ = 0;
  int devices_ = 0;
  int stride_ = 0;
  int count_ = 0;
};

}  // namespace neuron_scheduler::neuron
