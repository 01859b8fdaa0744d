#include "scheduler/evaluations.hpp"

#include <algorithm>

namespace neuron_scheduler::scheduler {

Status Evaluation::update(Prepared& prepared, const model::Cache& cache) {
  const auto nodes = cache.nodes();
  Status status;
  const auto ask_again = [&](std::size_t position) {
    if (status.is_ok()) status = ask(prepared, *nodes[position], position);
  };
  if (nodes_version_ != cache.nodes_version()) {
    status = evaluate(prepared, nodes);
  } else {
    for (const std::size_t position : std::exchange(not_searched_, {})) ask_again(position);
    if (!cache.each_changed_since(generation_, ask_again)) status = evaluate(prepared, nodes);
  }
  nodes_version_ = cache.nodes_version();
  generation_ = cache.generation();
  return status;
}

Status Evaluation::evaluate(Prepared& prepared, std::span<const model::NodeView* const> nodes) {
  reset(nodes.size(), prepared);
  for (std::size_t position = 0; position < nodes.size(); ++position) {
    Status status = ask(prepared, *nodes[position], position);
    if (!status.is_ok()) return status;
  }
  return Status::ok();
}

void Evaluation::reset(std::size_t nodes, const Prepared& prepared) {
  static const Status kUnknown{Code::kSkip, {}};
  verdicts_.assign(nodes, kUnknown);
  rejectors_.assign(nodes, 0);
  rejections_.clear();
  unscored_.clear();
  is_unscored_.assign(nodes, 0);
  totals_.reset(nodes, prepared.scorers());
  reasons_.clear();
  not_searched_.clear();
  feasible_count_ = 0;
}

std::size_t Evaluation::first_feasible() const {
  const auto found = std::ranges::find_if(verdicts_, &Status::is_ok);
  return static_cast<std::size_t>(found - verdicts_.begin());
}

Status Evaluation::ask(Prepared& prepared, const model::NodeView& node, std::size_t position) {
  Status verdict = prepared.filter(node);
  if (!verdict.is_ok() && !verdict.rejected()) return verdict;
  if (verdict.code == Code::kNotSearched) not_searched_.push_back(position);
  put_verdict(position, std::move(verdict), prepared.answered_by());
  return Status::ok();
}

void Evaluation::score(const Prepared& prepared, std::span<const model::NodeView* const> nodes) {
  score(prepared, nodes, unscored_);
  for (const std::size_t position : unscored_) is_unscored_[position] = 0;
  unscored_.clear();
}

void Evaluation::score(const Prepared& prepared, std::span<const model::NodeView* const> nodes,
                       std::span<const std::size_t> positions) {
  std::vector<std::int64_t> scores(prepared.scorers().size());
  for (const std::size_t position : positions) {
    if (!feasible(position) || totals_.has(position)) continue;
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = prepared.score(i, *nodes[position]);
    totals_.set(position, scores);
  }
}

void Evaluation::put_verdict(std::size_t position, Status verdict, PluginIndex rejector) {
  Status& old = verdicts_[position];
  if (old.is_ok()) --feasible_count_;
  if (old.rejected()) --rejections_[rejectors_[position]];
  for (const auto& reason : old.reasons) {
    const auto found = reasons_.find(reason);
    if (--found->second == 0) reasons_.erase(found);
  }
  old = std::move(verdict);
  totals_.remove(position);
  if (old.is_ok()) {
    ++feasible_count_;
    if (std::exchange(is_unscored_[position], char{1}) == 0) unscored_.push_back(position);
  }
  if (old.rejected()) {
    if (rejections_.size() <= rejector) rejections_.resize(rejector + 1);
    ++rejections_[rejector];
    rejectors_[position] = static_cast<std::uint8_t>(rejector);
  }
  for (const auto& reason : old.reasons) ++reasons_[reason];
}

std::vector<PluginIndex> Evaluation::rejectors(std::size_t plugin_count) const {
  std::vector<PluginIndex> found;
  for (PluginIndex index = 0; index < std::min(plugin_count, rejections_.size()); ++index) {
    if (rejections_[index] > 0) found.push_back(index);
  }
  return found;
}

Evaluation& Evaluations::at(std::string key) {
  const auto found = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
  } else {
    if (kept_.size() >= kKept) kept_.pop_back();
    kept_.emplace_front(std::move(key), Evaluation());
  }
  return kept_.front().second;
}

}  // namespace neuron_scheduler::scheduler
