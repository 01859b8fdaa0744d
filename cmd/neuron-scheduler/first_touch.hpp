#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>

#include "cluster/client/informer.hpp"
#include "cluster/client/node_pods.hpp"
#include "cluster/model/bind_answer.hpp"
#include "cluster/model/name.hpp"

namespace neuron_scheduler::cmd {

// A new leader's watch may not have shown yet what the leader before it bound last. So before its
// first Neuron binding to a node in its term it reads that node's pods (design.md §4). Each such
// reading also tells how far the watch must come; from then on nothing can be missing, and nothing
// more is read.
//
// A binding that had to wait for a reading never goes out from here: it was decided without what
// was read. It ends as not tried, and whoever sends it again looks whether it still holds. A node
// counts as read only when the scheduler has been told of all that was read: what it sends then, it
// sends knowing that.
class FirstTouch final {
 public:
  static constexpr std::size_t kReadingsMax = 4;  // At a time, each on a connection of its own.

  // Runs a function when all news that came in so far has been applied to the scheduler.
  using AfterNews = std::function<void(std::function<void()>)>;
  // Nullopt: the binding may go out. Else how it ended instead.
  using Go = std::function<void(std::optional<model::BindAnswer>)>;
  // Whether a pod counts on its node already, or is on the way there.
  using Counts = std::function<bool(const model::Pod&)>;

  // All must outlive it.
  FirstTouch(client::NodePodsReader& reader, client::PodInformer& informer, Counts counts,
             AfterNews after_news)
      : reader_(reader),
        informer_(informer),
        counts_(std::move(counts)),
        after_news_(std::move(after_news)) {}

  // Calls `go` once, now or when the node has been read; with an answer only then.
  void before_binding(const model::Name& node, Go go);

 private:
  struct Waiting {
    model::Name node;
    Go go;
  };

  [[nodiscard]] bool nothing_missing(const model::Name& node) const {
    return complete_ || touched_.contains(node);
  }
  // Whether the watch has come as far as it must; complete_ follows when that has been applied.
  [[nodiscard]] bool caught_up();
  void read_next();
  [[nodiscard]] model::BindAnswer judge(const model::Name& node, const client::NodePods& found);

  client::NodePodsReader& reader_;
  client::PodInformer& informer_;
  Counts counts_;
  AfterNews after_news_;
  std::deque<Waiting> waiting_;  // At most as many as bindings may be under way.
  std::size_t readings_ = 0;
  std::unordered_set<model::Name> touched_;
  std::string complete_at_;  // The resourceVersion that the watch must reach; empty: not known yet.
  bool complete_ = false;
};

}  // namespace neuron_scheduler::cmd
