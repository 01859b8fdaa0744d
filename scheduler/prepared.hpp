#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/model/cache.hpp"
#include "scheduler/plugin.hpp"
#include "scheduler/plugin_calls.hpp"
#include "scheduler/profile.hpp"

namespace neuron_scheduler::scheduler {

// What the plugins of a profile computed for one pod, by PluginIndex; null where there is nothing.
using CycleState = std::vector<std::unique_ptr<PluginState>>;

// One pod with what PreFilter, and then PreScore, of its profile say of it: all that is needed to
// ask about single nodes. Valid until the cache changes; profile, pod and cache must outlive it.
class Prepared {
 public:
  // Whose PreFilter and Filter take part.
  enum class Part : std::uint8_t { kAll, kNarrow, kWide };

  // Runs PreFilter (kube-scheduler.md §1.1). calls, if not null, must outlive it and have a place
  // for each plugin: all calls are counted there.
  Prepared(const Profile& profile, const model::Pod& pod, const model::Cache& cache,
           Part part = Part::kAll, CallCounts* calls = nullptr);

  // Why the pod fits no node at all, or (code kError) what broke; Ok: nodes may be asked. The first
  // Unresolvable ends PreFilter, of Unschedulable ones the last is kept.
  [[nodiscard]] const Status& end() const { return end_; }
  // Whose answer end() is if it is not Ok, else that of the last filter() that was not; as many as
  // there are plugins: no plugin's.
  [[nodiscard]] PluginIndex answered_by() const { return answered_by_; }

  // Only these can fit, in order of their names; nullopt: no such limit.
  [[nodiscard]] const std::optional<std::vector<model::Name>>& nodes() const { return nodes_; }
  // Who set that limit.
  [[nodiscard]] const std::vector<PluginIndex>& naming() const { return naming_; }
  // What PreFilter says to the nodes outside of it.
  [[nodiscard]] model::Name outside_reason() const;

  // Filter: the first rejection, or what broke.
  [[nodiscard]] Status filter(const model::NodeView& node);

  // Runs PreScore, once.
  [[nodiscard]] Status pre_score();
  struct Scorer {
    PluginIndex index = 0;
    const ScorePlugin* plugin = nullptr;
    const PluginState* state = nullptr;
    std::int64_t weight = 0;
  };
  [[nodiscard]] const std::vector<Scorer>& scorers() const { return scorers_; }
  // Of the scorer at this place of scorers().
  [[nodiscard]] std::int64_t score(std::size_t scorer, const model::NodeView& node) const {
    count(scorers_[scorer].index, CountedPoint::kScore);
    return scorers_[scorer].plugin->score(scorers_[scorer].state, pod_, node);
  }

  // All that filter() and the scorers look at beside the node: pods of equal keys get the same
  // answers from the same node. After pre_score().
  [[nodiscard]] std::string key() const;
  // PreFilter's states, for Reserve; the last call.
  [[nodiscard]] CycleState take_state() { return std::move(states_); }

 private:
  struct ActiveFilter {
    PluginIndex index = 0;
    const FilterPlugin* plugin = nullptr;
    const PluginState* state = nullptr;
  };

  void count(PluginIndex index, CountedPoint point) const {
    if (calls_ != nullptr) ++(*calls_)[index][static_cast<std::size_t>(point)];
  }
  [[nodiscard]] bool takes_part(PluginIndex index) const;
  // False: PreFilter ended with this plugin.
  bool pre_filter(PluginIndex index, const PreFilterPlugin& plugin);
  void limit_nodes(PluginIndex index, std::vector<model::Name> names);
  [[nodiscard]] std::string naming_plugins() const;

  const Profile& profile_;
  const model::Pod& pod_;
  const model::Cache& cache_;
  const Part part_;
  CallCounts* const calls_;
  Status end_;
  PluginIndex answered_by_ = 0;
  CycleState states_;
  CycleState score_states_;
  std::vector<bool> skipped_;
  std::vector<ActiveFilter> filters_;
  std::vector<Scorer> scorers_;
  std::optional<std::vector<model::Name>> nodes_;
  std::vector<PluginIndex> naming_;
  std::vector<std::string> naming_plugins_;  // The same ones by name, sorted.
};

// All of the pod that its profile's plugins look at: sleeping pods of equal texts are helped by the
// same news, as far as their narrow plugins go.
[[nodiscard]] std::string likeness_of(const Profile& profile, const model::Pod& pod);

// Reasons joined by ", ".
[[nodiscard]] std::string joined_reasons(const Status& status);

}  // namespace neuron_scheduler::scheduler
