#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cluster/client/http.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::client {

// When to list, to watch and to wait; without I/O, time or randomness of its own. Its driver
// (informer.cpp) opens and closes streams as the actions say and tells what came out of them.
// Source: kube-scheduler.md §6.1.
//
//   idle --start--> listing --list done--> watching --ended after a while--> watching (last
//   resourceVersion)
//
//   listing  --answer not 200, damaged, cut, ended early-----------------> waiting to list
//   watching --not sent, cut, 401, 403, 429, ended at once with events---> waiting to watch (last
//   resourceVersion) watching --410 or other answer, ERROR event, damaged, too large,
//              ended at once without an event, ended or cut after a long
//              silence---------------------------------------------------> waiting to list
//   waiting  --timer--> listing or watching
//
// Waits double from 800 ms to 30 s, each longer by up to as much again (jitter), and never end
// before a Retry-After; they start over after two minutes without a failure. A resourceVersion that
// the server does not know yet (its data was restored from a backup) brings silence and no error:
// hence the list after a watch without even a bookmark. What comes from a stream that was closed is
// ignored.
class WatchFsm {
 public:
  struct Timing {
    std::chrono::milliseconds backoff_min{800};
    std::chrono::milliseconds backoff_max{30'000};
    std::chrono::milliseconds retry_after_max{300'000};
    std::chrono::milliseconds healthy_after{120'000};
    std::chrono::milliseconds short_watch{1'000};     // A watch that ends sooner ended at once.
    std::chrono::milliseconds silent_watch{120'000};  // One that lasted so long had bookmarks.
    std::chrono::seconds watch_timeout_min{300};
    std::chrono::seconds watch_timeout_max{600};
  };

  struct Event {
    enum class Kind : std::uint8_t {
      kStart,
      kListDone,    // text: the list's resourceVersion.
      kObject,      // text: the resourceVersion of a watch event's object, or of a bookmark.
      kErrorEvent,  // code, text, retry_after of the Status in an ERROR event.
      kRefused,     // The answer is not 200: code, text, retry_after.
      kDamaged,     // text: what cannot be read.
      kEnded,       // The server ended the answer properly.
      kCut,         // failure, text
      kTimer,       // The wait is over.
    };
    Kind kind = Kind::kStart;
    std::string text;
    int code = 0;
    HttpFailure failure = HttpFailure::kUnknown;
    std::optional<std::chrono::seconds> retry_after;
  };

  struct Action {
    enum class Kind : std::uint8_t {
      kNone,   // Go on reading.
      kList,   // Close the stream, if any; list from the beginning.
      kWatch,  // Close the stream, if any; watch from resource_version().
      kWait,   // Close the stream; send kTimer after `wait`. message: what went wrong.
    };
    Kind kind = Kind::kNone;
    std::chrono::milliseconds wait{0};
    std::chrono::seconds watch_timeout{0};  // kWatch
    std::string message;
  };

  // resource: "pods", for messages.
  explicit WatchFsm(std::string_view resource) : WatchFsm(resource, Timing{}) {}
  WatchFsm(std::string_view resource, Timing timing) : resource_(resource), timing_(timing) {}

  // random: any number, evenly distributed over its whole range.
  [[nodiscard]] Action resume(const Event& event, model::SteadyTime now, std::uint32_t random);

  // Of the list or the last event; empty while a list is needed.
  [[nodiscard]] const std::string& resource_version() const { return resource_version_; }
  // What made the present or next list necessary; empty for the first one.
  [[nodiscard]] const std::string& list_reason() const { return list_reason_; }

 private:
  enum class State : std::uint8_t { kIdle, kListing, kWatching, kWaiting };

  Action list();
  Action watch(model::SteadyTime now, std::uint32_t random);
  Action in_list(const Event& event, model::SteadyTime now, std::uint32_t random);
  Action in_watch(const Event& event, model::SteadyTime now, std::uint32_t random);
  Action watch_ended(model::SteadyTime now, std::uint32_t random);
  [[nodiscard]] bool silent(model::SteadyTime now) const;
  Action wait_to_list(const Event& event, model::SteadyTime now, std::uint32_t random);
  Action wait(const Event& event, model::SteadyTime now, std::uint32_t random);
  [[nodiscard]] std::string message_of(const Event& event, std::string_view verb) const;

  std::string resource_;
  Timing timing_;
  State state_ = State::kIdle;
  std::string resource_version_;
  std::string list_reason_;
  bool event_seen_ = false;  // In this watch.
  model::SteadyTime watch_started_{};
  model::SteadyTime last_wait_ends_{};  // Since then there was no failure.
  std::chrono::milliseconds backoff_{0};
};

}  // namespace neuron_scheduler::client
