#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validators.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::int64_t kSecondsMax = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kFileModeMax = 0777;
constexpr std::array<std::string_view, 3> kRestartPolicies = {"Always", "OnFailure", "Never"};
constexpr std::array<std::string_view, 4> kDnsPolicies = {"ClusterFirstWithHostNet", "ClusterFirst",
                                                          "Default", "None"};
constexpr std::array<std::string_view, 2> kPreemptionPolicies = {"PreemptLowerPriority", "Never"};

// What a volume's source must say.
struct Needed {
  std::string_view source;
  std::string_view field;
};
constexpr Needed kNeeded[] = {
    {"hostPath", "path"}, {"secret", "secretName"}, {"persistentVolumeClaim", "claimName"},
    {"nfs", "server"},    {"nfs", "path"},          {"configMap", "name"},
    {"csi", "driver"},    {"image", "reference"},
};

void check_source(const json::object& volume, const Path& path, Causes& causes) {
  bool first = !volume.contains("emptyDir");
  for (const auto& member : volume) {
    const std::string_view key(member.key().data(), member.key().size());
    if (key == "name" || key == "emptyDir") continue;
    if (!first) causes.forbidden(path.child(key), "may not specify more than 1 volume type");
    first = false;
  }
  for (const Needed& needed : kNeeded) {
    const auto* source = object_in(volume, needed.source);
    if (source != nullptr && text_in(*source, needed.field).empty()) {
      causes.required(path.child(needed.source).child(needed.field));
    }
  }
  for (const std::string_view key : {"secret", "configMap", "downwardAPI", "projected"}) {
    const auto* source = object_in(volume, key);
    const std::int64_t mode = source == nullptr ? 0 : integer_in(*source, "defaultMode");
    if (mode < 0 || mode > kFileModeMax) {
      causes.invalid(path.child(key).child("defaultMode"), std::to_string(mode),
                     "must be a number between 0 and 0777 (octal), both inclusive");
    }
  }
}

void check_tokens(const json::object& spec, const Path& path, Causes& causes) {
  if (!text_in(spec, "serviceAccountName").empty()) return;
  each_object(spec, "volumes", [&](const json::object& volume, std::size_t i) {
    const Path at = path.index(i);
    const Path projected = at.child("projected");
    const Path sources = projected.child("sources");
    each_object(part(volume, "projected"), "sources",
                [&](const json::object& source, std::size_t j) {
                  if (!source.contains("serviceAccountToken")) return;
                  causes.forbidden(sources.index(j).child("serviceAccountToken"),
                                   "must not be specified when serviceAccountName is not set");
                });
  });
}

void check_gates(const json::object& spec, const Path& path, Causes& causes) {
  std::set<std::string_view> seen;
  each_object(spec, "schedulingGates", [&](const json::object& gate, std::size_t i) {
    const std::string_view name = text_in(gate, "name");
    causes.complain(path.index(i), name, check_label_key(name));
    if (!seen.insert(name).second) causes.duplicate(path.index(i), quoted(name));
  });
}

void check_host_network(const json::object& spec, const Path& path, Causes& causes) {
  if (!flag_in(spec, "hostNetwork")) return;
  const Path containers = path.child("containers");
  each_object(spec, "containers", [&](const json::object& container, std::size_t i) {
    const Path at = containers.index(i);
    const Path ports = at.child("ports");
    each_object(container, "ports", [&](const json::object& port, std::size_t j) {
      const std::int64_t host = integer_in(port, "hostPort");
      if (host == integer_in(port, "containerPort")) return;
      causes.invalid(ports.index(j).child("hostPort"), std::to_string(host),
                     "must match `containerPort` when `hostNetwork` is true");
    });
  });
}

void check_names(const json::object& spec, const Path& path, Causes& causes) {
  for (const std::string_view key : {"serviceAccountName", "nodeName", "priorityClassName"}) {
    const std::string_view name = text_in(spec, key);
    if (!name.empty()) causes.complain(path.child(key), name, check_dns_subdomain(name));
  }
  for (const std::string_view key : {"hostname", "subdomain"}) {
    const std::string_view name = text_in(spec, key);
    if (!name.empty()) causes.complain(path.child(key), name, check_dns_label(name));
  }
  if (spec.contains("runtimeClassName")) {
    const std::string_view name = text_in(spec, "runtimeClassName");
    causes.complain(path.child("runtimeClassName"), name, check_dns_subdomain(name));
  }
}

void check_seconds(const json::object& spec, const Path& path, Causes& causes) {
  if (!spec.contains("activeDeadlineSeconds")) return;
  const std::int64_t seconds = integer_in(spec, "activeDeadlineSeconds");
  if (seconds >= 1 && seconds <= kSecondsMax) return;
  causes.invalid(path.child("activeDeadlineSeconds"), std::to_string(seconds),
                 "must be between 1 and " + std::to_string(kSecondsMax) + ", inclusive");
}

void check_readiness_gates(const json::object& spec, const Path& path, Causes& causes) {
  each_object(spec, "readinessGates", [&](const json::object& gate, std::size_t i) {
    const std::string_view type = text_in(gate, "conditionType");
    causes.complain(path.index(i).child("conditionType"), type, check_label_key(type));
  });
}

void check_image_blanks(const json::object& spec, std::string_view key, const Path& path,
                        Causes& causes) {
  const Path containers = path.child(key);
  each_object(spec, key, [&](const json::object& container, std::size_t i) {
    const std::string_view image = text_in(container, "image");
    if (image.empty() || (image.front() != ' ' && image.back() != ' ')) return;
    causes.invalid(containers.index(i).child("image"), quoted(image),
                   "must not have leading or trailing whitespace");
  });
}

void check_spec(const json::object& spec, Causes& causes) {
  const Path path("spec");
  check_volumes(spec, path.child("volumes"), causes);
  check_containers(spec, path, causes);
  check_host_network(spec, path, causes);
  check_word(text_in(spec, "restartPolicy"), kRestartPolicies, path.child("restartPolicy"), causes);
  check_word(text_in(spec, "dnsPolicy"), kDnsPolicies, path.child("dnsPolicy"), causes);
  check_labels(part(spec, "nodeSelector"), path.child("nodeSelector"), causes);
  if (flag_in(spec, "shareProcessNamespace") && flag_in(spec, "hostPID")) {
    causes.invalid(path.child("shareProcessNamespace"), "true",
                   "ShareProcessNamespace and HostPID cannot both be enabled");
  }
  check_affinity(part(spec, "affinity"), path.child("affinity"), causes);
  check_readiness_gates(spec, path.child("readinessGates"), causes);
  check_gates(spec, path.child("schedulingGates"), causes);
  check_spread(spec, path.child("topologySpreadConstraints"), causes);
  check_names(spec, path, causes);
  check_seconds(spec, path, causes);
  check_tolerations(spec, path.child("tolerations"), causes);
  if (spec.contains("preemptionPolicy")) {
    check_word(text_in(spec, "preemptionPolicy"), kPreemptionPolicies,
               path.child("preemptionPolicy"), causes);
  }
  if (const auto* overhead = spec.if_contains("overhead")) {
    check_resources(json::object{{"limits", *overhead}}, path.child("overhead"), causes);
  }
  check_tokens(spec, path.child("volumes"), causes);
  check_image_blanks(spec, "containers", path, causes);
  check_image_blanks(spec, "initContainers", path, causes);
}

}  // namespace

void check_volumes(const json::object& spec, const Path& path, Causes& causes) {
  std::set<std::string_view> names;
  each_object(spec, "volumes", [&](const json::object& volume, std::size_t i) {
    const Path at = path.index(i);
    check_source(volume, at, causes);
    const std::string_view name = text_in(volume, "name");
    if (name.empty()) {
      causes.required(at.child("name"));
    } else {
      causes.complain(at.child("name"), name, check_dns_label(name));
    }
    if (!names.insert(name).second) causes.duplicate(at.child("name"), quoted(name));
  });
}

void check_pod_fields(const json::object& pod, Causes& causes) {
  check_metadata(pod, true, check_dns_subdomain, causes);
  check_finalizer_names(pod, causes);
  check_spec(part(pod, "spec"), causes);
}

void check_pod(const json::object& pod, Causes& causes) {
  check_pod_fields(pod, causes);
  const json::object& spec = part(pod, "spec");
  const Path path("spec");
  if (count_in(spec, "ephemeralContainers") > 0) {
    causes.forbidden(path.child("ephemeralContainers"), "cannot be set on create");
  }
  if (!text_in(spec, "nodeName").empty() && count_in(spec, "schedulingGates") > 0) {
    causes.forbidden(path.child("nodeName"),
                     "cannot be set until all schedulingGates have been cleared");
  }
}

}  // namespace neuron_scheduler::embedded
