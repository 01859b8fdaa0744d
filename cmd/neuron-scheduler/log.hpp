#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace neuron_scheduler::cmd {

// Lines on standard error, at a verbosity as klog's -v has it. Never blocks the caller: lines go
// through a bounded queue to a thread of their own, the oldest are dropped when it is full, and
// counted.
class Log {
 public:
  virtual ~Log() = default;
  virtual void error(std::string_view message) = 0;
  virtual void warning(std::string_view message) = 0;
  virtual void info(std::string_view message) = 0;
  // Shown with -v LEVEL and above.
  virtual void verbose(int level, std::string_view message) = 0;
  // Whether verbose(level, ...) would be shown: for messages that cost something to make.
  [[nodiscard]] virtual bool shows(int level) const = 0;
  [[nodiscard]] virtual std::uint64_t dropped() const = 0;
};

// Destroying it writes out what is queued. One at a time per process.
[[nodiscard]] std::unique_ptr<Log> make_log(int verbosity);

}  // namespace neuron_scheduler::cmd
