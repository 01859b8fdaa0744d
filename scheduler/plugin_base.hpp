#pragma once

#include <memory>

#include "cluster/model/node_view.hpp"
#include "cluster/model/pod.hpp"
#include "scheduler/event.hpp"
#include "scheduler/likeness.hpp"

// What all plugins have in common, whatever extension points they implement (plugin.hpp).
namespace neuron_scheduler::scheduler {

// What a plugin computed for one pod in one cycle; only the plugin that made it looks inside. For
// what-ifs on copied NodeViews the framework tells it of pods that are imagined to come or go.
class PluginState {
 public:
  virtual ~PluginState() = default;
  [[nodiscard]] virtual std::unique_ptr<PluginState> clone() const = 0;
  virtual void add_pod(const model::Pod& /*pod*/, const model::NodeView& /*node*/) {}
  virtual void remove_pod(const model::Pod& /*pod*/, const model::NodeView& /*node*/) {}
};

// Equal pods share what Filter and Score answered for one of them (design.md §10), and a sleeping
// pod is woken by what can help it. For both, a plugin says what its answers depend on:
// - on the pod and the node alone: the usual plugin overrides describe() and is done;
// - on other nodes and their pods too: it is *wide*, and overrides all of these.
class Plugin {
 public:
  virtual ~Plugin() = default;

  // Adds all of the pod that Filter and Score of this plugin look at. As it stands: the pod is like
  // no other.
  virtual void describe(const model::Pod& pod, Likeness& likeness) const {
    likeness.add(pod.uid.text);
  }
  // Adds all that they look at beyond the pod and the one node: the cluster as PreFilter and
  // PreScore saw it. The states may be null.
  virtual void describe_cluster(const PluginState* /*filter_state*/,
                                const PluginState* /*score_state*/, Likeness& /*likeness*/) const {}
  // Whether Filter depends on more than pod and node. Sleeping pods of a plugin that is not wide
  // are asked about the changed node alone.
  [[nodiscard]] virtual bool wide() const { return false; }
  // Of a wide plugin: whether the event may turn its rejection of some pod; cheap. And if so, of
  // this one.
  [[nodiscard]] virtual bool concerned_by(const Event& /*event*/) const { return wide(); }
  [[nodiscard]] virtual bool may_help(const Event& /*event*/, const model::Pod& /*pod*/) const {
    return true;
  }
};

}  // namespace neuron_scheduler::scheduler
