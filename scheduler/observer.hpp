#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "scheduler/event.hpp"
#include "scheduler/status.hpp"

namespace neuron_scheduler::scheduler {

enum class AttemptResult : std::uint8_t { kScheduled, kUnschedulable, kError };

enum class QueueName : std::uint8_t { kActive, kBackoff, kUnschedulable, kGated };

struct QueueSizes {
  std::size_t active = 0;
  std::size_t backoff = 0;
  std::size_t unschedulable = 0;
  std::size_t gated = 0;
};

// What happened, for metrics; called from the scheduler's thread, must not call back.
class Observer {
 public:
  virtual ~Observer() = default;
  // One scheduling attempt ended; duration is that of the decision and, if a bind followed, of the
  // bind.
  virtual void attempt(AttemptResult result, std::string_view profile,
                       std::chrono::nanoseconds duration) = 0;
  // A pod is bound: time since it first entered the active queue, and how many attempts it took (>=
  // 1).
  virtual void pod_bound(std::chrono::nanoseconds since_first_queued, std::uint32_t attempts) = 0;
  // A pod came into this part of the queue.
  virtual void queued(QueueName /*queue*/, Cause /*cause*/) {}
  // An extension point (PreEnqueue, PreFilter, Filter, PreScore, Score, Reserve, Bind) of one pod
  // ended, as kube-scheduler names them. Filter and Score are those of the nodes that had to be
  // asked; Filter ends Ok even if no node fits, as there.
  virtual void extension_point(std::string_view /*point*/, Code /*status*/,
                               std::string_view /*profile*/, std::chrono::nanoseconds /*took*/) {}
  // A decision, from PreFilter to the choice of a node.
  virtual void decided(std::chrono::nanoseconds /*took*/) {}
  // A bind attempt ended without a clear answer and will be sent again.
  virtual void bind_unknown() = 0;
  // A bind attempt was answered with 409.
  virtual void bind_conflict() = 0;
  // A plugin has something to say that is no outcome: about a pod, or, if it names none, a node. It
  // also becomes an event of the pod.
  virtual void notice(std::string_view pod, std::string_view note) = 0;
};

}  // namespace neuron_scheduler::scheduler
