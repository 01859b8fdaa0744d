#pragma once

#include "cluster/model/result.hpp"
#include "cmd/neuron-scheduler/config/configuration.hpp"
#include "cmd/neuron-scheduler/options.hpp"

namespace neuron_scheduler::cmd {

// The command line together with the file that it names with --config.
struct Configured {
  Options options;  // kubeconfig and leader_elect also as the file says.
  config::Configuration configuration;
};

// As kube-scheduler, flags of leader election count more than the file. Error: what is wrong with
// the file, a line each, its timings together with the flags', or two kubeconfigs.
[[nodiscard]] model::Result<Configured> configure(const Options& options);

}  // namespace neuron_scheduler::cmd
