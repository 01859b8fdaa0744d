#include "cluster/client/request_bodies.hpp"

#include <array>
#include <charconv>

#include <boost/json.hpp>

#include "cluster/model/text.hpp"

namespace neuron_scheduler::client {
namespace {

constexpr std::size_t kNoteBytesMax = 1024;  // events.k8s.io validation, NoteLengthLimit
constexpr std::size_t kFieldBytesMax = 128;  // reason, action, reportingInstance: validated there
constexpr std::size_t kEventNameBytesMax = 253;

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

std::string event_name(std::string_view pod_name, model::WallTime now) {
  std::array<char, 32> buffer{};
  const auto nanos = static_cast<std::uint64_t>(now.time_since_epoch().count());
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), nanos, 16).ptr;
  const std::string suffix = "." + std::string(buffer.data(), end);
  std::string_view prefix = pod_name.substr(0, kEventNameBytesMax - suffix.size());
  while (prefix.ends_with('.') || prefix.ends_with('-')) prefix.remove_suffix(1);
  return std::string(prefix) + suffix;
}

}  // namespace

std::string escape_url(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    if (unreserved(c)) {
      escaped += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      escaped += '%';
      escaped += kHex[byte >> 4U];
      escaped += kHex[byte & 0xFU];
    }
  }
  return escaped;
}

std::string pod_target(std::string_view namespace_name, std::string_view name) {
  return "/api/v1/namespaces/" + escape_url(namespace_name) + "/pods/" + escape_url(name);
}

std::string events_target(std::string_view namespace_name) {
  return "/apis/events.k8s.io/v1/namespaces/" + escape_url(namespace_name) + "/events";
}

std::string binding_body(const model::Binding& binding) {
  boost::json::object metadata{{"namespace", binding.namespace_name.view()},
                               {"name", binding.pod_name},
                               {"uid", binding.pod_uid.text}};
  if (!binding.annotations.empty()) {
    boost::json::object annotations;
    for (const auto& [key, value] : binding.annotations) annotations[key] = value;
    metadata["annotations"] = std::move(annotations);
  }
  return boost::json::serialize(boost::json::object{
      {"apiVersion", "v1"},
      {"kind", "Binding"},
      {"metadata", std::move(metadata)},
      {"target", {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", binding.node_name.view()}}}});
}

std::string unscheduled_patch(const model::Uid& pod_uid, std::string_view reason,
                              std::string_view message, std::optional<model::WallTime> changed) {
  boost::json::object condition{{"type", "PodScheduled"},
                                {"status", "False"},
                                {"reason", reason},
                                {"message", message},
                                {"lastProbeTime", nullptr}};
  if (changed) condition["lastTransitionTime"] = model::format_time(*changed);
  return boost::json::serialize(
      boost::json::object{{"metadata", {{"uid", pod_uid.text}}},
                          {"status", {{"conditions", boost::json::array{std::move(condition)}}}}});
}

std::string event_body(const model::Pod& pod, const model::PodEvent& event,
                       const EventReporter& reporter, model::WallTime now) {
  boost::json::object regarding{{"kind", "Pod"},
                                {"namespace", pod.namespace_name.view()},
                                {"name", pod.name},
                                {"uid", pod.uid.text},
                                {"apiVersion", "v1"}};
  if (!pod.resource_version.empty()) regarding["resourceVersion"] = pod.resource_version;
  return boost::json::serialize(boost::json::object{
      {"apiVersion", "events.k8s.io/v1"},
      {"kind", "Event"},
      {"metadata", {{"name", event_name(pod.name, now)}, {"namespace", pod.namespace_name.view()}}},
      {"eventTime", model::format_micro_time(now)},
      {"reportingController", reporter.controller},
      {"reportingInstance", model::cut_utf8(reporter.instance, kFieldBytesMax)},
      {"action", model::cut_utf8(event.action, kFieldBytesMax)},
      {"reason", model::cut_utf8(event.reason, kFieldBytesMax)},
      {"regarding", std::move(regarding)},
      {"note", cut_note(event.note)},
      {"type", event.warning ? "Warning" : "Normal"}});
}

std::string cut_note(std::string_view note) { return model::truncated(note, kNoteBytesMax); }

}  // namespace neuron_scheduler::client
