#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cluster/model/annotations.hpp"
#include "cluster/model/time.hpp"
#include "scheduler/api.hpp"
#include "scheduler/claim.hpp"

namespace neuron_scheduler::scheduler {

// A decided pod on its way to the API server.
struct DecidedBind {
  Claim claim;
  const Profile* profile = nullptr;
  Extension<BindPlugin> binder;
  model::SteadyTime started;       // Of the attempt.
  model::SteadyTime decided;       // The binding could be sent.
  model::SteadyTime first_queued;  // Of the pod.
  std::uint32_t attempts = 0;
};

// The end of a bind. The claim is still in `bind`: commit or let go.
struct BindOutcome {
  enum class Kind : std::uint8_t {
    kBound,   // By us.
    kFailed,  // Will not happen; message is the API's error. The pod may be tried again.
    kTaken,   // Somebody else bound the pod.
    kGone,    // The pod was deleted.
  };
  Kind kind = Kind::kFailed;
  DecidedBind bind;
  std::string message;
};

// Binds under way, by uid, until it is clear how each ended (design.md §4).
//
//     start ──► in line ──► sent ──done───────────────────────────────► kBound
//                            │ ▲ ├─refused, not found, never unknown───► kFailed
//                            │ │ └─conflict──► reading ──bound by us───► kBound
//                   unknown, │ │                 │ ├─bound otherwise──► kTaken
//                  not tried ▼ │ backoff         │ └─gone, deleting ──► kFailed
//                          waiting ◄─────────────┴─ failed, or still unbound after an unknown end
//
// The watch may know first: bound settles a bind as kBound or kTaken, removed as kGone, wherever it
// is; an answer that comes later is dropped. After an unknown end the same binding goes out again
// until it is clear; nothing else, such as a refusal of the repetition, proves that the first one
// was not carried out.
class BindTracker {
 public:
  static constexpr std::chrono::milliseconds kBackoffInitial{200};
  static constexpr std::chrono::milliseconds kBackoffMax{5'000};
  static constexpr std::chrono::milliseconds kRetryAfterMax{60'000};

  // api must outlive it. readable: annotations that are seen on pods read back. binds_max >= 1.
  BindTracker(const model::Clock& clock, ApiWriter& api, const model::AnnotationFilter& readable,
              std::size_t binds_max);
  BindTracker(const BindTracker&) = delete;
  BindTracker& operator=(const BindTracker&) = delete;

  // Whether start() must wait.
  [[nodiscard]] bool full() const { return entries_.size() >= binds_max_; }
  // Also while an answer for a settled bind of this pod is still to come.
  [[nodiscard]] bool contains(const model::Uid& uid) const { return entries_.contains(uid); }
  // Binds whose end is not known yet.
  [[nodiscard]] std::size_t pending() const { return pending_; }

  // The pod must not be here yet.
  void start(DecidedBind bind);

  // Nullopt: not the end, or nothing to end.
  [[nodiscard]] std::optional<BindOutcome> on_answer(const model::Uid& uid,
                                                     const BindAnswer& answer);
  [[nodiscard]] std::optional<BindOutcome> on_reading(const model::Uid& uid,
                                                      const PodReading& reading);
  // The pod is known to be bound, or to be gone.
  [[nodiscard]] std::optional<BindOutcome> on_bound(const model::Pod& pod);
  [[nodiscard]] std::optional<BindOutcome> on_removed(const model::Uid& uid);

  // Binds that ended without being sent: while they waited, other pods came to their node, so that
  // what they claim may not be free any more. After each of the calls above and tick().
  [[nodiscard]] std::vector<BindOutcome> take_overtaken() { return std::exchange(overtaken_, {}); }

  // After an answer that was no end: whether people should hear that this bind is still unclear,
  // which is at its third try and about once a minute then.
  [[nodiscard]] bool worth_telling(const model::Uid& uid) const;

  // Sends again what has waited long enough.
  void tick();
  [[nodiscard]] std::optional<model::SteadyTime> next_timer() const;

 private:
  enum class Step : std::uint8_t { kInLine, kSent, kReading, kAnswered, kWaitToSend, kWaitToRead };
  struct Entry {
    std::optional<DecidedBind> bind;  // nullopt: settled, only its answer is still to come.
    Step step = Step::kInLine;
    std::uint32_t waits = 0;
    bool may_be_carried_out = false;  // Some sending of it ended unknown.
    std::chrono::milliseconds backoff = kBackoffInitial;
    model::SteadyTime retry_at;
    std::string conflict;
  };

  // The entry whose call is answered now; null if nobody waits for that answer any more.
  Entry* awaiting(const model::Uid& uid, Step step);
  void send(Entry& entry);
  void read(Entry& entry);
  void wait(Entry& entry, Step step, std::optional<std::chrono::milliseconds> at_least);
  // Takes the bind out; what is behind it in its line goes out.
  BindOutcome settle(const model::Uid& uid, BindOutcome::Kind kind, std::string message);
  void leave_line(const model::Binding& binding);
  [[nodiscard]] bool is_ours(const model::Pod& pod, const model::Binding& binding) const;

  const model::Clock& clock_;
  ApiWriter& api_;
  const model::AnnotationFilter& readable_;
  const std::size_t binds_max_;
  std::unordered_map<model::Uid, Entry> entries_;
  std::unordered_map<model::Name, std::deque<model::Uid>> lines_;  // The front one may be sent.
  std::set<std::pair<model::SteadyTime, model::Uid>> retries_;
  std::vector<BindOutcome> overtaken_;
  std::size_t pending_ = 0;
};

}  // namespace neuron_scheduler::scheduler
