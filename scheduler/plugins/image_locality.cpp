#include "scheduler/plugins/image_locality.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace neuron_scheduler::scheduler {
namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
constexpr std::int64_t kLeast = 23 * kMebibyte;  // Images below this are no reason for a node.
constexpr std::int64_t kMostPerImage = 1000 * kMebibyte;

struct Worths final : PluginState {
  // Of the pod's images that some node has, in order of their names; one that several containers
  // use is worth as much more.
  std::vector<std::pair<model::Name, std::int64_t>> images;

  [[nodiscard]] std::unique_ptr<PluginState> clone() const override {
    return std::make_unique<Worths>(*this);
  }
};

std::int64_t score_of(std::int64_t sum, std::size_t image_count) {
  const std::int64_t most = kMostPerImage * static_cast<std::int64_t>(image_count);
  // In this order: without images the least is above the most.
  if (sum < kLeast) {
    sum = kLeast;
  } else if (sum > most) {
    sum = most;
  }
  return ScorePlugin::kScoreMax * (sum - kLeast) / (most - kLeast);
}

}  // namespace

void ImageLocality::describe(const model::Pod& pod, Likeness& likeness) const {
  auto images = pod.waiting->images;
  std::sort(images.begin(), images.end());
  likeness.add(static_cast<std::int64_t>(images.size()));
  for (const auto& image : images) likeness.add(image.view());
}

void ImageLocality::describe_cluster(const PluginState* /*filter_state*/,
                                     const PluginState* score_state, Likeness& likeness) const {
  if (score_state == nullptr) return;
  const auto& images = static_cast<const Worths&>(*score_state).images;
  likeness.add(static_cast<std::int64_t>(images.size()));
  for (const auto& [image, worth] : images) {
    likeness.add(image.view());
    likeness.add(worth);
  }
}

PreScoreResult ImageLocality::pre_score(const model::Pod& pod, const model::Cache& cache) const {
  const auto all_nodes = static_cast<double>(cache.node_count());
  auto state = std::make_unique<Worths>();
  for (const auto& name : pod.waiting->images) {
    const auto* image = cache.images().find(name);
    if (image == nullptr) continue;
    const double share = static_cast<double>(image->nodes) / all_nodes;
    const auto worth = static_cast<std::int64_t>(static_cast<double>(image->size_bytes) * share);
    const auto place = std::lower_bound(
        state->images.begin(), state->images.end(), name,
        [](const auto& entry, const auto& wanted) { return entry.first < wanted; });
    if (place != state->images.end() && place->first == name) {
      place->second += worth;
    } else {
      state->images.emplace(place, name, worth);
    }
  }
  if (state->images.empty()) return {Status::skip(), nullptr};
  return {Status::ok(), std::move(state)};
}

std::int64_t ImageLocality::score(const PluginState* state, const model::Pod& pod,
                                  const model::NodeView& node) const {
  if (state == nullptr) return 0;
  const auto& there = node.node().images;
  std::int64_t sum = 0;
  for (const auto& [name, worth] : static_cast<const Worths&>(*state).images) {
    const bool has_it = std::any_of(there.begin(), there.end(),
                                    [&](const auto& image) { return image.name == name; });
    if (has_it) sum += worth;
  }
  return score_of(sum, pod.waiting->images.size());
}

}  // namespace neuron_scheduler::scheduler
