#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "cluster/model/time.hpp"

// What the stand-in kubelet writes, and what it reads in objects.
namespace neuron_scheduler::embedded {

// Where a pod runs, for its status.
struct PodPlace {
  std::string host_ip;  // Empty: unknown.
  std::string pod_ip;
};

// The statuses of a pod, as patches of its status (strategic merge).
[[nodiscard]] boost::json::object running_status(const boost::json::object& pod,
                                                 const PodPlace& place, model::WallTime now);
[[nodiscard]] boost::json::object succeeded_status(const boost::json::object& pod,
                                                   model::WallTime now);

// How long a pod runs, by its annotation; nullopt: until it is deleted.
[[nodiscard]] std::optional<std::chrono::seconds> run_time(const boost::json::object& pod);
// Whether the pod carries NEURON_ALLOCATED and it is not "true".
[[nodiscard]] bool waits_for_allocation(const boost::json::object& pod);

// The conditions that kubelet reports, as a patch of the node's status: heartbeats for those that
// are there, whole ones for others.
[[nodiscard]] boost::json::object heartbeat(const std::vector<std::string>& present,
                                            model::WallTime now);
// The types of kubelet's conditions that the node has.
[[nodiscard]] std::vector<std::string> kubelet_conditions(const boost::json::object& node);
// How many it would have.
[[nodiscard]] std::size_t kubelet_condition_count();
[[nodiscard]] std::string internal_ip(const boost::json::object& node);

// As kubelet makes it: owned by the node, 40 s.
[[nodiscard]] boost::json::object node_lease(std::string_view node, std::string_view node_uid,
                                             model::WallTime now);

}  // namespace neuron_scheduler::embedded
