#include "scheduler/prepared.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace neuron_scheduler::scheduler {

using model::Name;

Prepared::Prepared(const Profile& profile, const model::Pod& pod, const model::Cache& cache,
                   Part part, CallCounts* calls)
    : profile_(profile),
      pod_(pod),
      cache_(cache),
      part_(part),
      calls_(calls),
      states_(profile.plugin_count()),
      skipped_(profile.plugin_count(), false) {
  for (const auto& [index, plugin] : profile_.pre_filter()) {
    if (takes_part(index) && !pre_filter(index, *plugin)) return;
  }
  if (!end_.is_ok()) return;
  for (const auto& [index, plugin] : profile_.filter()) {
    if (!skipped_[index] && takes_part(index)) {
      filters_.push_back({index, plugin, states_[index].get()});
    }
  }
}

bool Prepared::takes_part(PluginIndex index) const {
  if (part_ == Part::kAll) return true;
  return profile_.plugin(index).wide() == (part_ == Part::kWide);
}

bool Prepared::pre_filter(PluginIndex index, const PreFilterPlugin& plugin) {
  count(index, CountedPoint::kPreFilter);
  PreFilterResult result = plugin.pre_filter(pod_, cache_);
  switch (result.status.code) {
    case Code::kSkip:
      skipped_[index] = true;
      return true;
    case Code::kError:
    case Code::kUnresolvable:
      answered_by_ = index;
      end_ = std::move(result.status);
      return false;
    case Code::kUnschedulable:
    case Code::kNotSearched:
      answered_by_ = index;
      end_ = std::move(result.status);
      return true;
    case Code::kOk:
      break;
  }
  states_[index] = std::move(result.state);
  if (!result.nodes) return true;
  limit_nodes(index, std::move(*result.nodes));
  if (!nodes_->empty()) return true;
  answered_by_ = index;
  end_ = Status::unresolvable(
      Name(naming_plugins_.size() == 1
               ? "node(s) didn't satisfy plugin " + naming_plugins()
               : "node(s) didn't satisfy plugin(s) [" + naming_plugins() + "] simultaneously"));
  return false;
}

void Prepared::limit_nodes(PluginIndex index, std::vector<Name> names) {
  naming_.push_back(index);
  naming_plugins_.push_back(profile_.plugin_name(index));
  std::sort(naming_plugins_.begin(), naming_plugins_.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (!nodes_) {
    nodes_ = std::move(names);
    return;
  }
  std::vector<Name> common;
  std::set_intersection(nodes_->begin(), nodes_->end(), names.begin(), names.end(),
                        std::back_inserter(common));
  nodes_ = std::move(common);
}

std::string Prepared::naming_plugins() const {
  std::string list;
  for (const auto& name : naming_plugins_) list += (list.empty() ? "" : " ") + name;
  return list;
}

Name Prepared::outside_reason() const {
  return Name("node(s) didn't satisfy plugin(s) [" + naming_plugins() + "]");
}

Status Prepared::filter(const model::NodeView& node) {
  static const Name kUnreadable("node(s) could not be read");
  if (!node.node().decode_error.empty()) {
    answered_by_ = profile_.plugin_count();
    return Status::unresolvable(kUnreadable);
  }
  for (const auto& [index, plugin, state] : filters_) {
    count(index, CountedPoint::kFilter);
    Status status = plugin->filter(state, pod_, node);
    if (status.is_ok()) continue;
    answered_by_ = index;
    return status;
  }
  return Status::ok();
}

Status Prepared::pre_score() {
  score_states_.resize(profile_.plugin_count());
  std::vector<bool> unscored(profile_.plugin_count(), false);
  for (const auto& [index, plugin] : profile_.pre_score()) {
    count(index, CountedPoint::kPreScore);
    PreScoreResult result = plugin->pre_score(pod_, cache_);
    if (result.status.code == Code::kSkip) {
      unscored[index] = true;
    } else if (!result.status.is_ok()) {
      answered_by_ = index;
      return std::move(result.status);
    }
    score_states_[index] = std::move(result.state);
  }
  for (const auto& [index, plugin] : profile_.score()) {
    if (unscored[index]) continue;
    const auto& own = score_states_[index];
    scorers_.push_back(
        {index, plugin, own != nullptr ? own.get() : states_[index].get(), profile_.weight(index)});
  }
  return Status::ok();
}

std::string Prepared::key() const {
  Likeness likeness;
  likeness.add(likeness_of(profile_, pod_));
  likeness.add(static_cast<std::int64_t>(filters_.size()));
  for (const auto& filter : filters_) likeness.add(static_cast<std::int64_t>(filter.index));
  likeness.add(static_cast<std::int64_t>(scorers_.size()));
  for (const auto& scorer : scorers_) likeness.add(static_cast<std::int64_t>(scorer.index));
  for (const auto& [index, plugin] : profile_.deciding()) {
    plugin->describe_cluster(states_[index].get(), score_states_[index].get(), likeness);
  }
  return likeness.take();
}

std::string likeness_of(const Profile& profile, const model::Pod& pod) {
  Likeness likeness;
  likeness.add(profile.scheduler_name().view());
  for (const auto& [index, plugin] : profile.deciding()) plugin->describe(pod, likeness);
  return likeness.take();
}

std::string joined_reasons(const Status& status) {
  std::string text;
  for (const auto& reason : status.reasons) {
    if (!text.empty()) text += ", ";
    text += reason.view();
  }
  return text;
}

}  // namespace neuron_scheduler::scheduler
