#include "cluster/client/observer.hpp"

namespace neuron_scheduler::client {

std::string_view to_string(Resource resource) {
  switch (resource) {
    case Resource::kPods:
      return "pods";
    case Resource::kNodes:
      return "nodes";
    case Resource::kNamespaces:
      return "namespaces";
  }
  return "";
}

std::string_view to_string(Write write) {
  switch (write) {
    case Write::kBinding:
      return "binding";
    case Write::kStatus:
      return "status";
    case Write::kEvent:
      return "event";
    case Write::kNode:
      return "node";
  }
  return "";
}

}  // namespace neuron_scheduler::client
