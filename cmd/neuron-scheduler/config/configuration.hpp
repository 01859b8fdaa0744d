#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/client/codec.hpp"
#include "cluster/client/limited_http.hpp"
#include "cluster/model/result.hpp"
#include "scheduler/args.hpp"
#include "scheduler/profile.hpp"
#include "scheduler/queue.hpp"

// A KubeSchedulerConfiguration v1 file, read as kube-scheduler 1.37 reads it (kube-scheduler.md
// §7.3) and more strictly: what has no effect here is refused by name, or listed in
// docs/differences.md.
namespace neuron_scheduler::config {

// What the file says of it, and no more: flags count more, and both have the same defaults.
struct LeaderElection {
  std::optional<bool> leader_elect;
  std::optional<std::chrono::milliseconds> lease_duration;
  std::optional<std::chrono::milliseconds> renew_deadline;
  std::optional<std::chrono::milliseconds> retry_period;
  std::optional<std::string> resource_name;
  std::optional<std::string> resource_namespace;
};

struct Configuration {
  std::vector<scheduler::ProfileConfig> profiles = {scheduler::default_profile_config()};
  scheduler::QueueTimes queue;
  LeaderElection leader_election;
  std::string kubeconfig;                     // Empty: not said.
  std::optional<client::RateLimit> requests;  // None: as many as the API server takes.
  client::Format format = client::Format::kProtobufOrJson;

  [[nodiscard]] std::vector<std::string> scheduler_names() const;
};

inline constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kProfilesMax = 64;

// The whole object; what is wrong with it is in file's errors.
[[nodiscard]] Configuration read_object(scheduler::ArgsReader& file);

// An error has a line for each mistake: `FILE: PATH: what`, or `FILE: line N: what` if it is no
// YAML or JSON. file: only to be named.
[[nodiscard]] model::Result<Configuration> read_text(std::string_view text,
                                                     const std::string& file);
// The same of the file of this name; empty: the defaults.
[[nodiscard]] model::Result<Configuration> load(const std::string& file);

}  // namespace neuron_scheduler::config
