#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cluster/client/http.hpp"
#include "cluster/client/leader_election_fsm.hpp"
#include "cluster/client/observer.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::client {

// Call-backs come from the event loop, never from inside start() or stop(). They may destroy the
// election.
class LeaderSink {
 public:
  virtual ~LeaderSink() = default;
  // Once at most.
  virtual void on_leading() = 0;
  // After on_leading: nothing may be written any more. The end.
  virtual void on_leadership_lost(const std::string& why) = 0;
  // After stop(). The end.
  virtual void on_election_stopped() = 0;
};

struct LeaderElectionConfig {
  std::string namespace_name;
  std::string lease_name;
  std::string identity;  // Of this process, unlike any other.
  LeaderElectionFsm::Timing timing;
};

// All must outlive it, and no call-back of http may come after it is gone. http: one of its own, so
// that nothing else delays the lease.
struct LeaderElectionContext {
  HttpClient& http;
  TimerService& timers;
  const model::Clock& clock;
  Observer& observer;
  std::function<std::uint32_t()> random;  // Evenly distributed over its whole range.
};

// Takes part in the election of one leader by a Lease (leader_election_fsm.hpp says how).
class LeaderElection {
 public:
  virtual ~LeaderElection() = default;
  // Once.
  virtual void start() = 0;
  // Leads no more from now on, and gives the lease back. After start().
  virtual void stop() = 0;
  // Whether what is sent now and ends within `duration` ends while nobody else can lead: the fence
  // of design.md §4, with a tenth of the lease's duration as margin.
  [[nodiscard]] virtual bool covers(std::chrono::nanoseconds duration) const = 0;
  // As kube's health check "leaderElection" has it; empty: all is well.
  [[nodiscard]] virtual std::string problem() const = 0;
};

// Error texts for timings that cannot work, as client-go and component-base have them; empty: fine.
[[nodiscard]] std::string check_timing(const LeaderElectionFsm::Timing& timing);

// What one write may take here, and once more from its arrival at the API server, where `?timeout=`
// counts anew: twice as much is covered between two renewals. 1 s to 5 s.
[[nodiscard]] std::chrono::seconds write_time_max(const LeaderElectionFsm::Timing& timing);

// sink must outlive it.
[[nodiscard]] std::unique_ptr<LeaderElection> make_leader_election(LeaderElectionContext context,
                                                                   LeaderElectionConfig config,
                                                                   LeaderSink& sink);

}  // namespace neuron_scheduler::client
