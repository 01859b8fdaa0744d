#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "neuron/policy.hpp"
#include "neuron/request.hpp"
#include "neuron/state.hpp"

// Where one container could go on a node, best place first: the inner part of choose().
namespace neuron_scheduler::neuron {

// Order of preference; no two candidates of one container have the same.
struct CandidateKey {
  int fresh = -1;  // Cores that the pod's other containers do not have.
  int diameter = 0;
  int in_use = 0;         // Cores in use on its devices; counts where it is spread.
  std::int64_t cost = 0;  // Below 0 where it is spread: the dearest first.
  int tie = 0;
  friend auto operator<=>(const CandidateKey&, const CandidateKey&) = default;
};

struct Candidate {
  CandidateKey key;
  Placement placement;
  int number = 0;      // Of the set, among its LegalSets; the device of a run.
  int run_length = 0;  // Of the free run of cores that it lies in, if it is a run.
};

// What need not be tried any more for a container while all others stay where they are.
struct Tried {
  std::optional<CandidateKey> last;
  std::uint64_t sets = 0;     // Bit n: set number n; only of the first 64.
  std::uint64_t lengths = 0;  // Bit n: free runs of n cores.
};

class CandidateScan {
 public:
  struct Options {
    DeviceMask eligible = 0;
    // Only sets at the low end of the free run of devices that they lie in.
    bool packed_sets = false;
    // Runs of cores at every position, not only at the low end of a free run.
    bool all_positions = false;
    // Nobody else's cores need be reused: keys have no `fresh`.
    bool alone = false;
    bool spread = false;
  };
  CandidateScan(const Geometry& geometry, const Options& options)
      : geometry_(geometry), options_(options) {}

  // The best one after tried.last. view: the node as the container sees it, without what others use
  // at the same time; pool: the node without what the pod has so far, which costs are counted from.
  [[nodiscard]] std::optional<Candidate> next(const Shape& shape, const NodeState& view,
                                              const NodeState& pool, const Tried& tried) const;
  [[nodiscard]] bool set_is_free(const Shape& shape, DeviceMask set, const NodeState& view) const;

 private:
  void scan_sets(const Shape& shape, const NodeState& view, const NodeState& pool,
                 const Tried& tried, std::optional<Candidate>& best) const;
  void scan_runs(DeviceMask devices, const Shape& shape, const NodeState& view,
                 const NodeState& pool, const Tried& tried, std::optional<Candidate>& best) const;
  // candidate: without what is to be computed of its key.
  void consider(Candidate candidate, const NodeState& pool, const Tried& tried,
                std::optional<Candidate>& best) const;

  const Geometry& geometry_;
  Options options_;
};

}  // namespace neuron_scheduler::neuron
