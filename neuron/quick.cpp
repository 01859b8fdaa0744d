#include "neuron/quick.hpp"

#include <bit>

#include "neuron/worth.hpp"

namespace neuron_scheduler::neuron {
namespace {

bool sets_are_runs(SetRule rule) {
  return rule == SetRule::kOneOrAll || rule == SetRule::kConsecutive ||
         rule == SetRule::kAlignedRows;
}

int highest(DeviceMask devices) { return kMaxDevices - 1 - std::countl_zero(devices); }

std::optional<QuickPlace> place_devices(int count, const NodeState& state) {
  const Geometry& geometry = state.geometry();
  const BestFit best = best_devices(geometry, state.untouched(), count);
  if (best.start == BestFit::kNone) return std::nullopt;
  const CoreMask full = geometry.full_device();
  const std::int64_t of_device =
      core_price(geometry) * geometry.cores_per_device + cores_worth(full);
  return QuickPlace{{low_devices(count) << best.start, full}, best.lost + count * of_device};
}

// A whole device is always dearer to break than a broken one to use up: runs are worth more than
// their parts.
std::optional<QuickPlace> place_cores(int cores, const NodeState& state) {
  const Geometry& geometry = state.geometry();
  const std::int64_t price = core_price(geometry) * cores;
  const int least = best_cores(low_cores(cores), cores).lost;  // Of a run that it fills.
  BestFit best;
  int on = 0;
  for (DeviceMask broken = state.open() & ~state.untouched(); broken != 0;) {
    const int device = highest(broken);
    broken ^= device_bit(device);
    const BestFit here = best_cores(state.free(device), cores);
    if (here.start == BestFit::kNone) continue;
    if (best.start != BestFit::kNone && here.lost >= best.lost) continue;
    best = here;
    on = device;
    if (best.lost == least) break;
  }
  if (best.start != BestFit::kNone) {
    return QuickPlace{{device_bit(on), low_cores(cores) << best.start}, price + best.lost};
  }
  const BestFit whole = best_devices(geometry, state.untouched(), 1);
  if (whole.start == BestFit::kNone) return std::nullopt;
  const BestFit run = best_cores(geometry.full_device(), cores);
  return QuickPlace{{device_bit(whole.start), low_cores(cores) << run.start},
                    price + whole.lost + run.lost};
}

}  // namespace

bool is_quick(const Shape& shape, const NodeState& state, DeviceMask eligible) {
  const Geometry& geometry = state.geometry();
  if ((state.open() & ~eligible) != 0 || !sets_are_runs(geometry.rule)) return false;
  if (shape.last_cores == geometry.cores_per_device) return true;
  return shape.devices == 1 && geometry.cores_per_device <= kQuickCores;
}

std::optional<QuickPlace> quick_place(const Shape& shape, const NodeState& state) {
  if (shape.is_run(state.geometry())) return place_cores(shape.cores, state);
  return place_devices(shape.devices, state);
}

}  // namespace neuron_scheduler::neuron
