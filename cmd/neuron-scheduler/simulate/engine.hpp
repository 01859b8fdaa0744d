#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/model/result.hpp"
#include "cmd/neuron-scheduler/drawing.hpp"
#include "cmd/neuron-scheduler/simulate/objects.hpp"
#include "scheduler/profile_config.hpp"

namespace neuron_scheduler::simulate {

struct RunOptions {
  std::vector<scheduler::ProfileConfig> profiles = {scheduler::default_profile_config()};
  std::uint64_t seed = 0;
  // Pods are tried whatever their schedulerName is: those of no profile with the first one.
  bool all_pods = false;
  std::optional<cmd::DrawingStyle> draw;
};

// A pod that was tried, or would have been but for its scheduling gates.
struct Tried {
  Object pod;        // As the API server would hold it afterwards.
  std::string node;  // Empty: pending.
  std::string ids;   // The Neuron ids it got; empty: none.
  bool in_cores = false;
  std::string reason;  // Why it is pending.
};

struct Outcome {
  std::vector<Tried> pods;  // In the order in which they were tried.
  std::vector<std::string> warnings;
  std::string drawing;  // Of the nodes afterwards, if it was asked for.
};

// Schedules the pods of a cluster with the same engine as in a real one, each once. Error: an
// object that cannot even be identified, with its place.
[[nodiscard]] model::Result<Outcome> run(Cluster cluster, const RunOptions& options);

}  // namespace neuron_scheduler::simulate
