#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace neuron_scheduler::metrics {

// nullopt: could not be read.
struct ProcessStats {
  std::optional<double> cpu_seconds;         // User and system.
  std::optional<double> start_time_seconds;  // Since 1970.
  std::optional<std::uint64_t> resident_bytes;
  std::optional<std::uint64_t> virtual_bytes;
  std::optional<std::uint64_t> open_fds;
  std::optional<std::uint64_t> max_fds;  // The soft limit; the largest number if there is none.
};

// process: the folder of one process, as /proc/self; system_stat: as /proc/stat.
[[nodiscard]] ProcessStats read_process_stats(const std::filesystem::path& process,
                                              const std::filesystem::path& system_stat);

}  // namespace neuron_scheduler::metrics
