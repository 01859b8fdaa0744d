#include "scheduler/queue.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "scheduler/relevance.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::SteadyTime;

// When a pod leaves backoff: as in kube-scheduler, the expiry is cut down to the whole second, and
// the pod leaves with the second after it (kube-scheduler.md §3.2).
SteadyTime backoff_end(SteadyTime start, std::chrono::nanoseconds duration) {
  return std::chrono::floor<std::chrono::seconds>(start + duration) + std::chrono::seconds(1);
}

std::chrono::nanoseconds backoff_duration(const QueueTimes& times, std::uint32_t count) {
  std::chrono::nanoseconds duration = times.initial_backoff;
  for (std::uint32_t i = 1; i < count && duration < times.max_backoff; ++i) duration *= 2;
  return std::min<std::chrono::nanoseconds>(duration, times.max_backoff);
}

}  // namespace

bool Queue::ByOrder::operator()(const Entry* a, const Entry* b) const {
  return order->before(a->key, b->key);
}

bool Queue::ByBackoffEnd::operator()(const Entry* a, const Entry* b) const {
  if (a->backoff_end != b->backoff_end) return a->backoff_end < b->backoff_end;
  return order->before(a->key, b->key);
}

bool Queue::ByAge::operator()(const Entry* a, const Entry* b) const {
  if (a->asleep_since != b->asleep_since) return a->asleep_since < b->asleep_since;
  return a->key.sequence < b->key.sequence;
}

Queue::Queue(const model::Clock& clock, Observer& observer, const QueueSortPlugin& order,
             QueueTimes times, const NeuronResources& resources)
    : clock_(clock),
      observer_(observer),
      times_(times),
      active_(ByOrder{&order}),
      backoff_rejected_(ByBackoffEnd{&order}),
      backoff_failed_(ByBackoffEnd{&order}),
      census_(resources) {}

void Queue::set_pod(model::PodRef pod, Gate gate, std::optional<PluginIndex> rejector) {
  const auto [found, is_new] = entries_.try_emplace(pod->uid);
  Entry& entry = found->second;
  if (is_new) {
    set_object(entry, std::move(pod), gate);
    if (rejector) census_.set_rejectors(entry.counted, entry.pod->scheduler_name, {*rejector});
    restamp(entry);
    requeue(entry, Cause::kPodAdd);
    return;
  }
  const bool changed = gate != entry.gate || !same_for_scheduling(*entry.pod, *pod);
  const Place place = entry.place;
  if (!changed || place == Place::kInFlight) {
    set_object(entry, std::move(pod), gate);
    entry.changed_in_flight |= changed;
    return;
  }
  take_out(entry);
  set_object(entry, std::move(pod), gate);
  if (rejector) census_.set_rejectors(entry.counted, entry.pod->scheduler_name, {*rejector});
  entry.key.priority = entry.pod->priority;
  const bool stays_gated = place == Place::kGated && gate == Gate::kClosed;
  if (!stays_gated &&
      (place == Place::kUnschedulable || place == Place::kGated || gate == Gate::kClosed)) {
    requeue(entry, Cause::kPodUpdate);
  } else {
    put(entry, place);
  }
}

void Queue::remove(const model::Uid& uid) {
  const auto found = entries_.find(uid);
  if (found == entries_.end()) return;
  take_out(found->second);
  census_.forget(found->second.counted);
  entries_.erase(found);
}

model::PodRef Queue::find(const model::Uid& uid) const {
  const auto found = entries_.find(uid);
  return found == entries_.end() ? nullptr : found->second.pod;
}

std::optional<QueuedAttempt> Queue::pop() {
  tick();
  Entry* next = nullptr;
  if (!active_.empty()) {
    next = *active_.begin();
  } else if (!backoff_rejected_.empty()) {
    next = *backoff_rejected_.begin();
    observer_.queued(QueueName::kActive, Cause::kPopFromBackoff);
  } else {
    return std::nullopt;
  }
  take_out(*next);
  census_.set_rejectors(next->counted, next->pod->scheduler_name, {});
  next->changed_in_flight = false;
  ++next->attempts;
  return QueuedAttempt{next->pod, next->attempts, *next->first_queued};
}

void Queue::return_rejected(const model::Uid& uid, const std::string& likeness,
                            std::span<const PluginIndex> rejectors) {
  Entry* entry = in_flight(uid);
  if (entry == nullptr) return;
  census_.set_rejectors(entry->counted, entry->pod->scheduler_name,
                        {rejectors.begin(), rejectors.end()});
  ++entry->rejections;
  entry->failures = 0;
  restamp(*entry);
  if (entry->gate == Gate::kOpen && !entry->changed_in_flight) {
    put_asleep(*entry, likeness);
  } else {
    requeue(*entry, Cause::kScheduleAttemptFailure);
  }
}

void Queue::return_failed(const model::Uid& uid) {
  Entry* entry = in_flight(uid);
  if (entry == nullptr) return;
  ++entry->failures;
  restamp(*entry);
  requeue(*entry, Cause::kScheduleAttemptFailure);
}

std::vector<model::PodRef> Queue::one_of_each_likeness() const {
  std::vector<model::PodRef> pods;
  pods.reserve(asleep_.size());
  for (const auto& [likeness, group] : asleep_) pods.push_back((*group.begin())->pod);
  return pods;
}

std::vector<model::PodRef> Queue::all_like(const model::Pod& pod) const {
  std::vector<model::PodRef> pods;
  const auto found = entries_.find(pod.uid);
  if (found == entries_.end() || found->second.place != Place::kUnschedulable) return pods;
  for (const Entry* entry : found->second.group->second) pods.push_back(entry->pod);
  return pods;
}

void Queue::wake(const model::Uid& uid, Cause cause) {
  const auto found = entries_.find(uid);
  if (found == entries_.end() || found->second.place != Place::kUnschedulable) return;
  take_out(found->second);
  requeue(found->second, cause);
}

void Queue::tick() {
  move_ready(backoff_rejected_);
  move_ready(backoff_failed_);
  const SteadyTime oldest = clock_.steady() - times_.unschedulable_max;
  while (!unschedulable_.empty() && (*unschedulable_.begin())->asleep_since <= oldest) {
    Entry& entry = **unschedulable_.begin();
    take_out(entry);
    requeue(entry, Cause::kUnschedulableTimeout);
  }
}

std::optional<SteadyTime> Queue::next_timer() const {
  std::optional<SteadyTime> next;
  const auto consider = [&next](SteadyTime time) { next = next ? std::min(*next, time) : time; };
  if (!backoff_rejected_.empty()) consider((*backoff_rejected_.begin())->backoff_end);
  if (!backoff_failed_.empty()) consider((*backoff_failed_.begin())->backoff_end);
  if (!unschedulable_.empty()) {
    consider((*unschedulable_.begin())->asleep_since + times_.unschedulable_max);
  }
  return next;
}

QueueSizes Queue::sizes() const {
  return QueueSizes{active_.size(), backoff_rejected_.size() + backoff_failed_.size(),
                    unschedulable_.size(), gated_};
}

void Queue::set_object(Entry& entry, model::PodRef pod, Gate gate) {
  entry.pod = std::move(pod);
  entry.gate = gate;
  census_.count(entry.counted, *entry.pod);
}

void Queue::put(Entry& entry, Place place) {
  entry.place = place;
  switch (place) {
    case Place::kInFlight:
      return;
    case Place::kActive:
      active_.insert(&entry);
      break;
    case Place::kBackoffRejected:
      backoff_rejected_.insert(&entry);
      break;
    case Place::kBackoffFailed:
      backoff_failed_.insert(&entry);
      break;
    case Place::kUnschedulable:
      unschedulable_.insert(&entry);
      entry.group->second.insert(&entry);
      return;
    case Place::kGated:
      ++gated_;
      return;
  }
  if (!entry.first_queued) entry.first_queued = clock_.steady();
}

void Queue::take_out(Entry& entry) {
  switch (std::exchange(entry.place, Place::kInFlight)) {
    case Place::kInFlight:
      break;
    case Place::kActive:
      active_.erase(&entry);
      break;
    case Place::kBackoffRejected:
      backoff_rejected_.erase(&entry);
      break;
    case Place::kBackoffFailed:
      backoff_failed_.erase(&entry);
      break;
    case Place::kUnschedulable:
      unschedulable_.erase(&entry);
      entry.group->second.erase(&entry);
      if (entry.group->second.empty()) asleep_.erase(entry.group);
      break;
    case Place::kGated:
      --gated_;
      break;
  }
}

void Queue::requeue(Entry& entry, Cause cause) {
  if (entry.gate == Gate::kClosed) {
    put(entry, Place::kGated);
    observer_.queued(QueueName::kGated, cause);
  } else if (clock_.steady() >= entry.backoff_end) {
    put(entry, Place::kActive);
    observer_.queued(QueueName::kActive, cause);
  } else {
    put(entry, entry.failures > 0 ? Place::kBackoffFailed : Place::kBackoffRejected);
    observer_.queued(QueueName::kBackoff, cause);
  }
}

void Queue::put_asleep(Entry& entry, const std::string& likeness) {
  entry.group = asleep_.try_emplace(likeness).first;
  put(entry, Place::kUnschedulable);
  observer_.queued(QueueName::kUnschedulable, Cause::kScheduleAttemptFailure);
}

void Queue::restamp(Entry& entry) {
  const SteadyTime now = clock_.steady();
  entry.key = QueueOrderKey{entry.pod->priority, now, ++sequence_};
  entry.asleep_since = now;
  const auto count = entry.failures > 0 ? entry.failures : entry.rejections;
  entry.backoff_end = count == 0 ? now : backoff_end(now, backoff_duration(times_, count));
}

Queue::Entry* Queue::in_flight(const model::Uid& uid) {
  const auto found = entries_.find(uid);
  const bool is = found != entries_.end() && found->second.place == Place::kInFlight;
  return is ? &found->second : nullptr;
}

void Queue::move_ready(BackoffSet& from) {
  const SteadyTime now = clock_.steady();
  while (!from.empty() && (*from.begin())->backoff_end <= now) {
    Entry& entry = **from.begin();
    take_out(entry);
    put(entry, Place::kActive);
    observer_.queued(QueueName::kActive, Cause::kBackoffComplete);
  }
}

}  // namespace neuron_scheduler::scheduler
