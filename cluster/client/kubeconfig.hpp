#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cluster/client/access.hpp"
#include "cluster/model/result.hpp"

// Where the API server is and who we are (kube-scheduler.md §6.3). Errors name the file and the
// field:
//   kubeconfig F: users[1].user.token: must be a string
// What is not supported is refused by name, never ignored: exec, auth-provider, username and
// password, proxy-url, impersonation. Other unknown fields are ignored. Read once, at start.
namespace neuron_scheduler::client {

// path: a kubeconfig file. context: its name, or empty for current-context. Relative paths in the
// file are relative to its folder. A `-data` field wins over its file, tokenFile over token.
[[nodiscard]] model::Result<ClusterAccess> load_kubeconfig(const std::string& path,
                                                           const std::string& context = {});

// The same from text: path is what messages name and what relative paths start from.
[[nodiscard]] model::Result<ClusterAccess> parse_kubeconfig(std::string_view text,
                                                            const std::string& path,
                                                            const std::string& context = {});

// Reads an environment variable; nullopt: not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// From inside a pod: KUBERNETES_SERVICE_HOST and _PORT, token and ca.crt in the folder of the
// service account.
[[nodiscard]] model::Result<ClusterAccess> in_cluster_access(
    const Environment& environment,
    const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

}  // namespace neuron_scheduler::client
