#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>

#include "cluster/embedded/store/body.hpp"
#include "cluster/embedded/store/options.hpp"
#include "cluster/embedded/store/render.hpp"
#include "cluster/embedded/store/schema.hpp"
#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validation.hpp"
#include "cluster/embedded/store/verbs.hpp"
#include "cluster/embedded/store/writing.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr FaceInfo kBinding{Face::kPods, Resource::kPods, "",   "v1", "bindings",
                            "binding",   "Binding",       true, {},   false};

Answer<json::object> read_binding(const Call& call, FieldValidation validation,
                                  std::vector<std::string>& warnings) {
  auto binding = read_object(kBinding, call.request);
  if (binding.has_error()) return binding;
  if (const auto kind = check_kind(kBinding, *binding); kind.has_error()) return kind.error();
  const auto decoded = decode(binding_type(), validation, *binding, warnings);
  if (decoded.has_error()) return decoded.error();
  const auto settled = settle_namespace(kBinding, call.route.namespace_name, *binding);
  if (settled.has_error()) return settled.error();
  return binding;
}

Answer<void> check_preconditions(const Call& call, const json::object& metadata,
                                 const StoredObject& pod, std::string_view name) {
  const std::string_view uid = text_in(metadata, "uid");
  if (!uid.empty() && uid != pod.uid) {
    return uid_conflict(call.face(), call.route.namespace_name, name, uid, pod.uid);
  }
  const std::string_view version = text_in(metadata, "resourceVersion");
  const std::string actual = std::to_string(pod.resource_version);
  if (version.empty() || version == actual) return {};
  return conflict(call.face(), name,
                  "StorageError: invalid object, Code: 4, Key: /registry/pods/" + pod.key +
                      ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: "
                      "ResourceVersion in precondition: " +
                      std::string{version} + ", ResourceVersion in object meta: " + actual);
}

// Why the pod cannot be bound; empty: it can.
std::string hindrance(const json::object& pod, std::string_view name) {
  const std::string who = "pod " + std::string{name};
  const json::object* const metadata = object_in(pod, "metadata");
  const json::object* const spec = object_in(pod, "spec");
  if (metadata->contains("deletionTimestamp")) {
    return who + " is being deleted, cannot be assigned to a host";
  }
  if (spec == nullptr) return {};
  const std::string_view node = text_in(*spec, "nodeName");
  if (!node.empty()) return who + " is already assigned to node " + quoted(node);
  const json::array* const gates = array_in(*spec, "schedulingGates");
  if (gates != nullptr && !gates->empty()) return who + " has non-empty .spec.schedulingGates";
  return {};
}

json::object& member(json::object& object, std::string_view key) {
  if (json::object* const there = object_in(object, key)) return *there;
  return object[key].emplace_object();
}

void merge_texts(const json::object& from, std::string_view key, json::object& metadata) {
  const json::object* const texts = object_in(from, key);
  if (texts == nullptr || texts->empty()) return;
  json::object& merged = member(metadata, key);
  for (const auto& [name, text] : *texts) merged[name] = text;
}

// (pkg/api/pod DropInitContainerAnnotations)
void drop_init_container_annotations(json::object& metadata) {
  json::object* const annotations = object_in(metadata, "annotations");
  if (annotations == nullptr) return;
  for (const std::string_view key :
       {"pod.beta.kubernetes.io/init-containers", "pod.alpha.kubernetes.io/init-containers",
        "pod.beta.kubernetes.io/init-container-statuses",
        "pod.alpha.kubernetes.io/init-container-statuses"}) {
    annotations->erase(key);
  }
}

void set_scheduled(json::object& status, model::WallTime now) {
  json::value& value = status["conditions"];
  json::array& conditions = value.is_array() ? value.get_array() : value.emplace_array();
  json::object scheduled{{"type", "PodScheduled"},
                         {"status", "True"},
                         {"lastProbeTime", nullptr},
                         {"lastTransitionTime", time_text(now)}};
  for (json::value& condition : conditions) {
    json::object* const there = condition.if_object();
    if (there == nullptr || text_in(*there, "type") != "PodScheduled") continue;
    if (text_in(*there, "status") == "True") {
      scheduled["lastTransitionTime"] = text_in(*there, "lastTransitionTime");
    }
    *there = std::move(scheduled);
    return;
  }
  conditions.push_back(std::move(scheduled));
}

// As Go writes a list of errors.
std::string text_of(const std::vector<Cause>& causes) {
  std::vector<std::string> texts;
  texts.reserve(causes.size());
  for (const Cause& cause : causes) texts.push_back(cause.field + ": " + cause.message);
  return texts.size() == 1 ? texts.front() : "[" + join(texts, ", ") + "]";
}

ApiAnswer created_answer() {
  return json_answer(201, json::object{{"kind", "Status"},
                                       {"apiVersion", "v1"},
                                       {"metadata", json::object{}},
                                       {"status", "Success"},
                                       {"code", 201}});
}

}  // namespace

// (pkg/registry/core/pod/storage BindingREST): nodeName, annotations, labels and the condition come
// in one write.
Answer<ApiAnswer> bind_pod(Core& core, const Call& call) {
  const auto options = read_write_options(call.query, "CreateOptions");
  if (options.has_error()) return options.error();
  std::vector<std::string> warnings;
  auto binding = read_binding(call, options->validation, warnings);
  if (binding.has_error()) return binding.error();
  const json::object& sent = metadata_of(*binding);
  const std::string_view sent_name = text_in(sent, "name");
  const std::string name = call.route.name.empty() ? std::string{sent_name} : call.route.name;
  const auto allowed = check_namespace(core, call.face(), call.route.namespace_name, name);
  if (allowed.has_error()) return allowed.error();
  if (sent_name != name) {
    return bad_request("name in URL does not match name in Binding object");
  }
  if (auto causes = validate_binding(*binding); !causes.empty()) {
    return plain_error(text_of(causes));
  }
  const ObjectPtr current =
      core.store.find(Resource::kPods, object_key(call.route.namespace_name, name));
  if (!current) return not_found(call.face(), name);
  const auto met = check_preconditions(call, sent, *current, name);
  if (met.has_error()) return met.error();
  json::object pod = to_object(Face::kPods, *current);
  if (const std::string why = hindrance(pod, name); !why.empty()) {
    return binding_conflict(name, why);
  }
  member(pod, "spec")["nodeName"] = text_in(*object_in(*binding, "target"), "name");
  json::object& metadata = metadata_of(pod);
  merge_texts(sent, "annotations", metadata);
  merge_texts(sent, "labels", metadata);
  drop_init_container_annotations(metadata);
  json::object& status = member(pod, "status");
  status.erase("nominatedNodeName");
  set_scheduled(status, core.clock.wall());
  if (!options->dry_run) {
    const auto stored = commit(core, Face::kPods, std::move(pod));
    if (stored.has_error()) return stored.error();
  }
  ApiAnswer answer = created_answer();
  answer.warnings = std::move(warnings);
  return answer;
}

}  // namespace neuron_scheduler::embedded
