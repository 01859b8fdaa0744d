#include "test/placement/policies.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include "neuron/choose.hpp"
#include "test/placement/legal.hpp"

namespace neuron_scheduler::placement {
namespace {

using neuron::DeviceMask;
using neuron::NodeState;
using neuron::Placement;

bool fits(const SimNode& node, std::size_t shape) {
  return neuron::evaluate(node.state, request_of(shape), ~DeviceMask{0}).fit == neuron::Fit::kFits;
}

class Ours final : public Policy {
 public:
  std::string_view name() const override { return "ours"; }

  double score(const SimNode& node, std::size_t shape) const override {
    const auto result = neuron::evaluate(node.state, request_of(shape), ~DeviceMask{0});
    return result.fit == neuron::Fit::kFits ? static_cast<double>(result.cost) : kNoFit;
  }

  Placement place(const SimNode& node, std::size_t shape) override {
    return neuron::choose(node.state, request_of(shape), ~DeviceMask{0}).placements.front();
  }
};

class Hami final : public Policy {
 public:
  std::string_view name() const override { return "HAMi"; }

  double score(const SimNode& node, std::size_t shape) const override {
    return fits(node, shape) ? 0 : kNoFit;
  }

  Placement place(const SimNode& node, std::size_t shape) override {
    const auto legal = legal_placements(node.state, shape);
    if (kShapes[shape].devices > 1) return legal.front();
    const auto from_the_right = [](const Placement& a, const Placement& b) {
      if (a.devices != b.devices) return a.devices > b.devices;
      return a.last < b.last;
    };
    return *std::min_element(legal.begin(), legal.end(), from_the_right);
  }
};

class Aws final : public Policy {
 public:
  std::string_view name() const override { return "AWS"; }

  double score(const SimNode& node, std::size_t shape) const override {
    if (!fits(node, shape)) return kNoFit;
    const int pods = static_cast<int>(node.pods.size()) + 1;
    const auto unrequested = [pods](int capacity, int of_each) {
      return std::max(0, capacity - pods * of_each) * 100 / capacity;
    };
    return -(unrequested(node.type->cpu, kPodCpu) +
             unrequested(node.type->memory_gib, kPodMemoryGib)) /
           2;
  }

  Placement place(const SimNode& node, std::size_t shape) override {
    return legal_placements(node.state, shape).front();
  }
};

class BestFit final : public Policy {
 public:
  std::string_view name() const override { return "best fit"; }

  double score(const SimNode& node, std::size_t shape) const override {
    return fits(node, shape) ? node.state.free_core_count() : kNoFit;
  }

  Placement place(const SimNode& node, std::size_t shape) override {
    const auto legal = legal_placements(node.state, shape);
    const auto left = [&node](const Placement& placement) {
      const int first = std::countr_zero(placement.devices);
      const DeviceMask untouched = node.state.untouched();
      const int before =
          first == 0 ? 0 : std::countl_one(untouched << (neuron::kMaxDevices - first));
      const int run = before + std::countr_one(untouched >> first);
      return std::tuple(std::popcount(node.state.free(first)), run);
    };
    return *std::min_element(
        legal.begin(), legal.end(),
        [&left](const Placement& a, const Placement& b) { return left(a) < left(b); });
  }
};

class Fgd final : public Policy {
 public:
  explicit Fgd(const PerShape<double>& mix) : mix_(mix) {}

  std::string_view name() const override { return "FGD"; }

  double score(const SimNode& node, std::size_t shape) const override {
    return best(node, shape).first;
  }

  Placement place(const SimNode& node, std::size_t shape) override {
    return best(node, shape).second;
  }

 private:
  std::pair<double, Placement> best(const SimNode& node, std::size_t shape) const {
    std::pair<double, Placement> best{kNoFit, {}};
    const double before = fragmentation(node.state, mix_);
    for (const Placement& placement : legal_placements(node.state, shape)) {
      NodeState after = node.state;
      after.take(placement);
      const double grows = fragmentation(after, mix_) - before;
      // Not by what floating point adds up differently.
      if (grows < best.first - 1e-9) best = {grows, placement};
    }
    return best;
  }

  PerShape<double> mix_;
};

class Any final : public Policy {
 public:
  explicit Any(std::uint64_t seed) : random_(seed) {}

  std::string_view name() const override { return "random"; }

  double score(const SimNode& node, std::size_t shape) const override {
    return fits(node, shape) ? 0 : kNoFit;
  }

  Placement place(const SimNode& node, std::size_t shape) override {
    const auto legal = legal_placements(node.state, shape);
    return legal[random_.below(legal.size())];
  }

  std::size_t pick(std::span<const double> scores) override {
    const auto count =
        scores.size() - static_cast<std::size_t>(std::count(scores.begin(), scores.end(), kNoFit));
    std::size_t skip = random_.below(count);
    for (std::size_t i = 0;; ++i) {
      if (scores[i] != kNoFit && skip-- == 0) return i;
    }
  }

 private:
  Random random_;
};

}  // namespace

std::size_t Policy::pick(std::span<const double> scores) {
  return static_cast<std::size_t>(std::min_element(scores.begin(), scores.end()) - scores.begin());
}

double fragmentation(const NodeState& state, const PerShape<double>& mix) {
  const int free = state.free_core_count();
  double sum = 0;
  for (std::size_t shape = 0; shape < kShapeCount; ++shape) {
    sum += mix[shape] * (free - usable_cores(state, shape));
  }
  return sum;
}

std::unique_ptr<Policy> make_ours() { return std::make_unique<Ours>(); }
std::unique_ptr<Policy> make_hami() { return std::make_unique<Hami>(); }
std::unique_ptr<Policy> make_aws() { return std::make_unique<Aws>(); }
std::unique_ptr<Policy> make_best_fit() { return std::make_unique<BestFit>(); }
std::unique_ptr<Policy> make_fgd(const PerShape<double>& mix) { return std::make_unique<Fgd>(mix); }
std::unique_ptr<Policy> make_random(std::uint64_t seed) { return std::make_unique<Any>(seed); }

std::vector<std::unique_ptr<Policy>> make_policies(const PerShape<double>& mix,
                                                   std::uint64_t seed) {
  std::vector<std::unique_ptr<Policy>> all;
  all.push_back(make_ours());
  all.push_back(make_fgd(mix));
  all.push_back(make_best_fit());
  all.push_back(make_hami());
  all.push_back(make_aws());
  all.push_back(make_random(seed));
  return all;
}

}  // namespace neuron_scheduler::placement
