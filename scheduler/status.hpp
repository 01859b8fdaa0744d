#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/model/name.hpp"

namespace neuron_scheduler::scheduler {

// The outcome of one plugin for one pod (and node). Each code says what the framework and the queue
// do with it (kube-scheduler.md §1.1).
enum class Code : std::uint8_t {
  kOk,
  kSkip,  // The plugin has nothing to say for this pod: its Filter (or Score) is not called in this
          // cycle.
  kUnschedulable,  // Does not fit now; removing pods may help. The pod waits for an event.
  kUnresolvable,   // Does not fit, and removing pods would not help. The pod waits for an event.
  kError,          // Something is broken: the cycle ends, the pod is tried again after backoff.
  kNotSearched,  // As kUnschedulable, but only because one cycle may not take longer: the next one
                 // asks again, even if nothing changed.
};

// Reasons are interned: few and fixed texts that are counted over thousands of nodes.
struct Status {
  Code code = Code::kOk;
  std::vector<model::Name> reasons;

  [[nodiscard]] static Status ok() { return {}; }
  [[nodiscard]] static Status skip() { return Status{Code::kSkip, {}}; }
  [[nodiscard]] static Status unschedulable(model::Name reason) {
    return Status{Code::kUnschedulable, {std::move(reason)}};
  }
  [[nodiscard]] static Status unresolvable(model::Name reason) {
    return Status{Code::kUnresolvable, {std::move(reason)}};
  }
  [[nodiscard]] static Status error(std::string_view what) {
    return Status{Code::kError, {model::Name(what)}};
  }

  [[nodiscard]] bool is_ok() const { return code == Code::kOk; }
  [[nodiscard]] bool rejected() const {
    return code == Code::kUnschedulable || code == Code::kUnresolvable ||
           code == Code::kNotSearched;
  }
  friend bool operator==(const Status&, const Status&) = default;
};

}  // namespace neuron_scheduler::scheduler
