#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/model/name.hpp"
#include "cluster/model/node_view.hpp"
#include "neuron/choose.hpp"
#include "neuron/request.hpp"
#include "neuron/state.hpp"
#include "scheduler/plugins/neuron_args.hpp"
#include "scheduler/plugins/neuron_held_pod.hpp"

namespace neuron_scheduler::scheduler {

// Devices and cores of one node by what became of them; for metrics.
struct NeuronUsage {
  int devices = 0;
  int devices_free = 0;    // Usable, no core in use.
  int devices_shared = 0;  // Some cores in use, some free.
  int devices_used = 0;    // No core free.
  int devices_unusable = 0;
  int cores = 0;  // The last three sum up to this.
  int cores_used = 0;
  int cores_free = 0;
  int cores_unusable = 0;
  int foreign_pods = 0;
  // Pods whose annotations changed after they were first read.
  int changed_pods = 0;
};

// What one pod holds of a node's Neuron devices.
struct NeuronHolding {
  std::string pod;        // namespace/name
  neuron::CoreSet cores;  // As far as it is known.
  bool foreign = false;   // It may hold others.
};

// What the pods of one node hold of its Neuron devices: from the pods alone (design.md §3). Pods
// that ask for no Neuron are not kept.
class NeuronNode final : public model::NodeAggregate {
 public:
  NeuronNode();
  explicit NeuronNode(std::shared_ptr<const NeuronNodeArgs> args);  // Not null.
  [[nodiscard]] std::unique_ptr<model::NodeAggregate> clone() const override;
  void set_node(const model::Node* node) override;
  void add_pod(const model::PodRef& pod) override;
  void update_pod(const model::Pod& before, const model::PodRef& after) override;
  void remove_pod(const model::Pod& pod) override;
  // Pods that became foreign, whose assignment changed, or whose devices may be ill; an instance
  // type and a cordon that are not known.
  [[nodiscard]] std::vector<model::Notice> take_notices() override;

  [[nodiscard]] const neuron::NodeState& state() const { return state_; }
  [[nodiscard]] const neuron::Geometry& geometry() const { return state_.geometry(); }
  // Why the node has no geometry; empty if it has one, or no devices at all.
  [[nodiscard]] const model::Name& geometry_problem() const { return geometry_problem_; }
  // Why it takes no new Neuron pods although its geometry is known; empty if it does.
  [[nodiscard]] const model::Name& block() const { return block_; }
  // Free cores that kubelet does not give to anyone, whichever they are: as many as the devices
  // that are ill without a cordon that names them have.
  [[nodiscard]] int withheld_cores() const { return withheld_cores_; }
  // Names the first foreign pod, by name; empty if there is none.
  [[nodiscard]] const model::Name& foreign() const { return foreign_; }
  // The instance type is in the catalog, with this number of devices.
  [[nodiscard]] bool type_known() const {
    return geometry().arrangement != neuron::Arrangement::kUnknown;
  }
  // As the catalog calls the instance type; "other" if it is not there.
  [[nodiscard]] std::string_view type_name() const;
  // The latest NEURON_ALLOC_TIME of a pod here that is not after `limit`; 0 if there is none.
  [[nodiscard]] std::int64_t latest_stamp(std::int64_t limit) const;
  // What the annotation that lists the node's devices for HAMi's tools should say; nullopt: it
  // should not be there, since the node has no devices that are known.
  [[nodiscard]] std::optional<std::string> register_text() const;
  // Whether the node carries another.
  [[nodiscard]] bool register_due() const { return register_due_; }
  [[nodiscard]] NeuronUsage usage() const;
  // Of all pods here that ask for Neuron, in order of their names. For people to see: the pods'
  // annotations are read again.
  [[nodiscard]] std::vector<NeuronHolding> holdings() const;
  // neuron::evaluate on the node as it is; remembers the last answers for pods of one asking
  // container, until something changes here (design.md §10).
  [[nodiscard]] neuron::Evaluation evaluate(const neuron::PodRequest& request,
                                            neuron::DeviceMask eligible,
                                            neuron::DevicePolicy policy) const;

 private:
  struct Answer {
    std::int64_t devices = 0;
    std::int64_t cores = 0;
    neuron::DevicePolicy policy = neuron::DevicePolicy::kBinpack;
    neuron::Evaluation evaluation;
  };

  bool may_ask(const model::Pod& pod) const;
  void read_node(const model::Node& node);
  void recount();
  void count(NeuronHeldPod& held);
  NeuronHeldPod* find(const model::Uid& uid);
  void tell_of_node(std::vector<model::Notice>& notices);
  void tell_of_illness(std::vector<model::Notice>& notices);

  std::shared_ptr<const NeuronNodeArgs> args_;
  model::Name name_;
  neuron::NodeState state_;
  neuron::DeviceMask cordoned_ = 0;
  std::string instance_type_;
  bool type_told_ = false;
  std::string cordon_unknown_;
  bool cordon_told_ = false;
  bool register_due_ = false;
  model::Name geometry_problem_;
  model::Name block_;
  // Why any device may be ill, as block_; empty while the device plugin is just not there.
  model::Name illness_;
  int withheld_cores_ = 0;
  model::Name foreign_;
  std::string foreign_pod_;  // The one that it names.
  std::vector<NeuronHeldPod> pods_;
  mutable std::array<Answer, 4> answers_;
  mutable std::size_t next_answer_ = 0;
};

}  // namespace neuron_scheduler::scheduler
