#include "test/placement/simulator.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <queue>
#include <utility>

namespace neuron_scheduler::placement {
namespace {

// Pods on nodes, and who waits for a place.
class Visitors {
 public:
  Visitors(Board& board, const std::vector<Visit>& pods) : board_(board), pods_(pods) {}

  void comes(std::size_t pod) {
    const Visit& visit = pods_[pod];
    // Who came earlier with the same wish still waits: there is no room.
    if (waiting_[visit.shape].empty() && start(pod, visit.comes)) return;
    waiting_[visit.shape].push_back(pod);
    if (visit.comes > 0) ++waited_;
  }

  // Everything that happens up to then.
  void run_until(double time) {
    while (!leaving_.empty() && leaving_.top().at <= time) {
      const Leaving next = leaving_.top();
      leaving_.pop();
      board_.remove(next.pod, next.node);
      start_waiting(next.at);
    }
  }

  [[nodiscard]] Waits end(double time) const {
    double total = total_wait_;
    for (const auto& line : waiting_) {
      for (const std::size_t pod : line) total += waited(pod, time);
    }
    const auto count = static_cast<double>(
        std::count_if(pods_.begin(), pods_.end(), [](const Visit& pod) { return pod.comes > 0; }));
    return {static_cast<double>(waited_) / count, total / count};
  }

 private:
  struct Leaving {
    double at = 0;
    std::size_t pod = 0;
    std::size_t node = 0;
    friend bool operator>(const Leaving& a, const Leaving& b) {
      return std::pair(a.at, a.pod) > std::pair(b.at, b.pod);
    }
  };

  double waited(std::size_t pod, double time) const {
    return pods_[pod].comes > 0 ? time - pods_[pod].comes : 0;
  }

  bool start(std::size_t pod, double time) {
    const auto node = board_.place(pod, pods_[pod].shape);
    if (!node) return false;
    leaving_.push({time + pods_[pod].stays, pod, *node});
    total_wait_ += waited(pod, time);
    return true;
  }

  // A start takes room only, so a shape that did not fit does not fit until the next pod goes.
  void start_waiting(double time) {
    PerShape<bool> full{};
    for (;;) {
      std::optional<std::size_t> first;
      for (std::size_t shape = 0; shape < kShapeCount; ++shape) {
        if (full[shape] || waiting_[shape].empty()) continue;
        if (!first || waiting_[shape].front() < waiting_[*first].front()) first = shape;
      }
      if (!first) return;
      if (start(waiting_[*first].front(), time)) {
        waiting_[*first].pop_front();
      } else {
        full[*first] = true;
      }
    }
  }

  Board& board_;
  const std::vector<Visit>& pods_;
  std::priority_queue<Leaving, std::vector<Leaving>, std::greater<>> leaving_;
  PerShape<std::deque<std::size_t>> waiting_;
  std::size_t waited_ = 0;
  double total_wait_ = 0;
};

}  // namespace

Board::Board(std::vector<SimNode> nodes, Policy& policy)
    : nodes_(std::move(nodes)), policy_(policy) {
  for (Scores& scores : scores_) scores.of_node.resize(nodes_.size());
  for (std::size_t node = 0; node < nodes_.size(); ++node) changed(node);
}

void Board::changed(std::size_t node) {
  for (Scores& scores : scores_) scores.stale.push_back(node);
}

std::optional<std::size_t> Board::place(std::size_t pod, std::size_t shape) {
  Scores& scores = scores_[shape];
  std::sort(scores.stale.begin(), scores.stale.end());
  scores.stale.erase(std::unique(scores.stale.begin(), scores.stale.end()), scores.stale.end());
  for (const std::size_t node : scores.stale) {
    scores.of_node[node] = policy_.score(nodes_[node], shape);
  }
  scores.stale.clear();
  bool fits = false;
  for (const double score : scores.of_node) fits = fits || score != kNoFit;
  if (!fits) return std::nullopt;
  const std::size_t node = policy_.pick(scores.of_node);
  nodes_[node].add({pod, policy_.place(nodes_[node], shape)});
  changed(node);
  return node;
}

void Board::remove(std::size_t pod, std::size_t node) {
  nodes_[node].remove(pod);
  changed(node);
}

Filled fill(std::vector<SimNode> nodes, Policy& policy, const Trace& pods) {
  Board board(std::move(nodes), policy);
  Filled filled;
  for (std::size_t pod = 0; pod < pods.size(); ++pod) {
    if (board.place(pod, pods[pod])) {
      filled.asked += kShapes[pods[pod]].asked_cores();
    } else {
      ++filled.unplaced[pods[pod]];
    }
  }
  for (const SimNode& node : board.nodes())
    filled.used += node.type->cores - node.state.free_core_count();
  return filled;
}

std::vector<Visit> visits(const Trace& trace, std::uint64_t seed, std::size_t pods, double load) {
  constexpr double kSigma = 1;
  double asked = 0;
  for (const std::size_t shape : trace) asked += kShapes[shape].asked_cores();
  asked /= static_cast<double>(trace.size());
  Random random(seed);
  const auto already = static_cast<std::size_t>(load / asked);
  std::vector<Visit> all;
  all.reserve(already + pods);
  for (std::size_t i = 0; i < already; ++i) {
    // Who is met at some moment stays longer than the average, and has stayed for a part of it.
    const double stays = std::exp(kSigma * kSigma) * random.log_normal(kSigma);
    all.push_back({trace[random.below(trace.size())], 0, stays * random.unit()});
  }
  double time = 0;
  for (std::size_t i = 0; i < pods; ++i) {
    time += random.exponential(asked / load);
    const std::size_t shape = trace[random.below(trace.size())];
    all.push_back({shape, time, random.log_normal(kSigma)});
  }
  return all;
}

Waits come_and_go(std::vector<SimNode> nodes, Policy& policy, const std::vector<Visit>& pods) {
  Board board(std::move(nodes), policy);
  Visitors visitors(board, pods);
  for (std::size_t pod = 0; pod < pods.size(); ++pod) {
    visitors.run_until(pods[pod].comes);
    visitors.comes(pod);
  }
  return visitors.end(pods.back().comes);
}

}  // namespace neuron_scheduler::placement
