#pragma once

#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "cluster/embedded/store/api.hpp"
#include "cluster/model/result.hpp"
#include "cluster/model/time.hpp"
#include "cmd/demo-cluster/node_groups.hpp"

namespace neuron_scheduler::demo {

// Creates the nodes; the error names the first that was refused, and why.
[[nodiscard]] std::optional<model::Error> create_nodes(embedded::Api& api,
                                                       const std::vector<NodeGroup>& groups,
                                                       model::WallTime now);

// Creates the objects of the files, namespaces before all others; namespaced ones without a
// namespace go to "default". Errors have the form FILE:LINE: kind name: reason.
[[nodiscard]] std::optional<model::Error> create_objects(embedded::Api& api,
                                                         const std::vector<std::string>& paths,
                                                         std::istream& standard_input);

}  // namespace neuron_scheduler::demo
