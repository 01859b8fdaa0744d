#include "cmd/neuron-scheduler/system_clock.hpp"

#include <chrono>
#include <ctime>

namespace neuron_scheduler::cmd {
namespace {

std::chrono::nanoseconds read(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace

model::WallTime SystemClock::wall() const { return model::WallTime{read(CLOCK_REALTIME)}; }

model::SteadyTime SystemClock::steady() const { return model::SteadyTime{read(CLOCK_BOOTTIME)}; }

}  // namespace neuron_scheduler::cmd
