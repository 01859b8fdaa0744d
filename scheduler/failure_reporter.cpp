#include "scheduler/failure_reporter.hpp"

#include "cluster/model/text.hpp"

namespace neuron_scheduler::scheduler {
namespace {

// Of an event's note, in the API (kube-scheduler.md §5.4).
constexpr std::size_t kNoteBytesMax = 1024;
// Of a condition's message: a reason for each of thousands of nodes would fill the API server.
constexpr std::size_t kMessageBytesMax = std::size_t{16} * 1024;

}  // namespace

void FailureReporter::report(const model::Pod& pod, const model::Name& reporter,
                             std::string_view reason, const std::string& full_message) {
  const std::string message = model::truncated(full_message, kMessageBytesMax);
  const auto now = clock_.steady();
  Sent& sent = sent_[pod.uid];
  const bool shown =
      pod.scheduled_condition_reason == reason && pod.scheduled_condition_message == message;
  const bool on_its_way = sent.condition_at && now - *sent.condition_at < kConditionResend &&
                          sent.condition.reason == reason && sent.condition.message == message;
  if (!shown && !on_its_way) {
    sent.condition = UnscheduledCondition{std::string(reason), message};
    sent.condition_at = now;
    api_.patch_condition(pod, sent.condition);
  } else if (shown && !on_its_way) {
    sent.condition_at.reset();
  }

  std::string note = model::truncated(message, kNoteBytesMax);
  if (sent.event_at) {
    const auto pause = note == sent.note ? std::chrono::seconds(kEventRepeat) : kEventInterval;
    if (now - *sent.event_at < pause) return;
  }
  sent.note = std::move(note);
  sent.event_at = now;
  api_.write_event(pod, PodEvent{true, "FailedScheduling", "Scheduling", sent.note}, reporter);
}

}  // namespace neuron_scheduler::scheduler
