#include "cluster/client/watch_fsm.hpp"

#include <algorithm>

namespace neuron_scheduler::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// range * random / 2^32
std::int64_t share_of(std::int64_t range, std::uint32_t random) {
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(range) * random) >> 32U);
}

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kGone = 410;
constexpr int kTooManyRequests = 429;

}  // namespace

WatchFsm::Action WatchFsm::resume(const Event& event, model::SteadyTime now, std::uint32_t random) {
  switch (state_) {
    case State::kIdle:
      return event.kind == Event::Kind::kStart ? list() : Action{};
    case State::kListing:
      return in_list(event, now, random);
    case State::kWatching:
      return in_watch(event, now, random);
    case State::kWaiting:
      if (event.kind != Event::Kind::kTimer) return {};
      return resource_version_.empty() ? list() : watch(now, random);
  }
  return {};
}

WatchFsm::Action WatchFsm::list() {
  state_ = State::kListing;
  resource_version_.clear();
  Action action;
  action.kind = Action::Kind::kList;
  return action;
}

WatchFsm::Action WatchFsm::watch(model::SteadyTime now, std::uint32_t random) {
  state_ = State::kWatching;
  event_seen_ = false;
  watch_started_ = now;
  Action action;
  action.kind = Action::Kind::kWatch;
  const seconds range = timing_.watch_timeout_max - timing_.watch_timeout_min;
  action.watch_timeout = timing_.watch_timeout_min + seconds(share_of(range.count() + 1, random));
  return action;
}

WatchFsm::Action WatchFsm::in_list(const Event& event, model::SteadyTime now,
                                   std::uint32_t random) {
  switch (event.kind) {
    case Event::Kind::kListDone:
      resource_version_ = event.text;
      return watch(now, random);
    case Event::Kind::kRefused:
    case Event::Kind::kDamaged:
    case Event::Kind::kEnded:
    case Event::Kind::kCut:
      return wait_to_list(event, now, random);
    case Event::Kind::kStart:
    case Event::Kind::kObject:
    case Event::Kind::kErrorEvent:
    case Event::Kind::kTimer:
      break;
  }
  return {};
}

WatchFsm::Action WatchFsm::in_watch(const Event& event, model::SteadyTime now,
                                    std::uint32_t random) {
  switch (event.kind) {
    case Event::Kind::kObject:
      resource_version_ = event.text;
      event_seen_ = true;
      return {};
    case Event::Kind::kEnded:
      return watch_ended(now, random);
    case Event::Kind::kRefused:
      // None of these says that the resourceVersion is of no use any more.
      if (event.code == kUnauthorized || event.code == kForbidden ||
          event.code == kTooManyRequests) {
        return wait(event, now, random);
      }
      return wait_to_list(event, now, random);
    case Event::Kind::kCut:
      if (event.failure == HttpFailure::kTooLarge || silent(now)) {
        return wait_to_list(event, now, random);
      }
      return wait(event, now, random);
    case Event::Kind::kErrorEvent:
    case Event::Kind::kDamaged:
      return wait_to_list(event, now, random);
    case Event::Kind::kStart:
    case Event::Kind::kListDone:
    case Event::Kind::kTimer:
      break;
  }
  return {};
}

bool WatchFsm::silent(model::SteadyTime now) const {
  return !event_seen_ && now - watch_started_ >= timing_.silent_watch;
}

WatchFsm::Action WatchFsm::watch_ended(model::SteadyTime now, std::uint32_t random) {
  Event ended;
  ended.kind = Event::Kind::kEnded;
  if (silent(now)) {
    ended.text = "ended without an event or a bookmark";
    return wait_to_list(ended, now, random);
  }
  if (now - watch_started_ >= timing_.short_watch) return watch(now, random);
  ended.text = "ended at once";
  return event_seen_ ? wait(ended, now, random) : wait_to_list(ended, now, random);
}

WatchFsm::Action WatchFsm::wait_to_list(const Event& event, model::SteadyTime now,
                                        std::uint32_t random) {
  Action action = wait(event, now, random);
  resource_version_.clear();
  list_reason_ = action.message;
  return action;
}

WatchFsm::Action WatchFsm::wait(const Event& event, model::SteadyTime now, std::uint32_t random) {
  Action action;
  action.kind = Action::Kind::kWait;
  action.message = message_of(event, state_ == State::kListing ? "list" : "watch");
  state_ = State::kWaiting;

  if (now - last_wait_ends_ >= timing_.healthy_after) backoff_ = milliseconds{0};
  backoff_ =
      backoff_.count() == 0 ? timing_.backoff_min : std::min(2 * backoff_, timing_.backoff_max);
  action.wait = backoff_ + milliseconds(share_of(backoff_.count(), random));
  if (event.retry_after) {
    const auto asked_max = std::chrono::duration_cast<seconds>(timing_.retry_after_max);
    action.wait = std::max<milliseconds>(action.wait, std::min(*event.retry_after, asked_max));
  }
  last_wait_ends_ = now + action.wait;
  return action;
}

std::string WatchFsm::message_of(const Event& event, std::string_view verb) const {
  std::string message = std::string(verb) + " " + resource_ + ": ";
  switch (event.kind) {
    case Event::Kind::kRefused:
      if (event.code == kUnauthorized) message += "the server does not accept our credentials: ";
      if (event.code == kForbidden) {
        message += "the right \"" + std::string(verb) + "\" on \"" + resource_ + "\" is missing: ";
      }
      [[fallthrough]];
    case Event::Kind::kErrorEvent:
      message += std::to_string(event.code) + " " + event.text;
      if (event.code == kGone) message += " (the list is read again)";
      break;
    case Event::Kind::kEnded:
      message += event.text.empty() ? "ended early" : event.text;
      break;
    case Event::Kind::kStart:
    case Event::Kind::kListDone:
    case Event::Kind::kObject:
    case Event::Kind::kDamaged:
    case Event::Kind::kCut:
    case Event::Kind::kTimer:
      message += event.text;
      break;
  }
  return message;
}

}  // namespace neuron_scheduler::client
