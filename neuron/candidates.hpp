#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "neuron/request.hpp"
#include "neuron/state.hpp"

// Where one container could go on a node, best place first: the inner part of choose().
namespace neuron_scheduler::neuron {

// Order of preference; no two candidates of one container have the same.
struct CandidateKey {
  int fresh = -1;  // Cores that the pod's other containers do not have.
  std::int64_t cost = 0;
  int tie = 0;
  friend auto operator<=>(const CandidateKey&, const CandidateKey&) = default;
};

struct Candidate {
  CandidateKey key;
  Placement placement;
  int start = 0;       // First device.
  int run_length = 0;  // Of the free run of cores that it lies in, if it is a run.
};

// What need not be tried any more for a container while all others stay where they are.
struct Tried {
  std::optional<CandidateKey> last;
  DeviceMask starts = 0;      // First devices of sets.
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
  };
  CandidateScan(const Geometry& geometry, const Options& options)
      : geometry_(geometry), options_(options) {}

  // The best one after tried.last. view: the node as the container sees it, without what others use
  // at the same time; pool: the node without what the pod has so far, which costs are counted from.
  [[nodiscard]] std::optional<Candidate> next(const Shape& shape, const NodeState& view,
                                              const NodeState& pool, const Tried& tried) const;
  [[nodiscard]] bool set_is_free(const Shape& shape, int start, const NodeState& view) const;

 private:
  void scan_sets(const Shape& shape, const NodeState& view, const NodeState& pool,
                 const Tried& tried, std::optional<Candidate>& best) const;
  void scan_runs(DeviceMask devices, const Shape& shape, const NodeState& view,
                 const NodeState& pool, const Tried& tried, std::optional<Candidate>& best) const;
  void consider(const Candidate& candidate, const NodeState& pool, const Tried& tried,
                std::optional<Candidate>& best) const;

  const Geometry& geometry_;
  Options options_;
};

}  // namespace neuron_scheduler::neuron
