#pragma once

#include <set>
#include <string>

#include "cluster/client/observer.hpp"
#include "cmd/neuron-scheduler/log.hpp"
#include "metrics/metrics.hpp"
#include "scheduler/observer.hpp"

namespace neuron_scheduler::cmd {

// Says in the log what an operator wants to know of lists, watches, refused objects, dropped writes
// and what plugins notice, and passes everything on.
class LoggingObserver final : public client::Observer, public scheduler::Observer {
 public:
  // Both must outlive it.
  LoggingObserver(metrics::Metrics& next, Log& log) : next_(next), log_(log) {}

  void attempt(scheduler::AttemptResult result, std::string_view profile,
               std::chrono::nanoseconds duration) override;
  void pod_bound(std::chrono::nanoseconds since_first_queued, std::uint32_t attempts) override;
  void queued(scheduler::QueueName queue, scheduler::Cause cause) override;
  void extension_point(std::string_view point, scheduler::Code status, std::string_view profile,
                       std::chrono::nanoseconds took) override;
  void decided(std::chrono::nanoseconds took) override;
  void bind_unknown() override;
  void bind_conflict() override;
  // What is said of nodes is said once, not once for each node of a kind.
  void notice(std::string_view pod, std::string_view note) override;

  void request_finished(std::string_view method, std::string_view code, std::string_view host,
                        std::chrono::nanoseconds duration) override;
  void list_started(client::Resource resource, std::string_view reason) override;
  void list_finished(client::Resource resource, std::size_t objects, std::size_t swept) override;
  void watch_started(client::Resource resource, std::string_view resource_version) override;
  void watch_failed(client::Resource resource, std::string_view message,
                    std::chrono::milliseconds wait) override;
  void watch_event(client::Resource resource, model::SteadyTime at) override;
  void decode_error(client::Resource resource, std::string_view object,
                    std::string_view message) override;
  void write_dropped(client::Write write, std::string_view object,
                     std::string_view message) override;
  void leader_changed(std::string_view lease, std::string_view holder, bool leading) override;
  void lease_failed(std::string_view lease, std::string_view message) override;

 private:
  metrics::Metrics& next_;
  Log& log_;
  std::set<std::string, std::less<>> said_;
  bool leads_ = false;
};

}  // namespace neuron_scheduler::cmd
