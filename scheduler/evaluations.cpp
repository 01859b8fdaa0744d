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
  reset(nodes.size(), prepared.scorers().size());
  for (std::size_t position = 0; position < nodes.size(); ++position) {
    Status status = ask(prepared, *nodes[position], position);
    if (!status.is_ok()) return status;
  }
  return Status::ok();
}

void Evaluation::reset(std::size_t nodes, std::size_t scorers) {
  static const Status kUnknown{Code::kSkip, {}};
  verdicts_.assign(nodes, kUnknown);
  rejectors_.assign(nodes, 0);
  rejections_.clear();
  scored_.assign(nodes, 0);
  scores_.assign(nodes * scorers, 0);
  reasons_.clear();
  not_searched_.clear();
  feasible_count_ = 0;
}

Status Evaluation::ask(Prepared& prepared, const model::NodeView& node, std::size_t position) {
  Status verdict = prepared.filter(node);
  if (!verdict.is_ok() && !verdict.rejected()) return verdict;
  if (verdict.code == Code::kNotSearched) not_searched_.push_back(position);
  put_verdict(position, std::move(verdict), prepared.answered_by());
  return Status::ok();
}

void Evaluation::score(const Prepared& prepared, std::span<const model::NodeView* const> nodes,
                       std::span<const std::size_t> positions) {
  for (const std::size_t position : positions) {
    if (std::exchange(scored_[position], char{1}) != 0) continue;
    for (std::size_t i = 0; i < prepared.scorers().size(); ++i) {
      scores_[i * verdicts_.size() + position] = prepared.score(i, *nodes[position]);
    }
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
  scored_[position] = 0;
  if (old.is_ok()) ++feasible_count_;
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
