#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "test/placement/policies.hpp"

// A fleet under one policy: pods that come and stay, or come and go.
namespace neuron_scheduler::placement {

// The nodes, and what the policy thinks of each for each shape.
class Board {
 public:
  Board(std::vector<SimNode> nodes, Policy& policy);

  // The node it went to; nullopt: it fits nowhere.
  std::optional<std::size_t> place(std::size_t pod, std::size_t shape);
  void remove(std::size_t pod, std::size_t node);

  [[nodiscard]] const std::vector<SimNode>& nodes() const { return nodes_; }

 private:
  struct Scores {
    std::vector<double> of_node;
    std::vector<std::size_t> stale;  // Nodes that changed; some more than once.
  };

  void changed(std::size_t node);

  std::vector<SimNode> nodes_;
  Policy& policy_;
  PerShape<Scores> scores_;
};

struct Filled {
  int asked = 0;  // Cores that the placed pods asked for.
  int used = 0;   // Cores in use: more where a device has more than 2.
  PerShape<int> unplaced{};
};

// Pods come, in order, and stay; who finds no place is gone.
[[nodiscard]] Filled fill(std::vector<SimNode> nodes, Policy& policy, const Trace& pods);

struct Visit {
  std::size_t shape = 0;
  double comes = 0;  // In mean stays.
  double stays = 0;
};

// Poisson arrivals of pods drawn from the trace, with log-normal stays of mean 1 (sigma 1), so many
// that `load` asked cores are in use if nobody waits; before them, at time 0, those who are met
// there when this has long gone on.
[[nodiscard]] std::vector<Visit> visits(const Trace& trace, std::uint64_t seed, std::size_t pods,
                                        double load);

// Of those that come after time 0.
struct Waits {
  double share = 0;  // Of pods that did not start as they came.
  double mean = 0;   // Over all pods, in mean stays; who never starts waits until the last comes.
};

// Pods that find no place wait; when one goes, they are tried in the order in which they came.
[[nodiscard]] Waits come_and_go(std::vector<SimNode> nodes, Policy& policy,
                                const std::vector<Visit>& pods);

}  // namespace neuron_scheduler::placement
