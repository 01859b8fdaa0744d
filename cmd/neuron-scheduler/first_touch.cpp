#include "cmd/neuron-scheduler/first_touch.hpp"

#include <utility>

namespace neuron_scheduler::cmd {

namespace {

model::BindAnswer not_tried(std::string message) {
  model::BindAnswer answer;
  answer.end = model::BindEnd::kNotTried;
  answer.message = std::move(message);
  return answer;
}

model::BindAnswer looked_at_first() {
  return not_tried("the node's pods are read first, as by every new leader; it follows");
}

}  // namespace

void FirstTouch::before_binding(const model::Name& node, Go go) {
  if (nothing_missing(node)) return go(std::nullopt);
  waiting_.push_back({node, std::move(go)});
  read_next();
}

bool FirstTouch::caught_up() {
  if (complete_at_.empty() || !informer_.reached(complete_at_)) return false;
  after_news_([this] {
    complete_ = true;
    touched_.clear();
  });
  return true;
}

void FirstTouch::read_next() {
  while (!waiting_.empty() && readings_ < kReadingsMax) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    if (nothing_missing(next.node) || caught_up()) {
      next.go(looked_at_first());
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

model::BindAnswer FirstTouch::judge(const model::Name& node, const client::NodePods& found) {
  if (!found.problem.empty()) {
    return not_tried("reading the node's pods, as every new leader does: " + found.problem);
  }
  if (complete_at_.empty()) complete_at_ = found.resource_version;
  std::string unknown;
  for (const model::PodRef& pod : found.pods) {
    if (unknown.empty() && !counts_(*pod)) unknown = pod->full_name();
  }
  informer_.merge(found.pods);
  after_news_([this, node] { touched_.insert(node); });
  if (unknown.empty()) return looked_at_first();
  model::BindAnswer answer;
  answer.end = model::BindEnd::kRefused;
  answer.message = "the node has the pod " + unknown + ", which a leader before this one bound";
  return answer;
}

}  // namespace neuron_scheduler::cmd
