#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cluster/model/anti_affinity.hpp"
#include "cluster/model/images.hpp"
#include "cluster/model/node_view.hpp"

namespace neuron_scheduler::model {

using AggregateFactory = std::function<std::unique_ptr<NodeAggregate>()>;

// Nodes, and the pods that use them: what live bound pods and assumed pods carry, and nothing else
// (design.md §3). Pods are known by uid and attached to nodes by name. This is the snapshot that
// decisions read; nothing is copied.
//
//     (unknown) --assume--> assumed --set_pod(bound)--> bound --remove_pod / terminal--> (unknown)
//         |                    \--forget / remove_pod--> (unknown)      ^
//         \---------------------- set_pod(bound) -----------------------/
class Cache {
 public:
  explicit Cache(std::vector<AggregateFactory> aggregates);

  void set_node(NodeRef node);
  void remove_node(const Name& name);

  // A pod as the API server shows it. Bound: counted on its node; confirms an assumed one, or moves
  // it to where it really is. Not bound: an assumed pod stays assumed (the news is older than our
  // bind), anything else is not kept. Terminal: as removed. A pod with a decode_error keeps its
  // last good state, marked with that error.
  void set_pod(const PodRef& pod);
  void remove_pod(const Uid& uid);

  // pod.node_name says where. False, and nothing happens, if a pod of this uid is already here.
  [[nodiscard]] bool assume(PodRef pod);
  // Undoes assume; a confirmed pod stays. False if there is no such assumed pod.
  bool forget(const Uid& uid);

  [[nodiscard]] bool assumed(const Uid& uid) const;
  // Null if the pod is neither assumed nor bound.
  [[nodiscard]] PodRef find_pod(const Uid& uid) const;

  // The nodes that exist, in order of their names; valid until the next change of nodes.
  [[nodiscard]] std::span<const NodeView* const> nodes() const;
  // Null if there is neither such a node nor a pod bound to its name.
  [[nodiscard]] const NodeView* find_node(const Name& name) const;

  // The labels of a namespace, which anti-affinity may select.
  void set_namespace(const Name& name, Labels labels) {
    namespaces_.insert_or_assign(name, std::move(labels));
  }
  void remove_namespace(const Name& name) { namespaces_.erase(name); }
  // Null: they are not known.
  [[nodiscard]] const Labels* namespace_labels(const Name& name) const;

  // Of the pods on nodes that exist.
  [[nodiscard]] const AntiAffinityIndex& anti_affinity() const { return anti_affinity_; }
  [[nodiscard]] const ImageCounts& images() const { return images_; }
  // How many nodes have a taint PreferNoSchedule.
  [[nodiscard]] std::size_t repelling_nodes() const { return repelling_nodes_; }

  // What the aggregates of the nodes that changed since the last call have to say.
  [[nodiscard]] std::vector<Notice> take_notices() { return std::exchange(notices_, {}); }

  // Raised by each change of any node's view.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  // Differs whenever nodes() became another list; never 0. As long as it stays the same, so do the
  // positions in it.
  [[nodiscard]] std::uint64_t nodes_version() const { return nodes_version_; }
  // Calls see(position in nodes()) for each view that changed after this generation, once for each
  // change. False, and nothing was called: too many changes, any may have changed.
  template <class See>
  bool each_changed_since(std::uint64_t generation, const See& see) const {
    if (generation_ - generation > kChangesKept) return false;
    while (generation != generation_) {
      const auto position = changes_[++generation % kChangesKept];
      if (position != NodeView::kNoPosition) see(position);
    }
    return true;
  }
  [[nodiscard]] std::size_t node_count() const { return nodes().size(); }
  [[nodiscard]] std::size_t pod_count() const { return pods_.size(); }
  [[nodiscard]] std::size_t assumed_count() const { return assumed_count_; }

 private:
  static constexpr std::size_t kChangesKept = 2048;

  struct PodEntry {
    mutable PodRef pod;  // Replaced by others of the same uid only.
    mutable bool assumed = false;
  };
  // By uid, which is held once: in the pod.
  struct HashUid {
    using is_transparent = void;
    std::size_t operator()(const Uid& uid) const { return std::hash<Uid>{}(uid); }
    std::size_t operator()(const PodEntry& entry) const { return (*this)(entry.pod->uid); }
  };
  struct SameUid {
    using is_transparent = void;
    static const Uid& uid_of(const Uid& uid) { return uid; }
    static const Uid& uid_of(const PodEntry& entry) { return entry.pod->uid; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return uid_of(a) == uid_of(b);
    }
  };

  NodeView& view_of(const Name& node_name);
  void nodes_changed();
  void touch(NodeView& view);
  void drop_if_unused(const Name& node_name);
  void attach(PodEntry entry);
  void detach(const Uid& uid);
  // Keeps what is counted over all nodes, before this one changes; null: no node.
  void recount(const NodeView& view, const Node* after);

  std::vector<AggregateFactory> factories_;
  std::unordered_map<Name, std::unique_ptr<NodeView>> views_;
  std::unordered_set<PodEntry, HashUid, SameUid> pods_;
  std::unordered_map<Name, Labels> namespaces_;
  AntiAffinityIndex anti_affinity_;
  ImageCounts images_;
  std::size_t repelling_nodes_ = 0;
  mutable std::vector<const NodeView*> sorted_nodes_;
  mutable bool sorted_valid_ = true;
  std::vector<Notice> notices_;
  std::size_t assumed_count_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t nodes_version_ = 1;
  std::array<std::uint32_t, kChangesKept> changes_{};  // Positions, by generation.
};

}  // namespace neuron_scheduler::model
