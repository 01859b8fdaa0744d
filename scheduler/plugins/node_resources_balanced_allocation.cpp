#include "scheduler/plugins/node_resources_balanced_allocation.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

namespace neuron_scheduler::scheduler {
namespace {

constexpr std::int64_t kScoreMax = ScorePlugin::kScoreMax;

double share_of(std::int64_t used, std::int64_t allocatable) {
  return std::min(1.0, static_cast<double>(used) / static_cast<double>(allocatable));
}

// Shares of resources that are used, one after the other, and how far they are from each other.
// Added up in kube-scheduler's order: the results are equal to the last bit.
class Spread {
 public:
  void add(std::int64_t used, std::int64_t allocatable) {
    const double share = share_of(used, allocatable);
    if (count_ < 2) first_[count_] = share;
    sum_ += share;
    ++count_;
  }
  // In a second round over the same shares.
  void add_distance(std::int64_t used, std::int64_t allocatable) {
    const double distance = share_of(used, allocatable) - sum_ / static_cast<double>(count_);
    squares_ += distance * distance;
  }
  [[nodiscard]] bool needs_second_round() const { return count_ > 2; }

  [[nodiscard]] std::int64_t score() const {
    double deviation = 0;
    if (count_ == 2) {
      deviation = std::abs((first_[0] - first_[1]) / 2);
    } else if (count_ > 2) {
      deviation = std::sqrt(squares_ / static_cast<double>(count_));
    }
    return static_cast<std::int64_t>((1 - deviation) * static_cast<double>(kScoreMax));
  }

 private:
  double first_[2] = {0, 0};
  double sum_ = 0;
  double squares_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

NodeResourcesBalancedAllocation::NodeResourcesBalancedAllocation(
    std::vector<ScoredResource> resources)
    : resources_(std::move(resources)) {}

std::unique_ptr<Plugin> NodeResourcesBalancedAllocation::from_args(ArgsReader& args) {
  auto resources = read_scored_resources(args, 1, "must be 1");
  std::set<model::Name> seen;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    if (seen.insert(resources[i].name).second) continue;
    args.error("resources[" + std::to_string(i) + "].name",
               "Duplicate value: \"" + resources[i].name.str() + '"');
  }
  return std::make_unique<NodeResourcesBalancedAllocation>(std::move(resources));
}

void NodeResourcesBalancedAllocation::describe(const model::Pod& pod, Likeness& likeness) const {
  for (const auto& resource : resources_) likeness.add(request_of(resource, Amounts::kReal, pod));
}

PreScoreResult NodeResourcesBalancedAllocation::pre_score(const model::Pod& pod,
                                                          const model::Cache& /*cache*/) const {
  const bool any = std::any_of(resources_.begin(), resources_.end(), [&](const auto& resource) {
    return request_of(resource, Amounts::kReal, pod) != 0;
  });
  return {any ? Status::ok() : Status::skip(), nullptr};
}

std::int64_t NodeResourcesBalancedAllocation::score(const PluginState* /*state*/,
                                                    const model::Pod& pod,
                                                    const model::NodeView& node) const {
  Spread before;
  Spread after;
  const auto each = [&](const auto& visit) {
    for (const auto& resource : resources_) {
      const ResourceUse use = use_of(resource, Amounts::kReal, pod, node);
      if (use.allocatable != 0) visit(use);
    }
  };
  each([&](const ResourceUse& use) {
    before.add(use.before, use.allocatable);
    after.add(use.after, use.allocatable);
  });
  if (after.needs_second_round()) {
    each([&](const ResourceUse& use) {
      before.add_distance(use.before, use.allocatable);
      after.add_distance(use.after, use.allocatable);
    });
  }
  return kScoreMax / 2 + (kScoreMax / 2 + after.score() - before.score()) / 2;
}

}  // namespace neuron_scheduler::scheduler
