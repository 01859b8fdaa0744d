#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <boost/json/string.hpp>

#include "cluster/embedded/store/table_cells.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

const json::object& member(const json::object& object, std::string_view key) {
  static const json::object kEmpty;
  const auto* found = object_in(object, key);
  return found == nullptr ? kEmpty : *found;
}

bool holds(const json::object& status, std::string_view type) {
  bool result = false;
  each_object(status, "conditions", [&](const json::object& condition, std::size_t) {
    if (text_in(condition, "type") == type) result = text_in(condition, "status") == "True";
  });
  return result;
}

// Restarts of some containers, and when the last one was.
struct Restarts {
  std::int64_t count = 0;
  std::string last;

  void add(const json::object& container) {
    count += integer_in(container, "restartCount");
    const std::string_view ended =
        text_in(member(member(container, "lastState"), "terminated"), "finishedAt");
    if (ended > last) last = ended;  // Times of one form compare as texts.
  }
};

// How a container ended: its own word, its signal or its exit code.
std::string end_of(const json::object& terminated) {
  const std::string_view reason = text_in(terminated, "reason");
  if (!reason.empty()) return std::string(reason);
  const std::int64_t signal = integer_in(terminated, "signal");
  if (signal != 0) return "Signal:" + std::to_string(signal);
  return "ExitCode:" + std::to_string(integer_in(terminated, "exitCode"));
}

class Summary {
 public:
  explicit Summary(const json::object& pod)
      : spec_(member(pod, "spec")), status_(member(pod, "status")) {
    summary_.status = text_in(status_, "reason");
    if (summary_.status.empty()) summary_.status = text_in(status_, "phase");
    each_object(status_, "conditions", [&](const json::object& condition, std::size_t) {
      const bool gated = text_in(condition, "type") == "PodScheduled" &&
                         text_in(condition, "reason") == "SchedulingGated";
      if (gated) summary_.status = "SchedulingGated";
    });
    each_object(spec_, "containers",
                [&](const json::object&, std::size_t) { ++summary_.containers; });
    each_object(spec_, "initContainers", [&](const json::object& container, std::size_t) {
      if (text_in(container, "restartPolicy") != "Always") return;
      sidecars_.insert(text_in(container, "name"));
      ++summary_.containers;
    });
  }

  PodSummary take(const json::object& pod) {
    const bool initializing = add_init_containers();
    if (!initializing || holds(status_, "Initialized")) {
      restarts_ = sidecar_restarts_;
      add_containers();
    }
    const std::string_view phase = text_in(status_, "phase");
    if (member(pod, "metadata").contains("deletionTimestamp")) {
      if (text_in(status_, "reason") == "NodeLost") {
        summary_.status = "Unknown";
      } else if (phase != "Succeeded" && phase != "Failed") {
        summary_.status = "Terminating";
      }
    }
    summary_.restarts = restarts_.count;
    summary_.last_restart = restarts_.last;
    return std::move(summary_);
  }

 private:
  // True: the init containers are not done.
  bool add_init_containers() {
    const auto* statuses = array_in(status_, "initContainerStatuses");
    if (statuses == nullptr) return false;
    for (std::size_t i = 0; i < statuses->size(); ++i) {
      const auto* container = (*statuses)[i].if_object();
      if (container != nullptr && !add_init_container(*container, i)) return true;
    }
    return false;
  }

  // False: it is not done, and those after it have not begun.
  bool add_init_container(const json::object& container, std::size_t index) {
    restarts_.add(container);
    const bool sidecar = sidecars_.contains(text_in(container, "name"));
    if (sidecar) sidecar_restarts_.add(container);
    const json::object& state = member(container, "state");
    const auto* terminated = object_in(state, "terminated");
    if (terminated != nullptr && integer_in(*terminated, "exitCode") == 0) return true;
    if (sidecar && flag_in(container, "started")) {
      if (flag_in(container, "ready")) ++summary_.ready;
      return true;
    }
    const std::string_view waits = text_in(member(state, "waiting"), "reason");
    if (terminated != nullptr) {
      summary_.status = "Init:" + end_of(*terminated);
    } else if (!waits.empty() && waits != "PodInitializing") {
      summary_.status = "Init:" + std::string(waits);
    } else {
      const auto* all = array_in(spec_, "initContainers");
      summary_.status =
          "Init:" + std::to_string(index) + "/" + std::to_string(all == nullptr ? 0 : all->size());
    }
    return false;
  }

  void add_containers() {
    bool running = false;
    std::string error;
    if (const auto* statuses = array_in(status_, "containerStatuses")) {
      for (std::size_t i = statuses->size(); i > 0; --i) {
        const auto* container = (*statuses)[i - 1].if_object();
        if (container != nullptr) add_container(*container, running, error);
      }
    }
    if (summary_.status != "Completed") return;
    if (running && holds(status_, "Ready")) {
      summary_.status = "Running";
    } else if (!error.empty()) {
      summary_.status = error;
    } else if (running) {
      summary_.status = "NotReady";
    }
  }

  void add_container(const json::object& container, bool& running, std::string& error) {
    restarts_.add(container);
    const json::object& state = member(container, "state");
    const std::string_view waits = text_in(member(state, "waiting"), "reason");
    if (!waits.empty()) {
      summary_.status = waits;
    } else if (const auto* terminated = object_in(state, "terminated")) {
      summary_.status = end_of(*terminated);
      if (integer_in(*terminated, "exitCode") != 0) error = summary_.status;
    } else if (flag_in(container, "ready") && state.contains("running")) {
      running = true;
      ++summary_.ready;
    }
  }

  const json::object& spec_;
  const json::object& status_;
  std::set<std::string_view> sidecars_;
  Restarts restarts_;
  Restarts sidecar_restarts_;
  PodSummary summary_;
};

}  // namespace

PodSummary summarize(const json::object& pod) { return Summary(pod).take(pod); }

}  // namespace neuron_scheduler::embedded
