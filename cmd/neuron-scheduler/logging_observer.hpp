#pragma once

#include "cluster/client/observer.hpp"
#include "cmd/neuron-scheduler/log.hpp"

namespace neuron_scheduler::cmd {

// Says in the log what an operator wants to know of lists, watches, refused objects and dropped
// writes, and passes everything on.
class LoggingObserver final : public client::Observer {
 public:
  // Both must outlive it.
  LoggingObserver(client::Observer& next, Log& log) : next_(next), log_(log) {}

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

 private:
  client::Observer& next_;
  Log& log_;
};

}  // namespace neuron_scheduler::cmd
