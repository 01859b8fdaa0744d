#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include "cluster/embedded/store/api.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::embedded {

struct KubeletOptions {
  std::chrono::milliseconds start_delay{500};  // From seeing a bound pod to Running.
  std::chrono::seconds grace_max{2};  // A deleted pod goes after its grace period, or this.
  std::chrono::seconds lease_interval{10};
  std::chrono::seconds heartbeat_interval{300};  // Of the conditions, as kubelet's default.
  std::size_t renewals_per_second_max = 100;     // Of all leases; with more nodes they get rarer.
  std::size_t actions_max = 50;                  // Pods and nodes dealt with in one step.
  std::size_t read_bytes_max = std::size_t{64} << 10;  // Of each watch, in one step.
};

// Plays kubelet and device plugin for all nodes, as a client of the Api like others:
// - a pod that is bound to a node that exists becomes Running; its annotation NEURON_ALLOCATED
//   becomes "true" if it is there (hami.md: the device plugin does it in Allocate);
// - with the annotation demo.neuron-scheduler/run-seconds it ends as Succeeded after that time;
// - a pod that is being deleted goes;
// - each node has a Lease that is renewed, and the conditions that kubelet reports.
// Nothing runs: there are no logs, no probes and no failing containers.
class StandInKubelet {
 public:
  // Both must outlive it.
  StandInKubelet(Api& api, const model::Clock& clock, const KubeletOptions& options);
  ~StandInKubelet();
  StandInKubelet(const StandInKubelet&) = delete;
  StandInKubelet& operator=(const StandInKubelet&) = delete;

  // Takes up what has changed and does what is due, as far as the bounds of one step allow. To be
  // called after the Api was used, and at next_timer().
  void step();
  // In the past: the last step left something undone. nullopt: there is nothing to wait for.
  [[nodiscard]] std::optional<model::SteadyTime> next_timer() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace neuron_scheduler::embedded
