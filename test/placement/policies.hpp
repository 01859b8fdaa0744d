#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "test/placement/fleet.hpp"
#include "test/placement/trace.hpp"

namespace neuron_scheduler::placement {

// Where the shape does not fit.
inline constexpr double kNoFit = std::numeric_limits<double>::infinity();

// Where a pod goes: the node, then the cores on it.
class Policy {
 public:
  Policy() = default;
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  virtual ~Policy() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  // The lowest is best; a matter of the node alone, so that it may be kept until the node changes.
  [[nodiscard]] virtual double score(const SimNode& node, std::size_t shape) const = 0;
  // On a node where the shape fits.
  [[nodiscard]] virtual neuron::Placement place(const SimNode& node, std::size_t shape) = 0;
  // Of nodes one of which fits: the first of the best.
  [[nodiscard]] virtual std::size_t pick(std::span<const double> scores);
};

// neuron::evaluate and neuron::choose: the scheduler's own.
[[nodiscard]] std::unique_ptr<Policy> make_ours();

// HAMi 2.10 (reference/hami.md §1.4, §1.5): one device or part of one from the highest down; more
// devices the first run (inf*) or aligned set from the left. All nodes have the same score there
// and a race decides; here the first node in the fleet's order wins. Unlike 2.10 it may use all
// cores of a device that has more than two.
[[nodiscard]] std::unique_ptr<Policy> make_hami();

// AWS's scheduler extension under kube-scheduler's NodeResourcesFit as it comes (LeastAllocated of
// cpu and memory); on the node the first legal set.
[[nodiscard]] std::unique_ptr<Policy> make_aws();

// The node with the fewest free cores; on it the device, or the free run of devices, that has the
// least free.
[[nodiscard]] std::unique_ptr<Policy> make_best_fit();

// Fragmentation gradient descent (USENIX ATC'23): over all legal placements of all nodes the one by
// which the expected fragmentation grows least. A node's fragmentation for a shape is the number of
// its free cores that no legal placement of that shape can use, all of them if there is none; it is
// averaged over the shapes as often as `mix` says.
[[nodiscard]] std::unique_ptr<Policy> make_fgd(const PerShape<double>& mix);
[[nodiscard]] double fragmentation(const neuron::NodeState& state, const PerShape<double>& mix);

// Any node that fits, any legal placement there.
[[nodiscard]] std::unique_ptr<Policy> make_random(std::uint64_t seed);

// All six, ours first.
[[nodiscard]] std::vector<std::unique_ptr<Policy>> make_policies(const PerShape<double>& mix,
                                                                 std::uint64_t seed);

}  // namespace neuron_scheduler::placement
