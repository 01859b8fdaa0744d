#include "cmd/neuron-scheduler/first_touch.hpp"

#include <utility>

namespace neuron_scheduler::cmd {

void FirstTouch::before_binding(const model::Name& node, Go go) {
  if (nothing_missing(node)) return go(std::nullopt);
  waiting_.push_back({node, std::move(go)});
  read_next();
}

bool FirstTouch::nothing_missing(const model::Name& node) {
  if (!complete_ && !complete_at_.empty() && informer_.reached(complete_at_)) {
    complete_ = true;
    touched_.clear();
  }
  return complete_ || touched_.contains(node);
}

void FirstTouch::read_next() {
  while (!waiting_.empty() && readings_ < kReadingsMax) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    if (nothing_missing(next.node)) {
      next.go(std::nullopt);
      continue;
    }
    ++readings_;
    const model::Name node = next.node;
    reader_.read(node, [this, node, go = std::move(next.go)](const client::NodePods& found) {
      --readings_;
      go(judge(node, found));
      read_next();
    });
  }
}

std::optional<model::BindAnswer> FirstTouch::judge(const model::Name& node,
                                                   const client::NodePods& found) {
  model::BindAnswer answer;
  if (!found.problem.empty()) {
    answer.end = model::BindEnd::kNotTried;
    answer.message = "reading the node's pods, as every new leader does: " + found.problem;
    return answer;
  }
  touched_.insert(node);
  if (complete_at_.empty()) complete_at_ = found.resource_version;
  std::string unknown;
  for (const model::PodRef& pod : found.pods) {
    if (unknown.empty() && !counts_(*pod)) unknown = pod->full_name();
  }
  informer_.merge(found.pods);
  if (unknown.empty()) return std::nullopt;
  answer.end = model::BindEnd::kRefused;
  answer.message = "the node has the pod " + unknown + ", which a leader before this one bound";
  return answer;
}

}  // namespace neuron_scheduler::cmd
