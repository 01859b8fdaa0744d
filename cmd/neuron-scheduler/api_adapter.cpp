#include "cmd/neuron-scheduler/api_adapter.hpp"

#include <utility>

#include <spdlog/fmt/fmt.h>

namespace neuron_scheduler::cmd {

void ApiAdapter::send_binding(const model::Binding& binding) {
  // The order on the node matters for bindings of Neuron pods, and for these alone.
  if (touch_ == nullptr || !binding.in_order_on_node) return post(binding);
  touch_->before_binding(binding.node_name,
                         [this, binding](const std::optional<model::BindAnswer>& instead) {
                           if (instead) return answer(binding, *instead);
                           post(binding);
                         });
}

void ApiAdapter::post(const model::Binding& binding) {
  auto done = [this, binding](const model::BindAnswer& got) { answer(binding, got); };
  calls_.bind(binding, std::move(done));
}

void ApiAdapter::answer(const model::Binding& binding, const model::BindAnswer& answer) {
  if (answer.end != model::BindEnd::kDone) {
    log_.warning(fmt::format("Binding of pod {}/{} to node {}: {}", binding.namespace_name.str(),
                             binding.pod_name, binding.node_name.str(), answer.message));
  }
  pump_->on_bind_answer(binding, answer);
}

void ApiAdapter::read_pod(const model::Binding& binding) {
  auto done = [this, binding](model::PodReading reading) {
    if (reading.kind == model::PodReading::Kind::kFailed) {
      log_.warning(fmt::format("Reading pod {}/{} after a conflict: {}",
                               binding.namespace_name.str(), binding.pod_name, reading.message));
    }
    pump_->on_pod_reading(binding, std::move(reading));
  };
  calls_.get_pod(binding.namespace_name, binding.pod_name, std::move(done));
}

void ApiAdapter::patch_condition(const model::Pod& pod,
                                 const scheduler::UnscheduledCondition& condition) {
  calls_.patch_unscheduled(pod, condition.reason, condition.message);
}

void ApiAdapter::lead() {
  on_hold_ = false;
  for (const HeldEvent& held : std::exchange(held_, {})) {
    write_event(held.pod, held.event, held.reporter);
  }
}

void ApiAdapter::write_event(const model::Pod& pod, const scheduler::PodEvent& event,
                             model::Name reporter) {
  if (on_hold_) {
    held_.push_back({pod, event, reporter});
    if (held_.size() > kHeldMax) held_.pop_front();
    return;
  }
  constexpr int kBindingsShown = 2;
  if (log_.shows(kBindingsShown)) {
    log_.verbose(kBindingsShown,
                 fmt::format("{} pod {}: {}", event.reason, pod.full_name(), event.note));
  }
  calls_.create_event(pod, event, reporter.str());
}

}  // namespace neuron_scheduler::cmd
