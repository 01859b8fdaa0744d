#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/model/cache.hpp"
#include "cluster/model/time.hpp"
#include "scheduler/evaluations.hpp"
#include "scheduler/observer.hpp"
#include "scheduler/plugin.hpp"
#include "scheduler/plugin_calls.hpp"
#include "scheduler/prepared.hpp"
#include "scheduler/profile.hpp"

namespace neuron_scheduler::scheduler {

// The outcome of one decision.
struct Decision {
  enum class Kind : std::uint8_t {
    kPlaced,
    kRejected,  // No node fits; message in kube-scheduler's grammar (kube-scheduler.md §1.4).
    kNoNodes,   // There is no node at all: not a rejection by any plugin.
    kError,     // A plugin is broken; message says which and how.
  };
  Kind kind = Kind::kError;
  const model::NodeView* node = nullptr;  // kPlaced; valid until the next change of nodes.
  CycleState state;                       // kPlaced
  std::string message;                    // Otherwise.
  std::vector<PluginIndex> rejectors;     // kRejected: who turned the pod, or a node, away.
};

// PreFilter, PreScore, Filter, Score and the choice, over all nodes of one cache, by the rules of
// kube-scheduler.md §1.1. It remembers what nodes answered for the last kinds of pods, which
// changes nothing but the time it takes. The seed decides between nodes of equal score (design.md
// §8).
class Decider {
 public:
  // Who wants to know how long each extension point takes; must outlive it.
  struct Meter {
    const model::Clock& clock;
    Observer& observer;
  };
  explicit Decider(std::uint64_t seed, std::optional<Meter> meter = std::nullopt)
      : seed_(seed), meter_(meter) {}

  // Always with the same cache.
  [[nodiscard]] Decision decide(const Profile& profile, const model::Pod& pod,
                                const model::Cache& cache);

  // How often the profile's plugins were asked in all decisions.
  [[nodiscard]] CallCounts calls(const Profile& profile) const;

 private:
  [[nodiscard]] Decision decide_among(Prepared& prepared, const Profile& profile,
                                      const model::Pod& pod,
                                      std::span<const model::NodeView* const> nodes,
                                      Evaluation& evaluation);
  [[nodiscard]] Decision decide_among_named(Prepared& prepared, const Profile& profile,
                                            const model::Pod& pod, const model::Cache& cache);
  [[nodiscard]] std::vector<std::size_t> candidates(std::size_t wanted,
                                                    const Evaluation& evaluation,
                                                    std::size_t node_count);

  void lap(std::string_view point, Code status, const Profile& profile);
  [[nodiscard]] Decision decide_metered(const Profile& profile, const model::Pod& pod,
                                        const model::Cache& cache);

  const std::uint64_t seed_;
  const std::optional<Meter> meter_;
  model::SteadyTime lap_started_;
  Evaluations evaluations_;
  std::map<const Profile*, CallCounts> calls_;
  std::size_t next_start_ = 0;  // Where the next search for a share of the nodes begins.
};

// One decision without any memory.
[[nodiscard]] Decision decide(const Profile& profile, const model::Pod& pod,
                              const model::Cache& cache, std::uint64_t seed);

// The first rejection of a PreEnqueue plugin, else Ok.
struct LetIn {
  Status status;
  PluginIndex plugin = 0;  // Whose rejection it is.
};
[[nodiscard]] LetIn pre_enqueue(const Profile& profile, const model::Pod& pod);

// What decides between equal nodes: the lower one wins. FNV-1a over the little-endian seed and the
// uid, XOR that over the node's name, then MurmurHash3's 64-bit finalizer, so that runs can be
// replayed anywhere.
[[nodiscard]] std::uint64_t tie_hash(std::uint64_t seed, std::string_view pod_uid,
                                     const model::Name& node_name);

// `running filter plugin "P": reasons`
[[nodiscard]] std::string plugin_error(std::string_view extension_point, std::string_view plugin,
                                       const Status& status);

}  // namespace neuron_scheduler::scheduler
