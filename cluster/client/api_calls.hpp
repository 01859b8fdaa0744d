#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cluster/client/codec.hpp"
#include "cluster/client/http.hpp"
#include "cluster/client/observer.hpp"
#include "cluster/model/bind_answer.hpp"
#include "cluster/model/binding.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/pod_event.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::client {

struct ApiOptions {
  std::string hostname;  // For reportingInstance.
  // `?timeout=` of each write, and its deadline here: what its gate counts on. At least 1 s.
  std::chrono::seconds write_timeout{5};
  std::chrono::seconds read_timeout{10};
  // Each pending pod may have one, and lists of tens of thousands are tried at once.
  std::size_t statuses_waiting_max = 50'000;
  std::size_t events_waiting_max = 10'000;
  std::size_t statuses_under_way_max = 8;
  std::size_t events_under_way_max = 16;
  // Of warnings whose repetitions are counted. One for each pending pod: with fewer, each further
  // attempt would make a new object.
  std::size_t event_keys_max = 32'768;
  std::function<bool()> may_write;  // The gate of each write (http.hpp); empty: open.
};

struct NodeAnnotation {
  model::Name node;
  model::Uid uid;
  std::string key;
  std::optional<std::string> value;  // nullopt: it is to go.
};

// How a write ended that is tried once.
struct WriteEnd {
  // It is done; or the node it was for is gone, perhaps replaced by another.
  bool fine = false;
  int status = 0;  // Of the answer; 0: there is none.
  std::string message;
  std::optional<std::chrono::seconds> retry_after;
};

// What the scheduler asks of the API server. Binds and reads go out at once, each with exactly one
// answer, from the event loop and never from inside the call. Status patches and events are best
// effort: bounded queues that drop what is worth least, then their oldest.
class ApiCalls {
 public:
  virtual ~ApiCalls() = default;
  // Drops what still waits to say that this pod is not scheduled: it would be said of a bound pod.
  virtual void bind(const model::Binding& binding, std::function<void(model::BindAnswer)> done) = 0;
  virtual void get_pod(const model::Name& namespace_name, const std::string& name,
                       std::function<void(model::PodReading)> done) = 0;
  // Condition PodScheduled=False (kube-scheduler.md §5.3): 4 tries. A later one of the same pod
  // replaces one that waits.
  virtual void patch_unscheduled(const model::Pod& pod, const std::string& reason,
                                 const std::string& message) = 0;
  // Warnings that repeat themselves are counted up in one object (event_correlator.hpp).
  // reporter: the profile's schedulerName.
  virtual void write_event(const model::Pod& pod, const model::PodEvent& event,
                           const std::string& reporter) = 0;
  // One try, at once, after all others where connections are short. `done` is called once, from the
  // event loop.
  virtual void annotate_node(const NodeAnnotation& annotation,
                             std::function<void(WriteEnd)> done) = 0;
  // Status patches and events that have not ended yet.
  [[nodiscard]] virtual std::size_t writes_pending() const = 0;
};

// What it is made with; all must outlive it, and no call-back of http may come after it is gone.
struct ApiContext {
  HttpClient& http;
  TimerService& timers;
  const model::Clock& clock;
  Observer& observer;
  Codec<model::Pod>& pods;
  std::function<std::uint32_t()> random;  // Evenly distributed over its whole range.
};

[[nodiscard]] std::unique_ptr<ApiCalls> make_api_calls(const ApiContext& context,
                                                       ApiOptions options);

}  // namespace neuron_scheduler::client
