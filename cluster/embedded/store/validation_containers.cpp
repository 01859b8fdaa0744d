#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validators.hpp"
#include "cluster/model/quantity.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

using Names = std::set<std::string, std::less<>>;

constexpr std::int64_t kPortMax = 65'535;
constexpr std::array<std::string_view, 3> kProtocols = {"SCTP", "TCP", "UDP"};
constexpr std::array<std::string_view, 3> kPullPolicies = {"Always", "IfNotPresent", "Never"};
constexpr std::array<std::string_view, 2> kMessagePolicies = {"File", "FallbackToLogsOnError"};
constexpr std::array<std::string_view, 3> kRestartPolicies = {"Always", "Never", "OnFailure"};
constexpr std::array<std::string_view, 2> kSchemes = {"HTTP", "HTTPS"};

void check_port(std::int64_t port, const Path& path, Causes& causes) {
  if (port >= 1 && port <= kPortMax) return;
  causes.invalid(path, std::to_string(port), "must be between 1 and 65535, inclusive");
}

void check_ports(const json::object& container, const Path& path, Causes& causes) {
  Names names;
  each_object(container, "ports", [&](const json::object& port, std::size_t i) {
    const Path at = path.index(i);
    const std::string_view name = text_in(port, "name");
    if (!name.empty()) {
      const Complaints complaints = check_port_name(name);
      causes.complain(at.child("name"), name, complaints);
      if (complaints.empty() && !names.emplace(name).second) {
        causes.duplicate(at.child("name"), quoted(name));
      }
    }
    const std::int64_t number = integer_in(port, "containerPort");
    if (number == 0) {
      causes.required(at.child("containerPort"));
    } else {
      check_port(number, at.child("containerPort"), causes);
    }
    const std::int64_t host = integer_in(port, "hostPort");
    if (host != 0) check_port(host, at.child("hostPort"), causes);
    check_word(text_in(port, "protocol"), kProtocols, at.child("protocol"), causes);
  });
}

void check_env(const json::object& container, const Path& path, Causes& causes) {
  each_object(container, "env", [&](const json::object& variable, std::size_t i) {
    const Path at = path.index(i);
    const std::string_view name = text_in(variable, "name");
    if (name.empty()) {
      causes.required(at.child("name"));
    } else {
      causes.complain(at.child("name"), name, check_env_name(name));
    }
    const auto* source = object_in(variable, "valueFrom");
    if (source == nullptr) return;
    const Path from = at.child("valueFrom");
    if (source->empty()) {
      causes.invalid(from, quoted(""),
                     "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "
                     "`secretKeyRef` or `fileKeyRef`");
    } else if (!text_in(variable, "value").empty()) {
      causes.invalid(from, quoted(""), "may not be specified when `value` is not empty");
    } else if (source->size() > 1) {
      causes.invalid(from, quoted(""), "may not have more than one field specified at a time");
    }
  });
}

void check_mounts(const json::object& container, const Names& volumes, const Path& path,
                  Causes& causes) {
  Names places;
  each_object(container, "volumeMounts", [&](const json::object& mount, std::size_t i) {
    const Path at = path.index(i);
    const std::string_view name = text_in(mount, "name");
    if (name.empty()) causes.required(at.child("name"));
    if (!volumes.contains(name)) causes.not_found(at.child("name"), name);
    const std::string_view place = text_in(mount, "mountPath");
    if (place.empty()) causes.required(at.child("mountPath"));
    if (!places.emplace(place).second) {
      causes.invalid(at.child("mountPath"), quoted(place), "must be unique");
    }
  });
}

void check_handler(const json::object& handler, const Path& path, Causes& causes) {
  int handlers = 0;
  for (const std::string_view key : {"exec", "httpGet", "tcpSocket", "grpc", "sleep"}) {
    const auto* action = object_in(handler, key);
    if (action == nullptr) continue;
    if (++handlers > 1) {
      causes.forbidden(path.child(key), "may not specify more than 1 handler type");
      continue;
    }
    const Path at = path.child(key);
    if (key == "exec" && count_in(*action, "command") == 0) causes.required(at.child("command"));
    if (key == "httpGet") {
      if (text_in(*action, "path").empty()) causes.required(at.child("path"));
      check_word(text_in(*action, "scheme"), kSchemes, at.child("scheme"), causes);
    }
    const auto* port = action->if_contains("port");
    if (port == nullptr) continue;
    if (port->is_int64()) {
      check_port(port->get_int64(), at.child("port"), causes);
    } else {
      causes.complain(at.child("port"), text_of(*port), check_port_name(text_of(*port)));
    }
  }
  if (handlers == 0) causes.required(path, "must specify a handler type");
}

void check_probe(const json::object& container, std::string_view key, const Path& path,
                 Causes& causes) {
  const auto* probe = object_in(container, key);
  if (probe == nullptr) return;
  const Path at = path.child(key);
  check_handler(*probe, at, causes);
  for (const std::string_view field : {"initialDelaySeconds", "timeoutSeconds", "periodSeconds",
                                       "successThreshold", "failureThreshold"}) {
    const std::int64_t value = integer_in(*probe, field);
    if (value < 0) {
      causes.invalid(at.child(field), std::to_string(value), "must be greater than or equal to 0");
    }
  }
  const std::int64_t successes = integer_in(*probe, "successThreshold");
  if (key != "readinessProbe" && successes != 1) {
    causes.invalid(at.child("successThreshold"), std::to_string(successes), "must be 1");
  }
}

void check_probes(const json::object& container, const Path& path, Causes& causes) {
  if (const auto* lifecycle = object_in(container, "lifecycle")) {
    const Path at = path.child("lifecycle");
    for (const std::string_view key : {"postStart", "preStop"}) {
      if (const auto* handler = object_in(*lifecycle, key)) {
        check_handler(*handler, at.child(key), causes);
      }
    }
  }
  for (const std::string_view key : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    check_probe(container, key, path, causes);
  }
}

void check_container(const json::object& container, const Names& volumes, const Path& path,
                     Causes& causes) {
  const std::string_view name = text_in(container, "name");
  if (name.empty()) {
    causes.required(path.child("name"));
  } else {
    causes.complain(path.child("name"), name, check_dns_label(name));
  }
  if (text_in(container, "image").empty()) causes.required(path.child("image"));
  check_word(text_in(container, "terminationMessagePolicy"), kMessagePolicies,
             path.child("terminationMessagePolicy"), causes);
  check_ports(container, path.child("ports"), causes);
  check_env(container, path.child("env"), causes);
  check_mounts(container, volumes, path.child("volumeMounts"), causes);
  check_word(text_in(container, "imagePullPolicy"), kPullPolicies, path.child("imagePullPolicy"),
             causes);
  check_resources(part(container, "resources"), path.child("resources"), causes);
  const std::string_view policy = text_in(container, "restartPolicy");
  if (container.contains("restartPolicy") &&
      std::ranges::find(kRestartPolicies, policy) == kRestartPolicies.end()) {
    causes.not_supported(path.child("restartPolicy"), policy, kRestartPolicies);
  }
}

void check_host_ports(const json::object& container, Names& taken, const Path& path,
                      Causes& causes) {
  each_object(container, "ports", [&](const json::object& port, std::size_t i) {
    const std::int64_t host = integer_in(port, "hostPort");
    if (host == 0) return;
    const std::string text = std::string(text_in(port, "protocol")) + "/" +
                             std::string(text_in(port, "hostIP")) + "/" + std::to_string(host);
    if (!taken.insert(text).second) {
      causes.duplicate(path.child("ports").index(i).child("hostPort"), quoted(text));
    }
  });
}

void check_init_container(const json::object& container, const Path& path, Causes& causes) {
  const auto* policy = container.if_contains("restartPolicy");
  if (policy != nullptr && text_of(*policy) == "Always") {
    check_probes(container, path, causes);
    return;
  }
  for (const std::string_view key :
       {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"}) {
    if (!container.contains(key)) continue;
    causes.forbidden(path.child(key),
                     "may not be set for init containers without restartPolicy=Always");
  }
}

bool is_native(std::string_view resource) {
  return resource.find('/') == std::string_view::npos ||
         resource.find("kubernetes.io/") != std::string_view::npos;
}

bool is_huge_page(std::string_view resource) { return resource.starts_with("hugepages-"); }

bool is_extended(std::string_view resource) {
  if (is_native(resource) || resource.starts_with("requests.")) return false;
  return check_label_key("requests." + std::string(resource)).empty();
}

bool is_counted(std::string_view resource) {
  static constexpr std::array<std::string_view, 9> kCounted = {"pods",
                                                               "resourcequotas",
                                                               "services",
                                                               "secrets",
                                                               "configmaps",
                                                               "persistentvolumeclaims",
                                                               "replicationcontrollers",
                                                               "services.nodeports",
                                                               "services.loadbalancers"};
  return std::ranges::find(kCounted, resource) != kCounted.end() || is_extended(resource);
}

bool is_standard(std::string_view resource) {
  return resource == "cpu" || resource == "memory" || resource == "ephemeral-storage" ||
         is_huge_page(resource);
}

void check_resource_name(std::string_view name, const Path& path, Causes& causes) {
  const Complaints complaints = check_label_key(name);
  causes.complain(path, name, complaints);
  if (name.find('/') == std::string_view::npos) {
    if (is_standard(name)) return;
    const bool known = is_counted(name) || name == "storage" || name == "limits.cpu" ||
                       name == "limits.memory" || name == "requests.cpu" ||
                       name == "requests.memory" || name == "requests.storage";
    if (!known && complaints.empty()) {
      causes.invalid(path, quoted(name), "must be a standard resource type or fully qualified");
    }
    causes.invalid(path, quoted(name), "must be a standard resource for containers");
  } else if (!is_native(name) && !is_extended(name)) {
    causes.invalid(path, quoted(name), "doesn't follow extended resource name standard");
  }
}

std::string_view name_of(const json::key_value_pair& member) {
  return {member.key().data(), member.key().size()};
}

void check_request(const json::key_value_pair& member, const json::object& limits, const Path& path,
                   Causes& causes) {
  const std::string_view resource = name_of(member);
  const std::string_view request = text_of(member.value());
  const bool overcommit = is_native(resource) && !is_huge_page(resource);
  const std::string_view limit = text_in(limits, resource);
  if (limit.empty()) {
    if (!overcommit) {
      causes.required(path.child("limits"), "Limit must be set for non overcommitable resources");
    }
    return;
  }
  const auto asked = model::Quantity::parse(request);
  const auto most = model::Quantity::parse(limit);
  if (!asked || !most || *asked == *most) return;
  const std::string what = std::string(resource) + " limit of " + std::string(limit);
  if (!overcommit) {
    causes.invalid(path.child("requests"), quoted(request), "must be equal to " + what);
  } else if (*asked > *most) {
    causes.invalid(path.child("requests"), quoted(request),
                   "must be less than or equal to " + what);
  }
}

}  // namespace

void check_amount(std::string_view resource, std::string_view amount, const Path& path,
                  Causes& causes) {
  const auto quantity = model::Quantity::parse(amount);
  if (!quantity) return;
  if (quantity->is_negative()) {
    causes.invalid(path, quoted(amount), "must be greater than or equal to 0");
  }
  if (!quantity->is_integer() && is_counted(resource)) {
    causes.invalid(path, quoted(amount), "must be an integer");
  }
}

void check_resources(const json::object& resources, const Path& path, Causes& causes) {
  const json::object& limits = part(resources, "limits");
  const json::object& requests = part(resources, "requests");
  bool huge = false;
  bool plain = false;
  for (const bool of_limits : {true, false}) {
    const Path at = path.child(of_limits ? "limits" : "requests");
    for (const auto& member : of_limits ? limits : requests) {
      const std::string_view resource = name_of(member);
      check_resource_name(resource, at.key(resource), causes);
      check_amount(resource, text_of(member.value()), at.key(resource), causes);
      if (!of_limits) check_request(member, limits, path, causes);
      huge = huge || is_huge_page(resource);
      plain = plain || resource == "cpu" || resource == "memory";
    }
  }
  if (huge && !plain) causes.forbidden(path, "HugePages require cpu or memory");
}

void check_containers(const json::object& spec, const Path& path, Causes& causes) {
  Names volumes;
  each_object(spec, "volumes", [&](const json::object& volume, std::size_t) {
    volumes.emplace(text_in(volume, "name"));
  });
  const Path containers = path.child("containers");
  if (count_in(spec, "containers") == 0) causes.required(containers);
  Names names;
  each_object(spec, "containers", [&](const json::object& container, std::size_t i) {
    const Path at = containers.index(i);
    check_container(container, volumes, at, causes);
    const std::string_view name = text_in(container, "name");
    if (!names.emplace(name).second) causes.duplicate(at.child("name"), quoted(name));
    check_probes(container, at, causes);
  });
  Names taken;
  each_object(spec, "containers", [&](const json::object& container, std::size_t i) {
    check_host_ports(container, taken, containers.index(i), causes);
  });
  const Path inits = path.child("initContainers");
  each_object(spec, "initContainers", [&](const json::object& container, std::size_t i) {
    const Path at = inits.index(i);
    check_container(container, volumes, at, causes);
    const std::string_view name = text_in(container, "name");
    if (!name.empty() && !names.emplace(name).second) {
      causes.duplicate(at.child("name"), quoted(name));
    }
    Names own;
    check_host_ports(container, own, inits.index(0), causes);  // As the real one says it.
    check_init_container(container, at, causes);
  });
}

}  // namespace neuron_scheduler::embedded
