#include "scheduler/scheduler.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "scheduler/registry.hpp"
#include "scheduler/relevance.hpp"

namespace neuron_scheduler::scheduler {
namespace {

// The same version of an object that is known already, e.g. from a list after a watch.
bool same_version(const model::PodRef& known, const model::Pod& pod) {
  return known != nullptr && !pod.resource_version.empty() &&
         known->resource_version == pod.resource_version;
}

std::optional<Extension<BindPlugin>> binder_for(const Profile& profile, const model::Pod& pod) {
  const auto plugins = profile.bind();
  const auto found = std::find_if(plugins.begin(), plugins.end(), [&](const auto& extension) {
    return extension.plugin->takes(pod);
  });
  if (found == plugins.end()) return std::nullopt;
  return *found;
}

// Null: there is no failure.
Code code_of(const ClaimFailure* failure) {
  if (failure == nullptr) return Code::kOk;
  return failure->kind == Decision::Kind::kRejected ? Code::kUnschedulable : Code::kError;
}

}  // namespace

model::Result<std::unique_ptr<Scheduler>> Scheduler::make(const model::Clock& clock, ApiWriter& api,
                                                          Observer& observer,
                                                          const SchedulerOptions& options) {
  std::vector<Profile> profiles;
  const auto shared = SharedPlugins::read(options.profiles);
  if (!shared) return shared.error();
  for (const auto& config : options.profiles) {
    auto profile = Profile::make(config, *shared);
    if (!profile) return profile.error();
    profiles.push_back(std::move(*profile));
  }
  return make(clock, api, observer, options, std::move(profiles));
}

model::Result<std::unique_ptr<Scheduler>> Scheduler::make(const model::Clock& clock, ApiWriter& api,
                                                          Observer& observer,
                                                          const SchedulerOptions& options,
                                                          std::vector<Profile> profiles) {
  if (profiles.empty()) return model::invalid("there is no profile");
  for (auto profile = profiles.begin(); profile != profiles.end(); ++profile) {
    const auto& name = profile->scheduler_name();
    const bool repeated = std::any_of(profiles.begin(), profile, [&](const Profile& earlier) {
      return earlier.scheduler_name() == name;
    });
    if (repeated)
      return model::invalid("two profiles have the schedulerName \"" + name.str() + '"');
    if (profile->queue_sort_name() != profiles.front().queue_sort_name()) {
      return model::invalid("profile \"" + name.str() +
                            "\": all profiles must have the same QueueSort plugin");
    }
  }
  return std::unique_ptr<Scheduler>(
      new Scheduler(clock, api, observer, options, std::move(profiles)));
}

Scheduler::Scheduler(const model::Clock& clock, ApiWriter& api, Observer& observer,
                     const SchedulerOptions& options, std::vector<Profile> profiles)
    : clock_(clock),
      api_(api),
      observer_(observer),
      annotations_(pod_annotation_filter()),
      profiles_(std::move(profiles)),
      cache_(profiles_.front().shared().aggregate_factories()),
      queue_(clock, observer, profiles_.front().queue_sort(), options.queue,
             neuron_resources(profiles_.front().shared())),
      waker_(profiles_, cache_, queue_),
      decider_(options.seed, Decider::Meter{clock, observer}),
      reporter_(clock, api),
      binds_(clock, api, annotations_, options.binds_max) {
  for (std::size_t i = 0; i < profiles_.size(); ++i) {
    profile_by_name_.emplace(profiles_[i].scheduler_name(), i);
  }
}

void Scheduler::on_node(model::NodeRef node) {
  const model::NodeView* known = cache_.find_node(node->name);
  const bool is_new = known == nullptr || !known->exists();
  const bool same = !is_new && same_for_scheduling(known->node(), *node);
  // Images and reports are no reason to wake anybody: the ones count in a score alone, the others
  // in nothing.
  if (same && known->node().images == node->images && known->node().reports == node->reports) {
    return;
  }
  const bool moved = is_new || known->node().labels != node->labels;
  const model::Name name = node->name;
  cache_.set_node(std::move(node));
  tell_notices();
  if (same) return;
  const Cause cause = is_new ? Cause::kNodeAdd : Cause::kNodeUpdate;
  if (moved) {
    waker_.note(cause, name, nullptr);
  } else {
    waker_.note_here(cause, name);
  }
}

void Scheduler::on_node_removed(const model::Name& name) {
  cache_.remove_node(name);
  waker_.note(Cause::kNodeDelete, name, nullptr);
}

void Scheduler::on_namespace(const model::NamespaceRef& changed) {
  if (!changed->decode_error.empty()) return;
  const model::Name& name = changed->name;
  const model::Labels* known = cache_.namespace_labels(name);
  if (known == nullptr) {
    cache_.set_namespace(name, changed->labels);
    waker_.note_namespace({name, nullptr, &changed->labels, cache_.anti_affinity()});
  } else if (*known != changed->labels) {
    const model::Labels before = *known;
    cache_.set_namespace(name, changed->labels);
    waker_.note_namespace({name, &before, &changed->labels, cache_.anti_affinity()});
  }
}

void Scheduler::on_namespace_removed(const model::Name& name) {
  const model::Labels* known = cache_.namespace_labels(name);
  if (known == nullptr) return;
  const model::Labels before = *known;
  cache_.remove_namespace(name);
  waker_.note_namespace({name, &before, nullptr, cache_.anti_affinity()});
}

void Scheduler::on_pod(const model::PodRef& pod) {
  if (pod->terminal) {
    on_pod_removed(pod->uid);
  } else if (pod->bound()) {
    on_bound_pod(pod);
  } else {
    on_pending_pod(pod);
  }
}

void Scheduler::on_pod_removed(const model::Uid& uid) {
  const model::PodRef counted = cache_.find_pod(uid);
  cache_.remove_pod(uid);
  drop_from_queue(uid);
  if (auto outcome = binds_.on_removed(uid)) finish(std::move(*outcome));
  finish_overtaken();
  if (counted == nullptr) return;
  tell_notices();
  waker_.note(Cause::kAssignedPodDelete, counted->node_name, counted.get());
}

void Scheduler::on_bound_pod(const model::PodRef& pod) {
  if (!cache_.assumed(pod->uid) && same_version(cache_.find_pod(pod->uid), *pod)) return;
  count(pod);
  if (auto outcome = binds_.on_bound(*pod)) finish(std::move(*outcome));
  finish_overtaken();
}

void Scheduler::on_pending_pod(const model::PodRef& pod) {
  // Assumed, or known to be bound: this news is older than the binding.
  const bool counted = cache_.find_pod(pod->uid) != nullptr;
  if (counted) {
    cache_.set_pod(pod);
    tell_notices();
  }
  const model::PodRef known = queue_.find(pod->uid);
  if (same_version(known, *pod)) return;
  if (known == nullptr && counted) return;
  const Profile* profile = profile_of(*pod);
  if (profile == nullptr || (pod->terminating && !counted)) {
    drop_from_queue(pod->uid);
    return;
  }
  const auto started = clock_.steady();
  const auto [let_in, plugin] = pre_enqueue(*profile, *pod);
  observer_.extension_point("PreEnqueue", let_in.code, profile->scheduler_name().view(),
                            clock_.steady() - started);
  if (let_in.is_ok()) {
    queue_.set_pod(pod, Gate::kOpen);
  } else {
    queue_.set_pod(pod, Gate::kClosed, plugin);
  }
}

void Scheduler::count(const model::PodRef& pod) {
  const model::PodRef before = cache_.find_pod(pod->uid);
  cache_.set_pod(pod);
  tell_notices();
  const model::PodRef after = cache_.find_pod(pod->uid);
  drop_from_queue(pod->uid);
  if (before == nullptr) {
    waker_.note(Cause::kAssignedPodAdd, pod->node_name, pod.get());
  } else if (after == nullptr || !same_use(*before, *after)) {
    waker_.note(Cause::kAssignedPodUpdate, before->node_name, before.get());
    if (after != nullptr && after->node_name != before->node_name) {
      waker_.note(Cause::kAssignedPodUpdate, after->node_name, after.get());
    }
  }
}

void Scheduler::tell_notices() {
  for (const model::Notice& notice : cache_.take_notices()) {
    const model::PodRef pod = cache_.find_pod(notice.pod);
    observer_.notice(pod == nullptr ? "" : pod->full_name(), notice.note);
    if (pod == nullptr) continue;
    const Profile* profile = profile_of(*pod);
    api_.write_event(*pod, PodEvent{true, notice.reason, "Accounting", notice.note},
                     (profile == nullptr ? profiles_.front() : *profile).scheduler_name());
  }
}

void Scheduler::drop_from_queue(const model::Uid& uid) {
  queue_.remove(uid);
  reporter_.forget(uid);
}

void Scheduler::on_bind_answer(const model::Binding& binding, const BindAnswer& answer) {
  if (answer.end == BindEnd::kUnknown) observer_.bind_unknown();
  if (answer.end == BindEnd::kConflict) observer_.bind_conflict();
  if (auto outcome = binds_.on_answer(binding.pod_uid, answer)) {
    finish(std::move(*outcome));
  } else if (binds_.worth_telling(binding.pod_uid)) {
    tell_unclear(binding, answer.message);
  }
  finish_overtaken();
}

void Scheduler::tell_unclear(const model::Binding& binding, const std::string& why) {
  const model::PodRef pod = queue_.find(binding.pod_uid);
  const Profile* profile = pod == nullptr ? nullptr : profile_of(*pod);
  if (profile == nullptr) return;
  api_.write_event(*pod,
                   PodEvent{true, "FailedScheduling", "Binding",
                            "Binding to node " + binding.node_name.str() + ": " + why +
                                "; it is not known whether it was carried out, sending it again"},
                   profile->scheduler_name());
}

void Scheduler::on_pod_reading(const model::Binding& binding, const PodReading& reading) {
  auto outcome = binds_.on_reading(binding.pod_uid, reading);
  if (!outcome) return;
  const bool bound =
      outcome->kind == BindOutcome::Kind::kBound || outcome->kind == BindOutcome::Kind::kTaken;
  if (bound) count(reading.pod);
  finish(std::move(*outcome));
  finish_overtaken();
}

void Scheduler::tick() {
  waker_.sweep();
  queue_.tick();
  binds_.tick();
  finish_overtaken();
}

std::optional<model::SteadyTime> Scheduler::next_timer() const {
  const auto queue = queue_.next_timer();
  const auto binds = binds_.next_timer();
  if (!queue || !binds) return queue ? queue : binds;
  return std::min(*queue, *binds);
}

bool Scheduler::decide_one() {
  if (stopped_ || binds_.full()) return false;
  const auto started = clock_.steady();
  waker_.sweep();
  const auto attempt = queue_.pop();
  if (!attempt) return false;
  const model::Pod& pod = *attempt->pod;
  if (binds_.contains(pod.uid)) {
    // A binding of this pod is still on its way, though the pod was reported as gone and came back.
    queue_.return_failed(pod.uid);
    return true;
  }
  const Profile& profile = *profile_of(pod);
  const Decision decision = decider_.decide(profile, pod, cache_);
  if (decision.kind == Decision::Kind::kPlaced) {
    place(*attempt, profile, decision, started);
  } else {
    not_placed(pod.uid, profile, decision.kind, decision.message, started, decision.rejectors);
  }
  return true;
}

void Scheduler::place(const QueuedAttempt& attempt, const Profile& profile,
                      const Decision& decision, model::SteadyTime started) {
  const auto binder = binder_for(profile, *attempt.pod);
  if (!binder) {
    not_placed(attempt.pod->uid, profile, Decision::Kind::kError, "no Bind plugin takes the pod",
               started);
    return;
  }
  const auto decided = clock_.steady();
  auto taken = Claim::take(profile, cache_, attempt.pod, decision, clock_.wall(), annotations_);
  const auto reserved = clock_.steady();
  const auto* failure = std::get_if<ClaimFailure>(&taken);
  observer_.extension_point("Reserve", code_of(failure), profile.scheduler_name().view(),
                            reserved - decided);
  if (failure != nullptr) {
    not_placed(attempt.pod->uid, profile, failure->kind, failure->message, started);
    return;
  }
  binds_.start(DecidedBind{std::get<Claim>(std::move(taken)), &profile, *binder, started, reserved,
                           attempt.first_queued, attempt.attempts});
}

void Scheduler::finish(BindOutcome outcome) {
  DecidedBind& bind = outcome.bind;
  const model::Uid uid = bind.claim.binding().pod_uid;
  const bool bound = outcome.kind == BindOutcome::Kind::kBound;
  observer_.extension_point("Bind", bound ? Code::kOk : Code::kError,
                            bind.profile->scheduler_name().view(), clock_.steady() - bind.decided);
  if (bound) {
    finish_bound(bind);
    return;
  }
  // What the claim held is free for others as soon as outcome is destroyed, before the next sweep.
  waker_.note(Cause::kAssignedPodDelete, bind.claim.binding().node_name, bind.claim.pod().get());
  if (outcome.kind == BindOutcome::Kind::kFailed) {
    const auto& name = bind.profile->plugin_name(bind.binder.index);
    not_placed(uid, *bind.profile, Decision::Kind::kError,
               "running Bind plugin \"" + name + "\": " + outcome.message, bind.started);
  } else {
    drop_from_queue(uid);
    count_attempt(AttemptResult::kError, *bind.profile, bind.started);
  }
}

void Scheduler::finish_overtaken() {
  for (BindOutcome& outcome : binds_.take_overtaken()) finish(std::move(outcome));
}

void Scheduler::finish_bound(DecidedBind& bind) {
  bind.claim.commit();
  const model::Pod& pod = *bind.claim.pod();
  drop_from_queue(pod.uid);
  api_.write_event(pod,
                   PodEvent{false, "Scheduled", "Binding",
                            "Successfully assigned " + pod.full_name() + " to " +
                                bind.claim.binding().node_name.str()},
                   bind.profile->scheduler_name());
  count_attempt(AttemptResult::kScheduled, *bind.profile, bind.started);
  observer_.pod_bound(clock_.steady() - bind.first_queued, bind.attempts);
}

void Scheduler::not_placed(const model::Uid& uid, const Profile& profile, Decision::Kind kind,
                           const std::string& message, model::SteadyTime started,
                           std::span<const PluginIndex> rejectors) {
  const bool error = kind == Decision::Kind::kError;
  count_attempt(error ? AttemptResult::kError : AttemptResult::kUnschedulable, profile, started);
  const model::PodRef pod = queue_.find(uid);
  if (pod == nullptr) return;
  if (pod->terminating) {
    drop_from_queue(uid);
    return;
  }
  if (kind == Decision::Kind::kRejected) {
    queue_.return_rejected(uid, likeness_of(profile, *pod), rejectors);
  } else {
    queue_.return_failed(uid);
  }
  reporter_.report(*pod, profile.scheduler_name(),
                   error ? kReasonSchedulerError : kReasonUnschedulable, message);
}

void Scheduler::count_attempt(AttemptResult result, const Profile& profile,
                              model::SteadyTime started) {
  observer_.attempt(result, profile.scheduler_name().view(), clock_.steady() - started);
}

std::vector<PluginCalls> Scheduler::plugin_calls() const {
  std::vector<PluginCalls> all;
  for (const Profile& profile : profiles_) {
    const CallCounts counts = decider_.calls(profile);
    const auto add = [&](const auto& extensions, std::string_view name, CountedPoint point) {
      for (const auto& extension : extensions) {
        all.push_back({profile.plugin_name(extension.index), name, profile.scheduler_name().view(),
                       counts[extension.index][static_cast<std::size_t>(point)]});
      }
    };
    add(profile.pre_filter(), "PreFilter", CountedPoint::kPreFilter);
    add(profile.filter(), "Filter", CountedPoint::kFilter);
    add(profile.pre_score(), "PreScore", CountedPoint::kPreScore);
    add(profile.score(), "Score", CountedPoint::kScore);
  }
  return all;
}

std::vector<PluginRejections> Scheduler::plugin_rejections() const {
  std::vector<PluginRejections> all;
  for (const Profile& profile : profiles_) {
    const auto add = [&](const auto& extensions) {
      for (const auto& extension : extensions) {
        all.push_back({profile.plugin_name(extension.index), profile.scheduler_name().view(),
                       queue_.census().rejected_by(profile.scheduler_name(), extension.index)});
      }
    };
    add(profile.pre_enqueue());
    add(profile.deciding());
  }
  return all;
}

const Profile* Scheduler::profile_of(const model::Pod& pod) const {
  const auto found = profile_by_name_.find(pod.scheduler_name);
  return found == profile_by_name_.end() ? nullptr : &profiles_[found->second];
}

}  // namespace neuron_scheduler::scheduler
