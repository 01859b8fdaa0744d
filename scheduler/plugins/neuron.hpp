#pragma once

#include <cstdint>

#include "neuron/choose.hpp"
#include "scheduler/plugin.hpp"
#include "scheduler/plugins/neuron_args.hpp"
#include "scheduler/plugins/neuron_node.hpp"
#include "scheduler/plugins/neuron_reasons.hpp"
#include "scheduler/registry.hpp"

namespace neuron_scheduler::scheduler {

// Places pods on Neuron devices and cores by the rules of design.md §3, §5, §6 and writes the
// annotations of §7 into the binding. Owns the resources of Neuron (aws.amazon.com/neuron,
// neurondevice and neuroncore, unless its arguments say otherwise): nothing else counts them.
//
// Score: nodes from which the pod takes least (neuron::cost), or, where it is to spread, those that
// have the largest share of their cores left; pods that ask for no Neuron keep off nodes that have
// it if all else is equal.
class Neuron final : public Plugin,
                     public PreFilterPlugin,
                     public FilterPlugin,
                     public ScorePlugin,
                     public ScoreExtensions,
                     public ReservePlugin {
 public:
  // aggregate_slot: of its NeuronNode in every NodeView.
  explicit Neuron(std::size_t aggregate_slot, NeuronArgs args = {});

  // Whether the register of each node's devices is to be kept up to date (NeuronNode).
  [[nodiscard]] bool registers_nodes() const { return args_.registers_nodes; }

  // The request and the selection of devices; not what Reserve alone looks at.
  void describe(const model::Pod& pod, Likeness& likeness) const override;
  PreFilterResult pre_filter(const model::Pod& pod, const model::Cache& cache) const override;
  Status filter(const PluginState* state, const model::Pod& pod,
                const model::NodeView& node) const override;
  std::int64_t score(const PluginState* state, const model::Pod& pod,
                     const model::NodeView& node) const override;
  [[nodiscard]] const ScoreExtensions* score_extensions() const override { return this; }
  void normalize(std::span<std::int64_t> scores, const ScoreRange& all) const override;
  Status reserve(const PluginState* state, const model::Pod& pod, const model::NodeView& node,
                 model::WallTime now, model::Binding& binding) override;
  // Nothing is held outside the cache.
  void unreserve(const model::Pod& pod, const model::Binding& binding) noexcept override;

 private:
  [[nodiscard]] const NeuronNode& node_of(const model::NodeView& node) const;
  [[nodiscard]] std::int64_t next_stamp(model::WallTime now, const NeuronNode& node);

  std::size_t aggregate_slot_;
  NeuronArgs args_;
  NeuronReasons reasons_;
  std::int64_t last_stamp_ = 0;
};

// Its row in the registry.
[[nodiscard]] PluginRow neuron_plugin_row();

}  // namespace neuron_scheduler::scheduler
