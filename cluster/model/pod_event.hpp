#pragma once

#include <string>

namespace neuron_scheduler::model {

// What is said about a pod to people (kube-scheduler.md §5.4). A note over 1024 bytes is cut when
// it is sent, as kube-scheduler does.
struct PodEvent {
  bool warning = false;
  std::string reason;
  std::string action;
  std::string note;
};

}  // namespace neuron_scheduler::model
