#include "scheduler/failure_reporter.hpp"

#include <algorithm>

#include "cluster/model/text.hpp"

namespace neuron_scheduler::scheduler {
namespace {

// Of a condition's message: a reason for each of thousands of nodes would fill the API server.
constexpr std::size_t kMessageBytesMax = std::size_t{16} * 1024;

}  // namespace

void FailureReporter::report(const model::Pod& pod, const model::Name& reporter,
                             std::string_view reason, const std::string& full_message) {
  const std::string message = model::truncated(full_message, kMessageBytesMax);
  const auto now = clock_.steady();
  Told& told = told_[pod.uid];
  if (told.news.reason != reason || told.news.message != message) {
    told.news = UnscheduledCondition{std::string(reason), message};
    told.patched.reset();
  }
  const bool shown = pod.waiting->scheduled_condition_reason == reason &&
                     pod.waiting->scheduled_condition_message == message;
  const bool on_its_way = told.patched && now - *told.patched < kConditionResend;
  if (!shown && !on_its_way) {
    told.patched = now;
    api_.patch_condition(pod, told.news);
  }
  if (told.version != pod.resource_version) {
    if (!may_tell_another(told, now)) return;
    told.version = pod.resource_version;
  }
  api_.write_event(pod, PodEvent{true, "FailedScheduling", "Scheduling", message}, reporter);
}

bool FailureReporter::may_tell_another(Told& told, model::SteadyTime now) {
  const model::SteadyTime rested = std::max(told.rested, now) + kVersionsPeriod;
  if (rested - now > kVersionsBurst * kVersionsPeriod) return false;
  told.rested = rested;
  return true;
}

}  // namespace neuron_scheduler::scheduler
