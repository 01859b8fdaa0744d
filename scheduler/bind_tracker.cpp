#include "scheduler/bind_tracker.hpp"

#include <algorithm>
#include <vector>

namespace neuron_scheduler::scheduler {

BindTracker::BindTracker(const model::Clock& clock, ApiWriter& api,
                         const model::AnnotationFilter& readable, std::size_t binds_max)
    : clock_(clock),
      api_(api),
      readable_(readable),
      binds_max_(std::max<std::size_t>(binds_max, 1)) {}

void BindTracker::start(DecidedBind bind) {
  const model::Uid uid = bind.claim.binding().pod_uid;
  Entry& entry = entries_[uid];
  entry.bind.emplace(std::move(bind));
  ++pending_;
  const model::Binding& binding = entry.bind->claim.binding();
  if (binding.in_order_on_node) {
    auto& line = lines_[binding.node_name];
    line.push_back(uid);
    if (line.size() > 1) return;
  }
  send(entry);
}

std::optional<BindOutcome> BindTracker::on_answer(const model::Uid& uid, const BindAnswer& answer) {
  Entry* entry = awaiting(uid, Step::kSent);
  if (entry == nullptr) return std::nullopt;
  switch (answer.end) {
    case BindEnd::kDone:
      return settle(uid, BindOutcome::Kind::kBound, {});
    case BindEnd::kNotFound:
      return settle(uid, BindOutcome::Kind::kFailed, answer.message);
    case BindEnd::kConflict:
      entry->conflict = answer.message;
      read(*entry);
      return std::nullopt;
    case BindEnd::kRefused:
      if (!entry->may_be_carried_out) {
        return settle(uid, BindOutcome::Kind::kFailed, answer.message);
      }
      break;
    case BindEnd::kUnknown:
      entry->may_be_carried_out = true;
      break;
    case BindEnd::kNotTried:
      break;
  }
  wait(*entry, Step::kWaitToSend, answer.retry_after);
  return std::nullopt;
}

std::optional<BindOutcome> BindTracker::on_reading(const model::Uid& uid,
                                                   const PodReading& reading) {
  Entry* entry = awaiting(uid, Step::kReading);
  if (entry == nullptr) return std::nullopt;
  if (reading.kind == PodReading::Kind::kFailed) {
    wait(*entry, Step::kWaitToRead, std::nullopt);
    return std::nullopt;
  }
  const bool same_pod = reading.kind == PodReading::Kind::kFound && reading.pod->uid == uid;
  if (same_pod && reading.pod->bound()) return on_bound(*reading.pod);
  // A pod that is unbound now may still be bound by a request that is on its way, unless the API
  // server will never accept one for it again.
  if (same_pod && !reading.pod->terminating && entry->may_be_carried_out) {
    wait(*entry, Step::kWaitToSend, std::nullopt);
    return std::nullopt;
  }
  std::string message = std::move(entry->conflict);
  return settle(uid, BindOutcome::Kind::kFailed, std::move(message));
}

std::optional<BindOutcome> BindTracker::on_bound(const model::Pod& pod) {
  const auto found = entries_.find(pod.uid);
  if (found == entries_.end() || !found->second.bind) return std::nullopt;
  const bool ours = is_ours(pod, found->second.bind->claim.binding());
  return settle(pod.uid, ours ? BindOutcome::Kind::kBound : BindOutcome::Kind::kTaken,
                "pod is bound to node " + pod.node_name.str() + " by somebody else");
}

std::optional<BindOutcome> BindTracker::on_removed(const model::Uid& uid) {
  const auto found = entries_.find(uid);
  if (found == entries_.end() || !found->second.bind) return std::nullopt;
  return settle(uid, BindOutcome::Kind::kGone, "pod was deleted");
}

bool BindTracker::worth_telling(const model::Uid& uid) const {
  const auto found = entries_.find(uid);
  if (found == entries_.end() || !found->second.bind) return false;
  const auto waits = found->second.waits;
  return waits == 3 || (waits > 0 && waits % 12 == 0);
}

void BindTracker::tick() {
  const auto now = clock_.steady();
  while (!retries_.empty() && retries_.begin()->first <= now) {
    Entry& entry = entries_.at(retries_.begin()->second);
    retries_.erase(retries_.begin());
    if (entry.step == Step::kWaitToRead) {
      read(entry);
    } else {
      send(entry);
    }
  }
}

std::optional<model::SteadyTime> BindTracker::next_timer() const {
  if (retries_.empty()) return std::nullopt;
  return retries_.begin()->first;
}

BindTracker::Entry* BindTracker::awaiting(const model::Uid& uid, Step step) {
  const auto found = entries_.find(uid);
  if (found == entries_.end() || found->second.step != step) return nullptr;
  if (!found->second.bind) {
    entries_.erase(found);
    return nullptr;
  }
  found->second.step = Step::kAnswered;
  return &found->second;
}

void BindTracker::send(Entry& entry) {
  const Claim& claim = entry.bind->claim;
  if (!entry.may_be_carried_out && claim.overtaken()) {
    overtaken_.push_back(settle(claim.pod()->uid, BindOutcome::Kind::kFailed,
                                "other pods came to node " + claim.binding().node_name.str() +
                                    " before the binding was sent"));
    return;
  }
  entry.step = Step::kSent;
  entry.bind->binder.plugin->bind(*claim.pod(), claim.binding(), api_);
}

void BindTracker::read(Entry& entry) {
  entry.step = Step::kReading;
  api_.read_pod(entry.bind->claim.binding());
}

void BindTracker::wait(Entry& entry, Step step, std::optional<std::chrono::milliseconds> at_least) {
  const auto asked = std::min(at_least.value_or(std::chrono::milliseconds(0)), kRetryAfterMax);
  ++entry.waits;
  entry.step = step;
  entry.retry_at = clock_.steady() + std::max(entry.backoff, asked);
  entry.backoff = std::min(entry.backoff * 2, kBackoffMax);
  retries_.emplace(entry.retry_at, entry.bind->claim.binding().pod_uid);
}

BindOutcome BindTracker::settle(const model::Uid& uid, BindOutcome::Kind kind,
                                std::string message) {
  const auto found = entries_.find(uid);
  Entry& entry = found->second;
  BindOutcome outcome{kind, std::move(*entry.bind), std::move(message)};
  const model::Binding& binding = outcome.bind.claim.binding();
  entry.bind.reset();
  --pending_;
  retries_.erase({entry.retry_at, binding.pod_uid});
  if (entry.step != Step::kSent && entry.step != Step::kReading) entries_.erase(found);
  if (binding.in_order_on_node) leave_line(binding);
  return outcome;
}

void BindTracker::leave_line(const model::Binding& binding) {
  const auto found = lines_.find(binding.node_name);
  auto& line = found->second;
  const bool was_first = line.front() == binding.pod_uid;
  line.erase(std::find(line.begin(), line.end(), binding.pod_uid));
  if (line.empty()) {
    lines_.erase(found);
  } else if (was_first) {
    send(entries_.at(line.front()));
  }
}

bool BindTracker::is_ours(const model::Pod& pod, const model::Binding& binding) const {
  if (pod.node_name != binding.node_name) return false;
  if (!pod.decode_error.empty()) return true;  // Annotations that cannot be read say nothing.
  return std::all_of(
      binding.annotations.begin(), binding.annotations.end(), [&](const auto& annotation) {
        if (!readable_.wants(annotation.first)) return true;
        return pod.annotations.find(model::Name(annotation.first)) == annotation.second;
      });
}

}  // namespace neuron_scheduler::scheduler
