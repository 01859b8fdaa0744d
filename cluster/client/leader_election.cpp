#include "cluster/client/leader_election.hpp"

#include <algorithm>
#include <utility>

#include "cluster/client/codec.hpp"

namespace neuron_scheduler::client {
namespace {

using std::chrono::milliseconds;
using Event = LeaderElectionFsm::Event;
using Action = LeaderElectionFsm::Action;

constexpr milliseconds kDurationMax = std::chrono::hours(24);
// kube-scheduler's tolerance beyond the lease before it calls itself ill.
constexpr std::chrono::seconds kExpiredTolerated{20};
constexpr std::chrono::seconds kWriteTimeMin{1};
constexpr std::chrono::seconds kWriteTimeMax{5};

// Clocks of two machines may run at different speeds.
std::chrono::nanoseconds margin(const LeaderElectionFsm::Timing& timing) {
  return std::chrono::nanoseconds(timing.lease_duration) / 10;
}

// What writes have of a lease that was last renewed up to two tries ago.
std::chrono::nanoseconds time_to_write(const LeaderElectionFsm::Timing& timing) {
  return timing.lease_duration - margin(timing) - timing.retry_period * 2;
}

class HttpLeaderElection final : public LeaderElection {
 public:
  HttpLeaderElection(LeaderElectionContext context, LeaderElectionConfig config, LeaderSink& sink)
      : context_(std::move(context)),
        config_(std::move(config)),
        sink_(sink),
        fsm_(config_.identity, config_.timing) {
    context_.observer.leader_changed(config_.lease_name, {}, false);
  }

  void start() override { step({}); }

  void stop() override {
    timer_.reset();
    Event stop;
    stop.kind = Event::Kind::kStop;
    step(stop);
  }

  [[nodiscard]] bool covers(std::chrono::nanoseconds duration) const override {
    return fsm_.leading() &&
           context_.clock.steady() + duration + margin(config_.timing) < fsm_.valid_until();
  }

  [[nodiscard]] std::string problem() const override {
    if (!fsm_.leading() || context_.clock.steady() <= fsm_.valid_until() + kExpiredTolerated) {
      return {};
    }
    return "failed election to renew leadership on lease " + config_.lease_name;
  }

 private:
  void step(const Event& event) {
    const bool led = fsm_.leading();
    const std::string holder = fsm_.holder();
    const Action action =
        fsm_.resume(event, {context_.clock.steady(), context_.clock.wall()}, context_.random());
    if (fsm_.holder() != holder || fsm_.leading() != led) {
      context_.observer.leader_changed(config_.lease_name, fsm_.holder(), fsm_.leading());
    }
    carry_out(action);
    // Last: they may destroy this.
    if (action.kind == Action::Kind::kLost) return sink_.on_leadership_lost(action.message);
    if (action.kind == Action::Kind::kStopped) return end_stopped(action);
    if (fsm_.leading() && !led) sink_.on_leading();
  }

  void carry_out(const Action& action) {
    switch (action.kind) {
      case Action::Kind::kNone:
      case Action::Kind::kLost:
      case Action::Kind::kStopped:
        return;
      case Action::Kind::kRead:
        return send("GET", lease_target(config_.namespace_name, config_.lease_name), {},
                    action.within);
      case Action::Kind::kCreate:
        return send("POST", leases_target(config_.namespace_name),
                    new_lease(config_.namespace_name, config_.lease_name, action.record),
                    action.within);
      case Action::Kind::kUpdate:
        return send("PUT", lease_target(config_.namespace_name, config_.lease_name),
                    lease_update(lease_, action.record), action.within);
      case Action::Kind::kWait:
        if (!action.message.empty()) {
          context_.observer.lease_failed(config_.lease_name, action.message);
        }
        timer_ = context_.timers.after(action.wait, [this] {
          Event timer;
          timer.kind = Event::Kind::kTimer;
          step(timer);
        });
        return;
    }
  }

  void end_stopped(const Action& action) {
    if (!action.message.empty()) {
      context_.observer.lease_failed(config_.lease_name, "not given back: " + action.message);
    }
    // Not from inside stop().
    timer_ = context_.timers.after(milliseconds{0}, [this] { sink_.on_election_stopped(); });
  }

  void send(const char* method, std::string target, std::string body, milliseconds within) {
    HttpRequest request;
    request.method = method;
    request.target = std::move(target);
    request.deadline = within;
    if (!body.empty()) request.content_type = "application/json";
    request.body = std::move(body);
    const std::string verb(method);
    // An answer to what stop() has overtaken is of no interest.
    context_.http.call(std::move(request),
                       [this, number = ++sent_, verb](const HttpOutcome& outcome) {
                         if (number == sent_) step(event_of(verb, outcome));
                       });
  }

  Event event_of(const std::string& method, const HttpOutcome& outcome) {
    Event event;
    event.kind = Event::Kind::kFailed;
    if (!outcome.answer) {
      event.message = outcome.error;
      return event;
    }
    const int status = outcome.answer->status;
    if (status == 200 || status == 201) {
      model::Result<Lease> lease = decode_lease(outcome.answer->body);
      if (!lease) {
        event.message = lease.error().message;
        return event;
      }
      lease_ = std::move(*lease);
      event.record = lease_.record;
      event.kind = method == "GET" ? Event::Kind::kFound : Event::Kind::kWritten;
      return event;
    }
    if (status == 409) event.kind = Event::Kind::kConflict;
    if (status == 404 && method == "GET") event.kind = Event::Kind::kNotFound;
    event.message = method + " lease: " + std::to_string(status) + " " +
                    decode_status(status, outcome.answer->body).message;
    return event;
  }

  LeaderElectionContext context_;
  LeaderElectionConfig config_;
  LeaderSink& sink_;
  LeaderElectionFsm fsm_;
  Lease lease_;  // As it was read or written last.
  std::uint64_t sent_ = 0;
  std::unique_ptr<Timer> timer_;
};

}  // namespace

std::string check_timing(const LeaderElectionFsm::Timing& timing) {
  if (timing.retry_period < milliseconds{1}) return "the retry period must be greater than zero";
  if (timing.renew_deadline < milliseconds{1}) {
    return "the renew deadline must be greater than zero";
  }
  if (timing.lease_duration <= timing.renew_deadline) {
    return "the lease duration must be greater than the renew deadline";
  }
  if (timing.renew_deadline * 10 <= timing.retry_period * 12) {
    return "the renew deadline must be greater than 1.2 times the retry period";
  }
  // The record holds seconds: others would take what is more for free already.
  if (timing.lease_duration % std::chrono::seconds{1} != milliseconds{0}) {
    return "the lease duration must be a whole number of seconds";
  }
  if (timing.lease_duration > kDurationMax) return "the lease duration must be at most 24h";
  // Else nothing could ever be written: between two renewals the fence would be down.
  if (time_to_write(timing) <= kWriteTimeMin * 2) {
    return "the lease duration leaves no time for a Binding: it must be greater than 2s, a tenth "
           "of itself and twice the retry period together";
  }
  return {};
}

std::chrono::seconds write_time_max(const LeaderElectionFsm::Timing& timing) {
  using std::chrono::floor;
  using std::chrono::seconds;
  const auto twice = floor<seconds>(time_to_write(timing) / 2);
  const auto left = floor<seconds>(timing.lease_duration - timing.renew_deadline);
  return std::clamp(std::min(twice, left), kWriteTimeMin, kWriteTimeMax);
}

std::unique_ptr<LeaderElection> make_leader_election(LeaderElectionContext context,
                                                     LeaderElectionConfig config,
                                                     LeaderSink& sink) {
  return std::make_unique<HttpLeaderElection>(std::move(context), std::move(config), sink);
}

}  // namespace neuron_scheduler::client
