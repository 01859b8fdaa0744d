#include "scheduler/plugins/neuron.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
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
constexpr int kStepsPerCycle = 200'000;

// Less than a preference of full weight (NodeAffinity: 200), more than Fit and BalancedAllocation
// differ: with the default weight 2 the distance is 190 (design.md §6).
constexpr std::int64_t kBestScore = 95;
constexpr std::int64_t kDefaultWeight = 2;

// Raw scores of pods that ask for no Neuron; others are costs, above 0.
constexpr std::int64_t kPlainNode = -1;
constexpr std::int64_t kNeuronNode = -2;

// A stamp further ahead than this is no work of a clock, and nothing must come after it.
constexpr std::chrono::hours kStampAheadMax{24};

struct PodState final : PluginState {
  neuron::PodRequest request;
  neuron::DeviceSelection selection;
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

Name illegal_size(const neuron::ContainerRequest& request, const neuron::Geometry& geometry) {
  const bool devices = request.in_devices();
  std::string reason = "node(s) cannot give ";
  reason += std::to_string(devices ? request.devices : request.cores);
  reason += ' ';
  reason += devices ? neuron_keys::kDevices : neuron_keys::kCores;
  reason += " to one container (legal numbers of devices: ";
  reason += neuron::legal_sizes(geometry) + ')';
  return Name(reason);
}

// What no change of pods can mend; Ok if all containers have a shape here.
Status check_shapes(const PodState& state, const neuron::Geometry& geometry) {
  static const Name kCoresUnknown(
      "node(s) had no whole number of aws.amazon.com/neuroncore per aws.amazon.com/neuron");
  static const Name kDisagree(
      "node(s) had another number of aws.amazon.com/neuroncore per aws.amazon.com/neuron than the "
      "pod");
  for (const auto& asking : state.request.asking) {
    const auto shape = neuron::shape_on(asking.request, geometry);
    const auto* problem = std::get_if<neuron::ShapeProblem>(&shape);
    if (problem == nullptr) continue;
    switch (*problem) {
      case neuron::ShapeProblem::kIllegalSize:
        return Status::unresolvable(illegal_size(asking.request, geometry));
      case neuron::ShapeProblem::kCoresUnknown:
        return Status::unresolvable(kCoresUnknown);
      case neuron::ShapeProblem::kUnitsDisagree:
        return Status::unresolvable(kDisagree);
    }
  }
  return Status::ok();
}

Status no_room(const PodState& state, const NeuronNode& node, DeviceMask eligible) {
  static const Name kNoSet("node(s) had no free legal set of aws.amazon.com/neuron devices");
  static const Name kNoCores("node(s) had no free legal set of aws.amazon.com/neuroncore cores");
  static const Name kNeverCores(
      "node(s) had no legal set of aws.amazon.com/neuroncore cores for the whole pod, even if "
      "free");
  static const Name kNever(
      "node(s) had no legal set of aws.amazon.com/neuron devices for the whole pod, even if free");
  const neuron::NodeState empty(node.geometry(), node.state().unusable());
  // One container of a legal shape fits on an empty node of which all may be used.
  if (state.request.asking.size() == 1 &&
      (empty.untouched() & eligible) == empty.geometry().all_devices()) {
    return Status::unschedulable(state.in_cores ? kNoCores : kNoSet);
  }
  const auto at_best = neuron::evaluate(empty, state.request, eligible);
  state.steps += at_best.steps;
  if (at_best.fit == Fit::kNoRoom) {
    return Status::unresolvable(state.in_cores ? kNeverCores : kNever);
  }
  return Status::unschedulable(state.in_cores ? kNoCores : kNoSet);
}

Status check_room(const PodState& state, const NeuronNode& node, DeviceMask eligible) {
  static const Name kTooComplex(
      "node(s) could not be searched to the end for the pod's many Neuron containers");
  if (state.steps > kStepsPerCycle) return Status{Code::kNotSearched, {kTooComplex}};
  const auto evaluation = node.evaluate(state.request, eligible);
  state.steps += evaluation.steps;
  if (evaluation.fit == Fit::kFits) return Status::ok();
  if (evaluation.fit == Fit::kTooComplex) return Status::unschedulable(kTooComplex);
  return no_room(state, node, eligible);
}

void set(model::Binding& binding, std::string_view key, std::string value) {
  binding.annotations.insert_or_assign(std::string(key), std::move(value));
}

std::int64_t unix_nanoseconds(model::WallTime time) { return time.time_since_epoch().count(); }

}  // namespace

const NeuronNode& Neuron::node_of(const model::NodeView& node) const {
  return static_cast<const NeuronNode&>(node.aggregate(aggregate_slot_));
}

void Neuron::describe(const model::Pod& pod, Likeness& likeness) const {
  constexpr std::int64_t kUnreadable = -1;
  const auto read = read_neuron_request(pod);
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
  for (const auto* keys : {&neuron_keys::kUse, &neuron_keys::kNoUse}) {
    const auto values = annotation_values(pod, *keys);
    likeness.add(static_cast<std::int64_t>(values.size()));
    for (const auto value : values) likeness.add(value);
  }
}

PreFilterResult Neuron::pre_filter(const model::Pod& pod, const model::Cache& /*cache*/) const {
  static const Name kMixed(
      "pod has containers that ask for aws.amazon.com/neuron and others that ask for "
      "aws.amazon.com/neuroncore, which the device plugin cannot tell apart");
  auto read = read_neuron_request(pod);
  if (const auto* problem = std::get_if<neuron::Problem>(&read)) {
    return {Status::unresolvable(Name(problem->reason)), nullptr, std::nullopt};
  }
  auto state = std::make_unique<PodState>();
  state->request = std::get<neuron::PodRequest>(std::move(read));
  if (state->request.empty()) return {Status::skip(), nullptr, std::nullopt};
  if (state->request.mixes_units()) return {Status::unresolvable(kMixed), nullptr, std::nullopt};
  state->in_cores = !state->request.asking.front().request.in_devices();
  state->selection = read_device_selection(pod);
  return {Status::ok(), std::move(state), std::nullopt};
}

Status Neuron::filter(const PluginState* state, const model::Pod& /*pod*/,
                      const model::NodeView& view) const {
  static const Name kNoDevices("node(s) had no aws.amazon.com/neuron devices");
  static const Name kNotSelected(
      "node(s) had no usable Neuron device that the pod's UUID annotations accept");
  if (state == nullptr) return Status::ok();
  const PodState& pod = pod_state(state);
  const NeuronNode& node = node_of(view);
  if (!node.geometry_problem().empty()) return Status::unresolvable(node.geometry_problem());
  if (node.geometry().devices == 0) return Status::unresolvable(kNoDevices);
  if (Status status = check_shapes(pod, node.geometry()); !status.is_ok()) return status;
  if (!node.block().empty()) return Status::unresolvable(node.block());
  const DeviceMask eligible = pod.eligible(view, node.geometry());
  if ((eligible & ~node.state().unusable()) == 0) return Status::unresolvable(kNotSelected);
  if (!node.foreign().empty()) return Status::unschedulable(node.foreign());
  return check_room(pod, node, eligible);
}

std::int64_t Neuron::score(const PluginState* state, const model::Pod& /*pod*/,
                           const model::NodeView& view) const {
  const NeuronNode& node = node_of(view);
  if (state == nullptr) {
    const bool plain = node.geometry().devices == 0 && node.geometry_problem().empty();
    return plain ? kPlainNode : kNeuronNode;
  }
  const PodState& pod = pod_state(state);
  const DeviceMask eligible = pod.eligible(view, node.geometry());
  return std::max<std::int64_t>(1, node.evaluate(pod.request, eligible).cost);
}

// Twice the cost, half the score: what the dearest node costs does not move the others together.
void Neuron::normalize(std::span<std::int64_t> scores) const {
  if (scores.empty()) return;
  const std::int64_t least = *std::min_element(scores.begin(), scores.end());
  for (std::int64_t& score : scores) {
    score = least < 0 ? (score == kPlainNode ? 1 : 0) : kBestScore * least / score;
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
  const auto choice =
      neuron::choose(node.state(), own.request, own.eligible(view, node.geometry()));
  const auto assignment = neuron::make_assignment(node.geometry(), own.request, choice.placements);
  const std::string node_name = view.node().name.str();
  const std::string seconds = std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  set(binding, neuron_keys::kIds, neuron::write_ids(node.geometry(), own.request, assignment));
  if (own.in_cores) {
    set(binding, neuron_keys::kResourceType, std::string(neuron_keys::kCores));
  } else if (pod.annotations.find(kResourceType) != nullptr) {
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
                                                     args.boolean("registerNodes", true));
                   },
                   .make_aggregate = []() -> std::unique_ptr<model::NodeAggregate> {
                     return std::make_unique<NeuronNode>();
                   },
                   .pod_annotations = neuron_keys::kReadFromPods,
                   .node_annotations = neuron_keys::kReadFromNodes,
                   .node_reports = neuron_keys::kReportedOnNodes,
                   .owned_resources = neuron_keys::kResources,
                   .default_weight = kDefaultWeight};
}

}  // namespace neuron_scheduler::scheduler
