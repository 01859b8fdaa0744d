#include "metrics/process.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace neuron_scheduler::metrics {
namespace {

// Linux counts in hundredths of a second towards user space, whatever its own timer does.
constexpr double kTicksPerSecond = 100;

// Positions in /proc/PID/stat after the command name, which may hold anything (man 5 proc).
constexpr std::size_t kUserTicks = 11;
constexpr std::size_t kSystemTicks = 12;
constexpr std::size_t kStartTicks = 19;

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return number;
}

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

// The words after `key` at the beginning of a line.
std::vector<std::string> words_after(const std::string& text, std::string_view key) {
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(key)) return words_of(std::string_view(line).substr(key.size()));
  }
  return {};
}

std::optional<std::uint64_t> number_after(const std::string& text, std::string_view key) {
  const auto words = words_after(text, key);
  return words.empty() ? std::nullopt : to_number(words.front());
}

std::optional<std::uint64_t> bytes_after(const std::string& status, std::string_view key) {
  const auto kib = number_after(status, key);
  return kib ? std::optional(*kib * 1024) : std::nullopt;
}

void read_times(const std::string& stat, const std::string& system_stat, ProcessStats& stats) {
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return;
  const auto words = words_of(std::string_view(stat).substr(name_end + 1));
  if (words.size() <= kStartTicks) return;
  const auto user = to_number(words[kUserTicks]);
  const auto system = to_number(words[kSystemTicks]);
  if (user && system) {
    stats.cpu_seconds = static_cast<double>(*user + *system) / kTicksPerSecond;
  }
  const auto start = to_number(words[kStartTicks]);
  const auto boot = number_after(system_stat, "btime ");
  if (start && boot) {
    stats.start_time_seconds =
        static_cast<double>(*boot) + static_cast<double>(*start) / kTicksPerSecond;
  }
}

std::optional<std::uint64_t> count_entries(const std::filesystem::path& folder) {
  std::error_code error;
  std::uint64_t count = 0;
  std::filesystem::directory_iterator it(folder, error);
  while (!error && it != std::filesystem::directory_iterator()) {
    ++count;
    it.increment(error);
  }
  return error ? std::nullopt : std::optional(count);
}

}  // namespace

ProcessStats read_process_stats(const std::filesystem::path& process,
                                const std::filesystem::path& system_stat) {
  ProcessStats stats;
  read_times(read_text(process / "stat"), read_text(system_stat), stats);
  const std::string status = read_text(process / "status");
  stats.resident_bytes = bytes_after(status, "VmRSS:");
  stats.virtual_bytes = bytes_after(status, "VmSize:");
  stats.open_fds = count_entries(process / "fd");
  const auto limit = words_after(read_text(process / "limits"), "Max open files");
  if (!limit.empty()) {
    stats.max_fds = limit.front() == "unlimited"
                        ? std::optional(std::numeric_limits<std::uint64_t>::max())
                        : to_number(limit.front());
  }
  return stats;
}

}  // namespace neuron_scheduler::metrics
