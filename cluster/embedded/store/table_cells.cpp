#include "cluster/embedded/store/table_cells.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/string.hpp>

#include "cluster/embedded/store/event_faces.hpp"
#include "cluster/embedded/store/table.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::string_view kNone = "<none>";
constexpr std::string_view kUnknown = "<unknown>";

std::string_view or_else(std::string_view text, std::string_view otherwise) {
  return text.empty() ? otherwise : text;
}

std::string_view text_at(const json::object& object, std::string_view holder,
                         std::string_view key) {
  const auto* part = object_in(object, holder);
  return part == nullptr ? std::string_view{} : text_in(*part, key);
}

std::string created_ago(const json::object& object, model::WallTime now) {
  return age_of(text_at(object, "metadata", "creationTimestamp"), now);
}

// The first element of a list of structs whose key has that value.
const json::object* find_by(const json::object& object, std::string_view list, std::string_view key,
                            std::string_view value) {
  const json::object* found = nullptr;
  each_object(object, list, [&](const json::object& one, std::size_t) {
    if (found == nullptr && text_in(one, key) == value) found = &one;
  });
  return found;
}

std::string first_address(const json::object& status, std::string_view type) {
  const auto* address = find_by(status, "addresses", "type", type);
  return std::string(address == nullptr ? kNone : text_in(*address, "address"));
}

std::string readiness_gates(const json::object& spec, const json::object& status) {
  std::size_t gates = 0;
  std::size_t open = 0;
  each_object(spec, "readinessGates", [&](const json::object& gate, std::size_t) {
    ++gates;
    const auto* condition = find_by(status, "conditions", "type", text_in(gate, "conditionType"));
    if (condition != nullptr && text_in(*condition, "status") == "True") ++open;
  });
  if (gates == 0) return std::string(kNone);
  return std::to_string(open) + "/" + std::to_string(gates);
}

json::array pod_cells(const json::object& pod, model::WallTime now) {
  static const json::object kEmpty;
  const auto* spec = object_in(pod, "spec");
  const auto* status = object_in(pod, "status");
  if (spec == nullptr) spec = &kEmpty;
  if (status == nullptr) status = &kEmpty;
  const PodSummary summary = summarize(pod);
  std::string restarts = std::to_string(summary.restarts);
  if (summary.restarts != 0 && !summary.last_restart.empty()) {
    restarts += " (" + age_of(summary.last_restart, now) + " ago)";
  }
  const auto* ips = array_in(*status, "podIPs");
  const auto* first = ips == nullptr || ips->empty() ? nullptr : ips->front().if_object();
  return {text_at(pod, "metadata", "name"),
          std::to_string(summary.ready) + "/" + std::to_string(summary.containers),
          summary.status,
          restarts,
          created_ago(pod, now),
          first == nullptr ? kNone : or_else(text_in(*first, "ip"), kNone),
          or_else(text_in(*spec, "nodeName"), kNone),
          or_else(text_in(*status, "nominatedNodeName"), kNone),
          readiness_gates(*spec, *status)};
}

std::string node_status(const json::object& spec, const json::object& status) {
  const auto* ready = find_by(status, "conditions", "type", "Ready");
  std::string text = "Unknown";
  if (ready != nullptr) text = text_in(*ready, "status") == "True" ? "Ready" : "NotReady";
  if (flag_in(spec, "unschedulable")) text += ",SchedulingDisabled";
  return text;
}

std::string node_roles(const json::object& node) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::set<std::string> roles;
  const auto* metadata = object_in(node, "metadata");
  const auto* labels = metadata == nullptr ? nullptr : object_in(*metadata, "labels");
  if (labels == nullptr) return std::string(kNone);
  for (const auto& label : *labels) {
    const std::string_view key(label.key().data(), label.key().size());
    if (key.starts_with(kPrefix) && key.size() > kPrefix.size()) {
      roles.emplace(key.substr(kPrefix.size()));
    } else if (key == "kubernetes.io/role" && !text_of(label.value()).empty()) {
      roles.emplace(text_of(label.value()));
    }
  }
  if (roles.empty()) return std::string(kNone);
  return join(std::vector<std::string>(roles.begin(), roles.end()), ",");
}

json::array node_cells(const json::object& node, model::WallTime now) {
  static const json::object kEmpty;
  const auto* spec = object_in(node, "spec");
  const auto* status = object_in(node, "status");
  if (spec == nullptr) spec = &kEmpty;
  if (status == nullptr) status = &kEmpty;
  const auto* system = object_in(*status, "nodeInfo");
  if (system == nullptr) system = &kEmpty;
  std::string kernel(or_else(text_in(*system, "kernelVersion"), kUnknown));
  const std::string_view architecture = text_in(*system, "architecture");
  if (!architecture.empty()) kernel.append(" (").append(architecture).append(")");
  return {text_at(node, "metadata", "name"),
          node_status(*spec, *status),
          node_roles(node),
          created_ago(node, now),
          text_in(*system, "kubeletVersion"),
          first_address(*status, "InternalIP"),
          first_address(*status, "ExternalIP"),
          or_else(text_in(*system, "osImage"), kUnknown),
          kernel,
          or_else(text_in(*system, "containerRuntimeVersion"), kUnknown)};
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

std::string event_source(const json::object& event) {
  std::string text(
      or_else(text_at(event, "source", "component"), text_in(event, "reportingComponent")));
  const std::string_view instance =
      or_else(text_at(event, "source", "host"), text_in(event, "reportingInstance"));
  if (!instance.empty()) text.append(", ").append(instance);
  return text;
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// event: as core/v1 shows it.
json::array event_cells(const json::object& event, model::WallTime now) {
  const std::string first =
      age_of(or_else(text_in(event, "firstTimestamp"), text_in(event, "eventTime")), now);
  const std::string_view last_time = text_in(event, "lastTimestamp");
  std::string last = last_time.empty() ? first : age_of(last_time, now);
  std::int64_t count = integer_in(event, "count");
  if (const auto* series = object_in(event, "series")) {
    last = age_of(text_in(*series, "lastObservedTime"), now);
    count = integer_in(*series, "count");
  } else if (count == 0) {
    count = 1;
  }
  std::string target = lower(text_at(event, "involvedObject", "kind"));
  const std::string_view name = text_at(event, "involvedObject", "name");
  if (!name.empty()) target.append("/").append(name);
  return {last,
          text_in(event, "type"),
          text_in(event, "reason"),
          target,
          text_at(event, "involvedObject", "fieldPath"),
          event_source(event),
          without_blanks(text_in(event, "message")),
          first,
          count,
          text_at(event, "metadata", "name")};
}

}  // namespace

std::string age_of(std::string_view time, model::WallTime now) {
  const auto then = model::parse_time(time);
  return then ? human_duration(now - *then) : std::string(kUnknown);
}

json::array cells_of(Face face, const json::object& object, model::WallTime now) {
  switch (face) {
    case Face::kPods:
      return pod_cells(object, now);
    case Face::kNodes:
      return node_cells(object, now);
    case Face::kNamespaces:
      return {text_at(object, "metadata", "name"), text_at(object, "status", "phase"),
              created_ago(object, now)};
    case Face::kCoreEvents:
      return event_cells(object, now);
    case Face::kEvents:
      return event_cells(to_core_event(object), now);
    case Face::kLeases:
      break;
  }
  return {text_at(object, "metadata", "name"), text_at(object, "spec", "holderIdentity"),
          created_ago(object, now)};
}

}  // namespace neuron_scheduler::embedded
