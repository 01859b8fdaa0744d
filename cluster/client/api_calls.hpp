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
#include "cluster/model/binding.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::client {

// How one attempt to send a binding ended (design.md §4).
enum class BindEnd : std::uint8_t {
  kDone,      // 201
  kRefused,   // 400, 403, 413, 422 and other answers that mean "never".
  kConflict,  // 409: how the pod stands must be read.
  kNotFound,  // 404: there is no such pod any more.
  kNotTried,  // 401, 429, or the request was never sent: certainly not carried out.
  kUnknown,   // Sent, but no whole answer, or 5xx, or 408: may have been carried out, or be so
              // later.
};

struct BindAnswer {
  BindEnd end = BindEnd::kUnknown;
  std::string message;  // Empty with kDone.
  std::optional<std::chrono::seconds> retry_after;
};

struct PodAnswer {
  enum class Kind : std::uint8_t { kFound, kNotFound, kFailed };
  Kind kind = Kind::kFailed;
  model::PodRef pod;    // kFound
  std::string message;  // The others.
};

// What is said about a pod.
struct PodNews {
  bool warning = false;
  std::string reason;
  std::string action;
  std::string note;      // Cut to 1024 bytes as kube-scheduler does.
  std::string reporter;  // The profile's schedulerName.
};

struct ApiOptions {
  std::string hostname;  // For reportingInstance.
  // `?timeout=` of each binding, and its deadline here. Whole seconds, at least 1.
  std::chrono::seconds bind_timeout{5};
  std::chrono::seconds call_timeout{10};  // Of everything else.
  std::size_t waiting_max = 1000;         // Of status patches, and of events.
  std::size_t under_way_max = 8;          // Likewise.
};

// What the scheduler asks of the API server. Binds and reads go out at once, each with exactly one
// answer, from the event loop and never from inside the call. Status patches and events are best
// effort: bounded queues that drop their oldest.
class ApiCalls {
 public:
  virtual ~ApiCalls() = default;
  // Drops what still waits to say that this pod is not scheduled: it would be said of a bound pod.
  virtual void bind(const model::Binding& binding, std::function<void(BindAnswer)> done) = 0;
  virtual void get_pod(const model::Name& namespace_name, const std::string& name,
                       std::function<void(PodAnswer)> done) = 0;
  // Condition PodScheduled=False (kube-scheduler.md §5.3): 4 tries. A later one of the same pod
  // replaces one that waits.
  virtual void patch_unscheduled(const model::Pod& pod, const std::string& reason,
                                 const std::string& message) = 0;
  virtual void create_event(const model::Pod& pod, const PodNews& news) = 0;
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
