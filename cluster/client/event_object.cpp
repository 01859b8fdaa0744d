#include "cluster/client/event_object.hpp"

#include <array>
#include <charconv>

#include "cluster/model/text.hpp"

namespace neuron_scheduler::client {
namespace {

constexpr std::size_t kNoteBytesMax = 1024;  // events.k8s.io validation, NoteLengthLimit
constexpr std::size_t kFieldBytesMax = 128;  // reason, action, reportingInstance: validated there
constexpr std::size_t kEventNameBytesMax = 253;

std::string event_name(std::string_view pod_name, model::WallTime now) {
  std::array<char, 32> buffer{};
  const auto nanos = static_cast<std::uint64_t>(now.time_since_epoch().count());
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), nanos, 16).ptr;
  const std::string suffix = "." + std::string(buffer.data(), end);
  std::string_view prefix = pod_name.substr(0, kEventNameBytesMax - suffix.size());
  while (prefix.ends_with('.') || prefix.ends_with('-')) prefix.remove_suffix(1);
  return std::string(prefix) + suffix;
}

std::string cut_field(std::string_view text) {
  return std::string(model::cut_utf8(text, kFieldBytesMax));
}

}  // namespace

EventObject make_event(const model::Pod& pod, const model::PodEvent& text,
                       const EventReporter& reporter, model::WallTime now) {
  EventObject event;
  event.name = event_name(pod.name, now);
  event.namespace_name = pod.namespace_name.str();
  event.pod_name = pod.name;
  event.pod_uid = pod.uid.text;
  event.pod_version = pod.resource_version;
  event.text = {text.warning, cut_field(text.reason), cut_field(text.action), cut_note(text.note)};
  event.reporter = {reporter.controller, cut_field(reporter.instance)};
  event.time = now;
  return event;
}

std::string cut_note(std::string_view note) { return model::truncated(note, kNoteBytesMax); }

}  // namespace neuron_scheduler::client
