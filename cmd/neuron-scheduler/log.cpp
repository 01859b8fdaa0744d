#include "cmd/neuron-scheduler/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace neuron_scheduler::cmd {
namespace {

constexpr std::size_t kQueueMax = 2048;  // Lines; each takes 400 bytes, full or empty.

class SpdLog final : public Log {
 public:
  explicit SpdLog(int verbosity)
      : verbosity_(verbosity),
        pool_(std::make_shared<spdlog::details::thread_pool>(kQueueMax, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "neuron-scheduler", std::make_shared<spdlog::sinks::stderr_sink_mt>(), pool_,
            spdlog::async_overflow_policy::overrun_oldest)) {
    // UTC, as all times in a cluster.
    logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %L %v", spdlog::pattern_time_type::utc);
    logger_->set_level(spdlog::level::trace);
    logger_->flush_on(spdlog::level::trace);
  }

  void error(std::string_view message) override { logger_->error("{}", message); }
  void warning(std::string_view message) override { logger_->warn("{}", message); }
  void info(std::string_view message) override { logger_->info("{}", message); }
  void verbose(int level, std::string_view message) override {
    if (shows(level)) logger_->debug("{}", message);
  }
  [[nodiscard]] bool shows(int level) const override { return level <= verbosity_; }
  [[nodiscard]] std::uint64_t dropped() const override { return pool_->overrun_counter(); }

 private:
  int verbosity_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

}  // namespace

std::unique_ptr<Log> make_log(int verbosity) { return std::make_unique<SpdLog>(verbosity); }

}  // namespace neuron_scheduler::cmd
