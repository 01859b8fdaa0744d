#include "scheduler/plugins/neuron.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "neuron/assignment.hpp"
#include "neuron/selection.hpp"
#include "scheduler/plugins/neuron_keys.hpp"
#include "scheduler/plugins/neuron_request.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using neuron::DeviceMask;
using neuron::Fit;

// Steps of neuron::choose in one cycle, over all nodes: a pod that is hard to place everywhere must
// not hold up the others.
constexpr int kStepsPerCycle = 50'000;

// Less than a preference of full weight (NodeAffinity: 200), more than Fit and BalancedAllocation
// differ: with the default weight 2 the distance is 190 (design.md §6).
constexpr std::int64_t kBestScore = 95;
constexpr std::int64_t kDefaultWeight = 2;
// Off kBestScore for each unit of neuron::cost above the least. To break a row of free devices
// costs 4: with the default weight that is 64 points.
constexpr std::int64_t kPointsPerCost = 8;

// Raw scores of pods that ask for no Neuron. Others are costs, above 0; or, of pods that are to
// spread, kSpreadScore less the share of cores that is left, in millionths.
constexpr std::int64_t kPlainNode = -1;
constexpr std::int64_t kNeuronNode = -2;
constexpr std::int64_t kSpreadScore = -3;
constexpr std::int64_t kMillion = 1'000'000;

// A stamp further ahead than this is no work of a clock, and nothing must come after it.
constexpr std::chrono::hours kStampAheadMax{24};

struct PodState final : PluginState {
  neuron::PodRequest request;
  neuron::DeviceSelection selection;
  NeuronPolicies policies;
  bool in_cores = false;
  mutable int steps = 0;  // So far in this cycle.

  [[nodiscard]] std::unique_ptr<PluginState> clone() const override {
    return std::make_unique<PodState>(*this);
  }

  [[nodiscard]] DeviceMask eligible(const model::NodeView& node,
                                    const neuron::Geometry& geometry) const {
    if (selection.empty()) return geometry.all_devices();
    return selection.eligible(node.node().name.view(), geometry.devices);
  }
};

const PodState& pod_state(const PluginState* state) { return static_cast<const PodState&>(*state); }

// Of all containers that run on; of a pod that has a shape on the node.
int cores_held(const PodState& state, const NeuronNode& node) {
  int cores = 0;
  for (const auto& asking : state.request.asking) {
    const auto shape = neuron::shape_on(asking.request, node.geometry());
    const auto* known = std::get_if<neuron::Shape>(&shape);
    if (known != nullptr && asking.runs_on()) cores += known->cores;
  }
  return cores;
}

// Of the node's cores, in millionths, after what the pod's containers have together when it runs.
std::int64_t share_left(const PodState& state, const NeuronNode& node) {
  const neuron::Geometry& geometry = node.geometry();
  const int left = node.state().free_core_count() - cores_held(state, node);
  const std::int64_t all = std::max(1, geometry.devices * geometry.cores_per_device);
  return std::max(0, left) * kMillion / all;
}

Status no_room(const PodState& state, const NeuronNode& node, DeviceMask eligible,
               const NeuronReasons& reasons) {
  const Name& not_now = state.in_cores ? reasons.no_free_cores : reasons.no_free_devices;
  const Name& never = state.in_cores ? reasons.never_cores : reasons.never_devices;
  const neuron::NodeState empty(node.geometry(), node.state().unusable());
  // One container of a legal shape fits on an empty node of which all may be used.
  if (state.request.asking.size() == 1 &&
      (empty.untouched() & eligible) == empty.geometry().all_devices()) {
    return Status::unschedulable(not_now);
  }
  const auto at_best = neuron::evaluate(empty, state.request, eligible, state.policies.device);
  state.steps += at_best.steps;
  return at_best.fit == Fit::kNoRoom ? Status::unresolvable(never) : Status::unschedulable(not_now);
}

Status check_room(const PodState& state, const NeuronNode& node, DeviceMask eligible,
                  const NeuronReasons& reasons) {
  if (state.steps > kStepsPerCycle) return Status{Code::kNotSearched, {reasons.too_complex}};
  const auto evaluation = node.evaluate(state.request, eligible, state.policies.device);
  state.steps += evaluation.steps;
  if (evaluation.fit == Fit::kFits) {
    const int withheld = node.withheld_cores();
    if (withheld == 0 || cores_held(state, node) + withheld <= node.state().free_core_count()) {
      return Status::ok();
    }
    return Status::unschedulable(state.in_cores ? reasons.no_free_cores : reasons.no_free_devices);
  }
  if (evaluation.fit == Fit::kTooComplex) return Status::unschedulable(reasons.too_complex);
  return no_room(state, node, eligible, reasons);
}

void set(model::Binding& binding, std::string_view key, std::string value) {
  binding.annotations.insert_or_assign(std::string(key), std::move(value));
}

std::int64_t unix_nanoseconds(model::WallTime time) { return time.time_since_epoch().count(); }

}  // namespace

Neuron::Neuron(std::size_t aggregate_slot, NeuronArgs args)
    : aggregate_slot_(aggregate_slot), args_(std::move(args)), reasons_(args_.node.resources) {}

const NeuronNode& Neuron::node_of(const model::NodeView& node) const {
  return static_cast<const NeuronNode&>(node.aggregate(aggregate_slot_));
}

void Neuron::describe(const model::Pod& pod, Likeness& likeness) const {
  constexpr std::int64_t kUnreadable = -1;
  const auto read = read_neuron_request(pod, args_.node.resources);
  if (const auto* problem = std::get_if<neuron::Problem>(&read)) {
    likeness.add(kUnreadable);
    likeness.add(problem->reason);
    return;
  }
  const auto& asking = std::get<neuron::PodRequest>(read).asking;
  likeness.add(static_cast<std::int64_t>(asking.size()));
  for (const auto& container : asking) {
    likeness.add(static_cast<std::int64_t>(container.request.role));
    likeness.add(container.request.devices);
    likeness.add(container.request.cores);
  }
  if (asking.empty()) return;
  const std::array<std::span<const std::string_view>, 4> keys{
      neuron_keys::kUse, neuron_keys::kNoUse, std::span(&neuron_keys::kNodePolicy, 1),
      std::span(&neuron_keys::kDevicePolicy, 1)};
  for (const auto of_one_meaning : keys) {
    const auto values = annotation_values(pod, of_one_meaning);
    likeness.add(static_cast<std::int64_t>(values.size()));
    for (const auto value : values) likeness.add(value);
  }
}

PreFilterResult Neuron::pre_filter(const model::Pod& pod, const model::Cache& /*cache*/) const {
  auto read = read_neuron_request(pod, args_.node.resources);
  if (const auto* problem = std::get_if<neuron::Problem>(&read)) {
    return {Status::unresolvable(Name(problem->reason)), nullptr, std::nullopt};
  }
  auto state = std::make_unique<PodState>();
  state->request = std::get<neuron::PodRequest>(std::move(read));
  if (state->request.empty()) return {Status::skip(), nullptr, std::nullopt};
  if (state->request.mixes_units() && !args_.allows_mixed_units) {
    return {Status::unresolvable(reasons_.mixed_units), nullptr, std::nullopt};
  }
  const auto policies = read_policies(pod, args_.policies);
  if (const auto* problem = std::get_if<neuron::Problem>(&policies)) {
    return {Status::unresolvable(Name(problem->reason)), nullptr, std::nullopt};
  }
  state->policies = std::get<NeuronPolicies>(policies);
  state->in_cores = std::any_of(state->request.asking.begin(), state->request.asking.end(),
                                [](const auto& one) { return !one.request.in_devices(); });
  state->selection = read_device_selection(pod);
  return {Status::ok(), std::move(state), std::nullopt};
}

Status Neuron::filter(const PluginState* state, const model::Pod& /*pod*/,
                      const model::NodeView& view) const {
  if (state == nullptr) return Status::ok();
  const PodState& pod = pod_state(state);
  const NeuronNode& node = node_of(view);
  if (!node.geometry_problem().empty()) return Status::unresolvable(node.geometry_problem());
  if (node.geometry().devices == 0) return Status::unresolvable(reasons_.no_devices);
  if (Status status = reasons_.check_shapes(pod.request, node.geometry()); !status.is_ok()) {
    return status;
  }
  if (!node.block().empty()) return Status::unresolvable(node.block());
  const DeviceMask eligible = pod.eligible(view, node.geometry());
  if ((eligible & ~node.state().unusable()) == 0)
    return Status::unresolvable(reasons_.none_accepted);
  if (!node.foreign().empty()) return Status::unschedulable(node.foreign());
  return check_room(pod, node, eligible, reasons_);
}

std::int64_t Neuron::score(const PluginState* state, const model::Pod& /*pod*/,
                           const model::NodeView& view) const {
  const NeuronNode& node = node_of(view);
  if (state == nullptr) {
    const bool plain = node.geometry().devices == 0 && node.geometry_problem().empty();
    return plain ? kPlainNode : kNeuronNode;
  }
  const PodState& pod = pod_state(state);
  if (pod.policies.node == NodePolicy::kSpread) return kSpreadScore - share_left(pod, node);
  const DeviceMask eligible = pod.eligible(view, node.geometry());
  const auto evaluation = node.evaluate(pod.request, eligible, pod.policies.device);
  pod.steps += evaluation.steps;
  return std::max<std::int64_t>(1, evaluation.cost);
}

// What the dearest node costs does not move the others together. Where it is to spread, half of
// what is left, half the score.
void Neuron::normalize(std::span<std::int64_t> scores, const ScoreRange& all) const {
  const std::int64_t least = all.lowest;
  if (least <= kSpreadScore) {
    const std::int64_t most = std::max<std::int64_t>(1, kSpreadScore - least);
    for (std::int64_t& score : scores) score = kBestScore * (kSpreadScore - score) / most;
    return;
  }
  for (std::int64_t& score : scores) {
    score = least < 0 ? (score == kPlainNode ? 1 : 0)
                      : std::max<std::int64_t>(0, kBestScore - kPointsPerCost * (score - least));
  }
}

// Strictly growing in this process, and above all that pods on the node carry (design.md §4).
std::int64_t Neuron::next_stamp(model::WallTime now, const NeuronNode& node) {
  const std::int64_t seen = node.latest_stamp(unix_nanoseconds(now + kStampAheadMax));
  last_stamp_ = std::max({unix_nanoseconds(now), last_stamp_ + 1, seen + 1});
  return last_stamp_;
}

Status Neuron::reserve(const PluginState* state, const model::Pod& pod, const model::NodeView& view,
                       model::WallTime now, model::Binding& binding) {
  static const Name kResourceType(neuron_keys::kResourceType);
  if (state == nullptr) return Status::ok();
  pod_state(state).steps = 0;  // What all nodes together used up must not refuse this one.
  if (Status status = filter(state, pod, view); !status.is_ok()) return status;
  const PodState& own = pod_state(state);
  const NeuronNode& node = node_of(view);
  const auto choice = neuron::choose(node.state(), own.request, own.eligible(view, node.geometry()),
                                     own.policies.device);
  const auto assignment = neuron::make_assignment(node.geometry(), own.request, choice.placements);
  const std::string node_name = view.node().name.str();
  const std::string seconds = std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  set(binding, neuron_keys::kIds,
      neuron::write_ids(node.geometry(), own.request, assignment, args_.init_ids));
  if (own.in_cores) {
    set(binding, neuron_keys::kResourceType, args_.node.resources.cores.str());
  } else if (pod.annotations.find(kResourceType)) {
    set(binding, neuron_keys::kResourceType, "");
  }
  set(binding, neuron_keys::kAllocTime, std::to_string(next_stamp(now, node)));
  set(binding, neuron_keys::kAllocated, "false");
  set(binding, neuron_keys::kPredicateNode, node_name);
  set(binding, neuron_keys::kHamiNode, node_name);
  set(binding, neuron_keys::kHamiTime, seconds);
  set(binding, neuron_keys::kHamiBindTime, seconds);
  set(binding, neuron_keys::kHamiBindPhase, "allocating");
  set(binding, neuron_keys::kHamiAllocated, neuron::write_allocated(node_name, assignment));
  binding.in_order_on_node = true;
  return Status::ok();
}

void Neuron::unreserve(const model::Pod& /*pod*/, const model::Binding& /*binding*/) noexcept {}

PluginRow neuron_plugin_row() {
  return PluginRow{.name = "Neuron",
                   .make = [](const PluginEnvironment& environment,
                              ArgsReader& args) -> std::unique_ptr<Plugin> {
                     return std::make_unique<Neuron>(environment.aggregate_slot,
                                                     read_neuron_args(args));
                   },
                   .share = share_neuron_args,
                   .pod_annotations = neuron_keys::kReadFromPods,
                   .node_annotations = neuron_keys::kReadFromNodes,
                   .node_reports = neuron_keys::kReportedOnNodes,
                   .default_weight = kDefaultWeight};
}

}  // namespace neuron_scheduler::scheduler
