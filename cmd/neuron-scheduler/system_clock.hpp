#pragma once

#include "cluster/model/time.hpp"

namespace neuron_scheduler::cmd {

// The machine's clocks. steady() counts on while the machine is suspended (CLOCK_BOOTTIME), since
// leases of the API server do, too (design.md §4).
class SystemClock final : public model::Clock {
 public:
  [[nodiscard]] model::WallTime wall() const override;
  [[nodiscard]] model::SteadyTime steady() const override;
};

}  // namespace neuron_scheduler::cmd
