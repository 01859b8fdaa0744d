#pragma once

#include <string>

#include "cluster/model/bind_answer.hpp"
#include "cluster/model/binding.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/pod_event.hpp"
#include "cluster/model/time.hpp"

// What the scheduler writes to the API server, and how answers come back. The scheduler only says
// what; the process (cmd) connects this to the client, tests and simulation to a recorder.
namespace neuron_scheduler::scheduler {

using model::BindAnswer;
using model::BindEnd;
using model::PodEvent;
using model::PodReading;

class BindingSender {
 public:
  virtual ~BindingSender() = default;
  // Exactly one Scheduler::on_bind_answer follows for each call, never from inside it.
  virtual void send_binding(const model::Binding& binding) = 0;
};

// The condition PodScheduled of a pod that was not placed (kube-scheduler.md §5.3).
struct UnscheduledCondition {
  std::string reason;  // Unschedulable or SchedulerError
  std::string message;
};

// Best effort: losing a status patch or an event never changes what is scheduled. None of these
// calls blocks or fails; bounded queues drop the oldest and count it.
class ApiWriter : public BindingSender {
 public:
  // Exactly one Scheduler::on_pod_reading follows for each call, never from inside it.
  virtual void read_pod(const model::Binding& binding) = 0;
  virtual void patch_condition(const model::Pod& pod, const UnscheduledCondition& condition) = 0;
  // reporter: the profile's schedulerName.
  virtual void write_event(const model::Pod& pod, const PodEvent& event, model::Name reporter) = 0;
};

}  // namespace neuron_scheduler::scheduler
