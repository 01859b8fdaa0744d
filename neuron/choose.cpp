#include "neuron/choose.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <optional>

namespace neuron_scheduler::neuron {
namespace {

// Order of preference among the candidates of one container; no two candidates have the same.
struct Key {
  int fresh = -1;  // Cores that the pod's other containers do not have.
  std::int64_t cost = 0;
  int tie = 0;
  friend auto operator<=>(const Key&, const Key&) = default;
};

struct Candidate {
  Key key;
  Placement placement;
  int start = 0;       // First device.
  int run_length = 0;  // Of the free run it lies in, where that matters.
};

struct Item {
  int asking = 0;
  Shape shape;
  bool run = false;
  bool independent =
      false;  // Runs beside no other asking container: it cannot be in the way of any.
  bool like_previous = false;  // Interchangeable with the item before.
  std::uint64_t conflicts = 0;
};

// What was tried for one item while all before it stayed where they are.
struct Tried {
  std::optional<Key> last;
  DeviceMask starts = 0;  // Of sets that led to nothing, for this item or for an equal one before.
  std::uint64_t lengths = 0;  // Bit n: a free run of n cores led to nothing.
  bool nothing_else_helps = false;
};

class Search {
 public:
  Search(const NodeState& state, const PodRequest& request, DeviceMask eligible)
      : base_(state), geometry_(state.geometry()), request_(request), eligible_(eligible) {}

  Evaluation run();
  // After run() said kFits.
  [[nodiscard]] std::vector<Placement> placements() const {
    return {placed_.begin(), placed_.begin() + static_cast<std::ptrdiff_t>(count_)};
  }

 private:
  std::optional<Fit> prepare();
  bool sums_fit() const;
  bool equals_fit(std::size_t level, const NodeState& view) const;
  bool place(std::size_t level, const NodeState& pool, DeviceMask excluded);
  const NodeState& view_of(const Item& item, std::optional<NodeState>& storage) const;
  std::optional<Candidate> next(const Item& item, const NodeState& view, const NodeState& pool,
                                const Tried& tried) const;
  void next_set(const Item& item, const NodeState& view, const NodeState& pool, const Tried& tried,
                std::optional<Candidate>& best) const;
  void next_run(const Item& item, const NodeState& view, const NodeState& pool, const Tried& tried,
                std::optional<Candidate>& best) const;
  void consider(Candidate candidate, const NodeState& pool, const Tried& tried,
                std::optional<Candidate>& best) const;
  bool set_is_free(const Shape& shape, int start, const NodeState& view) const;

  const NodeState& base_;
  const Geometry& geometry_;
  const PodRequest& request_;
  const DeviceMask eligible_;
  std::size_t count_ = 0;
  std::array<Item, kMaxAskingContainers> items_;
  std::array<Placement, kMaxAskingContainers> placed_;  // By position in asking.
  std::uint64_t placed_mask_ = 0;
  bool whole_sets_only_ = true;  // No set of several devices leaves a part of its last one.
  std::int64_t cost_ = 0;
  int steps_ = 0;
  bool too_complex_ = false;
};

// Fills items_, biggest first.
std::optional<Fit> Search::prepare() {
  count_ = request_.asking.size();
  for (std::size_t i = 0; i < count_; ++i) {
    const AskingContainer& asking = request_.asking[i];
    const auto shape = shape_on(asking.request, geometry_);
    if (const auto* problem = std::get_if<ShapeProblem>(&shape)) {
      switch (*problem) {
        case ShapeProblem::kIllegalSize:
          return Fit::kIllegalSize;
        case ShapeProblem::kCoresUnknown:
          return Fit::kCoresUnknown;
        case ShapeProblem::kUnitsDisagree:
          return Fit::kUnitsDisagree;
      }
    }
    Item& item = items_[i];
    item.asking = static_cast<int>(i);
    item.shape = std::get<Shape>(shape);
    item.run = item.shape.is_run(geometry_);
    item.conflicts = asking.conflicts;
    item.independent = asking.conflicts == 0;
    if (item.shape.devices > 1 && item.shape.last_cores < geometry_.cores_per_device) {
      whole_sets_only_ = false;
    }
  }
  if (count_ < 2) return std::nullopt;
  std::sort(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(count_),
            [](const Item& a, const Item& b) {
              if (a.shape.cores != b.shape.cores) return a.shape.cores > b.shape.cores;
              return a.asking < b.asking;
            });
  for (std::size_t i = 1; i < count_; ++i) {
    const Item& before = items_[i - 1];
    Item& item = items_[i];
    const std::uint64_t both =
        (std::uint64_t{1} << item.asking) | (std::uint64_t{1} << before.asking);
    item.like_previous = item.shape == before.shape && !item.independent &&
                         (item.conflicts & ~both) == (before.conflicts & ~both) &&
                         ((item.conflicts | before.conflicts) & both) == both;
  }
  return std::nullopt;
}

// What runs at the same time after all init containers must fit in sum.
bool Search::sums_fit() const {
  int cores = 0;
  int devices = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const Item& item = items_[i];
    if (!request_.asking[static_cast<std::size_t>(item.asking)].runs_on()) continue;
    cores += item.shape.cores;
    devices += item.shape.cores / geometry_.cores_per_device;
  }
  if (devices > std::popcount(base_.untouched() & eligible_)) return false;
  int free = 0;
  for (DeviceMask open = base_.open() & eligible_; open != 0; open &= open - 1) {
    free += std::popcount(base_.free(std::countr_zero(open)));
  }
  return cores <= free;
}

// Whether this item and its equals right after it, each looked at with nothing but their number,
// still have room.
bool Search::equals_fit(std::size_t level, const NodeState& view) const {
  int wanted = 1;
  while (level + static_cast<std::size_t>(wanted) < count_ &&
         items_[level + static_cast<std::size_t>(wanted)].like_previous) {
    ++wanted;
  }
  if (wanted == 1) return true;
  const Shape& shape = items_[level].shape;
  int room = 0;
  if (!items_[level].run) {
    const int stride = legal_stride(geometry_, shape.devices);
    for (int start = 0; start + shape.devices <= geometry_.devices && room < wanted;) {
      const bool free = set_is_free(shape, start, view);
      room += free ? 1 : 0;
      start += free ? std::max(stride, shape.devices) : stride;
    }
    return room >= wanted;
  }
  for (DeviceMask open = view.open() & eligible_; open != 0 && room < wanted; open &= open - 1) {
    for (CoreMask free = view.free(std::countr_zero(open)); free != 0;) {
      free >>= std::countr_zero(free);
      const int length = std::countr_one(free);
      room += length / shape.cores;
      free = length >= kMaxCoresPerDevice ? 0 : free >> length;
    }
  }
  return room >= wanted;
}

bool Search::set_is_free(const Shape& shape, int start, const NodeState& view) const {
  const DeviceMask devices = low_devices(shape.devices) << start;
  if ((devices & ~eligible_) != 0) return false;
  const int last = start + shape.devices - 1;
  if ((devices & ~device_bit(last) & ~view.untouched()) != 0) return false;
  return (low_cores(shape.last_cores) & ~view.free(last)) == 0;
}

void Search::consider(Candidate candidate, const NodeState& pool, const Tried& tried,
                      std::optional<Candidate>& best) const {
  candidate.key.fresh = count_ == 1 ? 0 : new_cores(pool, candidate.placement);
  candidate.key.cost = cost(pool, candidate.placement);
  if (tried.last && !(*tried.last < candidate.key)) return;
  if (!best || candidate.key < best->key) best = candidate;
}

void Search::next_set(const Item& item, const NodeState& view, const NodeState& pool,
                      const Tried& tried, std::optional<Candidate>& best) const {
  const int size = item.shape.devices;
  const int stride = legal_stride(geometry_, size);
  // Whole sets that are all packed to the low end of their free run leave as much as any other
  // arrangement of them.
  const bool packed = whole_sets_only_ && !request_.init_beside_sidecar && stride == 1 && size > 1;
  const DeviceMask free_devices = view.untouched() & eligible_;
  for (int start = 0; start + size <= geometry_.devices; start += stride) {
    if ((tried.starts & device_bit(start)) != 0 || !set_is_free(item.shape, start, view)) continue;
    if (packed && start > 0 && (free_devices & device_bit(start - 1)) != 0) continue;
    Candidate candidate;
    candidate.placement = {low_devices(size) << start, low_cores(item.shape.last_cores)};
    candidate.start = start;
    candidate.key.tie = size == 1 ? geometry_.devices - start : start;
    consider(candidate, pool, tried, best);
  }
}

void Search::next_run(const Item& item, const NodeState& view, const NodeState& pool,
                      const Tried& tried, std::optional<Candidate>& best) const {
  const int cores = item.shape.cores;
  for (DeviceMask open = view.open() & eligible_; open != 0; open &= open - 1) {
    const int device = std::countr_zero(open);
    const CoreMask free = view.free(device);
    for (int from = std::countr_zero(free); from < geometry_.cores_per_device;) {
      const int length = std::countr_one(free >> from);
      // Init containers beside sidecars see other free runs than the apps do: then every position
      // counts.
      const int last = request_.init_beside_sidecar ? from + length - cores : from;
      const bool known = !request_.init_beside_sidecar && (tried.lengths >> length & 1) != 0;
      for (int at = from; length >= cores && !known && at <= last; ++at) {
        Candidate candidate;
        candidate.placement = {device_bit(device), low_cores(cores) << at};
        candidate.start = device;
        candidate.run_length = length;
        candidate.key.tie = (geometry_.devices - device) * kMaxCoresPerDevice + at;
        consider(candidate, pool, tried, best);
      }
      from += length;
      if (from >= geometry_.cores_per_device) break;
      const CoreMask rest = free >> from;
      if (rest == 0) break;
      from += std::countr_zero(rest);
    }
  }
}

std::optional<Candidate> Search::next(const Item& item, const NodeState& view,
                                      const NodeState& pool, const Tried& tried) const {
  std::optional<Candidate> best;
  if (tried.nothing_else_helps) return best;
  if (item.run) {
    next_run(item, view, pool, tried, best);
  } else {
    next_set(item, view, pool, tried, best);
  }
  return best;
}

// The node as the item sees it: without what those have that run at the same time.
const NodeState& Search::view_of(const Item& item, std::optional<NodeState>& storage) const {
  std::uint64_t blocking = item.conflicts & placed_mask_;
  if (blocking == 0) return base_;
  storage = base_;
  for (; blocking != 0; blocking &= blocking - 1) {
    storage->take(placed_[static_cast<std::size_t>(std::countr_zero(blocking))]);
  }
  return *storage;
}

// Places items_[level] and all after it. pool: the node without what the pod got so far.
bool Search::place(std::size_t level, const NodeState& pool, DeviceMask excluded) {
  if (level == count_) return true;
  const Item& item = items_[level];
  const std::uint64_t bit = std::uint64_t{1} << item.asking;
  const bool simple = !request_.init_beside_sidecar;
  std::optional<NodeState> storage;
  const NodeState& view = view_of(item, storage);
  if (simple && !equals_fit(level, view)) return false;
  Tried tried;
  tried.starts = excluded;
  while (const auto candidate = next(item, view, pool, tried)) {
    if (++steps_ > kMaxSteps) {
      too_complex_ = true;
      return false;
    }
    placed_[static_cast<std::size_t>(item.asking)] = candidate->placement;
    if (level + 1 == count_) {
      cost_ += candidate->key.cost;
      return true;
    }
    placed_mask_ |= bit;
    NodeState rest = pool;
    rest.take(candidate->placement);
    const DeviceMask known = items_[level + 1].like_previous && !item.run ? tried.starts : 0;
    if (place(level + 1, rest, known)) {
      cost_ += candidate->key.cost;
      return true;
    }
    placed_mask_ &= ~bit;
    if (too_complex_ || item.independent) return false;
    tried.last = candidate->key;
    if (!item.run) tried.starts |= device_bit(candidate->start);
    if (item.run && simple) tried.lengths |= std::uint64_t{1} << candidate->run_length;
    // Whatever else would lie in a place that the item fills exactly, fits in the item's other
    // place.
    tried.nothing_else_helps = simple && item.shape.devices == 1 &&
                               (!item.run || candidate->run_length == item.shape.cores);
  }
  return false;
}

Evaluation Search::run() {
  if (const auto problem = prepare()) return {*problem, 0, 0};
  if (count_ > 1 && !sums_fit()) return {Fit::kNoRoom, 0, 0};
  if (!place(0, base_, 0)) return {too_complex_ ? Fit::kTooComplex : Fit::kNoRoom, 0, steps_};
  return {Fit::kFits, cost_, steps_};
}

}  // namespace

Choice choose(const NodeState& state, const PodRequest& request, DeviceMask eligible) {
  Search search(state, request, eligible);
  const Evaluation result = search.run();
  Choice choice{result.fit, result.cost, {}, result.steps};
  if (result.fit == Fit::kFits) choice.placements = search.placements();
  return choice;
}

Evaluation evaluate(const NodeState& state, const PodRequest& request, DeviceMask eligible) {
  return Search(state, request, eligible).run();
}

}  // namespace neuron_scheduler::neuron
