#pragma once

#include <string>

#include <boost/json/object.hpp>

// What is wrong with a pod as it was written: all on the way to what it asks for (design.md §9).
namespace neuron_scheduler::simulate {

// Texts are short, whatever the input is; empty: nothing is wrong.
struct PodCheck {
  std::string problem;  // No API server would take the object: FIELD and what is wrong with it.
  std::string unknown;  // Names of fields that Kubernetes 1.37 does not have, with commas.
};

// A Pod, or the template in the spec of a workload.
[[nodiscard]] PodCheck check_pod(const boost::json::object& object);

// Why no node can ever give what the pod asks for, whatever is on it: a request or limit that is
// negative, a fraction of what can only be given whole, or a limit that is no quantity. It names
// the container, the resource and the amount. Requests that are no quantities are the decoder's.
// pod: with the defaults of an API server.
[[nodiscard]] std::string impossible_request(const boost::json::object& pod);

}  // namespace neuron_scheduler::simulate
