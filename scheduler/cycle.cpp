#include "scheduler/cycle.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using model::NodeView;

// How many nodes each reason turned away.
using ReasonCounts = std::unordered_map<Name, std::size_t>;

struct ActiveFilter {
  PluginIndex index = 0;
  const FilterPlugin* plugin = nullptr;
  const PluginState* state = nullptr;
};

Decision rejected(std::string message) {
  Decision decision;
  decision.kind = Decision::Kind::kRejected;
  decision.message = std::move(message);
  return decision;
}

Decision failed(std::string message) {
  Decision decision;
  decision.kind = Decision::Kind::kError;
  decision.message = std::move(message);
  return decision;
}

std::string none_available(std::size_t node_count) {
  return "0/" + std::to_string(node_count) + " nodes are available:";
}

std::string failure_message(std::size_t node_count, const ReasonCounts& counts) {
  std::vector<std::string> reasons;
  for (const auto& [reason, count] : counts) {
    reasons.push_back(std::to_string(count) + ' ' + reason.str());
  }
  std::sort(reasons.begin(), reasons.end());
  std::string message = none_available(node_count);
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    message += (i == 0 ? " " : ", ") + reasons[i];
  }
  return reasons.empty() ? message : message + '.';
}

// One decision on its way through the extension points.
class Cycle {
 public:
  Cycle(const Profile& profile, const model::Pod& pod, const model::Cache& cache)
      : profile_(profile), pod_(pod), cache_(cache), skipped_(profile.plugin_count(), false) {
    state_.resize(profile.plugin_count());
  }

  Decision run(std::uint64_t seed) {
    if (cache_.nodes().empty()) {
      Decision decision = rejected("no nodes available to schedule pods");
      decision.kind = Decision::Kind::kNoNodes;
      return decision;
    }
    if (auto end = pre_filter()) return std::move(*end);
    if (auto end = filter()) return std::move(*end);
    if (feasible_.size() == 1) return placed(*feasible_.front());
    if (auto end = score()) return std::move(*end);
    return placed(*best(seed));
  }

 private:
  using End = std::optional<Decision>;

  End pre_filter() {
    std::optional<Status> rejection;
    for (const auto& [index, plugin] : profile_.pre_filter()) {
      PreFilterResult result = plugin->pre_filter(pod_, cache_);
      switch (result.status.code) {
        case Code::kSkip:
          skipped_[index] = true;
          continue;
        case Code::kError:
          return failed(plugin_error("PreFilter", profile_.plugin_name(index), result.status));
        case Code::kUnresolvable:
          return pre_filter_rejection(result.status);
        case Code::kUnschedulable:
          rejection = std::move(result.status);
          continue;
        case Code::kOk:
          break;
      }
      state_[index] = std::move(result.state);
      if (!result.nodes) continue;
      limit_nodes(index, std::move(*result.nodes));
      if (named_nodes_->empty()) return pre_filter_rejection(no_common_node());
    }
    if (rejection) return pre_filter_rejection(*rejection);
    return std::nullopt;
  }

  Decision pre_filter_rejection(const Status& status) const {
    return rejected(none_available(cache_.node_count()) + ' ' + joined_reasons(status) + '.');
  }

  void limit_nodes(PluginIndex index, std::vector<Name> names) {
    naming_plugins_.insert(profile_.plugin_name(index));
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    if (!named_nodes_) {
      named_nodes_ = std::move(names);
      return;
    }
    std::vector<Name> common;
    std::set_intersection(named_nodes_->begin(), named_nodes_->end(), names.begin(), names.end(),
                          std::back_inserter(common));
    named_nodes_ = std::move(common);
  }

  [[nodiscard]] std::string naming_plugins() const {
    std::string list;
    for (const auto& name : naming_plugins_) list += (list.empty() ? "" : " ") + name;
    return list;
  }

  [[nodiscard]] Status no_common_node() const {
    return Status::unresolvable(
        Name(naming_plugins_.size() == 1
                 ? "node(s) didn't satisfy plugin " + naming_plugins()
                 : "node(s) didn't satisfy plugin(s) [" + naming_plugins() + "] simultaneously"));
  }

  [[nodiscard]] std::vector<const NodeView*> named_nodes() const {
    std::vector<const NodeView*> nodes;
    for (const auto& name : *named_nodes_) {
      const NodeView* node = cache_.find_node(name);
      if (node != nullptr && node->exists()) nodes.push_back(node);
    }
    return nodes;
  }

  [[nodiscard]] std::vector<ActiveFilter> active_filters() const {
    std::vector<ActiveFilter> filters;
    for (const auto& [index, plugin] : profile_.filter()) {
      if (!skipped_[index]) filters.push_back({index, plugin, state_[index].get()});
    }
    return filters;
  }

  End filter() {
    const auto filters = active_filters();
    ReasonCounts counts;
    std::vector<const NodeView*> named;
    std::span<const NodeView* const> nodes = cache_.nodes();
    if (named_nodes_) {
      named = named_nodes();
      if (const auto outside = nodes.size() - named.size(); outside > 0) {
        counts[Name("node(s) didn't satisfy plugin(s) [" + naming_plugins() + "]")] = outside;
      }
      nodes = named;
    }
    for (const NodeView* node : nodes) {
      if (auto end = filter_node(filters, *node, counts)) return end;
    }
    if (feasible_.empty()) return rejected(failure_message(cache_.node_count(), counts));
    return std::nullopt;
  }

  // The first rejection ends the node, an error the cycle.
  End filter_node(std::span<const ActiveFilter> filters, const NodeView& node,
                  ReasonCounts& counts) {
    static const Name kUnreadable("node(s) could not be read");
    if (!node.node().decode_error.empty()) {
      ++counts[kUnreadable];
      return std::nullopt;
    }
    for (const auto& [index, plugin, state] : filters) {
      const Status status = plugin->filter(state, pod_, node);
      if (status.is_ok()) continue;
      if (!status.rejected()) {
        return failed(plugin_error("filter", profile_.plugin_name(index), status));
      }
      for (const auto& reason : status.reasons) ++counts[reason];
      return std::nullopt;
    }
    feasible_.push_back(&node);
    return std::nullopt;
  }

  End score() {
    totals_.assign(feasible_.size(), 0);
    std::vector<std::int64_t> scores(feasible_.size());
    for (const auto& [index, plugin] : profile_.score()) {
      for (std::size_t i = 0; i < feasible_.size(); ++i) {
        scores[i] = plugin->score(state_[index].get(), pod_, *feasible_[i]);
      }
      plugin->normalize(scores);
      for (std::size_t i = 0; i < feasible_.size(); ++i) {
        if (scores[i] < 0 || scores[i] > ScorePlugin::kScoreMax) return bad_score(index, scores[i]);
        totals_[i] += scores[i] * profile_.weight(index);
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] Decision bad_score(PluginIndex index, std::int64_t score) const {
    return failed("applying score defaultWeights on Score plugins: plugin \"" +
                  profile_.plugin_name(index) + "\" returns an invalid score " +
                  std::to_string(score) + ", it should in the range of [0, 100] after normalizing");
  }

  [[nodiscard]] const NodeView* best(std::uint64_t seed) const {
    const std::int64_t top = *std::max_element(totals_.begin(), totals_.end());
    const NodeView* winner = nullptr;
    std::uint64_t lowest = 0;
    for (std::size_t i = 0; i < feasible_.size(); ++i) {
      if (totals_[i] != top) continue;
      const auto hash = tie_hash(seed, pod_.uid.text, feasible_[i]->node().name.view());
      // Nodes come in order of their names, so that even equal hashes decide the same each time.
      if (winner == nullptr || hash < lowest) {
        winner = feasible_[i];
        lowest = hash;
      }
    }
    return winner;
  }

  Decision placed(const NodeView& node) {
    Decision decision;
    decision.kind = Decision::Kind::kPlaced;
    decision.node = &node;
    decision.state = std::move(state_);
    return decision;
  }

  const Profile& profile_;
  const model::Pod& pod_;
  const model::Cache& cache_;
  std::vector<bool> skipped_;
  CycleState state_;
  std::optional<std::vector<Name>> named_nodes_;  // Sorted.
  std::set<std::string> naming_plugins_;
  std::vector<const NodeView*> feasible_;
  std::vector<std::int64_t> totals_;
};

}  // namespace

Decision decide(const Profile& profile, const model::Pod& pod, const model::Cache& cache,
                std::uint64_t seed) {
  return Cycle(profile, pod, cache).run(seed);
}

Status pre_enqueue(const Profile& profile, const model::Pod& pod) {
  for (const auto& [index, plugin] : profile.pre_enqueue()) {
    Status status = plugin->pre_enqueue(pod);
    if (!status.is_ok()) return status;
  }
  return Status::ok();
}

std::uint64_t tie_hash(std::uint64_t seed, std::string_view pod_uid, std::string_view node_name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto mix = [&hash](std::uint64_t byte) {
    hash ^= byte;
    hash *= 0x100000001b3U;
  };
  for (unsigned shift = 0; shift < 64; shift += 8) mix((seed >> shift) & 0xffU);
  for (const char c : pod_uid) mix(static_cast<unsigned char>(c));
  mix(0);
  for (const char c : node_name) mix(static_cast<unsigned char>(c));
  hash ^= hash >> 33U;
  hash *= 0xff51afd7ed558ccdU;
  hash ^= hash >> 33U;
  hash *= 0xc4ceb9fe1a85ec53U;
  hash ^= hash >> 33U;
  return hash;
}

std::string joined_reasons(const Status& status) {
  std::string text;
  for (const auto& reason : status.reasons) {
    if (!text.empty()) text += ", ";
    text += reason.view();
  }
  return text;
}

std::string plugin_error(std::string_view extension_point, std::string_view plugin,
                         const Status& status) {
  return "running " + std::string(extension_point) + " plugin \"" + std::string(plugin) +
         "\": " + joined_reasons(status);
}

}  // namespace neuron_scheduler::scheduler
