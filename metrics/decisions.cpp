#include "metrics/decisions.hpp"

#include <algorithm>

namespace neuron_scheduler::metrics {
namespace {

// kube-scheduler's, of everything that takes the whole of an attempt.
Buckets attempt_buckets() { return exponential(0.001, 2, 15); }

}  // namespace

Decisions::Decisions(prometheus::Registry& registry, const std::vector<std::string>& profiles)
    : attempt_counts_(counters(registry, kScheduleAttempts)),
      attempt_durations_(histograms(registry, kAttemptDuration)),
      point_durations_(histograms(registry, kPointDuration)),
      incoming_(counters(registry, kQueueIncoming)),
      algorithm_(histograms(registry, kAlgorithmDuration).Add({}, attempt_buckets())),
      pod_attempts_(histograms(registry, kPodAttempts).Add({}, exponential(1, 2, 5))),
      bind_conflicts_(counters(registry, kBindConflicts).Add({})),
      bind_unknown_(counters(registry, kBindUnknown).Add({})) {
  for (const std::string& profile : profiles) of_profile(profile);
  auto& pod_durations = histograms(registry, kPodDuration);
  for (std::uint32_t attempts = 1; attempts <= kAttemptsMax; ++attempts) {
    const std::string label = std::to_string(attempts) + (attempts == kAttemptsMax ? "+" : "");
    pod_durations_[attempts - 1] =
        &pod_durations.Add({{"attempts", label}}, exponential(0.01, 2, 20));
  }
}

void Decisions::attempt(scheduler::AttemptResult result, std::string_view profile,
                        std::chrono::nanoseconds duration) {
  const Attempts& attempts = of_profile(profile).attempts[index(result)];
  attempts.count->Increment();
  attempts.duration->Observe(seconds(duration));
}

void Decisions::pod_bound(std::chrono::nanoseconds since_first_queued, std::uint32_t attempts) {
  pod_attempts_.Observe(attempts);
  pod_durations_[std::clamp(attempts, 1U, kAttemptsMax) - 1]->Observe(seconds(since_first_queued));
}

void Decisions::queued(scheduler::QueueName queue, scheduler::Cause cause) {
  Counter*& counter = incoming_series_[index(queue)].at(index(cause));
  if (counter == nullptr) {
    counter = &incoming_.Add({{"queue", std::string(kQueues[index(queue)])},
                              {"event", std::string(scheduler::name_of(cause))}});
  }
  counter->Increment();
}

void Decisions::extension_point(std::string_view point, scheduler::Code status,
                                std::string_view profile, std::chrono::nanoseconds took) {
  const auto found = std::ranges::find(kPoints, point);
  if (found == kPoints.end()) return;
  const auto place = static_cast<std::size_t>(found - kPoints.begin());
  OfProfile& series = of_profile(profile);
  // kube-scheduler has no other words: any other code is a rejection of a kind of our own.
  const auto word = index(status) < kStatuses.size() ? status : scheduler::Code::kUnschedulable;
  Histogram* histogram = series.points[place][index(word)];
  if (histogram == nullptr) histogram = &point_series(series, profile, place, index(word));
  histogram->Observe(seconds(took));
}

Decisions::OfProfile& Decisions::of_profile(std::string_view profile) {
  const auto found = profiles_.find(profile);
  if (found != profiles_.end()) return found->second;
  OfProfile& made = profiles_[std::string(profile)];
  for (std::size_t result = 0; result < kResults.size(); ++result) {
    const prometheus::Labels labels = {{"result", std::string(kResults[result])},
                                       {"profile", std::string(profile)}};
    made.attempts[result] = {&attempt_counts_.Add(labels),
                             &attempt_durations_.Add(labels, attempt_buckets())};
  }
  for (std::size_t point = 0; point < kPoints.size(); ++point) {
    point_series(made, profile, point, index(scheduler::Code::kOk));
  }
  return made;
}

prometheus::Histogram& Decisions::point_series(OfProfile& series, std::string_view profile,
                                               std::size_t point, std::size_t status) {
  Histogram& made = point_durations_.Add({{"extension_point", std::string(kPoints[point])},
                                          {"status", std::string(kStatuses[status])},
                                          {"profile", std::string(profile)}},
                                         exponential(0.0001, 2, 12));
  series.points[point][status] = &made;
  return made;
}

}  // namespace neuron_scheduler::metrics
