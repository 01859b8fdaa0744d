#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "cluster/model/annotations.hpp"
#include "cluster/model/cache.hpp"
#include "cluster/model/namespace.hpp"
#include "cluster/model/result.hpp"
#include "cluster/model/time.hpp"
#include "scheduler/api.hpp"
#include "scheduler/bind_tracker.hpp"
#include "scheduler/cycle.hpp"
#include "scheduler/failure_reporter.hpp"
#include "scheduler/observer.hpp"
#include "scheduler/plugin_calls.hpp"
#include "scheduler/profile.hpp"
#include "scheduler/queue.hpp"
#include "scheduler/waker.hpp"

namespace neuron_scheduler::scheduler {

struct SchedulerOptions {
  std::vector<ProfileConfig> profiles = {default_profile_config()};
  // Decides between nodes of equal score, and nothing else: the same seed and the same calls give
  // the same decisions.
  std::uint64_t seed = 0;
  // Bindings decided and not ended; decisions pause at this number.
  std::size_t binds_max = 512;
  QueueTimes queue;
};

// The deterministic core: news of the watches in, writes to the API out, decisions in between. Owns
// cache, queue and bindings under way. Everything is called from one thread, and nothing it calls
// (ApiWriter, Observer) may call back.
//
//     on_* ──► Cache, Queue ──decide_one──► cycle ──► claim ──► BindTracker ──► ApiWriter
//       ▲                                                                          │
//       └────────────── on_bind_answer, on_pod_reading, the watch ◄────────────────┘
//
// The caller applies news, then calls tick() when next_timer() has passed, then decide_one() until
// it returns false; it starts deciding only when the first lists of nodes, pods and
// namespaces have been applied whole.
class Scheduler {
 public:
  // clock, api and observer must outlive it. Error: what Profile::make says, no profile, a
  // schedulerName twice, or profiles with different QueueSort plugins.
  [[nodiscard]] static model::Result<std::unique_ptr<Scheduler>> make(
      const model::Clock& clock, ApiWriter& api, Observer& observer,
      const SchedulerOptions& options);
  // The same with profiles that are built already; options.profiles is not looked at.
  [[nodiscard]] static model::Result<std::unique_ptr<Scheduler>> make(
      const model::Clock& clock, ApiWriter& api, Observer& observer,
      const SchedulerOptions& options, std::vector<Profile> profiles);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // A node as it is now (added or changed).
  void on_node(model::NodeRef node);
  void on_node_removed(const model::Name& name);
  // A namespace as it is now (added or changed). With a decode_error its last labels stay.
  void on_namespace(const model::NamespaceRef& changed);
  void on_namespace_removed(const model::Name& name);
  // A pod as it is now (added or changed), whoever schedules it: bound pods count on their node;
  // unbound ones of a profile's schedulerName are queued. A terminal pod is as removed.
  void on_pod(const model::PodRef& pod);
  void on_pod_removed(const model::Uid& uid);

  // The one answer to each send_binding and each read_pod.
  void on_bind_answer(const model::Binding& binding, const BindAnswer& answer);
  void on_pod_reading(const model::Binding& binding, const PodReading& reading);

  // Carries out what is due: backoff that ended, bindings to send again.
  void tick();
  // When tick() has something to do; nullopt: only news can change anything.
  [[nodiscard]] std::optional<model::SteadyTime> next_timer() const;

  // Takes one pod from the queue and places it, or says why not. False: no pod is ready, too many
  // bindings are under way, or stop() was called.
  bool decide_one();

  // No more decisions; bindings under way go on. For a clean end: wait until pending_binds() is 0.
  void stop() { stopped_ = true; }
  // Bindings whose end is not known yet.
  [[nodiscard]] std::size_t pending_binds() const { return binds_.pending(); }

  [[nodiscard]] QueueSizes queue_sizes() const { return queue_.sizes(); }
  // Known pods that are not bound, those whose binding is under way included.
  [[nodiscard]] const PodsByShape& pending_by_shape() const { return queue_.census().by_shape(); }
  // Of every plugin of every profile, at each point where it takes part.
  [[nodiscard]] std::vector<PluginCalls> plugin_calls() const;
  // Of every plugin that can turn pods away.
  [[nodiscard]] std::vector<PluginRejections> plugin_rejections() const;
  [[nodiscard]] const model::Cache& cache() const { return cache_; }
  [[nodiscard]] std::span<const Profile> profiles() const { return profiles_; }

 private:
  Scheduler(const model::Clock& clock, ApiWriter& api, Observer& observer,
            const SchedulerOptions& options, std::vector<Profile> profiles);

  void on_bound_pod(const model::PodRef& pod);
  void on_pending_pod(const model::PodRef& pod);
  // The pod is bound, by whomever: it counts on its node and needs no decision.
  void count(const model::PodRef& pod);
  void tell_unclear(const model::Binding& binding, const std::string& why);
  // Passes on what the plugins' aggregates have to say after a change of the cache.
  void tell_notices();
  void drop_from_queue(const model::Uid& uid);
  void place(const QueuedAttempt& attempt, const Profile& profile, const Decision& decision,
             model::SteadyTime started);
  void finish(BindOutcome outcome);
  void finish_overtaken();
  void finish_bound(DecidedBind& bind);
  // Back to the queue, and the user is told why; kind is not kPlaced.
  void not_placed(const model::Uid& uid, const Profile& profile, Decision::Kind kind,
                  const std::string& message, model::SteadyTime started,
                  std::span<const PluginIndex> rejectors = {});
  void count_attempt(AttemptResult result, const Profile& profile, model::SteadyTime started);
  [[nodiscard]] const Profile* profile_of(const model::Pod& pod) const;

  const model::Clock& clock_;
  ApiWriter& api_;
  Observer& observer_;
  const model::AnnotationFilter annotations_;
  std::vector<Profile> profiles_;
  std::unordered_map<model::Name, std::size_t> profile_by_name_;
  model::Cache cache_;
  Queue queue_;
  Waker waker_;
  Decider decider_;
  FailureReporter reporter_;
  BindTracker binds_;  // After cache_ and profiles_: its claims give back to them.
  bool stopped_ = false;
};

}  // namespace neuron_scheduler::scheduler
