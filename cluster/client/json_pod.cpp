#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

#include "cluster/client/json_objects.hpp"
#include "cluster/model/images.hpp"

namespace neuron_scheduler::client::json {
namespace {

using model::ContainerRole;
using model::Pod;
using model::UnbuiltNeed;

constexpr std::size_t kConditionMessageBytesMax = std::size_t{64} * 1024;

void read_identity(const Value& root, Pod& pod) {
  const Value metadata = root["metadata"];
  pod.uid.text = metadata["uid"].text(kNameBytesMax);
  pod.namespace_name = model::Name(object_name_of(metadata["namespace"]));
  pod.name = object_name_of(metadata["name"]);
  pod.resource_version = metadata["resourceVersion"].text(kNameBytesMax);
  pod.generation = metadata["generation"].integer(0, std::numeric_limits<std::int64_t>::max());
  const Value spec = root["spec"];
  pod.scheduler_name = name_of(spec["schedulerName"]);
  pod.node_name = name_of(spec["nodeName"]);
}

void read_metadata(const Value& metadata, const model::AnnotationFilter& filter, Pod& pod) {
  read_labels(metadata["labels"], pod.labels);
  read_annotations(metadata["annotations"], filter, pod.annotations);
  pod.terminating = !metadata["deletionTimestamp"].text().empty();
  const Value created = metadata["creationTimestamp"];
  if (!created.exists()) return;
  const auto time = model::parse_time(created.text());
  if (time) {
    pod.created = *time;
  } else {
    created.fail(quoted(created.text()) + " is not a time");
  }
}

// What must be collected over the whole pod before its effective requests and needs are known.
struct PodParts {
  model::PodResources resources;
  std::vector<std::string> container_names;  // Parallel to resources.containers.
  std::array<bool, static_cast<std::size_t>(UnbuiltNeed::kTopologySpread) + 1> needs{};
  model::Waiting waiting;  // Left out where the pod is bound.

  void need(UnbuiltNeed need) { needs[static_cast<std::size_t>(need)] = true; }
};

void read_host_ports(const Value& ports, Pod& pod) {
  ports.each_item([&](const Value& value) {
    const auto port = value["hostPort"].integer(0, std::numeric_limits<std::int32_t>::max());
    if (port == 0) return;
    pod.host_ports.edit().push_back(model::make_host_port(
        name_of(value["hostIP"]), name_of(value["protocol"]), static_cast<std::int32_t>(port)));
  });
}

void add_image(const Value& name, PodParts& parts) {
  parts.waiting.images.push_back(model::normalized_image_name(name.text()));
}

void read_container(const Value& value, bool init, Pod& pod, PodParts& parts) {
  model::Container container;
  container.name = model::Name(value["name"].text(kNameBytesMax));
  if (init) {
    const bool sidecar = value["restartPolicy"].text() == "Always";
    container.role = sidecar ? ContainerRole::kSidecar : ContainerRole::kInit;
  }
  model::ContainerResources resources;
  resources.role = container.role;
  resources.requests = resource_list(value["resources"]["requests"]);
  container.extended_requests = extended_of(resources.requests);
  if (container.role != ContainerRole::kInit) read_host_ports(value["ports"], pod);
  if (!pod.bound()) add_image(value["image"], parts);
  parts.container_names.push_back(container.name.str());
  parts.resources.containers.push_back(std::move(resources));
  pod.containers.push_back(std::move(container));
}

void read_tolerations(const Value& tolerations, PodParts& parts) {
  tolerations.each_item([&](const Value& value) {
    model::Toleration toleration;
    toleration.key = model::Name(value["key"].text());
    toleration.value = model::Name(value["value"].text());
    const Value op = value["operator"];
    const std::string_view op_text = op.text();
    if (op_text == "Exists") {
      toleration.op = model::Toleration::Operator::kExists;
    } else if (op_text == "Lt" || op_text == "Gt") {
      toleration.op = model::Toleration::Operator::kUnsupported;
    } else if (!op_text.empty() && op_text != "Equal") {
      op.fail(quoted(op_text) + " is not an operator");
    }
    const Value effect = value["effect"];
    toleration.any_effect = effect.text().empty();
    if (!toleration.any_effect) {
      toleration.effect = taint_effect(effect).value_or(model::TaintEffect::kNoSchedule);
    }
    parts.waiting.tolerations.push_back(std::move(toleration));
  });
}

// Volumes that any node can give (design.md §8); one without a source is an emptyDir.
bool needs_no_scheduling(std::string_view source) {
  static constexpr std::array kFine = {
      std::string_view("configMap"), std::string_view("secret"),      std::string_view("emptyDir"),
      std::string_view("projected"), std::string_view("downwardAPI"), std::string_view("hostPath"),
      std::string_view("nfs"),       std::string_view("image"),       std::string_view("csi"),
  };
  return std::find(kFine.begin(), kFine.end(), source) != kFine.end();
}

void read_volumes(const Value& volumes, PodParts& parts) {
  volumes.each_item([&](const Value& volume) {
    const Value image = volume["image"];
    if (image.exists()) add_image(image["reference"], parts);
    volume.each_entry([&](std::string_view source, const Value& value) {
      if (source == "name" || !value.exists() || needs_no_scheduling(source)) return;
      const bool claim = source == "persistentVolumeClaim" || source == "ephemeral";
      parts.need(claim ? UnbuiltNeed::kPersistentVolumeClaims : UnbuiltNeed::kOtherVolumes);
    });
  });
}

bool has_items(const Value& array) {
  bool any = false;
  array.each_item([&](const Value&) { any = true; });
  return any;
}

void read_needs(const Value& spec, PodParts& parts) {
  read_volumes(spec["volumes"], parts);
  if (has_items(spec["resourceClaims"])) parts.need(UnbuiltNeed::kResourceClaims);
  const Value affinity = spec["affinity"];
  constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
  if (has_items(affinity["podAffinity"][kRequired]) ||
      has_items(affinity["podAntiAffinity"][kRequired])) {
    parts.need(UnbuiltNeed::kPodAffinity);
  }
  spec["topologySpreadConstraints"].each_item([&](const Value& constraint) {
    if (constraint["whenUnsatisfiable"].text() != "ScheduleAnyway") {
      parts.need(UnbuiltNeed::kTopologySpread);
    }
  });
}

void read_spec(const Value& spec, Pod& pod, PodParts& parts) {
  spec["initContainers"].each_item(
      [&](const Value& value) { read_container(value, true, pod, parts); }, kContainersMax);
  spec["containers"].each_item(
      [&](const Value& value) { read_container(value, false, pod, parts); }, kContainersMax);
  parts.resources.pod_level = resource_list(spec["resources"]["requests"]);
  parts.resources.overhead = resource_list(spec["overhead"]);
  pod.priority = static_cast<std::int32_t>(spec["priority"].integer(
      std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
  pod.anti_affinity = anti_affinity_terms(spec, pod.namespace_name);
  if (pod.bound()) return;
  read_tolerations(spec["tolerations"], parts);
  spec["schedulingGates"].each_item(
      [&](const Value& gate) { parts.waiting.scheduling_gates.emplace_back(gate["name"].text()); });
  parts.waiting.node_affinity = required_node_affinity(spec);
  parts.waiting.preferred_nodes = preferred_nodes(spec);
  read_needs(spec, parts);
}

std::optional<model::ResourceList> optional_list(const Value& map) {
  if (!map.exists()) return std::nullopt;
  return resource_list(map);
}

void read_container_statuses(const Value& status, PodParts& parts) {
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = parts.container_names.size(); i-- > 0;) places[parts.container_names[i]] = i;
  const auto read = [&](const Value& value) {
    const Value allocated = value["allocatedResources"];
    const Value actual = value["resources"]["requests"];
    if (!allocated.exists() && !actual.exists()) return;
    const auto place = places.find(value["name"].text(kNameBytesMax));
    if (place == places.end()) return;
    model::ContainerResources& container = parts.resources.containers[place->second];
    container.allocated = optional_list(allocated);
    container.actual = optional_list(actual);
  };
  status["initContainerStatuses"].each_item(read, kContainersMax);
  status["containerStatuses"].each_item(read, kContainersMax);
}

void read_status(const Value& status, Pod& pod, PodParts& parts) {
  const std::string_view phase = status["phase"].text();
  pod.terminal = phase == "Succeeded" || phase == "Failed";
  status["conditions"].each_item([&](const Value& condition) {
    const std::string_view type = condition["type"].text();
    if (type == "PodScheduled") {
      parts.waiting.scheduled_condition_reason = condition["reason"].text();
      // Only to compare with what we would write, which is shorter.
      parts.waiting.scheduled_condition_message =
          condition["message"].text(std::string_view::npos).substr(0, kConditionMessageBytesMax);
    } else if (type == "PodResizePending") {
      parts.resources.resize_infeasible = condition["reason"].text() == "Infeasible";
    }
  });
  read_container_statuses(status, parts);
  const Value resources = status["resources"];
  parts.resources.has_status_resources = resources.exists();
  parts.resources.actual = optional_list(resources["requests"]);
  parts.resources.allocated = optional_list(status["allocatedResources"]);
}

void finish(PodParts& parts, Pod& pod) {
  const model::EffectiveRequests effective = model::effective_requests(parts.resources);
  pod.requests = effective.requests;
  pod.nonzero_cpu_milli = effective.nonzero_cpu_milli;
  pod.nonzero_memory_bytes = effective.nonzero_memory_bytes;
  for (std::size_t i = 0; i < parts.needs.size(); ++i) {
    if (parts.needs[i]) parts.waiting.unbuilt_needs.push_back(static_cast<UnbuiltNeed>(i));
  }
  if (!pod.bound()) pod.waiting = std::move(parts.waiting);
}

}  // namespace

model::Result<model::PodRef> decode_pod(Document& document, const Value& root,
                                        const model::AnnotationFilter& filter) {
  Pod identity;
  read_identity(root, identity);
  if (identity.uid.text.empty() || identity.namespace_name.empty() || identity.name.empty()) {
    const std::string& problem = document.problem();
    return model::invalid("a pod without metadata.namespace, metadata.name or metadata.uid" +
                          (problem.empty() ? "" : " (" + problem + ")"));
  }
  Pod pod = identity;
  PodParts parts;
  read_spec(root["spec"], pod, parts);
  read_status(root["status"], pod, parts);
  const bool use_known = document.problem().empty();
  if (use_known) finish(parts, pod);
  read_metadata(root["metadata"], filter, pod);
  if (document.problem().empty()) return std::make_shared<const Pod>(std::move(pod));
  // What is wrong with labels or annotations does not change what the pod uses.
  pod.labels = {};
  pod.annotations = {};
  Pod& rest = use_known ? pod : identity;
  rest.decode_error = document.problem();
  document.forget_problem();
  return std::make_shared<const Pod>(std::move(rest));
}

}  // namespace neuron_scheduler::client::json
