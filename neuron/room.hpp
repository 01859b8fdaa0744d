#pragma once

#include "neuron/state.hpp"

namespace neuron_scheduler::neuron {

// The numbers behind a refusal: what a node has free, and how much of it one container could get
// now. Of what is not usable nothing counts.
struct Room {
  int devices = 0;        // With no core in use.
  int cores = 0;          // Not in use.
  int largest_set = 0;    // Whole devices for one container.
  int largest_run = 0;    // Free cores side by side on one device.
  int largest_cores = 0;  // Cores for one container; 0 if the node does not tell its cores.
  friend bool operator==(const Room&, const Room&) = default;
};

// Slow: for people, not for decisions.
[[nodiscard]] Room room_of(const NodeState& state);

// The next smaller request that would fit now: the largest number of whole devices, of cores, that
// is at most `most` and that one container could get. 0: none.
[[nodiscard]] int fitting_devices(const NodeState& state, int most);
[[nodiscard]] int fitting_cores(const NodeState& state, int most);

}  // namespace neuron_scheduler::neuron
