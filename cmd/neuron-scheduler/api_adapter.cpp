#include "cmd/neuron-scheduler/api_adapter.hpp"

#include <utility>

#include <spdlog/fmt/fmt.h>

namespace neuron_scheduler::cmd {
namespace {

scheduler::BindEnd translate(client::BindEnd end) {
  switch (end) {
    case client::BindEnd::kDone:
      return scheduler::BindEnd::kDone;
    case client::BindEnd::kRefused:
      return scheduler::BindEnd::kRefused;
    case client::BindEnd::kConflict:
      return scheduler::BindEnd::kConflict;
    case client::BindEnd::kNotFound:
      return scheduler::BindEnd::kNotFound;
    case client::BindEnd::kNotTried:
      return scheduler::BindEnd::kNotTried;
    case client::BindEnd::kUnknown:
      break;
  }
  return scheduler::BindEnd::kUnknown;
}

scheduler::PodReading::Kind translate(client::PodAnswer::Kind kind) {
  switch (kind) {
    case client::PodAnswer::Kind::kFound:
      return scheduler::PodReading::Kind::kFound;
    case client::PodAnswer::Kind::kNotFound:
      return scheduler::PodReading::Kind::kNotFound;
    case client::PodAnswer::Kind::kFailed:
      break;
  }
  return scheduler::PodReading::Kind::kFailed;
}

}  // namespace

void ApiAdapter::send_binding(const model::Binding& binding) {
  auto done = [this, binding](const client::BindAnswer& answer) {
    if (answer.end != client::BindEnd::kDone) {
      log_.warning(fmt::format("Binding of pod {}/{} to node {}: {}", binding.namespace_name.str(),
                               binding.pod_name, binding.node_name.str(), answer.message));
    }
    pump_->on_bind_answer(binding, {translate(answer.end), answer.message, answer.retry_after});
  };
  calls_.bind(binding, std::move(done));
}

void ApiAdapter::read_pod(const model::Binding& binding) {
  auto done = [this, binding](client::PodAnswer answer) {
    pump_->on_pod_reading(
        binding, {translate(answer.kind), std::move(answer.pod), std::move(answer.message)});
  };
  calls_.get_pod(binding.namespace_name, binding.pod_name, std::move(done));
}

void ApiAdapter::patch_condition(const model::Pod& pod,
                                 const scheduler::UnscheduledCondition& condition) {
  calls_.patch_unscheduled(pod, condition.reason, condition.message);
}

void ApiAdapter::write_event(const model::Pod& pod, const scheduler::PodEvent& event,
                             model::Name reporter) {
  constexpr int kBindingsShown = 2;
  if (log_.shows(kBindingsShown)) {
    log_.verbose(kBindingsShown,
                 fmt::format("{} pod {}: {}", event.reason, pod.full_name(), event.note));
  }
  calls_.create_event(pod, {event.warning, event.reason, event.action, event.note, reporter.str()});
}

}  // namespace neuron_scheduler::cmd
