#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "cluster/model/cache.hpp"
#include "scheduler/event.hpp"
#include "scheduler/profile.hpp"
#include "scheduler/queue.hpp"

namespace neuron_scheduler::scheduler {

// Decides which sleeping pods some news can help. kube-scheduler asks hints of the plugins that
// turned a pod away; here the plugins' own filters are asked about the one node that changed, so
// that exactly those wake who fit there now. Nobody has to remember who turned a pod away: whoever
// sleeps did not fit anywhere before, so a node that did not change cannot have become better for
// it, but for wide plugins, which say themselves whom an event may help.
//
// Pods of equal likeness are asked once.
class Waker {
 public:
  // More answers than this are not asked for at once: then all sleeping pods wake.
  static constexpr std::size_t kQuestionsMax = 50'000;

  // All must outlive it. Every sleeping pod's profile is among the profiles.
  Waker(std::span<const Profile> profiles, const model::Cache& cache, Queue& queue);

  // The cache has changed already. node: what the event is about, empty if it is about no node;
  // pod: as Event::pod.
  void note(Cause cause, const model::Name& node, const model::Pod* pod);
  // The same for news that can help on this node alone, whatever a wide plugin looks at.
  void note_here(Cause cause, const model::Name& node);
  void note_namespace(const NamespaceChange& change);
  // Wakes whom the noted news help. Before the next pop.
  void sweep();

 private:
  using Nodes = std::vector<std::pair<const model::NodeView*, Cause>>;

  void note_wide(const Event& event);
  [[nodiscard]] const Profile& profile_of(const model::Pod& pod) const;
  void ask_for(const model::PodRef& example, const Nodes& nodes);

  std::span<const Profile> profiles_;
  const model::Cache& cache_;
  Queue& queue_;
  std::map<model::Name, Cause> changed_;  // Nodes, and what happened to each first.
};

}  // namespace neuron_scheduler::scheduler
