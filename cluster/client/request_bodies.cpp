#include "cluster/client/request_bodies.hpp"

#include <boost/json.hpp>

#include "cluster/model/time.hpp"

namespace neuron_scheduler::client {
namespace {

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

boost::json::object series_json(const EventSeries& series) {
  return {{"count", series.count},
          {"lastObservedTime", model::format_micro_time(series.last_observed)}};
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

std::string event_target(std::string_view namespace_name, std::string_view name) {
  return events_target(namespace_name) + '/' + escape_url(name);
}

std::string node_target(std::string_view name) { return "/api/v1/nodes/" + escape_url(name); }

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

std::string unscheduled_patch(const model::Pod& pod, std::string_view reason,
                              std::string_view message, std::optional<model::WallTime> changed) {
  boost::json::object condition{{"type", "PodScheduled"},
                                {"status", "False"},
                                {"reason", reason},
                                {"message", message},
                                {"lastProbeTime", nullptr}};
  if (pod.generation > 0) condition["observedGeneration"] = pod.generation;
  if (changed) condition["lastTransitionTime"] = model::format_time(*changed);
  return boost::json::serialize(
      boost::json::object{{"metadata", {{"uid", pod.uid.text}}},
                          {"status", {{"conditions", boost::json::array{std::move(condition)}}}}});
}

std::string node_annotation_patch(const model::Uid& uid, std::string_view key,
                                  const std::optional<std::string>& value) {
  boost::json::object annotations;
  annotations[key] = value ? boost::json::value(*value) : boost::json::value(nullptr);
  return boost::json::serialize(boost::json::object{
      {"metadata", {{"uid", uid.text}, {"annotations", std::move(annotations)}}}});
}

std::string event_body(const EventObject& event) {
  boost::json::object regarding{{"kind", "Pod"},
                                {"namespace", event.namespace_name},
                                {"name", event.pod_name},
                                {"uid", event.pod_uid},
                                {"apiVersion", "v1"}};
  if (!event.pod_version.empty()) regarding["resourceVersion"] = event.pod_version;
  boost::json::object body{
      {"apiVersion", "events.k8s.io/v1"},
      {"kind", "Event"},
      {"metadata", {{"name", event.name}, {"namespace", event.namespace_name}}},
      {"eventTime", model::format_micro_time(event.time)},
      {"reportingController", event.reporter.controller},
      {"reportingInstance", event.reporter.instance},
      {"action", event.text.action},
      {"reason", event.text.reason},
      {"regarding", std::move(regarding)},
      {"note", event.text.note},
      {"type", event.text.warning ? "Warning" : "Normal"}};
  if (event.series) body["series"] = series_json(*event.series);
  return boost::json::serialize(body);
}

std::string series_patch(const EventSeries& series) {
  return boost::json::serialize(boost::json::object{{"series", series_json(series)}});
}

}  // namespace neuron_scheduler::client
