#pragma once

#include <deque>

#include "cluster/client/api_calls.hpp"
#include "cmd/neuron-scheduler/first_touch.hpp"
#include "cmd/neuron-scheduler/log.hpp"
#include "cmd/neuron-scheduler/pump.hpp"
#include "scheduler/api.hpp"

namespace neuron_scheduler::cmd {

// Carries what the scheduler writes to the API server, and the answers back to the pump.
class ApiAdapter final : public scheduler::ApiWriter {
 public:
  // calls and log must outlive it.
  ApiAdapter(client::ApiCalls& calls, Log& log) : calls_(calls), log_(log) {}

  // Where answers go; to be set before the first call, and to outlive the calls' call-backs.
  void answer_to(Pump& pump) { pump_ = &pump; }

  // Without it bindings go out at once. To outlive the calls' call-backs.
  void touch_first(FirstTouch& touch) { touch_ = &touch; }
  // Keeps events to itself until lead(), the newest ones: what a follower notices was said by the
  // leader, or will have to be.
  void hold() { on_hold_ = true; }
  void lead();

  void send_binding(const model::Binding& binding) override;
  void read_pod(const model::Binding& binding) override;
  void patch_condition(const model::Pod& pod,
                       const scheduler::UnscheduledCondition& condition) override;
  void write_event(const model::Pod& pod, const scheduler::PodEvent& event,
                   model::Name reporter) override;

 private:
  struct HeldEvent {
    model::Pod pod;
    scheduler::PodEvent event;
    model::Name reporter;
  };
  void post(const model::Binding& binding);
  void answer(const model::Binding& binding, const model::BindAnswer& answer);

  static constexpr std::size_t kHeldMax = 1000;

  client::ApiCalls& calls_;
  Log& log_;
  Pump* pump_ = nullptr;
  FirstTouch* touch_ = nullptr;
  bool on_hold_ = false;
  std::deque<HeldEvent> held_;
};

}  // namespace neuron_scheduler::cmd
