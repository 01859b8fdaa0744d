#include "neuron/candidates.hpp"

#include <bit>

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
  // its runs).
  scan_runs(open & ~view.untouched(), shape, view, pool, tried, best);
  if (!best) scan_runs(open & view.untouched(), shape, view, pool, tried, best);
  return best;
}

bool CandidateScan::set_is_free(const Shape& shape, int start, const NodeState& view) const {
  const DeviceMask devices = low_devices(shape.devices) << start;
  if ((devices & ~options_.eligible) != 0) return false;
  const int last = start + shape.devices - 1;
  if ((devices & ~device_bit(last) & ~view.untouched()) != 0) return false;
  return (low_cores(shape.last_cores) & ~view.free(last)) == 0;
}

void CandidateScan::scan_sets(const Shape& shape, const NodeState& view, const NodeState& pool,
                              const Tried& tried, std::optional<Candidate>& best) const {
  const int size = shape.devices;
  const int stride = legal_stride(geometry_, size);
  const bool packed = options_.packed_sets && stride == 1 && size > 1;
  const DeviceMask free = view.untouched() & options_.eligible;
  for (int start = 0; start + size <= geometry_.devices; start += stride) {
    if ((tried.starts & device_bit(start)) != 0 || !set_is_free(shape, start, view)) continue;
    if (packed && start > 0 && (free & device_bit(start - 1)) != 0) continue;
    Candidate candidate;
    candidate.placement = {low_devices(size) << start, low_cores(shape.last_cores)};
    candidate.start = start;
    candidate.key.tie = size == 1 ? geometry_.devices - start : start;
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
        candidate.start = device;
        candidate.run_length = length;
        candidate.key.tie = (geometry_.devices - device) * kMaxCoresPerDevice + at;
        consider(candidate, pool, tried, best);
      }
      from += length;
      rest = length >= kMaxCoresPerDevice ? 0 : rest >> length;
    }
  }
}

// candidate: all but the first two parts of its key.
void CandidateScan::consider(const Candidate& candidate, const NodeState& pool, const Tried& tried,
                             std::optional<Candidate>& best) const {
  const int fresh = options_.alone ? 0 : new_cores(pool, candidate.placement);
  const CandidateKey key{fresh, cost(pool, candidate.placement), candidate.key.tie};
  if (tried.last && !(*tried.last < key)) return;
  if (best && !(key < best->key)) return;
  best = candidate;
  best->key = key;
}

}  // namespace neuron_scheduler::neuron
