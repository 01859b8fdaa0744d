#include "cluster/client/leader_election_fsm.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace neuron_scheduler::client {
namespace {

using std::chrono::milliseconds;

// Of two moments, rounded up: a timer must not fire early.
milliseconds until(model::SteadyTime then, model::SteadyTime now) {
  return std::max(std::chrono::ceil<milliseconds>(then - now), milliseconds{0});
}

}  // namespace

LeaderElectionFsm::LeaderElectionFsm(std::string identity, Timing timing)
    : identity_(std::move(identity)), timing_(timing) {}

LeaderElectionFsm::Action LeaderElectionFsm::resume(const Event& event, Now now,
                                                    std::uint32_t random) {
  using Kind = Event::Kind;
  if (event.kind == Kind::kStop) return stop(now);
  const bool is_failure = event.kind == Kind::kFailed || event.kind == Kind::kConflict;
  switch (state_) {
    case State::kIdle:
      if (event.kind == Kind::kStart) return try_now(now);
      break;
    case State::kWaiting:
      if (event.kind == Kind::kTimer) return try_now(now);
      break;
    case State::kRenewing:
      if (event.kind == Kind::kWritten) return written(now, random);
      // The record may have changed without anybody else leading: look.
      if (is_failure && now.steady < round_ends_) return read(State::kReading, now);
      if (is_failure) return failed(event.message, now, random);
      break;
    case State::kReading:
      if (event.kind == Kind::kFound) return found(event.record, now, random);
      if (event.kind == Kind::kNotFound) {
        return write(State::kWriting, Action::Kind::kCreate, own_record(now), now);
      }
      if (is_failure) return failed(event.message, now, random);
      break;
    case State::kWriting:
      if (event.kind == Kind::kWritten) return written(now, random);
      if (is_failure) return failed(event.message, now, random);
      break;
    case State::kGivingBackRead:
    case State::kGivingBackWrite:
      return giving_back(event, now);
    case State::kEnded:
      break;
  }
  return {};
}

LeaderElectionFsm::Action LeaderElectionFsm::try_now(Now now) {
  try_started_ = now.steady;
  if (!leading_) return read(State::kReading, now);
  if (!in_round_) round_ends_ = std::min(now.steady + timing_.renew_deadline, valid_until_);
  if (now.steady >= round_ends_) return lost("not renewed in time");
  LeaseRecord record = observed_;
  record.renewed = now.wall;
  record.duration = own_record(now).duration;
  return write(State::kRenewing, Action::Kind::kUpdate, std::move(record), now);
}

LeaderElectionFsm::Action LeaderElectionFsm::read(State state, Now now) {
  state_ = state;
  Action action;
  action.kind = Action::Kind::kRead;
  action.within = request_max(now);
  return action;
}

LeaderElectionFsm::Action LeaderElectionFsm::write(State state, Action::Kind kind,
                                                   LeaseRecord record, Now now) {
  state_ = state;
  sent_ = std::move(record);
  sent_at_ = now.steady;
  Action action;
  action.kind = kind;
  action.record = sent_;
  action.within = request_max(now);
  return action;
}

LeaderElectionFsm::Action LeaderElectionFsm::found(const LeaseRecord& record, Now now,
                                                   std::uint32_t random) {
  if (record != observed_) {
    observed_ = record;
    observed_at_ = now.steady;
  }
  const bool ours = record.holder == identity_;
  // Whoever it is may have decided already: what we know is no longer all there is to know.
  if (leading_ && !ours) return lost("the lease is held by \"" + record.holder + '"');
  const bool expired = now.steady >= observed_at_ + record.duration;
  if (!ours && !record.holder.empty() && !expired) return failed({}, now, random);
  LeaseRecord next = own_record(now);
  next.transitions = record.transitions;
  if (ours) {
    next.acquired = record.acquired;
  } else if (next.transitions < std::numeric_limits<std::int32_t>::max()) {
    ++next.transitions;
  }
  return write(State::kWriting, Action::Kind::kUpdate, std::move(next), now);
}

LeaderElectionFsm::Action LeaderElectionFsm::written(Now now, std::uint32_t random) {
  observed_ = sent_;
  observed_at_ = now.steady;
  // From the sending: others may have seen it that early.
  const model::SteadyTime valid_until = sent_at_ + sent_.duration;
  if (now.steady >= valid_until) return failed("the answer came too late", now, random);
  valid_until_ = valid_until;
  leading_ = true;
  in_round_ = false;
  state_ = State::kWaiting;
  Action action;
  action.kind = Action::Kind::kWait;
  action.wait = timing_.retry_period;
  return action;
}

LeaderElectionFsm::Action LeaderElectionFsm::failed(std::string message, Now now,
                                                    std::uint32_t random) {
  Action action;
  action.kind = Action::Kind::kWait;
  if (leading_) {
    if (now.steady >= round_ends_) return lost("not renewed in time: " + message);
    in_round_ = true;
    action.wait = until(std::min(try_started_ + timing_.retry_period, round_ends_), now.steady);
  } else {
    // client-go's JitterFactor, 1.2, as longest addition.
    const auto range = static_cast<std::uint64_t>(timing_.retry_period.count()) * 12 / 10;
    const auto share = static_cast<std::int64_t>((range * random) >> 32U);
    action.wait = timing_.retry_period + milliseconds(share);
  }
  state_ = State::kWaiting;
  action.message = std::move(message);
  return action;
}

LeaderElectionFsm::Action LeaderElectionFsm::lost(std::string why) {
  leading_ = false;
  state_ = State::kEnded;
  Action action;
  action.kind = Action::Kind::kLost;
  action.message = std::move(why);
  return action;
}

LeaderElectionFsm::Action LeaderElectionFsm::stop(Now now) {
  if (state_ == State::kEnded || state_ == State::kGivingBackRead ||
      state_ == State::kGivingBackWrite) {
    return {};
  }
  const bool may_hold = leading_ || state_ == State::kWriting;
  leading_ = false;
  if (!may_hold) return stopped({});
  round_ends_ = now.steady + timing_.renew_deadline;
  return read(State::kGivingBackRead, now);
}

LeaderElectionFsm::Action LeaderElectionFsm::giving_back(const Event& event, Now now) {
  using Kind = Event::Kind;
  switch (event.kind) {
    case Kind::kFound: {
      if (event.record.holder != identity_) return stopped({});
      LeaseRecord free = event.record;
      free.holder.clear();
      free.duration = std::chrono::seconds(1);
      free.acquired = free.renewed = now.wall;
      return write(State::kGivingBackWrite, Action::Kind::kUpdate, std::move(free), now);
    }
    case Kind::kWritten:
    case Kind::kNotFound:
      return stopped({});
    case Kind::kConflict:
      // An update of ours may still have been on its way.
      if (now.steady < round_ends_) return read(State::kGivingBackRead, now);
      [[fallthrough]];
    case Kind::kFailed:
      return stopped(event.message);
    case Kind::kStart:
    case Kind::kTimer:
    case Kind::kStop:
      break;
  }
  return {};
}

LeaderElectionFsm::Action LeaderElectionFsm::stopped(std::string message) {
  state_ = State::kEnded;
  Action action;
  action.kind = Action::Kind::kStopped;
  action.message = std::move(message);
  return action;
}

LeaseRecord LeaderElectionFsm::own_record(Now now) const {
  LeaseRecord record;
  record.holder = identity_;
  record.duration = std::chrono::floor<std::chrono::seconds>(timing_.lease_duration);
  record.acquired = record.renewed = now.wall;
  return record;
}

milliseconds LeaderElectionFsm::request_max(Now now) const {
  // As kube-scheduler's client for the lease: two tries fit in.
  const milliseconds usual = timing_.renew_deadline / 2;
  const bool ends =
      leading_ || state_ == State::kGivingBackRead || state_ == State::kGivingBackWrite;
  const milliseconds longest = ends ? std::min(usual, until(round_ends_, now.steady)) : usual;
  return std::max(longest, milliseconds{1});
}

}  // namespace neuron_scheduler::client
