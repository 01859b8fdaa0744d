#include "cmd/neuron-scheduler/configured.hpp"

#include <optional>
#include <string>
#include <utility>

#include "cluster/client/leader_election.hpp"

namespace neuron_scheduler::cmd {
namespace {

void take_leader_elect(const config::LeaderElection& said, Options& options) {
  const auto take = [&](const std::string& flag, const auto& value, auto& to) {
    if (value && !options.given.contains("--leader-elect" + flag)) to = *value;
  };
  LeaderElectOptions& elect = options.leader_elect;
  take("", said.leader_elect, elect.enabled);
  take("-lease-duration", said.lease_duration, elect.timing.lease_duration);
  take("-renew-deadline", said.renew_deadline, elect.timing.renew_deadline);
  take("-retry-period", said.retry_period, elect.timing.retry_period);
  take("-resource-name", said.resource_name, elect.resource_name);
  take("-resource-namespace", said.resource_namespace, elect.resource_namespace);
}

}  // namespace

model::Result<Configured> configure(const Options& options) {
  auto configuration = config::load(options.config);
  if (!configuration) return configuration.error();
  Configured configured{options, std::move(*configuration)};
  Options& both = configured.options;
  take_leader_elect(configured.configuration.leader_election, both);
  if (both.leader_elect.enabled) {
    const std::string problem = client::check_timing(both.leader_elect.timing);
    if (!problem.empty()) return model::invalid(both.config + ": leaderElection: " + problem);
  }
  const std::string& kubeconfig = configured.configuration.kubeconfig;
  if (!kubeconfig.empty() && !both.kubeconfig.empty()) {
    return model::invalid(both.config +
                          ": clientConnection.kubeconfig: there is --kubeconfig, too: only one of "
                          "them can be meant");
  }
  if (!kubeconfig.empty()) both.kubeconfig = kubeconfig;
  return configured;
}

}  // namespace neuron_scheduler::cmd
