#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace neuron_scheduler::model {

// Time of day, in nanoseconds since 1970 (UTC): for what is written into objects. Never for
// measuring or waiting.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// Time that only grows, since some arbitrary start: for deadlines, backoff and durations.
struct SteadyClockTag {
  using rep = std::chrono::nanoseconds::rep;
  using period = std::chrono::nanoseconds::period;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<SteadyClockTag>;
  static constexpr bool is_steady = true;
};
using SteadyTime = SteadyClockTag::time_point;

// How the deterministic core reads time: the real one in the process, a settable one in tests and
// simulation.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime wall() const = 0;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
};

// RFC 3339 as Kubernetes writes it: whole seconds ("2026-11-24T12:00:00Z") and microseconds
// (MicroTime).
[[nodiscard]] std::string format_time(WallTime time);
[[nodiscard]] std::string format_micro_time(WallTime time);
// Accepts any fraction and any offset; nullopt if the text is no such time.
[[nodiscard]] std::optional<WallTime> parse_time(std::string_view text);

// As Go's time.ParseDuration: "15s", "1m30s", "-1.5h", "0", with ns, us (or µs), ms, s, m and h.
// What is beyond a nanosecond is cut off. nullopt: no such duration, or more than 2^63 - 1
// nanoseconds.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

}  // namespace neuron_scheduler::model
