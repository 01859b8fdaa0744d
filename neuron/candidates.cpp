#include "neuron/candidates.hpp"

#include <bit>
#include <tuple>

#include "neuron/legal_sets.hpp"

namespace neuron_scheduler::neuron {

std::optional<Candidate> CandidateScan::next(const Shape& shape, const NodeState& view,
                                             const NodeState& pool, const Tried& tried) const {
  std::optional<Candidate> best;
  if (!shape.is_run(geometry_)) {
    scan_sets(shape, view, pool, tried, best);
    return best;
  }
  const DeviceMask open = view.open() & options_.eligible;
  if (!options_.alone) {
    scan_runs(open, shape, view, pool, tried, best);
    return best;
  }
  // A whole device is always dearer to break than a broken one to use up (value() grows faster than
  // its runs), and always has fewer cores in use.
  const DeviceMask broken = open & ~view.untouched();
  const DeviceMask first = options_.spread ? view.untouched() & open : broken;
  scan_runs(first, shape, view, pool, tried, best);
  if (!best) scan_runs(open & ~first, shape, view, pool, tried, best);
  return best;
}

bool CandidateScan::set_is_free(const Shape& shape, DeviceMask set, const NodeState& view) const {
  if ((set & ~options_.eligible) != 0) return false;
  const int last = kMaxDevices - 1 - std::countl_zero(set);
  if ((set & ~device_bit(last) & ~view.untouched()) != 0) return false;
  return (low_cores(shape.last_cores) & ~view.free(last)) == 0;
}

void CandidateScan::scan_sets(const Shape& shape, const NodeState& view, const NodeState& pool,
                              const Tried& tried, std::optional<Candidate>& best) const {
  const LegalSets legal(geometry_, shape.devices);
  const bool packed =
      options_.packed_sets && geometry_.rule == SetRule::kConsecutive && shape.devices > 1;
  const bool all_alike = options_.alone && geometry_.rule == SetRule::kAnySet && shape.devices > 1;
  const bool whole = shape.last_cores == geometry_.cores_per_device;
  const DeviceMask free = view.untouched() & options_.eligible;
  if (std::popcount(free) < shape.devices - (whole ? 0 : 1)) return;
  DeviceMask seen = 0;
  for (int i = 0; i < legal.count(); ++i) {
    if (i < kMaxDevices && (tried.sets >> i & 1) != 0) continue;
    // In order of diameters: none that follows is better.
    if (options_.alone && best && best->key.diameter < legal.diameter(i)) return;
    const DeviceMask set = legal.set(i);
    if (!set_is_free(shape, set, view)) continue;
    if (packed && i > 0 && (free & device_bit(i - 1)) != 0) continue;
    Candidate candidate;
    candidate.placement = {set, low_cores(shape.last_cores)};
    if (all_alike) {
      // What is linked to all alike costs alike, but for a last device that is partly used.
      const DeviceMask last = whole ? 1 : device_bit(candidate.placement.last_device());
      if ((seen & last) != 0) continue;
      seen |= last;
    }
    candidate.number = i;
    candidate.key.diameter = legal.diameter(i);
    candidate.key.tie = shape.devices == 1 ? geometry_.devices - i : i;
    consider(candidate, pool, tried, best);
  }
}

void CandidateScan::scan_runs(DeviceMask devices, const Shape& shape, const NodeState& view,
                              const NodeState& pool, const Tried& tried,
                              std::optional<Candidate>& best) const {
  const int cores = shape.cores;
  for (; devices != 0; devices &= devices - 1) {
    const int device = std::countr_zero(devices);
    int from = 0;
    for (CoreMask rest = view.free(device); rest != 0;) {
      const int gap = std::countr_zero(rest);
      from += gap;
      rest >>= gap;
      const int length = std::countr_one(rest);
      const int last = options_.all_positions ? from + length - cores : from;
      const bool known = !options_.all_positions && (tried.lengths >> length & 1) != 0;
      for (int at = from; length >= cores && !known && at <= last; ++at) {
        Candidate candidate;
        candidate.placement = {device_bit(device), low_cores(cores) << at};
        candidate.number = device;
        candidate.run_length = length;
        candidate.key.tie = (geometry_.devices - device) * kMaxCoresPerDevice + at;
        consider(candidate, pool, tried, best);
      }
      from += length;
      rest = length >= kMaxCoresPerDevice ? 0 : rest >> length;
    }
  }
}

void CandidateScan::consider(Candidate candidate, const NodeState& pool, const Tried& tried,
                             std::optional<Candidate>& best) const {
  CandidateKey& key = candidate.key;
  key.fresh = options_.alone ? 0 : new_cores(pool, candidate.placement);
  // Costs are the dearest part of the comparison.
  if (best && std::tie(best->key.fresh, best->key.diameter) < std::tie(key.fresh, key.diameter)) {
    return;
  }
  key.cost = cost(pool, candidate.placement);
  if (options_.spread) {
    key.cost = -key.cost;
    for (DeviceMask rest = candidate.placement.devices; rest != 0; rest &= rest - 1) {
      key.in_use += std::popcount(pool.used(std::countr_zero(rest)));
    }
  }
  if (tried.last && !(*tried.last < key)) return;
  if (best && !(key < best->key)) return;
  best = candidate;
}

}  // namespace neuron_scheduler::neuron
