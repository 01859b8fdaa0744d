#include "cluster/model/cache.hpp"

#include <algorithm>
#include <utility>

namespace neuron_scheduler::model {
namespace {

// A pod that could not be read this time keeps what was last known of it; only the error and, if it
// says one, the node are news (design.md §3).
PodRef with_last_good_state(const Pod& last_good, const Pod& unreadable) {
  auto pod = std::make_shared<Pod>(last_good);
  pod->decode_error = unreadable.decode_error;
  pod->resource_version = unreadable.resource_version;
  if (unreadable.bound()) pod->node_name = unreadable.node_name;
  return pod;
}

bool repels(const Node& node) {
  return std::any_of(node.taints.begin(), node.taints.end(), [](const Taint& taint) {
    return taint.effect == TaintEffect::kPreferNoSchedule;
  });
}

}  // namespace

Cache::Cache(std::vector<AggregateFactory> aggregates) : factories_(std::move(aggregates)) {}

void Cache::set_node(NodeRef node) {
  NodeView& view = view_of(node->name);
  if (!view.exists()) nodes_changed();
  recount(view, node.get());
  view.set_node(std::move(node));
  touch(view);
}

void Cache::remove_node(const Name& name) {
  const auto found = views_.find(name);
  if (found == views_.end() || !found->second->exists()) return;
  nodes_changed();
  recount(*found->second, nullptr);
  found->second->set_node(nullptr);
  touch(*found->second);
  drop_if_unused(name);
}

void Cache::set_pod(const PodRef& pod) {
  if (pod->terminal) {
    remove_pod(pod->uid);
    return;
  }
  const auto found = pods_.find(pod->uid);
  if (found == pods_.end()) {
    if (pod->bound()) attach(PodEntry{pod, false});
    return;
  }
  // A node name is never taken back: such news is older than what is known here.
  if (!pod->bound() && pod->decode_error.empty()) return;
  const PodRef before = found->pod;
  PodRef after = pod->decode_error.empty() ? pod : with_last_good_state(*before, *pod);
  // Where the binding is not the assumed one, what was assumed never was: nothing of it may stick.
  const bool not_as_assumed = found->assumed && after->annotations != before->annotations;
  if (after->node_name != before->node_name || not_as_assumed) {
    detach(pod->uid);
    attach(PodEntry{std::move(after), false});
    return;
  }
  if (found->assumed && pod->bound()) {
    found->assumed = false;
    --assumed_count_;
  }
  found->pod = after;  // Of the same uid.
  NodeView& view = view_of(after->node_name);
  const bool holds_the_same = after->annotations == before->annotations &&
                              after->requests == before->requests &&
                              after->containers == before->containers;
  if (!holds_the_same) view.note_stranger();
  if (view.exists()) {
    anti_affinity_.remove(*before->anti_affinity, view.node().labels);
    anti_affinity_.add(*after->anti_affinity, view.node().labels);
  }
  view.update_pod(*before, std::move(after));
  touch(view);
}

void Cache::remove_pod(const Uid& uid) {
  if (pods_.contains(uid)) detach(uid);
}

bool Cache::assume(PodRef pod) {
  if (!pod->bound() || pods_.contains(pod->uid)) return false;
  attach(PodEntry{std::move(pod), true});
  return true;
}

bool Cache::forget(const Uid& uid) {
  if (!assumed(uid)) return false;
  detach(uid);
  return true;
}

bool Cache::assumed(const Uid& uid) const {
  const auto found = pods_.find(uid);
  return found != pods_.end() && found->assumed;
}

PodRef Cache::find_pod(const Uid& uid) const {
  const auto found = pods_.find(uid);
  return found == pods_.end() ? nullptr : found->pod;
}

std::span<const NodeView* const> Cache::nodes() const {
  if (!sorted_valid_) {
    sorted_nodes_.clear();
    for (const auto& [name, view] : views_) {
      if (view->exists()) sorted_nodes_.push_back(view.get());
    }
    std::sort(sorted_nodes_.begin(), sorted_nodes_.end(),
              [](const NodeView* a, const NodeView* b) { return a->node().name < b->node().name; });
    for (std::uint32_t i = 0; i < sorted_nodes_.size(); ++i) sorted_nodes_[i]->set_position(i);
    sorted_valid_ = true;
  }
  return sorted_nodes_;
}

const NodeView* Cache::find_node(const Name& name) const {
  const auto found = views_.find(name);
  return found == views_.end() ? nullptr : found->second.get();
}

const Labels* Cache::namespace_labels(const Name& name) const {
  const auto found = namespaces_.find(name);
  return found == namespaces_.end() ? nullptr : &found->second;
}

NodeView& Cache::view_of(const Name& node_name) {
  auto& view = views_[node_name];
  if (view == nullptr) {
    std::vector<std::unique_ptr<NodeAggregate>> aggregates;
    aggregates.reserve(factories_.size());
    for (const auto& make : factories_) aggregates.push_back(make());
    view = std::make_unique<NodeView>(std::move(aggregates));
  }
  return *view;
}

void Cache::nodes_changed() {
  sorted_valid_ = false;
  ++nodes_version_;
}

void Cache::touch(NodeView& view) {
  view.set_generation(++generation_);
  changes_[generation_ % kChangesKept] = view.exists() ? view.position() : NodeView::kNoPosition;
  view.take_notices(notices_);
}

void Cache::drop_if_unused(const Name& node_name) {
  const auto found = views_.find(node_name);
  if (found != views_.end() && !found->second->exists() && found->second->pods().empty()) {
    views_.erase(found);
  }
}

void Cache::attach(PodEntry entry) {
  if (entry.assumed) ++assumed_count_;
  NodeView& view = view_of(entry.pod->node_name);
  if (view.exists()) anti_affinity_.add(*entry.pod->anti_affinity, view.node().labels);
  if (!entry.assumed) view.note_stranger();
  view.add_pod(entry.pod);
  touch(view);
  pods_.insert(std::move(entry));
}

void Cache::detach(const Uid& uid) {
  const auto found = pods_.find(uid);
  const PodRef pod = found->pod;
  if (found->assumed) --assumed_count_;
  pods_.erase(found);
  NodeView& view = view_of(pod->node_name);
  if (view.exists()) anti_affinity_.remove(*pod->anti_affinity, view.node().labels);
  view.remove_pod(*pod);
  touch(view);
  drop_if_unused(pod->node_name);
}

void Cache::recount(const NodeView& view, const Node* after) {
  static const Labels kNoLabels;
  static const std::vector<NodeImage> kNoImages;
  const Node* before = view.exists() ? &view.node() : nullptr;
  if (before != nullptr && repels(*before)) --repelling_nodes_;
  if (after != nullptr && repels(*after)) ++repelling_nodes_;
  const auto& images_before = before == nullptr ? kNoImages : before->images;
  const auto& images_after = after == nullptr ? kNoImages : after->images;
  if (images_before != images_after) {
    images_.remove(images_before);
    images_.add(images_after);
  }
  const Labels& labels_before = before == nullptr ? kNoLabels : before->labels;
  const Labels& labels_after = after == nullptr ? kNoLabels : after->labels;
  if (labels_before == labels_after) return;
  for (const PodRef& pod : view.pods()) {
    anti_affinity_.remove(*pod->anti_affinity, labels_before);
    anti_affinity_.add(*pod->anti_affinity, labels_after);
  }
}

}  // namespace neuron_scheduler::model
