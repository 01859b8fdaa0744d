#include "scheduler/cycle.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using model::NodeView;

Decision ended(Decision::Kind kind, std::string message) {
  Decision decision;
  decision.kind = kind;
  decision.message = std::move(message);
  return decision;
}

Decision rejected(std::string message, std::vector<PluginIndex> rejectors) {
  Decision decision = ended(Decision::Kind::kRejected, std::move(message));
  decision.rejectors = std::move(rejectors);
  return decision;
}

Decision broken(std::string_view extension_point, const Profile& profile, const Prepared& prepared,
                const Status& status) {
  return ended(Decision::Kind::kError,
               plugin_error(extension_point, profile.plugin_name(prepared.answered_by()), status));
}

std::string none_available(std::size_t node_count) {
  return "0/" + std::to_string(node_count) + " nodes are available:";
}

std::string failure_message(std::size_t node_count, const ReasonCounts& counts,
                            const std::optional<std::pair<Name, std::size_t>>& outside) {
  std::vector<std::string> reasons;
  const auto add = [&](const Name& reason, std::size_t count) {
    reasons.push_back(std::to_string(count) + ' ' + reason.str());
  };
  for (const auto& [reason, count] : counts) add(reason, count);
  if (outside) add(outside->first, outside->second);
  std::sort(reasons.begin(), reasons.end());
  std::string message = none_available(node_count);
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    message += (i == 0 ? " " : ", ") + reasons[i];
  }
  return reasons.empty() ? message : message + '.';
}

// How many feasible nodes are enough: schedule_one.go, numFeasibleNodesToFind, with a percentage
// that was set.
std::size_t enough(std::optional<std::int32_t> percentage, std::size_t node_count) {
  constexpr std::size_t kAtLeast = 100;
  if (!percentage || node_count < kAtLeast) return node_count;
  return std::max(kAtLeast, node_count * static_cast<std::size_t>(*percentage) / 100);
}

// Weighted and normalized, by place in `among`.
std::optional<Decision> add_scores(const Profile& profile, const Prepared& prepared,
                                   const Evaluation& evaluation, std::span<const std::size_t> among,
                                   std::vector<std::int64_t>& totals) {
  totals.assign(among.size(), 0);
  std::vector<std::int64_t> scores(among.size());
  for (std::size_t scorer = 0; scorer < prepared.scorers().size(); ++scorer) {
    const auto& [index, plugin, state] = prepared.scorers()[scorer];
    const auto raw = evaluation.scores(scorer);
    for (std::size_t i = 0; i < among.size(); ++i) scores[i] = raw[among[i]];
    plugin->normalize(scores);
    const std::int64_t weight = profile.weight(index);
    for (std::size_t i = 0; i < among.size(); ++i) {
      if (scores[i] < 0 || scores[i] > ScorePlugin::kScoreMax) {
        return ended(Decision::Kind::kError,
                     "applying score defaultWeights on Score plugins: plugin \"" +
                         profile.plugin_name(index) + "\" returns an invalid score " +
                         std::to_string(scores[i]) +
                         ", it should in the range of [0, 100] after normalizing");
      }
      totals[i] += scores[i] * weight;
    }
  }
  return std::nullopt;
}

// Nodes come in order of their names, so that even equal hashes decide the same each time.
const NodeView& best(std::span<const NodeView* const> nodes, std::span<const std::size_t> among,
                     std::span<const std::int64_t> totals, std::uint64_t seed,
                     const model::Pod& pod) {
  const std::int64_t top = *std::max_element(totals.begin(), totals.end());
  const NodeView* winner = nullptr;
  std::uint64_t lowest = 0;
  for (std::size_t i = 0; i < among.size(); ++i) {
    if (totals[i] != top) continue;
    const NodeView* node = nodes[among[i]];
    const auto hash = tie_hash(seed, pod.uid.text, node->node().name.view());
    if (winner == nullptr || hash < lowest) {
      winner = node;
      lowest = hash;
    }
  }
  return *winner;
}

Decision placed(const NodeView& node, Prepared& prepared) {
  Decision decision;
  decision.kind = Decision::Kind::kPlaced;
  decision.node = &node;
  decision.state = prepared.take_state();
  return decision;
}

}  // namespace

Decision Decider::decide(const Profile& profile, const model::Pod& pod, const model::Cache& cache) {
  if (!meter_) return decide_metered(profile, pod, cache);
  const auto started = meter_->clock.steady();
  lap_started_ = started;
  Decision decision = decide_metered(profile, pod, cache);
  meter_->observer.decided(meter_->clock.steady() - started);
  return decision;
}

// The extension point that began when the last one ended is over.
void Decider::lap(std::string_view point, Code status, const Profile& profile) {
  if (!meter_) return;
  const auto now = meter_->clock.steady();
  meter_->observer.extension_point(point, status, profile.scheduler_name().view(),
                                   now - std::exchange(lap_started_, now));
}

Decision Decider::decide_metered(const Profile& profile, const model::Pod& pod,
                                 const model::Cache& cache) {
  if (cache.nodes().empty()) {
    return ended(Decision::Kind::kNoNodes, "no nodes available to schedule pods");
  }
  CallCounts& calls = calls_[&profile];
  calls.resize(profile.plugin_count());
  Prepared prepared(profile, pod, cache, Prepared::Part::kAll, &calls);
  lap("PreFilter", prepared.end().code, profile);
  if (prepared.end().rejected()) {
    return rejected(none_available(cache.node_count()) + ' ' + joined_reasons(prepared.end()) + '.',
                    {prepared.answered_by()});
  }
  if (!prepared.end().is_ok()) return broken("PreFilter", profile, prepared, prepared.end());
  const Status scorable = prepared.pre_score();
  lap("PreScore", scorable.code, profile);
  if (!scorable.is_ok()) return broken("PreScore", profile, prepared, scorable);
  if (prepared.nodes()) return decide_among_named(prepared, profile, pod, cache);
  Evaluation& evaluation = evaluations_.at(prepared.key());
  const Status status = evaluation.update(prepared, cache);
  lap("Filter", status.code, profile);
  if (!status.is_ok()) {
    evaluations_.drop_last();
    return broken("filter", profile, prepared, status);
  }
  if (evaluation.feasible_count() == 0) {
    return rejected(failure_message(cache.node_count(), evaluation.reasons(), std::nullopt),
                    evaluation.rejectors(profile.plugin_count()));
  }
  return decide_among(prepared, profile, pod, cache.nodes(), evaluation);
}

Decision Decider::decide_among_named(Prepared& prepared, const Profile& profile,
                                     const model::Pod& pod, const model::Cache& cache) {
  std::vector<const NodeView*> named;
  for (const auto& name : *prepared.nodes()) {
    const NodeView* node = cache.find_node(name);
    if (node != nullptr && node->exists()) named.push_back(node);
  }
  Evaluation evaluation;
  const Status status = evaluation.evaluate(prepared, named);
  lap("Filter", status.code, profile);
  if (!status.is_ok()) return broken("filter", profile, prepared, status);
  if (evaluation.feasible_count() > 0) {
    return decide_among(prepared, profile, pod, named, evaluation);
  }
  std::optional<std::pair<Name, std::size_t>> outside;
  if (const auto count = cache.node_count() - named.size(); count > 0) {
    outside.emplace(prepared.outside_reason(), count);
  }
  auto rejectors = evaluation.rejectors(profile.plugin_count());
  for (const PluginIndex naming : prepared.naming()) {
    if (std::ranges::find(rejectors, naming) == rejectors.end()) rejectors.push_back(naming);
  }
  return rejected(failure_message(cache.node_count(), evaluation.reasons(), outside),
                  std::move(rejectors));
}

Decision Decider::decide_among(Prepared& prepared, const Profile& profile, const model::Pod& pod,
                               std::span<const NodeView* const> nodes, Evaluation& evaluation) {
  const auto among = candidates(profile, evaluation, nodes.size());
  if (among.size() == 1) return placed(*nodes[among.front()], prepared);
  evaluation.score(prepared, nodes, among);
  std::vector<std::int64_t> totals;
  auto error = add_scores(profile, prepared, evaluation, among, totals);
  if (error) {
    lap("Score", Code::kError, profile);
    return std::move(*error);
  }
  const NodeView& winner = best(nodes, among, totals, seed_, pod);
  lap("Score", Code::kOk, profile);
  return placed(winner, prepared);
}

CallCounts Decider::calls(const Profile& profile) const {
  const auto found = calls_.find(&profile);
  return found != calls_.end() ? found->second : CallCounts(profile.plugin_count());
}

// Positions of the feasible nodes that are scored, ascending: all, or the first ones from where the
// last search ended.
std::vector<std::size_t> Decider::candidates(const Profile& profile, const Evaluation& evaluation,
                                             std::size_t node_count) {
  const auto wanted = enough(profile.percentage_of_nodes_to_score(), node_count);
  std::vector<std::size_t> found;
  found.reserve(std::min(wanted, evaluation.feasible_count()));
  if (wanted >= node_count) {
    for (std::size_t position = 0; position < node_count; ++position) {
      if (evaluation.feasible(position)) found.push_back(position);
    }
    return found;
  }
  const std::size_t start = next_start_ % node_count;
  std::size_t seen = 0;
  for (; seen < node_count && found.size() < wanted; ++seen) {
    const std::size_t position = (start + seen) % node_count;
    if (evaluation.feasible(position)) found.push_back(position);
  }
  next_start_ = (start + seen) % node_count;
  std::sort(found.begin(), found.end());
  return found;
}

Decision decide(const Profile& profile, const model::Pod& pod, const model::Cache& cache,
                std::uint64_t seed) {
  return Decider(seed).decide(profile, pod, cache);
}

LetIn pre_enqueue(const Profile& profile, const model::Pod& pod) {
  for (const auto& [index, plugin] : profile.pre_enqueue()) {
    Status status = plugin->pre_enqueue(pod);
    if (!status.is_ok()) return {std::move(status), index};
  }
  return {};
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

std::string plugin_error(std::string_view extension_point, std::string_view plugin,
                         const Status& status) {
  return "running " + std::string(extension_point) + " plugin \"" + std::string(plugin) +
         "\": " + joined_reasons(status);
}

}  // namespace neuron_scheduler::scheduler
