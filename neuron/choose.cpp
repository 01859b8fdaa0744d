#include "neuron/choose.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <optional>
#include <utility>
#include <variant>

#include "neuron/candidates.hpp"
#include "neuron/legal_sets.hpp"
#include "neuron/quick.hpp"

namespace neuron_scheduler::neuron {
namespace {

Fit fit_of(ShapeProblem problem) {
  switch (problem) {
    case ShapeProblem::kIllegalSize:
      return Fit::kIllegalSize;
    case ShapeProblem::kCoresUnknown:
      return Fit::kCoresUnknown;
    case ShapeProblem::kUnitsDisagree:
      break;
  }
  return Fit::kUnitsDisagree;
}

// Most pods: one container asks, nothing to search.
Evaluation place_alone(const NodeState& state, const ContainerRequest& request, DeviceMask eligible,
                       DevicePolicy policy, Placement& placement) {
  const auto shape = shape_on(request, state.geometry());
  if (const auto* problem = std::get_if<ShapeProblem>(&shape)) return {fit_of(*problem), 0, 0};
  if (!spreads(policy) && is_quick(std::get<Shape>(shape), state, eligible)) {
    const auto place = quick_place(std::get<Shape>(shape), state);
    if (!place) return {Fit::kNoRoom, 0, 0};
    placement = place->placement;
    return {Fit::kFits, place->cost, 1};
  }
  const CandidateScan scan(state.geometry(),
                           {.eligible = eligible, .alone = true, .spread = spreads(policy)});
  const auto best = scan.next(std::get<Shape>(shape), state, state, {});
  if (!best) return {Fit::kNoRoom, 0, 0};
  placement = best->placement;
  return {Fit::kFits, std::abs(best->key.cost), 1};
}

// Sets that a try may look at for the price of one step.
constexpr int kSetsPerStep = 100;

struct Item {
  int asking = 0;
  Shape shape;
  bool run = false;
  // Runs beside no other asking container: it cannot be in the way of any.
  bool independent = false;
  bool like_previous = false;  // Interchangeable with the item before.
  int steps = 1;               // That one try counts for.
  std::uint64_t conflicts = 0;
};

class Search {
 public:
  Search(const NodeState& state, const PodRequest& request, DeviceMask eligible,
         DevicePolicy policy)
      : base_(state),
        geometry_(state.geometry()),
        request_(request),
        eligible_(eligible),
        spread_(spreads(policy)),
        simple_(!request.init_beside_sidecar),
        count_(request.asking.size()) {}

  Evaluation run();
  // After run() said kFits.
  [[nodiscard]] std::vector<Placement> placements() const {
    return {placed_.begin(), placed_.begin() + static_cast<std::ptrdiff_t>(count_)};
  }

 private:
  std::optional<Fit> prepare();
  bool sums_fit() const;
  bool no_room_without_init();
  bool equals_fit(std::size_t level, const NodeState& view) const;
  bool place(std::size_t level, const NodeState& pool, std::uint64_t excluded);
  // Sets of more than one device are runs of consecutive ids, in order of these.
  bool sets_are_runs() const {
    return geometry_.rule == SetRule::kConsecutive || geometry_.rule == SetRule::kAlignedRows ||
           geometry_.rule == SetRule::kOneOrAll;
  }
  const NodeState& view_of(const Item& item, std::optional<NodeState>& storage) const;

  const NodeState& base_;
  const Geometry& geometry_;
  const PodRequest& request_;
  const DeviceMask eligible_;
  const bool spread_;
  // No init container runs beside a sidecar: all that must be kept apart sees the same free cores.
  const bool simple_;
  const std::size_t count_;
  std::optional<CandidateScan> scan_;
  std::array<Item, kMaxAskingContainers> items_;
  std::array<Placement, kMaxAskingContainers> placed_;  // By position in asking.
  std::uint64_t placed_mask_ = 0;
  std::int64_t cost_ = 0;
  int steps_ = 0;
  bool too_complex_ = false;
};

// Fills items_, biggest first.
std::optional<Fit> Search::prepare() {
  bool whole_sets_only = true;
  for (std::size_t i = 0; i < count_; ++i) {
    const AskingContainer& asking = request_.asking[i];
    const auto shape = shape_on(asking.request, geometry_);
    if (const auto* problem = std::get_if<ShapeProblem>(&shape)) return fit_of(*problem);
    Item& item = items_[i];
    item.asking = static_cast<int>(i);
    item.shape = std::get<Shape>(shape);
    item.run = item.shape.is_run(geometry_);
    if (!item.run) item.steps += LegalSets(geometry_, item.shape.devices).count() / kSetsPerStep;
    item.conflicts = asking.conflicts;
    item.independent = asking.conflicts == 0;
    if (item.shape.devices > 1 && item.shape.last_cores < geometry_.cores_per_device) {
      whole_sets_only = false;
    }
  }
  // Whole sets that are all packed to the low end of their free runs leave as much as any other
  // arrangement of them, and so do runs of cores.
  scan_.emplace(geometry_, CandidateScan::Options{.eligible = eligible_,
                                                  .packed_sets = whole_sets_only && simple_,
                                                  .all_positions = !simple_,
                                                  .spread = spread_});
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
    if (shape.devices > 1 && !sets_are_runs()) return true;  // Not counted this easily.
    const LegalSets legal(geometry_, shape.devices);
    const int overlapping = shape.devices / legal_stride(geometry_, shape.devices);
    for (int i = 0; i < legal.count() && room < wanted;) {
      const bool free = scan_->set_is_free(shape, legal.set(i), view);
      room += free ? 1 : 0;
      i += free ? overlapping : 1;
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
bool Search::place(std::size_t level, const NodeState& pool, std::uint64_t excluded) {
  if (level == count_) return true;
  const Item& item = items_[level];
  const std::uint64_t bit = std::uint64_t{1} << item.asking;
  std::optional<NodeState> storage;
  const NodeState& view = view_of(item, storage);
  if (simple_ && !equals_fit(level, view)) return false;
  Tried tried;
  tried.sets = excluded;
  bool again = false;
  while (const auto candidate = scan_->next(item.shape, view, pool, tried)) {
    // What is never tried again is no search.
    steps_ += again ? item.steps : item.independent ? 0 : 1;
    again = true;
    if (steps_ > kMaxSteps) {
      too_complex_ = true;
      return false;
    }
    placed_[static_cast<std::size_t>(item.asking)] = candidate->placement;
    if (level + 1 == count_) {
      cost_ += std::abs(candidate->key.cost);
      return true;
    }
    placed_mask_ |= bit;
    NodeState rest = pool;
    rest.take(candidate->placement);
    const std::uint64_t known = items_[level + 1].like_previous && !item.run ? tried.sets : 0;
    if (place(level + 1, rest, known)) {
      cost_ += std::abs(candidate->key.cost);
      return true;
    }
    placed_mask_ &= ~bit;
    if (too_complex_ || item.independent) return false;
    // What else would lie in a place that this item fills exactly, fits in the item's other place.
    const bool filled =
        item.shape.devices == 1 && (!item.run || candidate->run_length == item.shape.cores);
    if (simple_ && filled) return false;
    tried.last = candidate->key;
    if (!item.run && candidate->number < 64) tried.sets |= std::uint64_t{1} << candidate->number;
    if (item.run && simple_) tried.lengths |= std::uint64_t{1} << candidate->run_length;
  }
  return false;
}

// What runs on after all init containers is searched exactly and soon: without room for it alone
// there is none for the pod.
bool Search::no_room_without_init() {
  if (simple_) return false;
  std::vector<ContainerRequest> running;
  for (const AskingContainer& asking : request_.asking) {
    if (asking.runs_on()) running.push_back(asking.request);
  }
  const auto rest = make_pod_request(std::move(running));
  const auto* request = std::get_if<PodRequest>(&rest);
  if (request == nullptr || request->empty()) return false;
  const Evaluation evaluation = evaluate(base_, *request, eligible_, DevicePolicy::kBinpack);
  steps_ += evaluation.steps;
  return evaluation.fit == Fit::kNoRoom;
}

Evaluation Search::run() {
  if (const auto problem = prepare()) return {*problem, 0, 0};
  if (!sums_fit()) return {Fit::kNoRoom, 0, 0};
  if (!place(0, base_, 0)) {
    return {too_complex_ && !no_room_without_init() ? Fit::kTooComplex : Fit::kNoRoom, 0, steps_};
  }
  return {Fit::kFits, cost_, steps_};
}

}  // namespace

Choice choose(const NodeState& state, const PodRequest& request, DeviceMask eligible,
              DevicePolicy policy) {
  if (untouched_only(policy)) eligible &= state.untouched();
  if (request.asking.size() == 1) {
    Placement placement;
    const Evaluation result =
        place_alone(state, request.asking.front().request, eligible, policy, placement);
    if (result.fit != Fit::kFits) return {result.fit, 0, {}, result.steps};
    return {result.fit, result.cost, {placement}, result.steps};
  }
  Search search(state, request, eligible, policy);
  const Evaluation result = search.run();
  if (result.fit == Fit::kTooComplex && spreads(policy)) {
    Choice packed = choose(state, request, eligible, DevicePolicy::kBinpack);
    packed.steps += result.steps;
    return packed;
  }
  if (result.fit != Fit::kFits) return {result.fit, 0, {}, result.steps};
  return {result.fit, result.cost, search.placements(), result.steps};
}

Evaluation evaluate(const NodeState& state, const PodRequest& request, DeviceMask eligible,
                    DevicePolicy policy) {
  if (untouched_only(policy)) eligible &= state.untouched();
  if (request.asking.size() == 1) {
    Placement placement;
    return place_alone(state, request.asking.front().request, eligible, policy, placement);
  }
  const Evaluation result = Search(state, request, eligible, policy).run();
  if (result.fit == Fit::kTooComplex && spreads(policy)) {
    Evaluation packed = evaluate(state, request, eligible, DevicePolicy::kBinpack);
    packed.steps += result.steps;
    return packed;
  }
  return result;
}

}  // namespace neuron_scheduler::neuron
