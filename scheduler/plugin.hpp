#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "cluster/model/binding.hpp"
#include "cluster/model/cache.hpp"
#include "cluster/model/node_view.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/time.hpp"
#include "scheduler/plugin_base.hpp"
#include "scheduler/score_plugin.hpp"
#include "scheduler/status.hpp"

// The extension points that plugins implement, one small interface each (kube-scheduler.md §1.1). A
// plugin is one class that implements those it needs, and a row in registry.cpp. All calls of one
// cycle come from one thread, with the same pod, between two changes of the cache.
namespace neuron_scheduler::scheduler {

// May the pod enter the queue at all? A rejection keeps it aside until it changes.
class PreEnqueuePlugin {
 public:
  virtual Status pre_enqueue(const model::Pod& pod) const = 0;

 protected:
  ~PreEnqueuePlugin() = default;
};

struct QueueOrderKey {
  std::int32_t priority = 0;
  model::SteadyTime queued_at;
  std::uint64_t sequence = 0;  // Of arrival in the queue: a total order.
};

// Exactly one per process: true if a is to be decided before b. A strict total order.
class QueueSortPlugin {
 public:
  virtual bool before(const QueueOrderKey& a, const QueueOrderKey& b) const = 0;

 protected:
  ~QueueSortPlugin() = default;
};

struct PreFilterResult {
  Status status;  // kSkip: no Filter of this plugin in this cycle.
  std::unique_ptr<PluginState>
      state;  // May be null; handed to Filter, Score and Reserve of the same plugin.
  // Only these nodes can fit; nullopt: no such limit. An empty set rejects the pod.
  std::optional<std::vector<model::Name>> nodes;
};

class PreFilterPlugin {
 public:
  virtual PreFilterResult pre_filter(const model::Pod& pod, const model::Cache& cache) const = 0;

 protected:
  ~PreFilterPlugin() = default;
};

class FilterPlugin {
 public:
  // state: what this plugin's PreFilter returned, null if it has none. Never sees the cache: the
  // same call serves what-ifs.
  virtual Status filter(const PluginState* state, const model::Pod& pod,
                        const model::NodeView& node) const = 0;

 protected:
  ~FilterPlugin() = default;
};

struct PreScoreResult {
  Status status;  // kSkip: no Score of this plugin in this cycle.
  // Handed to Score in place of PreFilter's; null: Score gets PreFilter's.
  std::unique_ptr<PluginState> state;
};

class PreScorePlugin {
 public:
  // Before the nodes are filtered: it cannot know which are feasible, so that equal pods share what
  // follows.
  virtual PreScoreResult pre_score(const model::Pod& pod, const model::Cache& cache) const = 0;

 protected:
  ~PreScorePlugin() = default;
};

class ReservePlugin {
 public:
  // The node is chosen: claim what the pod gets there and write it into the binding's annotations.
  // The pod counts on the node, with these annotations, as soon as all Reserve plugins agreed.
  virtual Status reserve(const PluginState* state, const model::Pod& pod,
                         const model::NodeView& node, model::WallTime now,
                         model::Binding& binding) = 0;
  // The binding will not happen. Called in reverse order for all Reserve plugins, also those whose
  // reserve was not called or failed; must be idempotent.
  virtual void unreserve(const model::Pod& pod, const model::Binding& binding) noexcept = 0;

 protected:
  ~ReservePlugin() = default;
};

class BindingSender;

// Sends the binding; the first bind plugin of the profile that takes the pod does it.
class BindPlugin {
 public:
  [[nodiscard]] virtual bool takes(const model::Pod& pod) const = 0;
  // The answer comes back through Scheduler::on_bind_answer. Called again with the same binding as
  // long as its end is unknown (design.md §4).
  virtual void bind(const model::Pod& pod, const model::Binding& binding,
                    BindingSender& sender) = 0;

 protected:
  ~BindPlugin() = default;
};

}  // namespace neuron_scheduler::scheduler
