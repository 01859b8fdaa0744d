#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "cluster/client/lease.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::client {

// When to read and write the lease, and who leads; without I/O, time or randomness of its own. Its
// driver (leader_election.cpp) sends what the actions say and tells what came of it.
// Source: client-go 0.37 tools/leaderelection; where we are stricter, docs/differences.md says so.
//
//   idle --start--> reading --found: free, expired or ours; not found--> writing --written-->
//   leading
//                    ^    \--found: held, failed--> waiting (retry period, jittered) --> reading
//                    |
//   leading: waiting (retry period) --> renewing --written--> waiting
//                                          \--failed--> reading, as above, until the renew deadline
//   leading --renew deadline or lease passed, or somebody else holds it--> lost
//   any --stop--> leading or perhaps so: reading, giving back --> stopped
//
// A lease that somebody else holds is respected until its duration has passed since its record was
// seen to change, by the own clock. Times in the record are never compared with anything.
class LeaderElectionFsm {
 public:
  struct Timing {
    std::chrono::milliseconds lease_duration{15'000};  // Whole seconds, as it is written.
    std::chrono::milliseconds renew_deadline{10'000};
    std::chrono::milliseconds retry_period{2'000};
  };

  struct Event {
    enum class Kind : std::uint8_t {
      kStart,
      kTimer,     // The wait is over.
      kFound,     // record
      kNotFound,  // There is no such lease.
      kWritten,
      kConflict,  // Somebody else wrote in between: message.
      kFailed,    // Of a reading or writing: message.
      kStop,      // Lead no more, and give the lease back.
    };
    Kind kind = Kind::kStart;
    LeaseRecord record;
    std::string message;
  };

  struct Action {
    enum class Kind : std::uint8_t {
      kNone,
      kRead,     // Within `within`.
      kCreate,   // record, within `within`.
      kUpdate,   // record, on top of what was read or written last; within `within`.
      kWait,     // Send kTimer after `wait`; message: what went wrong, if anything.
      kLost,     // Led, and leads no more: message. The end.
      kStopped,  // After kStop; message: why the lease was not given back, if it was not. The end.
    };
    Kind kind = Kind::kNone;
    LeaseRecord record;
    std::chrono::milliseconds within{0};
    std::chrono::milliseconds wait{0};
    std::string message;
  };

  struct Now {
    model::SteadyTime steady;
    model::WallTime wall;
  };

  LeaderElectionFsm(std::string identity, Timing timing);

  // random: any number, evenly distributed over its whole range.
  [[nodiscard]] Action resume(const Event& event, Now now, std::uint32_t random);

  [[nodiscard]] bool leading() const { return leading_; }
  // While leading: until then nobody else can hold the lease.
  [[nodiscard]] model::SteadyTime valid_until() const { return valid_until_; }
  // Who was seen to hold the lease last; empty: nobody.
  [[nodiscard]] const std::string& holder() const { return observed_.holder; }

 private:
  enum class State : std::uint8_t {
    kIdle,
    kWaiting,
    kRenewing,
    kReading,
    kWriting,
    kGivingBackRead,
    kGivingBackWrite,
    kEnded,
  };

  Action try_now(Now now);
  Action read(State state, Now now);
  Action write(State state, Action::Kind kind, LeaseRecord record, Now now);
  Action found(const LeaseRecord& record, Now now, std::uint32_t random);
  Action written(Now now, std::uint32_t random);
  Action failed(std::string message, Now now, std::uint32_t random);
  Action lost(std::string why);
  Action stop(Now now);
  Action giving_back(const Event& event, Now now);
  Action stopped(std::string message);
  [[nodiscard]] LeaseRecord own_record(Now now) const;
  [[nodiscard]] std::chrono::milliseconds request_max(Now now) const;

  std::string identity_;
  Timing timing_;
  State state_ = State::kIdle;
  bool leading_ = false;
  model::SteadyTime valid_until_{};
  model::SteadyTime round_ends_{};  // The renew deadline of the tries that are made now.
  bool in_round_ = false;           // The last try to renew failed.
  model::SteadyTime try_started_{};
  model::SteadyTime sent_at_{};  // The writing under way.
  LeaseRecord sent_;
  LeaseRecord observed_;
  model::SteadyTime observed_at_{};
};

}  // namespace neuron_scheduler::client
