#include "scheduler/cycle.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "cluster/model/fnv.hpp"

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

Decision invalid_score(const Profile& profile, const Prepared& prepared,
                       const Totals::Invalid& invalid) {
  return ended(Decision::Kind::kError,
               "applying score defaultWeights on Score plugins: plugin \"" +
                   profile.plugin_name(prepared.scorers()[invalid.column].index) +
                   "\" returns an invalid score " + std::to_string(invalid.score) +
                   ", it should in the range of [0, 100] after normalizing");
}

// The documentation of tie_hash: of what is the same for all nodes, and of each node.
std::uint64_t tie_hash_of_pod(std::uint64_t seed, std::string_view pod_uid) {
  model::Fnv1a hash;
  for (unsigned shift = 0; shift < 64; shift += 8) {
    hash.add(static_cast<std::uint8_t>(seed >> shift));
  }
  hash.add(pod_uid);
  return hash.get();
}

std::uint64_t tie_hash_of_node(std::uint64_t of_pod, const Name& node_name) {
  std::uint64_t hash = of_pod ^ node_name.digest();
  hash ^= hash >> 33U;
  hash *= 0xff51afd7ed558ccdU;
  hash ^= hash >> 33U;
  hash *= 0xc4ceb9fe1a85ec53U;
  hash ^= hash >> 33U;
  return hash;
}

// Nodes come in order of their names, so that even equal hashes decide the same each time.
const NodeView& winner(std::span<const NodeView* const> equals, std::uint64_t seed,
                       const model::Pod& pod) {
  if (equals.size() == 1) return *equals.front();
  const std::uint64_t of_pod = tie_hash_of_pod(seed, pod.uid.text);
  const NodeView* lowest = nullptr;
  std::uint64_t lowest_hash = 0;
  for (const NodeView* node : equals) {
    const std::uint64_t hash = tie_hash_of_node(of_pod, node->node().name);
    if (lowest != nullptr && hash >= lowest_hash) continue;
    lowest = node;
    lowest_hash = hash;
  }
  return *lowest;
}

// What is best among all feasible nodes, and among some.
std::optional<Totals::Invalid> score_all(const Prepared& prepared,
                                         std::span<const NodeView* const> nodes,
                                         Evaluation& evaluation,
                                         std::vector<const NodeView*>& best) {
  evaluation.score(prepared, nodes);
  if (auto invalid = evaluation.totals().refresh()) return invalid;
  for (const std::size_t position : evaluation.totals().best()) best.push_back(nodes[position]);
  return std::nullopt;
}

std::optional<Totals::Invalid> score_some(const Prepared& prepared,
                                          std::span<const NodeView* const> nodes,
                                          Evaluation& evaluation,
                                          std::span<const std::size_t> among,
                                          std::vector<const NodeView*>& best) {
  evaluation.score(prepared, nodes, among);
  Totals totals;
  totals.reset(among.size(), prepared.scorers());
  std::vector<std::int64_t> scores(prepared.scorers().size());
  for (std::size_t i = 0; i < among.size(); ++i) {
    evaluation.totals().read(among[i], scores);
    totals.set(i, scores);
  }
  if (auto invalid = totals.refresh()) return invalid;
  for (const std::size_t row : totals.best()) best.push_back(nodes[among[row]]);
  return std::nullopt;
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
  if (evaluation.feasible_count() == 1) {
    return placed(*nodes[evaluation.first_feasible()], prepared);
  }
  const auto wanted = enough(profile.percentage_of_nodes_to_score(), nodes.size());
  std::optional<std::vector<std::size_t>> among;  // nullopt: all that are feasible.
  if (wanted < nodes.size()) among = candidates(wanted, evaluation, nodes.size());
  std::vector<const NodeView*> best;
  const auto invalid = among ? score_some(prepared, nodes, evaluation, *among, best)
                             : score_all(prepared, nodes, evaluation, best);
  lap("Score", invalid ? Code::kError : Code::kOk, profile);
  if (invalid) return invalid_score(profile, prepared, *invalid);
  return placed(winner(best, seed_, pod), prepared);
}

CallCounts Decider::calls(const Profile& profile) const {
  const auto found = calls_.find(&profile);
  return found != calls_.end() ? found->second : CallCounts(profile.plugin_count());
}

// Positions of the first feasible nodes, at most `wanted`, from where the last search ended;
// ascending.
std::vector<std::size_t> Decider::candidates(std::size_t wanted, const Evaluation& evaluation,
                                             std::size_t node_count) {
  std::vector<std::size_t> found;
  found.reserve(std::min(wanted, evaluation.feasible_count()));
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

std::uint64_t tie_hash(std::uint64_t seed, std::string_view pod_uid, const Name& node_name) {
  return tie_hash_of_node(tie_hash_of_pod(seed, pod_uid), node_name);
}

std::string plugin_error(std::string_view extension_point, std::string_view plugin,
                         const Status& status) {
  return "running " + std::string(extension_point) + " plugin \"" + std::string(plugin) +
         "\": " + joined_reasons(status);
}

}  // namespace neuron_scheduler::scheduler
