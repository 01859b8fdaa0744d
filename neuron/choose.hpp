#pragma once

#include <cstdint>
#include <vector>

#include "neuron/policy.hpp"
#include "neuron/request.hpp"
#include "neuron/state.hpp"

// Which cores of a node a pod gets: pure, deterministic, exact (design.md §5, §6).
namespace neuron_scheduler::neuron {

enum class Fit : std::uint8_t {
  kFits,
  kNoRoom,       // Legal sizes, but not enough is free in the right places.
  kIllegalSize,  // As ShapeProblem: not on this node, whatever is free.
  kCoresUnknown,
  kUnitsDisagree,
  kTooComplex,  // The search was cut off before it knew.
};

// How many placements of single containers one search tries before it gives up with kTooComplex.
//
// Pods of one asking container, or of any number that all ask alike, never come near it: the first
// try fits or nothing does. Otherwise a retry happens only where the biggest-first order, the
// tightest fit and these proofs leave a doubt: a whole device, or a run of cores that fills a free
// run exactly, is never retried; free runs of one length are tried once; sets stay packed; what
// fails for one container is not tried again for its equal; sums are checked first. The random
// tests assert at most 50 steps for pods of up to six containers, and 1000 where an init container
// runs beside a sidecar (then positions inside a device matter, and less is proven). Only pods of
// many sidecars and init containers of different odd sizes, on almost full nodes, can pass the
// limit; and, where sets are not runs of ids (SetRule), pods of several big sets that are short of
// room: a try there counts for as many steps as there are hundreds of sets. A search that spreads
// and gives up is made once more as kBinpack.
inline constexpr int kMaxSteps = 2000;

struct Choice {
  Fit fit = Fit::kNoRoom;
  std::int64_t cost = 0;  // What the pod takes from value(state); meaningful if it fits.
  std::vector<Placement> placements;  // By position in PodRequest::asking.
  int steps = 0;                      // Placements tried.
};

// Containers that run at the same time share no core; an init container reuses what the others get
// as far as it can. Only devices of `eligible` are given; whole devices and sets of them are legal
// ones of the node's topology.
//
// Preferred, in this order: fewest cores beyond those of the pod's other containers; the smallest
// diameter; what the policy says, by default least cost; for one device the highest, for several
// the first of their LegalSets; low cores.
[[nodiscard]] Choice choose(const NodeState& state, const PodRequest& request, DeviceMask eligible,
                            DevicePolicy policy = DevicePolicy::kBinpack);

// As choose, without the placements: allocates nothing.
struct Evaluation {
  Fit fit = Fit::kNoRoom;
  std::int64_t cost = 0;
  int steps = 0;
};
[[nodiscard]] Evaluation evaluate(const NodeState& state, const PodRequest& request,
                                  DeviceMask eligible,
                                  DevicePolicy policy = DevicePolicy::kBinpack);

}  // namespace neuron_scheduler::neuron
