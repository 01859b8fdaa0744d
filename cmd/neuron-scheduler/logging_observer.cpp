#include "cmd/neuron-scheduler/logging_observer.hpp"

#include <spdlog/fmt/fmt.h>

namespace neuron_scheduler::cmd {
namespace {

constexpr int kUpdatesShown = 4;
constexpr std::size_t kSaidMax = 256;

}  // namespace

void LoggingObserver::attempt(scheduler::AttemptResult result, std::string_view profile,
                              std::chrono::nanoseconds duration) {
  next_.attempt(result, profile, duration);
}

void LoggingObserver::pod_bound(std::chrono::nanoseconds since_first_queued,
                                std::uint32_t attempts) {
  next_.pod_bound(since_first_queued, attempts);
}

void LoggingObserver::queued(scheduler::QueueName queue, scheduler::Cause cause) {
  next_.queued(queue, cause);
}

void LoggingObserver::extension_point(std::string_view point, scheduler::Code status,
                                      std::string_view profile, std::chrono::nanoseconds took) {
  next_.extension_point(point, status, profile, took);
}

void LoggingObserver::decided(std::chrono::nanoseconds took) { next_.decided(took); }

void LoggingObserver::bind_unknown() { next_.bind_unknown(); }

void LoggingObserver::bind_conflict() { next_.bind_conflict(); }

void LoggingObserver::notice(std::string_view pod, std::string_view note) {
  next_.notice(pod, note);
  if (!pod.empty()) {
    log_.warning(fmt::format("Pod {}: {}", pod, note));
  } else if (said_.size() < kSaidMax && said_.emplace(note).second) {
    log_.warning(note);
  }
}

void LoggingObserver::request_finished(std::string_view method, std::string_view code,
                                       std::string_view host, std::chrono::nanoseconds duration) {
  next_.request_finished(method, code, host, duration);
}

void LoggingObserver::list_started(client::Resource resource, std::string_view reason) {
  if (reason.empty()) {
    log_.info(fmt::format("Listing {}", client::to_string(resource)));
  } else {
    log_.info(fmt::format("Listing {} again: {}", client::to_string(resource), reason));
  }
  next_.list_started(resource, reason);
}

void LoggingObserver::list_finished(client::Resource resource, std::size_t objects,
                                    std::size_t swept) {
  log_.info(fmt::format("Listed {}: {} there, {} gone since the last list",
                        client::to_string(resource), objects, swept));
  next_.list_finished(resource, objects, swept);
}

void LoggingObserver::watch_started(client::Resource resource, std::string_view resource_version) {
  log_.verbose(kUpdatesShown, fmt::format("Watching {} from resourceVersion {}",
                                          client::to_string(resource), resource_version));
  next_.watch_started(resource, resource_version);
}

void LoggingObserver::watch_failed(client::Resource resource, std::string_view message,
                                   std::chrono::milliseconds wait) {
  log_.warning(fmt::format("Watch of {}: {}; next try in {} ms", client::to_string(resource),
                           message, wait.count()));
  next_.watch_failed(resource, message, wait);
}

void LoggingObserver::watch_event(client::Resource resource, model::SteadyTime at) {
  next_.watch_event(resource, at);
}

void LoggingObserver::decode_error(client::Resource resource, std::string_view object,
                                   std::string_view message) {
  log_.error(fmt::format("Cannot use {} {}: {}", client::to_string(resource), object, message));
  next_.decode_error(resource, object, message);
}

void LoggingObserver::write_dropped(client::Write write, std::string_view object,
                                    std::string_view message) {
  log_.warning(fmt::format("Gave up {} of {}: {}", client::to_string(write), object, message));
  next_.write_dropped(write, object, message);
}

void LoggingObserver::leader_changed(std::string_view lease, std::string_view holder,
                                     bool leading) {
  if (leading != leads_) {
    log_.info(fmt::format("Lease {}: {}", lease, leading ? "leading" : "no longer leading"));
    leads_ = leading;
  } else if (!holder.empty()) {
    log_.info(fmt::format("Lease {}: held by {}", lease, holder));
  }
  next_.leader_changed(lease, holder, leading);
}

void LoggingObserver::lease_failed(std::string_view lease, std::string_view message) {
  log_.warning(fmt::format("Lease {}: {}", lease, message));
  next_.lease_failed(lease, message);
}

}  // namespace neuron_scheduler::cmd
