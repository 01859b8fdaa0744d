#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/model/cache.hpp"
#include "scheduler/plugin.hpp"
#include "scheduler/profile.hpp"

namespace neuron_scheduler::scheduler {

// What the plugins of a profile computed for one pod, by PluginIndex; null where there is nothing.
using CycleState = std::vector<std::unique_ptr<PluginState>>;

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
};

// PreFilter, Filter, Score and the choice, over all nodes of the cache, by the rules of
// kube-scheduler.md §1.1. Changes nothing and depends on nothing but its arguments; the seed
// decides between nodes of equal score (design.md §8).
[[nodiscard]] Decision decide(const Profile& profile, const model::Pod& pod,
                              const model::Cache& cache, std::uint64_t seed);

// The first rejection of a PreEnqueue plugin, else Ok.
[[nodiscard]] Status pre_enqueue(const Profile& profile, const model::Pod& pod);

// What decides between equal nodes: the lower one wins. FNV-1a over the little-endian seed, the
// uid, a zero byte and the name, then MurmurHash3's 64-bit finalizer, so that runs can be replayed
// anywhere.
[[nodiscard]] std::uint64_t tie_hash(std::uint64_t seed, std::string_view pod_uid,
                                     std::string_view node_name);

// Reasons joined by ", ".
[[nodiscard]] std::string joined_reasons(const Status& status);
// `running filter plugin "P": reasons`
[[nodiscard]] std::string plugin_error(std::string_view extension_point, std::string_view plugin,
                                       const Status& status);

}  // namespace neuron_scheduler::scheduler
