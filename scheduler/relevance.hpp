#pragma once

#include "cluster/model/node.hpp"
#include "cluster/model/pod.hpp"

// Which changes of objects can let a waiting pod fit. All others (heartbeats, status, our own
// condition) wake nobody.
namespace neuron_scheduler::scheduler {

// The waiting pod itself changed in something that decisions or the queue look at.
[[nodiscard]] bool same_for_scheduling(const model::Pod& a, const model::Pod& b);

[[nodiscard]] bool same_for_scheduling(const model::Node& a, const model::Node& b);

// A counted pod changed in what it holds on its node.
[[nodiscard]] bool same_use(const model::Pod& a, const model::Pod& b);

}  // namespace neuron_scheduler::scheduler
