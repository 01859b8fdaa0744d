#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cluster/model/node.hpp"
#include "cluster/model/pod.hpp"

namespace neuron_scheduler::model {

// Something that people should hear of, once: about a pod of the node, or, without one, about the
// node itself.
struct Notice {
  Uid pod;
  std::string reason;  // CamelCase, as an event's.
  std::string note;
};

// What a plugin remembers of one node beyond the sums below: kept up to date by the cache, copied
// for what-ifs. add_pod and remove_pod are exact inverses; update_pod says that the same pod (same
// uid) changed. Pods stay when the node object goes and comes back. Never fails: what it cannot
// read it must account for as such (design.md §2, §3).
class NodeAggregate {
 public:
  virtual ~NodeAggregate() = default;
  [[nodiscard]] virtual std::unique_ptr<NodeAggregate> clone() const = 0;
  // Null when there is no such node object now.
  virtual void set_node(const Node* node) = 0;
  virtual void add_pod(const PodRef& pod) = 0;
  virtual void update_pod(const Pod& before, const PodRef& after) = 0;
  virtual void remove_pod(const Pod& pod) = 0;
  // What came up since the last call.
  [[nodiscard]] virtual std::vector<Notice> take_notices() { return {}; }
};

// For vectors that each node has: at most a quarter more room than is used.
template <class T>
void grow_slowly(std::vector<T>& items) {
  if (items.size() == items.capacity()) items.reserve(items.size() + items.size() / 4 + 1);
}

// One node with the pods that count on it, as filters and scores see it. A value: what-ifs
// (preemption, nominated pods, plans) change a copy; only the cache changes the live one and raises
// its generation.
class NodeView {
 public:
  NodeView() = default;
  explicit NodeView(std::vector<std::unique_ptr<NodeAggregate>> aggregates);
  NodeView(const NodeView& other);
  NodeView(NodeView&&) noexcept = default;
  NodeView& operator=(NodeView&&) noexcept = default;

  // Only nodes that exist are offered to plugins; the cache also keeps views of nodes that are gone
  // while pods are still bound to their name.
  [[nodiscard]] bool exists() const { return node_ != nullptr; }
  [[nodiscard]] const Node& node() const { return *node_; }
  [[nodiscard]] std::span<const PodRef> pods() const { return pods_; }
  [[nodiscard]] const Resources& requested() const { return requested_; }
  [[nodiscard]] std::int64_t nonzero_cpu_milli() const { return nonzero_cpu_milli_; }
  [[nodiscard]] std::int64_t nonzero_memory_bytes() const { return nonzero_memory_bytes_; }
  // Of all its pods.
  [[nodiscard]] std::span<const HostPort> used_ports() const { return used_ports_; }
  // slot: the number that the registry gave to the plugin that declared the aggregate.
  [[nodiscard]] const NodeAggregate& aggregate(std::size_t slot) const {
    return *aggregates_[slot];
  }
  // Differs whenever this node or its pods changed; never repeats in one process.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  // Raised whenever a pod that this process did not assume here came to the node, or one that
  // counts changed in what it holds: what was decided before may not fit beside it.
  [[nodiscard]] std::uint64_t strangers() const { return strangers_; }
  // In Cache::nodes(), as of the last time that it was asked for.
  static constexpr std::uint32_t kNoPosition = std::numeric_limits<std::uint32_t>::max();
  [[nodiscard]] std::uint32_t position() const { return position_; }

  void set_node(NodeRef node);
  void add_pod(PodRef pod);
  // before and after have the same uid; before must be here.
  void update_pod(const Pod& before, PodRef after);
  void remove_pod(const Pod& pod);
  void set_generation(std::uint64_t generation) { generation_ = generation; }
  void note_stranger() { ++strangers_; }
  void set_position(std::uint32_t position) const { position_ = position; }
  // Appends what the aggregates have to say.
  void take_notices(std::vector<Notice>& to);

 private:
  void account(const Pod& pod);
  void unaccount(const Pod& pod);

  NodeRef node_;
  std::vector<PodRef> pods_;
  Resources requested_;
  std::int64_t nonzero_cpu_milli_ = 0;
  std::int64_t nonzero_memory_bytes_ = 0;
  std::vector<HostPort> used_ports_;
  std::vector<std::unique_ptr<NodeAggregate>> aggregates_;
  std::uint64_t generation_ = 0;
  std::uint64_t strangers_ = 0;
  mutable std::uint32_t position_ = kNoPosition;  // The cache's book-keeping, no part of the value.
};

}  // namespace neuron_scheduler::model
