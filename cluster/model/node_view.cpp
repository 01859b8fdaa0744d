#include "cluster/model/node_view.hpp"

#include <algorithm>
#include <utility>

namespace neuron_scheduler::model {

NodeView::NodeView(std::vector<std::unique_ptr<NodeAggregate>> aggregates)
    : aggregates_(std::move(aggregates)) {}

NodeView::NodeView(const NodeView& other)
    : node_(other.node_),
      pods_(other.pods_),
      requested_(other.requested_),
      nonzero_cpu_milli_(other.nonzero_cpu_milli_),
      nonzero_memory_bytes_(other.nonzero_memory_bytes_),
      used_ports_(other.used_ports_),
      generation_(other.generation_),
      strangers_(other.strangers_) {
  aggregates_.reserve(other.aggregates_.size());
  for (const auto& aggregate : other.aggregates_) aggregates_.push_back(aggregate->clone());
}

void NodeView::set_node(NodeRef node) {
  node_ = std::move(node);
  for (const auto& aggregate : aggregates_) aggregate->set_node(node_.get());
}

void NodeView::add_pod(PodRef pod) {
  account(*pod);
  for (const auto& aggregate : aggregates_) aggregate->add_pod(pod);
  grow_slowly(pods_);
  pods_.push_back(std::move(pod));
}

void NodeView::update_pod(const Pod& before, PodRef after) {
  const auto found = std::find_if(pods_.begin(), pods_.end(),
                                  [&](const PodRef& pod) { return pod->uid == before.uid; });
  if (found == pods_.end()) return;
  // Holds the old pod until everybody has seen both.
  const PodRef old = std::exchange(*found, std::move(after));
  unaccount(*old);
  account(**found);
  for (const auto& aggregate : aggregates_) aggregate->update_pod(*old, *found);
}

void NodeView::remove_pod(const Pod& pod) {
  const auto found = std::find_if(pods_.begin(), pods_.end(),
                                  [&](const PodRef& known) { return known->uid == pod.uid; });
  if (found == pods_.end()) return;
  const PodRef old = std::move(*found);
  pods_.erase(found);
  unaccount(*old);
  for (const auto& aggregate : aggregates_) aggregate->remove_pod(*old);
}

void NodeView::take_notices(std::vector<Notice>& to) {
  for (const auto& aggregate : aggregates_) {
    for (Notice& notice : aggregate->take_notices()) to.push_back(std::move(notice));
  }
}

void NodeView::account(const Pod& pod) {
  requested_.add(pod.requests);
  nonzero_cpu_milli_ += pod.nonzero_cpu_milli;
  nonzero_memory_bytes_ += pod.nonzero_memory_bytes;
  used_ports_.insert(used_ports_.end(), pod.host_ports->begin(), pod.host_ports->end());
}

void NodeView::unaccount(const Pod& pod) {
  requested_.subtract(pod.requests);
  nonzero_cpu_milli_ -= pod.nonzero_cpu_milli;
  nonzero_memory_bytes_ -= pod.nonzero_memory_bytes;
  for (const auto& port : *pod.host_ports) {
    const auto found = std::find(used_ports_.begin(), used_ports_.end(), port);
    if (found != used_ports_.end()) used_ports_.erase(found);
  }
}

}  // namespace neuron_scheduler::model
