#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <variant>

#include "cluster/client/http.hpp"
#include "cluster/client/informer.hpp"
#include "cluster/model/time.hpp"
#include "scheduler/api.hpp"
#include "scheduler/scheduler.hpp"

namespace neuron_scheduler::cmd {

// Puts a function at the end of the event loop's queue.
using Post = std::function<void(std::function<void()>)>;

// Drives the scheduler (design.md §2): handlers of the event loop only enqueue here; a turn applies
// a batch of news, carries out what is due, decides some pods and yields, so that sockets are
// served between turns.
class Pump final : public client::PodSink, public client::NodeSink, public client::NamespaceSink {
 public:
  struct Limits {
    std::size_t news_max = 16'384;  // Beyond, news is applied at once where it arrives.
    std::size_t decisions_per_turn = 64;
    std::chrono::nanoseconds turn_max = std::chrono::milliseconds{5};
  };

  // All must outlive the pump, and functions posted by it must not run after it is destroyed.
  Pump(scheduler::Scheduler& scheduler, const model::Clock& clock, client::TimerService& timers,
       Post post, Limits limits);
  Pump(scheduler::Scheduler& scheduler, const model::Clock& clock, client::TimerService& timers,
       Post post)
      : Pump(scheduler, clock, timers, std::move(post), Limits{}) {}

  void on_pod(const model::PodRef& pod) override { add(pod); }
  void on_pod_removed(const model::Uid& uid) override { add(PodGone{uid}); }
  void on_pods_synced() override { add(Synced::kPods); }
  void on_node(const model::NodeRef& node) override { add(node); }
  void on_node_removed(const model::Name& name) override { add(NodeGone{name}); }
  void on_nodes_synced() override { add(Synced::kNodes); }
  void on_namespace(const model::NamespaceRef& changed) override { add(changed); }
  void on_namespace_removed(const model::Name& name) override { add(NamespaceGone{name}); }
  void on_namespaces_synced() override { add(Synced::kNamespaces); }
  void on_bind_answer(const model::Binding& binding, scheduler::BindAnswer answer);
  void on_pod_reading(const model::Binding& binding, scheduler::PodReading reading);

  // Calls `then` when all news so far has been applied.
  void after_news(std::function<void()> then) { add(std::move(then)); }

  // Decides nothing until lead(); synced is called once, when all first lists have been applied.
  // Before the first news.
  void hold(std::function<void()> synced);
  void lead();

  // The first list of each has been applied. Once all are: decisions are being made, unless on
  // hold.
  [[nodiscard]] bool pods_synced() const { return pods_synced_; }
  [[nodiscard]] bool nodes_synced() const { return nodes_synced_; }
  [[nodiscard]] bool namespaces_synced() const { return namespaces_synced_; }

  // No more decisions; drained is called once, when no binding is under way any more.
  void drain(std::function<void()> drained);

 private:
  struct PodGone {
    model::Uid uid;
  };
  struct NodeGone {
    model::Name name;
  };
  struct NamespaceGone {
    model::Name name;
  };
  struct Answer {
    model::Binding binding;
    scheduler::BindAnswer answer;
  };
  struct Reading {
    model::Binding binding;
    scheduler::PodReading reading;
  };
  enum class Synced { kPods, kNodes, kNamespaces };
  using News = std::variant<model::PodRef, PodGone, model::NodeRef, NodeGone, model::NamespaceRef,
                            NamespaceGone, Answer, Reading, Synced, std::function<void()>>;

  void add(News news);
  void apply(const News& news);
  void mark_synced(Synced what);
  [[nodiscard]] bool all_synced() const {
    return pods_synced_ && nodes_synced_ && namespaces_synced_;
  }
  void apply_all();
  void wake();
  void turn();
  // True: there is more to decide.
  bool decide();
  void arm_timer();

  scheduler::Scheduler& scheduler_;
  const model::Clock& clock_;
  client::TimerService& timers_;
  Post post_;
  const Limits limits_;
  std::deque<News> news_;
  bool turn_posted_ = false;
  bool pods_synced_ = false;
  bool nodes_synced_ = false;
  bool namespaces_synced_ = false;
  bool on_hold_ = false;
  std::function<void()> synced_;
  std::function<void()> drained_;
  std::unique_ptr<client::Timer> timer_;
};

}  // namespace neuron_scheduler::cmd
