#include "scheduler/plugins/neuron_node.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "neuron/registration.hpp"
#include "scheduler/plugins/neuron_keys.hpp"
#include "scheduler/plugins/neuron_reasons.hpp"
#include "scheduler/plugins/neuron_request.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using model::Node;
using model::Quantity;

// Pods of one node that are told of the health of their devices at one time; the others follow with
// the next change there.
constexpr int kIllnessNoticesMax = 32;

// Bytes of a strange text that a message quotes.
constexpr std::size_t kShownMax = 64;

std::int64_t read_stamp(const model::Annotations& annotations) {
  static const Name kKey(neuron_keys::kAllocTime);
  const auto text = annotations.find(kKey);
  if (!text) return 0;
  std::int64_t stamp = 0;
  const char* const end = text->data() + text->size();
  const auto result = std::from_chars(text->data(), end, stamp);
  return result.ec == std::errc{} && result.ptr == end ? std::max<std::int64_t>(stamp, 0) : 0;
}

// nullopt: it cannot be read what the pod asks for.
std::optional<neuron::PodRequest> request_of(const model::Pod& pod,
                                             const NeuronResources& resources) {
  auto request = read_neuron_request(pod, resources);
  auto* known = std::get_if<neuron::PodRequest>(&request);
  if (known == nullptr || known->empty()) return std::nullopt;
  return std::move(*known);
}

std::optional<Quantity> find_quantity(const std::vector<std::pair<Name, Quantity>>& list,
                                      const Name& resource) {
  for (const auto& [name, quantity] : list) {
    if (name == resource) return quantity;
  }
  return std::nullopt;
}

// Empty: the node has no such label.
std::string_view instance_type_of(const Node& node) {
  static const Name kType(neuron_keys::kInstanceType);
  const Name* type = node.labels.find(kType);
  return type == nullptr ? std::string_view() : type->view();
}

std::variant<neuron::Geometry, neuron::Problem> geometry_of(const Node& node,
                                                            const NeuronNodeArgs& args) {
  neuron::NodeCapacity capacity;
  const auto devices = find_quantity(node.extended_capacity, args.resources.devices);
  const auto cores = find_quantity(node.extended_capacity, args.resources.cores);
  if ((devices && !devices->is_integer()) || (cores && !cores->is_integer())) {
    return neuron::Problem{"fractional capacity"};
  }
  if (devices) capacity.devices = devices->value();
  if (cores) capacity.cores = cores->value();
  capacity.instance_type = instance_type_of(node);
  return neuron::read_geometry(capacity, args.sets);
}

// Device numbers or uuids, separated by commas. unknown: the first that names no device of this
// node, to be told of.
neuron::DeviceMask read_cordon(const Node& node, const neuron::Geometry& geometry,
                               std::string& unknown) {
  static const Name kKey(neuron_keys::kCordon);
  const auto text = node.annotations.find(kKey);
  if (!text) return 0;
  neuron::DeviceMask mask = 0;
  for (const std::string_view entry : neuron::list_entries(*text)) {
    int device = -1;
    const char* const end = entry.data() + entry.size();
    const auto number = std::from_chars(entry.data(), end, device);
    if (number.ec != std::errc{} || number.ptr != end) {
      const auto uuid = neuron::parse_device_uuid(entry);
      device = uuid && uuid->node == node.name.view() ? uuid->device : -1;
    }
    if (device >= 0 && device < geometry.devices) {
      mask |= neuron::device_bit(device);
    } else if (unknown.empty()) {
      unknown = entry.substr(0, kShownMax);
    }
  }
  return mask;
}

// How many devices must be ill, to judge by what the node does not offer of a resource.
std::int64_t missing_devices(const Node& node, const Name& resource, int per_device) {
  const auto capacity = find_quantity(node.extended_capacity, resource);
  if (!capacity) return 0;
  const auto allocatable = find_quantity(node.extended_allocatable, resource);
  const std::int64_t missing =
      capacity->value() - std::max<std::int64_t>(0, allocatable.value_or(Quantity()).value());
  return missing <= 0 ? 0 : (missing + per_device - 1) / per_device;
}

// Nothing of the node's devices, or of their cores, is on offer, as when the device plugin starts.
bool offers_nothing(const Node& node, const NeuronResources& resources) {
  for (const Name* resource : {&resources.devices, &resources.cores}) {
    const auto capacity = find_quantity(node.extended_capacity, *resource);
    if (!capacity || capacity->value() <= 0) continue;
    const auto allocatable = find_quantity(node.extended_allocatable, *resource);
    if (allocatable.value_or(Quantity()).value() <= 0) return true;
  }
  return false;
}

// A condition that keeps new pods away.
Name ill_by_condition(const Node& node) {
  static const Name kUnhealthy("node(s) had the condition NeuronHealth with an error");
  static const Name kNotReady("node(s) had the condition AcceleratedHardwareReady false");
  for (const auto& condition : node.conditions) {
    if (condition.type.view() == neuron_keys::kHealthCondition &&
        condition.status == model::ConditionStatus::kTrue &&
        condition.reason.view().starts_with(neuron_keys::kHealthErrorPrefix)) {
      return kUnhealthy;
    }
    if (condition.type.view() == neuron_keys::kHardwareCondition &&
        condition.status == model::ConditionStatus::kFalse) {
      return kNotReady;
    }
  }
  return {};
}

// How many more devices are ill than the cordon names.
std::int64_t unnamed_ill(const Node& node, const neuron::Geometry& geometry,
                         neuron::DeviceMask cordoned, const NeuronResources& resources) {
  const std::int64_t missing =
      std::max(missing_devices(node, resources.devices, 1),
               missing_devices(node, resources.cores, geometry.cores_per_device));
  return std::clamp<std::int64_t>(missing - std::popcount(cordoned), 0, geometry.devices);
}

Name ill_by_number(const NeuronResources& resources) {
  return with_names(
      "node(s) had less aws.amazon.com/neuron or neuroncore allocatable than capacity", resources);
}

// Whether the node carries this text, or none if there is none.
bool carries(const Node& node, const std::optional<std::string>& register_text) {
  static const Name kKey(neuron_keys::kRegister);
  const auto carried = node.reports.find(kKey);
  if (!carried || !register_text) return !carried && !register_text;
  return *carried == model::fingerprint(*register_text);
}

}  // namespace

NeuronNode::NeuronNode() : NeuronNode(std::make_shared<const NeuronNodeArgs>()) {}

NeuronNode::NeuronNode(std::shared_ptr<const NeuronNodeArgs> args) : args_(std::move(args)) {}

std::unique_ptr<model::NodeAggregate> NeuronNode::clone() const {
  return std::make_unique<NeuronNode>(*this);
}

void NeuronNode::set_node(const Node* node) {
  name_ = Name();
  cordoned_ = 0;
  geometry_problem_ = Name();
  block_ = Name();
  illness_ = Name();
  withheld_cores_ = 0;
  state_ = {};
  if (node != nullptr) read_node(*node);
  register_due_ = node != nullptr && !carries(*node, register_text());
  recount();
}

// A node whose health keeps new pods away is as its devices: which of them are ill is not said.
std::optional<std::string> NeuronNode::register_text() const {
  if (geometry().devices == 0) return std::nullopt;
  return neuron::write_register(name_.view(), geometry(),
                                block_.empty() ? geometry().all_devices() & ~cordoned_ : 0);
}

void NeuronNode::read_node(const Node& node) {
  name_ = node.name;
  const auto read = geometry_of(node, *args_);
  if (const auto* problem = std::get_if<neuron::Problem>(&read)) {
    geometry_problem_ =
        Name("node(s) had an unusable capacity of Neuron devices: " + problem->reason);
    return;
  }
  const auto& geometry = std::get<neuron::Geometry>(read);
  std::string unknown;
  cordoned_ = read_cordon(node, geometry, unknown);
  if (unknown != cordon_unknown_) cordon_told_ = false;
  cordon_unknown_ = std::move(unknown);
  block_ = ill_by_condition(node);
  illness_ = block_;
  const auto ill = static_cast<int>(unnamed_ill(node, geometry, cordoned_, args_->resources));
  if (block_.empty() && ill > 0) {
    const bool nothing = offers_nothing(node, args_->resources);
    if (!nothing) illness_ = ill_by_number(args_->resources);
    // What is not on offer at all, kubelet refuses to every pod.
    if (nothing || !args_->allows_unhealthy) block_ = ill_by_number(args_->resources);
  }
  withheld_cores_ = ill * geometry.cores_per_device;
  if (instance_type_of(node) != instance_type_) type_told_ = false;
  instance_type_ = instance_type_of(node);
  state_ = neuron::NodeState(geometry, cordoned_);
}

// A pod that cannot be decoded counts as asking, unless it is known from before.
bool NeuronNode::may_ask(const model::Pod& pod) const {
  if (!pod.decode_error.empty() && pod.containers.empty()) return true;
  const auto request = read_neuron_request(pod, args_->resources);
  const auto* known = std::get_if<neuron::PodRequest>(&request);
  return known == nullptr || !known->empty();
}

void NeuronNode::add_pod(const model::PodRef& pod) {
  if (!may_ask(*pod)) return;
  model::grow_slowly(pods_);
  pods_.emplace_back().now.pod = pod;
  answers_ = {};
  count(pods_.back());
}

void NeuronNode::update_pod(const model::Pod& before, const model::PodRef& after) {
  NeuronHeldPod* held = find(before.uid);
  if (held == nullptr) {
    add_pod(after);
    return;
  }
  if (!may_ask(*after)) {
    remove_pod(before);
    return;
  }
  const bool same = same_texts(before, *after) && before.containers == after->containers &&
                    before.decode_error.empty() == after->decode_error.empty();
  held->replace(after);
  if (!same) recount();
}

void NeuronNode::remove_pod(const model::Pod& pod) {
  if (std::erase_if(pods_,
                    [&](const NeuronHeldPod& held) { return held.now.pod->uid == pod.uid; }) > 0) {
    recount();
  }
}

NeuronHeldPod* NeuronNode::find(const model::Uid& uid) {
  const auto found = std::find_if(pods_.begin(), pods_.end(), [&](const NeuronHeldPod& held) {
    return held.now.pod->uid == uid;
  });
  return found == pods_.end() ? nullptr : &*found;
}

// From scratch: what a pod took is given back exactly, even where two pods claim the same core.
void NeuronNode::recount() {
  state_ = neuron::NodeState(geometry(), cordoned_);
  answers_ = {};
  foreign_ = Name();
  foreign_pod_.clear();
  for (NeuronHeldPod& held : pods_) count(held);
}

// Adds what the pod holds to what the others do.
void NeuronNode::count(NeuronHeldPod& held) {
  const auto request = request_of(*held.now.pod, args_->resources);
  held.hold(request ? &*request : nullptr, name_.view(), state_);
  if (!held.foreign) return;
  std::string full_name = held.now.pod->full_name();
  if (!foreign_pod_.empty() && foreign_pod_ <= full_name) return;
  foreign_pod_ = std::move(full_name);
  foreign_ =
      Name("node(s) had the foreign Neuron pod " + foreign_pod_ + ", whose devices are not known");
}

std::vector<model::Notice> NeuronNode::take_notices() {
  std::vector<model::Notice> notices;
  if (name_.empty()) return notices;  // Nothing can be read without a node, which may come back.
  tell_of_node(notices);
  if (geometry().devices == 0) return notices;  // Nor without devices.
  for (NeuronHeldPod& held : pods_) {
    if (held.foreign && !held.foreign_told) {
      notices.push_back(
          {held.now.pod->uid, "ForeignNeuronPod", held.foreign_note(name_.view(), geometry())});
    }
    held.foreign_told = held.foreign;
    if (held.changed && !std::exchange(held.changed_told, true)) {
      notices.push_back({held.now.pod->uid, "NeuronAssignmentChanged",
                         "The annotations that say which Neuron devices the pod has were changed: "
                         "all that they ever named stay taken until it is gone"});
    }
  }
  tell_of_illness(notices);
  return notices;
}

void NeuronNode::tell_of_node(std::vector<model::Notice>& notices) {
  if (geometry().devices > 1 && !type_known() && !std::exchange(type_told_, true)) {
    notices.push_back({{},
                       "UnknownInstanceType",
                       "instance type \"" + instance_type_ + "\" with " +
                           std::to_string(geometry().devices) +
                           " Neuron devices is not in the catalog: legal numbers of devices are " +
                           neuron::legal_sizes(geometry())});
  }
  if (!cordon_unknown_.empty() && !std::exchange(cordon_told_, true)) {
    notices.push_back({{},
                       "UnknownDeviceCordoned",
                       "node " + name_.str() + ": annotation " + std::string(neuron_keys::kCordon) +
                           ": \"" + cordon_unknown_ + "\" names none of its devices"});
  }
}

// Once for each change; that all are well again is no news.
void NeuronNode::tell_of_illness(std::vector<model::Notice>& notices) {
  int told = 0;
  for (NeuronHeldPod& held : pods_) {
    if (told == kIllnessNoticesMax) return;
    if (!held.illness_is_news(cordoned_, illness_)) continue;
    ++told;
    notices.push_back(
        {held.now.pod->uid, "NeuronDeviceUnhealthy", held.illness_note(name_.view())});
  }
}

neuron::Evaluation NeuronNode::evaluate(const neuron::PodRequest& request,
                                        neuron::DeviceMask eligible,
                                        neuron::DevicePolicy policy) const {
  if (request.asking.size() != 1 || (~eligible & geometry().all_devices()) != 0) {
    return neuron::evaluate(state_, request, eligible, policy);
  }
  // A container alone on the node: its role does not matter, and it asks for something.
  const neuron::ContainerRequest& asked = request.asking.front().request;
  for (const Answer& answer : answers_) {
    if (answer.devices == asked.devices && answer.cores == asked.cores && answer.policy == policy) {
      return answer.evaluation;
    }
  }
  Answer& answer = answers_[next_answer_++ % answers_.size()];
  answer = {asked.devices, asked.cores, policy,
            neuron::evaluate(state_, request, eligible, policy)};
  return answer.evaluation;
}

std::string_view NeuronNode::type_name() const {
  return type_known() ? neuron::find_instance_type(instance_type_)->name : "other";
}

std::int64_t NeuronNode::latest_stamp(std::int64_t limit) const {
  std::int64_t latest = 0;
  for (const NeuronHeldPod& held : pods_) {
    const std::int64_t stamp = read_stamp(held.now.pod->annotations);
    if (stamp <= limit) latest = std::max(latest, stamp);
  }
  return latest;
}

std::vector<NeuronHolding> NeuronNode::holdings() const {
  std::vector<std::pair<std::string, const NeuronHeldPod*>> pods;
  pods.reserve(pods_.size());
  for (const NeuronHeldPod& held : pods_) pods.emplace_back(held.now.pod->full_name(), &held);
  std::ranges::sort(
      pods, {}, [](const auto& one) { return std::tie(one.first, one.second->now.pod->uid.text); });
  std::vector<NeuronHolding> holdings;
  for (auto& [full_name, held] : pods) {
    NeuronHolding& holding = holdings.emplace_back();
    holding.pod = std::move(full_name);
    holding.foreign = held->foreign;
    const auto request = request_of(*held->now.pod, args_->resources);
    holding.cores = held->cores(request ? &*request : nullptr, name_.view(), geometry());
  }
  return holdings;
}

NeuronUsage NeuronNode::usage() const {
  NeuronUsage usage;
  usage.devices = geometry().devices;
  usage.cores = geometry().cores_known ? geometry().devices * geometry().cores_per_device : 0;
  for (int device = 0; device < geometry().devices; ++device) {
    const int used = std::popcount(state_.used(device));
    const bool unusable = (state_.unusable() & neuron::device_bit(device)) != 0;
    const int rest = geometry().cores_per_device - used;
    if (unusable) {
      ++usage.devices_unusable;
    } else {
      ++(used == 0 ? usage.devices_free : rest == 0 ? usage.devices_used : usage.devices_shared);
    }
    if (!geometry().cores_known) continue;
    usage.cores_used += used;
    (unusable ? usage.cores_unusable : usage.cores_free) += rest;
  }
  for (const NeuronHeldPod& held : pods_) {
    usage.foreign_pods += held.foreign ? 1 : 0;
    usage.changed_pods += held.changed ? 1 : 0;
  }
  return usage;
}

}  // namespace neuron_scheduler::scheduler
