#include "neuron/worth.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <vector>

#include "neuron/legal_sets.hpp"

namespace neuron_scheduler::neuron {
namespace {

constexpr std::size_t kBytes = 256;

// Calls function(start, length) for every run of ones, the lowest first.
template <class Function>
constexpr void for_each_run(std::uint64_t bits, Function function) {
  int start = 0;
  while (bits != 0) {
    const int gap = std::countr_zero(bits);
    bits >>= gap;
    const int length = std::countr_one(bits);
    function(start + gap, length);
    start += gap + length;
    bits = length >= kMaxDevices ? 0 : bits >> length;
  }
}

// Sum of s*(n-s+1) over s = 1..n.
constexpr std::int64_t core_run_worth(std::int64_t length) {
  return length * (length + 1) * (length + 2) / 6;
}

constexpr std::int64_t core_runs_worth(CoreMask free) {
  std::int64_t sum = 0;
  for_each_run(free, [&sum](int /*start*/, int length) { sum += core_run_worth(length); });
  return sum;
}

constexpr auto kCoresWorth = [] {
  std::array<std::int16_t, kBytes> table{};
  for (unsigned free = 0; free < kBytes; ++free) {
    table[free] = static_cast<std::int16_t>(core_runs_worth(free));
  }
  return table;
}();

// Of a run of free devices, by its length.
constexpr auto kLineWorth = [] {
  std::array<std::int16_t, kMaxDevices + 1> table{};
  for (int length = 1; length <= kMaxDevices; ++length) {
    int places = 0;
    for (int size = 1; size <= length; size *= 2) places += length - size + 1;
    table[static_cast<std::size_t>(length)] = static_cast<std::int16_t>(places);
  }
  return table;
}();

constexpr int line_worth(int length) { return kLineWorth[static_cast<std::size_t>(length)]; }

// Two rows of the torus.
constexpr int kHalf = 8;
constexpr DeviceMask kHalfMask = low_devices(kHalf);
constexpr DeviceMask kWholeMask = low_devices(2 * kHalf);
constexpr int kWholeWorth = 2 * kHalf;

constexpr int half_worth(DeviceMask free) {
  return std::popcount(free) + ((free & 0x0f) == 0x0f ? 4 : 0) + ((free & 0xf0) == 0xf0 ? 4 : 0) +
         (free == kHalfMask ? kHalf : 0);
}

// Of one half, by its free devices.
struct Half {
  std::array<std::int8_t, 4> start{};  // Best place for 1, 2 (none), 4, 8 devices.
  std::array<std::int8_t, 4> lost{};
  std::int8_t worth = 0;
};

constexpr std::size_t size_index(int size) {
  return static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(size)));
}

constexpr auto kHalves = [] {
  std::array<Half, kBytes> table{};
  for (DeviceMask free = 0; free < kBytes; ++free) {
    Half& half = table[free];
    half.worth = static_cast<std::int8_t>(half_worth(free));
    half.start.fill(BestFit::kNone);
    for (const int size : {1, 4, 8}) {
      const std::size_t index = size_index(size);
      for (int start = 0; start < kHalf; start += size) {
        const DeviceMask set = low_devices(size) << start;
        if ((set & ~free) != 0) continue;
        const int lost = half.worth - half_worth(free & ~set);
        const bool first = half.start[index] == BestFit::kNone;
        if (!first && (size == 1 ? lost > half.lost[index] : lost >= half.lost[index])) continue;
        half.start[index] = static_cast<std::int8_t>(start);
        half.lost[index] = static_cast<std::int8_t>(lost);
      }
    }
  }
  return table;
}();

const Half& half_of(DeviceMask free, int shift) { return kHalves[free >> shift & kHalfMask]; }

BestFit best_rows(DeviceMask free, int size) {
  const bool whole = free == kWholeMask;
  if (size == 2 * kHalf) {
    if (!whole) return {};
    return {0, 2 * half_worth(kHalfMask) + kWholeWorth};
  }
  const std::size_t index = size_index(size);
  const Half& low = half_of(free, 0);
  const Half& high = half_of(free, kHalf);
  const int more = whole ? kWholeWorth : 0;
  const bool low_fits = low.start[index] != BestFit::kNone;
  if (high.start[index] != BestFit::kNone) {
    const int by = high.lost[index] - low.lost[index];
    if (!low_fits || by < 0 || (by == 0 && size == 1)) {
      return {high.start[index] + kHalf, high.lost[index] + more};
    }
  }
  if (!low_fits) return {};
  return {low.start[index], low.lost[index] + more};
}

// A run of devices is worth more than its parts, so that nothing fits better than at an end of one.
BestFit best_on_line(DeviceMask free, int size) {
  BestFit best;
  for_each_run(free, [&best, size](int start, int length) {
    if (length < size) return;
    const int lost = line_worth(length) - line_worth(length - size);
    const bool none = best.start == BestFit::kNone;
    if (size == 1 && (none || lost <= best.lost)) best = {start + length - 1, lost};
    if (size > 1 && (none || lost < best.lost)) best = {start, lost};
  });
  return best;
}

// A ring that is wholly free has a place that begins at each device; a broken one is a line whose
// ends are linked.
int ring_worth(DeviceMask free, int devices) {
  if (free == low_devices(devices)) {
    int places = 0;
    for (int size = 1; size <= devices; size *= 2) places += size < devices ? devices : 1;
    return places;
  }
  const int used = std::countr_one(free);
  const DeviceMask line =
      used == 0 ? free : (free >> used | free << (devices - used)) & low_devices(devices);
  int places = 0;
  for_each_run(line, [&places](int /*start*/, int length) { places += line_worth(length); });
  return places;
}

// By free devices: for each size 16 times the part of its linked sets that is free. Made once.
const std::vector<std::int8_t>& torus_worth() {
  static const std::vector<std::int8_t> kTable = [] {
    std::vector<double> sum(kWholeMask + 1);
    for (int size = 1; size <= 2 * kHalf; size *= 2) {
      const auto sets = SetTable::torus().sets(size);
      for (const std::uint16_t set : sets) sum[set] = 16.0 / static_cast<double>(sets.size());
    }
    // From the sets to all that contain them.
    for (std::size_t bit = 1; bit < sum.size(); bit <<= 1) {
      for (std::size_t free = 0; free < sum.size(); ++free) {
        if ((free & bit) != 0) sum[free] += sum[free ^ bit];
      }
    }
    std::vector<std::int8_t> table;
    table.reserve(sum.size());
    // Not by what floating point loses.
    for (const double worth : sum) table.push_back(static_cast<std::int8_t>(worth + 1e-6));
    return table;
  }();
  return kTable;
}

// By number of cores and free cores.
constexpr auto kBestCores = [] {
  struct Entry {
    std::int8_t start;
    std::int8_t lost;
  };
  std::array<std::array<Entry, kBytes>, kQuickCores + 1> table{};
  for (int cores = 1; cores <= kQuickCores; ++cores) {
    for (unsigned free = 0; free < kBytes; ++free) {
      Entry& entry = table[static_cast<std::size_t>(cores)][free];
      entry.start = BestFit::kNone;
      for_each_run(free, [&entry, cores](int start, int length) {
        if (length < cores) return;
        const auto lost = core_run_worth(length) - core_run_worth(length - cores);
        if (entry.start != BestFit::kNone && lost >= entry.lost) return;
        entry = {static_cast<std::int8_t>(start), static_cast<std::int8_t>(lost)};
      });
    }
  }
  return table;
}();

}  // namespace

std::int64_t cores_worth(CoreMask free) {
  return free < kBytes ? kCoresWorth[free] : core_runs_worth(free);
}

std::int64_t devices_worth(const Geometry& geometry, DeviceMask free) {
  switch (geometry.rule) {
    case SetRule::kConsecutive: {
      std::int64_t sum = 0;
      for_each_run(free, [&sum](int /*start*/, int length) { sum += line_worth(length); });
      return sum;
    }
    case SetRule::kAlignedRows:
      return half_of(free, 0).worth + half_of(free, kHalf).worth +
             (free == kWholeMask ? kWholeWorth : 0);
    case SetRule::kConsecutiveRing:
      return ring_worth(free, geometry.devices);
    case SetRule::kTorusConnected:
      return torus_worth()[free & kWholeMask];
    case SetRule::kAnySet:
      return line_worth(std::popcount(free));
    case SetRule::kOneOrAll:
      break;
  }
  const bool all = geometry.devices > 1 && free == geometry.all_devices();
  return std::popcount(free) + (all ? geometry.devices : 0);
}

// On a line it is a matter of the one free run that they lie in, if they are consecutive.
std::int64_t devices_lost(const Geometry& geometry, DeviceMask free, DeviceMask taken) {
  if (geometry.rule == SetRule::kConsecutive && taken != 0) {
    const int start = std::countr_zero(taken);
    const int size = std::countr_one(taken >> start);
    if (taken == low_devices(size) << start) {
      const int before = start == 0 ? 0 : std::countl_one(free << (kMaxDevices - start));
      const int end = start + size;
      const int after = end >= kMaxDevices ? 0 : std::countr_one(free >> end);
      return line_worth(before + size + after) - line_worth(before) - line_worth(after);
    }
  }
  return devices_worth(geometry, free) - devices_worth(geometry, free & ~taken);
}

BestFit best_devices(const Geometry& geometry, DeviceMask free, int size) {
  if (geometry.rule == SetRule::kAlignedRows) return best_rows(free, size);
  if (geometry.rule == SetRule::kConsecutive) return best_on_line(free, size);
  const bool all = geometry.devices > 1 && free == geometry.all_devices();
  if (size > 1) return all ? BestFit{0, 2 * size} : BestFit{};
  if (free == 0) return {};
  return {kMaxDevices - 1 - std::countl_zero(free), 1 + (all ? geometry.devices : 0)};
}

BestFit best_cores(CoreMask free, int cores) {
  const auto& entry = kBestCores[static_cast<std::size_t>(cores)][free];
  return {entry.start, entry.lost};
}

}  // namespace neuron_scheduler::neuron
