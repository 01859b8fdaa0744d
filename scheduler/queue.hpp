#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "cluster/model/pod.hpp"
#include "cluster/model/time.hpp"
#include "scheduler/census.hpp"
#include "scheduler/event.hpp"
#include "scheduler/observer.hpp"
#include "scheduler/plugin.hpp"

namespace neuron_scheduler::scheduler {

struct QueueTimes {
  std::chrono::milliseconds initial_backoff{1'000};
  std::chrono::milliseconds max_backoff{10'000};
  std::chrono::milliseconds unschedulable_max{300'000};
};

// Whether PreEnqueue lets the pod in.
enum class Gate : std::uint8_t { kOpen, kClosed };

// One pod taken from the queue.
struct QueuedAttempt {
  model::PodRef pod;
  std::uint32_t attempts = 0;  // This one included.
  model::SteadyTime first_queued;
};

// Pods that wait for a decision, and those being decided or bound, by uid (kube-scheduler.md §3).
//
//     set_pod ──► active ──pop──► in flight ──remove (bound, gone)──► (unknown)
//        │          ▲  ▲            │     │
//        ▼          │  └─ backoff ◄─┘     └──return_rejected──► unschedulable
//      gated ───────┘       ▲    return_failed                        │
//       set_pod             └─────────── wake, flush ─────────────────┘
//
// A pod is rejected in the same call that popped it: no news of the cluster can come in between,
// and whoever sleeps has seen all that came before. A pod that changed in flight does not sleep.
class Queue {
 public:
  // All must outlive it.
  Queue(const model::Clock& clock, Observer& observer, const QueueSortPlugin& order,
        QueueTimes times, const NeuronResources& resources = {});
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // A new pod enters; a known one is replaced where it is, and woken if the change can matter to
  // its chances. rejector: who closed the gate, in the pod's profile.
  void set_pod(model::PodRef pod, Gate gate, std::optional<PluginIndex> rejector = std::nullopt);
  void remove(const model::Uid& uid);
  // The newest known object, wherever in the queue (or in flight) it is; null if unknown.
  [[nodiscard]] model::PodRef find(const model::Uid& uid) const;

  // The next pod to decide: from active, and when that is empty a rejected one from backoff (never
  // one that failed).
  [[nodiscard]] std::optional<QueuedAttempt> pop();
  // Ends of an attempt, for pods in flight (others are ignored). Rejected, by these plugins of its
  // profile: sleeps until it is woken, among those of the same likeness. Failed: tried again after
  // backoff without any event.
  void return_rejected(const model::Uid& uid, const std::string& likeness,
                       std::span<const PluginIndex> rejectors = {});
  void return_failed(const model::Uid& uid);

  // Sleeping pods, by likeness: one of each, the one that sleeps longest; those like a given one.
  [[nodiscard]] std::size_t likenesses() const { return asleep_.size(); }
  [[nodiscard]] std::vector<model::PodRef> one_of_each_likeness() const;
  [[nodiscard]] std::vector<model::PodRef> all_like(const model::Pod& pod) const;
  // Something happened that may let this pod fit. Nothing, if it does not sleep.
  void wake(const model::Uid& uid, Cause cause);
  // Moves pods whose backoff ended or that slept too long.
  void tick();
  [[nodiscard]] std::optional<model::SteadyTime> next_timer() const;
  // Pods in flight are in none of them.
  [[nodiscard]] QueueSizes sizes() const;
  // Of all pods, those in flight included; nobody turns those away.
  [[nodiscard]] const Census& census() const { return census_; }

 private:
  enum class Place : std::uint8_t {
    kInFlight,
    kActive,
    kBackoffRejected,
    kBackoffFailed,
    kUnschedulable,
    kGated
  };
  struct Entry;
  struct ByAge {
    bool operator()(const Entry* a, const Entry* b) const;
  };
  using Group = std::map<std::string, std::set<Entry*, ByAge>>::iterator;
  struct Entry {
    model::PodRef pod;
    Census::Place counted;
    Gate gate = Gate::kOpen;
    Place place = Place::kInFlight;
    QueueOrderKey key;
    model::SteadyTime backoff_end;
    model::SteadyTime asleep_since;
    std::uint32_t attempts = 0;
    std::uint32_t rejections = 0;  // In total.
    std::uint32_t failures = 0;    // In a row.
    std::optional<model::SteadyTime> first_queued;
    bool changed_in_flight = false;
    Group group;  // kUnschedulable
  };
  struct ByOrder {
    const QueueSortPlugin* order;
    bool operator()(const Entry* a, const Entry* b) const;
  };
  struct ByBackoffEnd {
    const QueueSortPlugin* order;
    bool operator()(const Entry* a, const Entry* b) const;
  };
  using BackoffSet = std::set<Entry*, ByBackoffEnd>;

  void set_object(Entry& entry, model::PodRef pod, Gate gate);
  void put(Entry& entry, Place place);
  void take_out(Entry& entry);
  // To backoff or active, by what is left of its backoff; to gated if its gate is closed.
  void requeue(Entry& entry, Cause cause);
  void put_asleep(Entry& entry, const std::string& likeness);
  void restamp(Entry& entry);
  Entry* in_flight(const model::Uid& uid);
  void move_ready(BackoffSet& from);

  const model::Clock& clock_;
  Observer& observer_;
  QueueTimes times_;
  std::unordered_map<model::Uid, Entry> entries_;
  std::set<Entry*, ByOrder> active_;
  BackoffSet backoff_rejected_;
  BackoffSet backoff_failed_;
  std::set<Entry*, ByAge> unschedulable_;
  std::map<std::string, std::set<Entry*, ByAge>> asleep_;  // The same ones, by likeness.
  std::size_t gated_ = 0;
  Census census_;
  std::uint64_t sequence_ = 0;
};

}  // namespace neuron_scheduler::scheduler
