#include "test/sim/network.hpp"

#include <memory>
#include <optional>

#include "scheduler/scheduler.hpp"

namespace neuron_scheduler::sim {

using scheduler::BindAnswer;
using scheduler::BindEnd;
using std::chrono::milliseconds;

void Network::connect(scheduler::Scheduler* to) {
  scheduler_ = to;
  if (to == nullptr) actions_.clear();
}

void Network::run() {
  while (!actions_.empty() && actions_.begin()->first.first <= clock_.steady()) {
    const Action action = std::move(actions_.begin()->second);
    actions_.erase(actions_.begin());
    action();
  }
}

std::optional<model::SteadyTime> Network::next() const {
  if (actions_.empty()) return std::nullopt;
  return actions_.begin()->first.first;
}

void Network::send_binding(const model::Binding& binding) {
  sent.push_back(binding.pod_uid.text + '@' + binding.node_name.str());
  const auto there = random_.between(1, 50);
  const auto back = there + random_.between(1, 50);
  const auto fate = faulty_ ? random_.below(100) : 0;
  if (fate < 50) {
    carry_out(there, back, binding);
  } else if (fate < 60) {  // The answer is lost.
    at(there, [this, binding] { (void)server_.bind(binding); });
    answer(kTimeout, binding, {BindEnd::kUnknown, "timeout", std::nullopt});
  } else if (fate < 67) {  // The request is lost.
    answer(kTimeout, binding, {BindEnd::kUnknown, "timeout", std::nullopt});
  } else if (fate < 82) {  // The request is held up and carried out long after.
    at(random_.between(500, 20'000), [this, binding] { (void)server_.bind(binding); });
    answer(kTimeout, binding, {BindEnd::kUnknown, "timeout", std::nullopt});
  } else if (fate < 87) {
    answer(back, binding, {BindEnd::kNotTried, "slow down", random_.between(0, 2'000)});
  } else if (fate < 92) {  // 5xx, carried out or not.
    if (random_.chance(50)) at(there, [this, binding] { (void)server_.bind(binding); });
    answer(back, binding, {BindEnd::kUnknown, "internal error", std::nullopt});
  } else {
    answer(back, binding, {BindEnd::kRefused, "forbidden", std::nullopt});
  }
}

void Network::read_pod(const model::Binding& binding) {
  if (faulty_ && random_.chance(20)) {
    at(random_.between(1, 1'000), [this, binding] {
      scheduler_->on_pod_reading(
          binding, {scheduler::PodReading::Kind::kFailed, nullptr, "connection reset"});
    });
    return;
  }
  const auto there = random_.between(1, 50);
  const auto back = random_.between(1, 50);
  at(there, [this, binding, back] {
    at(back, [this, binding, reading = server_.read(binding)] {
      scheduler_->on_pod_reading(binding, reading);
    });
  });
}

void Network::patch_condition(const model::Pod& pod,
                              const scheduler::UnscheduledCondition& condition) {
  at(random_.between(1, 100), [this, uid = pod.uid.text, condition] {
    const auto found = server_.pods().find(uid);
    if (found == server_.pods().end()) return;
    model::Pod patched = *found->second;
    patched.waiting.edit().scheduled_condition_reason = condition.reason;
    patched.waiting.edit().scheduled_condition_message = condition.message;
    server_.put_pod(std::move(patched));
  });
}

void Network::write_event(const model::Pod& pod, const scheduler::PodEvent& event,
                          model::Name /*reporter*/) {
  if (event.reason == "Scheduled") ++scheduled_events[pod.uid.text];
}

void Network::at(milliseconds after, Action action) {
  actions_.emplace(std::pair(clock_.steady() + after, ++sequence_), std::move(action));
}

void Network::answer(milliseconds after, const model::Binding& binding, BindAnswer answer) {
  at(after,
     [this, binding, answer = std::move(answer)] { scheduler_->on_bind_answer(binding, answer); });
}

void Network::carry_out(milliseconds arrives, milliseconds answers, const model::Binding& binding) {
  at(arrives,
     [this, binding, wait = answers - arrives] { answer(wait, binding, server_.bind(binding)); });
}

}  // namespace neuron_scheduler::sim
