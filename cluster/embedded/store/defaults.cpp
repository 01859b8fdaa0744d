#include "cluster/embedded/store/defaults.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/quantity_text.hpp"
#include "cluster/embedded/store/text.hpp"
#include "cluster/model/quantity.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::int64_t kGracePeriodSeconds = 30;
constexpr std::int64_t kVolumeMode = 0644;
constexpr std::int64_t kTokenSeconds = 3600;

// Decoded objects have no empty values where absent means the same: what is missing is unset.
void set_missing(json::object& object, std::string_view key, json::value value) {
  if (!object.contains(key)) object.emplace(key, std::move(value));
}

template <class Visit>
void each(json::object& object, std::string_view key, const Visit& visit) {
  json::array* items = array_in(object, key);
  if (items == nullptr) return;
  for (json::value& item : *items) {
    if (auto* one = item.if_object()) visit(*one);
  }
}

// Finer than a thousandth is rounded up (SetDefaults_ResourceList).
void round_up(json::object* resources) {
  if (resources == nullptr) return;
  for (auto& member : *resources) {
    const std::string_view text = text_of(member.value());
    if (!text.ends_with('n') && !text.ends_with('u')) continue;
    const auto quantity = model::Quantity::parse(text);
    if (!quantity) continue;
    member.value() =
        canonical_quantity(std::to_string(quantity->milli_value()) + "m").value_or("0");
  }
}

void default_field_ref(json::object& source) {
  if (auto* field = object_in(source, "fieldRef")) set_missing(*field, "apiVersion", "v1");
}

void default_http_get(json::object& handler) {
  auto* get = object_in(handler, "httpGet");
  if (get == nullptr) return;
  set_missing(*get, "path", "/");
  set_missing(*get, "scheme", "HTTP");
}

void default_probe(json::object& container, std::string_view key) {
  auto* probe = object_in(container, key);
  if (probe == nullptr) return;
  default_http_get(*probe);
  if (auto* grpc = object_in(*probe, "grpc")) set_missing(*grpc, "service", "");
  set_missing(*probe, "timeoutSeconds", 1);
  set_missing(*probe, "periodSeconds", 10);
  set_missing(*probe, "successThreshold", 1);
  set_missing(*probe, "failureThreshold", 3);
}

// The tag of an image, "latest" where it has neither tag nor digest.
std::string_view tag_of(std::string_view image) {
  const auto at = image.find('@');
  const std::string_view name = image.substr(0, at);
  const auto colon = name.rfind(':');
  const auto slash = name.rfind('/');
  const bool has_tag =
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  if (has_tag) return name.substr(colon + 1);
  return at == std::string_view::npos && !name.empty() ? "latest" : "";
}

json::string_view pull_policy(std::string_view image) {
  return tag_of(image) == "latest" ? "Always" : "IfNotPresent";
}

void default_container(json::object& container) {
  set_missing(container, "imagePullPolicy", pull_policy(text_in(container, "image")));
  set_missing(container, "terminationMessagePath", "/dev/termination-log");
  set_missing(container, "terminationMessagePolicy", "File");
  each(container, "ports", [](json::object& port) { set_missing(port, "protocol", "TCP"); });
  each(container, "env", [](json::object& variable) {
    auto* source = object_in(variable, "valueFrom");
    if (source == nullptr) return;
    default_field_ref(*source);
    if (auto* file = object_in(*source, "fileKeyRef")) set_missing(*file, "optional", false);
  });
  if (auto* resources = object_in(container, "resources")) {
    round_up(object_in(*resources, "limits"));
    round_up(object_in(*resources, "requests"));
  }
  for (const std::string_view key : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    default_probe(container, key);
  }
  if (auto* lifecycle = object_in(container, "lifecycle")) {
    for (const std::string_view key : {"postStart", "preStop"}) {
      if (auto* handler = object_in(*lifecycle, key)) default_http_get(*handler);
    }
  }
}

// Requests that are not said are the limits.
void default_requests(json::object& container) {
  auto* resources = object_in(container, "resources");
  const auto* limits = resources == nullptr ? nullptr : object_in(*resources, "limits");
  if (limits == nullptr || limits->empty()) return;
  json::object requests;
  if (auto* existing = object_in(*resources, "requests")) requests = std::move(*existing);
  for (const auto& limit : *limits) {
    if (!requests.contains(limit.key())) requests.emplace(limit.key(), limit.value());
  }
  (*resources)["requests"] = std::move(requests);
}

void default_host_ports(json::object& container) {
  each(container, "ports", [](json::object& port) {
    if (integer_in(port, "hostPort") == 0) {
      port["hostPort"] = integer_in(port, "containerPort");
    }
  });
}

void default_downward_items(json::object& source) {
  each(source, "items", [](json::object& item) { default_field_ref(item); });
}

void default_volume(json::object& volume) {
  // A name alone is an emptyDir.
  if (volume.size() <= 1 && (volume.empty() || volume.contains("name"))) {
    volume.emplace("emptyDir", json::object{});
  }
  if (auto* path = object_in(volume, "hostPath")) set_missing(*path, "type", "");
  for (const std::string_view key : {"secret", "configMap", "downwardAPI", "projected"}) {
    if (auto* source = object_in(volume, key)) set_missing(*source, "defaultMode", kVolumeMode);
  }
  if (auto* downward = object_in(volume, "downwardAPI")) default_downward_items(*downward);
  if (auto* projected = object_in(volume, "projected")) {
    each(*projected, "sources", [](json::object& source) {
      if (auto* downward = object_in(source, "downwardAPI")) default_downward_items(*downward);
      if (auto* token = object_in(source, "serviceAccountToken")) {
        set_missing(*token, "expirationSeconds", kTokenSeconds);
      }
    });
  }
  if (auto* image = object_in(volume, "image")) {
    set_missing(*image, "pullPolicy", pull_policy(text_in(*image, "reference")));
  }
  auto* ephemeral = object_in(volume, "ephemeral");
  auto* claim = ephemeral == nullptr ? nullptr : object_in(*ephemeral, "volumeClaimTemplate");
  auto* claim_spec = claim == nullptr ? nullptr : object_in(*claim, "spec");
  if (claim_spec != nullptr) set_missing(*claim_spec, "volumeMode", "Filesystem");
}

void default_service_account(json::object& spec) {
  const std::string_view deprecated = text_in(spec, "serviceAccount");
  if (text_in(spec, "serviceAccountName").empty() && !deprecated.empty()) {
    spec["serviceAccountName"] = std::string(deprecated);
  }
  const std::string name(text_in(spec, "serviceAccountName"));
  if (!name.empty()) spec["serviceAccount"] = name;
}

void default_pod_spec(json::object& spec) {
  if (integer_in(spec, "terminationGracePeriodSeconds") < 0) {
    spec["terminationGracePeriodSeconds"] = 1;
  }
  for (const std::string_view key : {"containers", "initContainers"}) {
    each(spec, key, [](json::object& container) { default_requests(container); });
    if (!flag_in(spec, "hostNetwork")) continue;
    each(spec, key, [](json::object& container) { default_host_ports(container); });
  }
  set_missing(spec, "enableServiceLinks", true);
  default_service_account(spec);
  set_missing(spec, "dnsPolicy", "ClusterFirst");
  set_missing(spec, "restartPolicy", "Always");
  set_missing(spec, "securityContext", json::object{});
  set_missing(spec, "terminationGracePeriodSeconds", kGracePeriodSeconds);
  set_missing(spec, "schedulerName", "default-scheduler");
  each(spec, "volumes", default_volume);
  for (const std::string_view key : {"initContainers", "containers", "ephemeralContainers"}) {
    each(spec, key, default_container);
  }
  round_up(object_in(spec, "overhead"));
}

// podIP and the first of podIPs are one; the former decides.
void default_pod_status(json::object& status) {
  const std::string ip(text_in(status, "podIP"));
  const auto* ips = array_in(status, "podIPs");
  const auto* first = ips == nullptr || ips->empty() ? nullptr : ips->front().if_object();
  const std::string first_ip(first == nullptr ? std::string_view{} : text_in(*first, "ip"));
  if (ip.empty() && first != nullptr) {
    if (!first_ip.empty()) status["podIP"] = first_ip;
  } else if (!ip.empty() && ip != first_ip) {
    status["podIPs"] = json::array{json::object{{"ip", ip}}};
  }
}

// podCIDR is the first of podCIDRs.
void default_cidrs(json::object& spec) {
  const std::string one(text_in(spec, "podCIDR"));
  const auto* list = array_in(spec, "podCIDRs");
  const std::string first(list == nullptr || list->empty() ? std::string_view{}
                                                           : text_of(list->front()));
  if (one.empty() && !first.empty()) spec["podCIDR"] = first;
  if (!one.empty() && one != first) spec["podCIDRs"] = json::array{one};
}

void default_node(json::object& node) {
  if (auto* spec = object_in(node, "spec")) default_cidrs(*spec);
  auto* status = object_in(node, "status");
  if (status == nullptr) return;
  round_up(object_in(*status, "capacity"));
  if (const auto* capacity = status->if_contains("capacity")) {
    set_missing(*status, "allocatable", *capacity);
  }
  round_up(object_in(*status, "allocatable"));
}

void default_namespace(json::object& object) {
  auto* metadata = object_in(object, "metadata");
  const std::string name(metadata == nullptr ? std::string_view{} : text_in(*metadata, "name"));
  if (!name.empty()) {
    auto* labels = object_in(*metadata, "labels");
    if (labels == nullptr) labels = &(*metadata)["labels"].emplace_object();
    (*labels)["kubernetes.io/metadata.name"] = name;
  }
  if (auto* status = object_in(object, "status")) set_missing(*status, "phase", "Active");
}

}  // namespace

void set_defaults(Face face, json::object& object) {
  switch (face) {
    case Face::kPods:
      if (auto* spec = object_in(object, "spec")) default_pod_spec(*spec);
      if (auto* status = object_in(object, "status")) default_pod_status(*status);
      return;
    case Face::kNodes:
      default_node(object);
      return;
    case Face::kNamespaces:
      default_namespace(object);
      return;
    case Face::kCoreEvents:
    case Face::kEvents:
    case Face::kLeases:
      return;
  }
}

}  // namespace neuron_scheduler::embedded
