#include "cmd/neuron-scheduler/simulate/objects.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "cmd/neuron-scheduler/simulate/defaults.hpp"
#include "cmd/neuron-scheduler/simulate/json_path.hpp"
#include "cmd/neuron-scheduler/simulate/pod_check.hpp"
#include "cmd/neuron-scheduler/simulate/workloads.hpp"

namespace neuron_scheduler::simulate {
namespace {

namespace json = boost::json;
using manifest::Document;

constexpr std::size_t kSubdomainBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

enum class Role : std::uint8_t { kPod, kNode, kNamespace, kPriorityClass, kWorkload, kOther };

std::string_view group_of(const json::object& object) {
  const std::string_view version = text_at(object, {"apiVersion"});
  const auto slash = version.find('/');
  return slash == std::string_view::npos ? std::string_view() : version.substr(0, slash);
}

Role role_of(const json::object& object) {
  const std::string_view group = group_of(object);
  const std::string_view kind = text_at(object, {"kind"});
  if (group.empty() && kind == "Pod") return Role::kPod;
  if (group.empty() && kind == "Node") return Role::kNode;
  if (group.empty() && kind == "Namespace") return Role::kNamespace;
  if (group == "scheduling.k8s.io" && kind == "PriorityClass") return Role::kPriorityClass;
  return is_workload(group, kind) ? Role::kWorkload : Role::kOther;
}

// RFC 1123: small letters, digits and '-', which neither begins nor ends it.
bool is_part(std::string_view text) {
  const auto inner = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !text.empty() && std::ranges::all_of(text, inner) && text.front() != '-' &&
         text.back() != '-';
}

bool is_label(std::string_view text) { return text.size() <= kLabelBytesMax && is_part(text); }

// Parts with dots between them.
bool is_subdomain(std::string_view text) {
  if (text.size() > kSubdomainBytesMax) return false;
  for (auto dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.')) {
    if (!is_part(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return is_part(text);
}

// Whether somewhere in it a template for pods is kept, whatever the kind.
bool holds_pod_template(const json::value& value) {
  if (const auto* array = value.if_array()) return std::ranges::any_of(*array, holds_pod_template);
  const auto* object = value.if_object();
  if (object == nullptr) return false;
  return std::ranges::any_of(*object, [](const auto& entry) {
    const auto* inner = entry.value().if_object();
    const bool is_template = inner != nullptr && entry.key().ends_with("emplate") &&
                             list_at(*inner, {"spec", "containers"}) != nullptr;
    return is_template || holds_pod_template(entry.value());
  });
}

// Kinds that change what an API server makes of a pod, or what it lets in.
bool has_effect_elsewhere(std::string_view kind) {
  static constexpr std::array<std::string_view, 4> kKinds = {"LimitRange", "ResourceQuota",
                                                             "RuntimeClass", "PodDisruptionBudget"};
  return std::ranges::find(kKinds, kind) != kKinds.end();
}

bool is_record(std::string_view kind) {
  return kind == "PodTemplate" || kind == "ControllerRevision" || kind == "Pod";
}

class Builder {
 public:
  explicit Builder(std::optional<model::WallTime> now) : given_now_(now) {}

  [[nodiscard]] model::Result<Cluster> build(std::vector<Document> documents) {
    const auto ordered = in_order_of_creation(documents);
    // Names that are given come before those that are made up, which keep clear of them.
    for (const bool unnamed : {false, true}) {
      for (Document* const document : ordered) {
        if (needs_name(document->object) != unnamed) continue;
        if (auto problem = add(*document)) return *problem;
      }
    }
    for (Document* const document : ordered) {
      if (auto problem = place(*document)) return *problem;
    }
    if (auto problem = check_uids()) return *problem;
    tell_ignored();
    for (Object& pod : cluster_.pods) finish_pod(pod);
    for (Object& node : cluster_.nodes) finish(node);
    finish_namespaces();
    return std::move(cluster_);
  }

 private:
  // By creationTimestamp, then as in the input, so that nothing that is counted below depends on
  // the order of the input alone. Sets what time it is.
  std::vector<Document*> in_order_of_creation(std::vector<Document>& documents) {
    std::vector<std::pair<std::optional<model::WallTime>, Document*>> timed;
    timed.reserve(documents.size());
    std::optional<model::WallTime> latest;
    for (Document& document : documents) {
      const auto time =
          model::parse_time(text_at(document.object, {"metadata", "creationTimestamp"}));
      timed.emplace_back(time ? std::optional(*time) : std::nullopt, &document);
      if (time && role_of(document.object) != Role::kOther) {
        latest = std::max(latest.value_or(*time), *time);
      }
    }
    cluster_.now = given_now_.value_or(latest.value_or(model::WallTime{}));
    std::ranges::stable_sort(
        timed, {}, [now = cluster_.now](const auto& entry) { return entry.first.value_or(now); });
    std::vector<Document*> ordered;
    ordered.reserve(timed.size());
    for (const auto& entry : timed) ordered.push_back(entry.second);
    return ordered;
  }

  static bool needs_name(const json::object& object) {
    return text_at(object, {"metadata", "name"}).empty() &&
           !text_at(object, {"metadata", "generateName"}).empty() &&
           role_of(object) != Role::kOther;
  }

  static model::Error fail(const Document& document, const std::string& reason) {
    return model::invalid(document.place() + ": " + reason);
  }

  static std::string called(const json::object& object) {
    std::string text(text_at(object, {"kind"}));
    const std::string_view namespace_name = text_at(object, {"metadata", "namespace"});
    text += ' ';
    if (!namespace_name.empty()) text.append(namespace_name).append("/");
    return text.append(text_at(object, {"metadata", "name"}));
  }

  // First pass: identities, and what other objects need to know.
  std::optional<model::Error> add(Document& document) {
    json::object& object = document.object;
    const Role role = role_of(object);
    if (role != Role::kOther) {
      if (auto problem = check_identity(document, role)) return problem;
    }
    if (auto problem = check_first(document)) return problem;
    if (role == Role::kOther) {
      look_at_other(object);
    } else if (role == Role::kPriorityClass) {
      return add_priority_class(document);
    } else if (role == Role::kPod || text_at(object, {"kind"}) == "ReplicaSet") {
      existing_.add(object);
    }
    return std::nullopt;
  }

  std::optional<model::Error> check_identity(Document& document, Role role) {
    json::object& object = document.object;
    const std::string kind(text_at(object, {"kind"}));
    if (auto problem = check_version(document)) return problem;
    json::object* metadata = make_object(object, "metadata");
    if (metadata == nullptr) return fail(document, kind + ": metadata must be an object");
    if (auto problem = check_texts(document, *metadata)) return problem;
    const bool namespaced = role == Role::kPod || role == Role::kWorkload;
    if (namespaced && text_at(*metadata, {"namespace"}).empty()) {
      (*metadata)["namespace"] = "default";
    }
    if (!namespaced) metadata->erase("namespace");
    if (needs_name(object)) generate_name(object, *metadata);
    const std::string name(text_at(*metadata, {"name"}));
    if (name.empty()) return fail(document, kind + ": metadata.name is missing");
    if (!is_subdomain(name)) {
      return fail(document, kind + ": metadata.name " + manifest_quoted(name) +
                                " is no name (small letters, digits, '-' and '.')");
    }
    const std::string_view namespace_name = text_at(*metadata, {"namespace"});
    if (role == Role::kNamespace && !is_label(name)) {
      return fail(document,
                  kind + ": metadata.name " + manifest_quoted(name) + " is no name of a namespace");
    }
    if (namespaced && !is_label(namespace_name)) {
      return fail(document, kind + ' ' + name + ": metadata.namespace " +
                                manifest_quoted(namespace_name) + " is no name of a namespace");
    }
    set_default(*metadata, "uid", json::value(derived_uid(kind, namespace_name, name)));
    if (text_at(*metadata, {"uid"}).empty() ||
        text_at(*metadata, {"uid"}).size() > kSubdomainBytesMax) {
      return fail(document, called(object) + ": metadata.uid must have 1 to 253 bytes");
    }
    return check_created(document, *metadata);
  }

  // Of all kinds that are read, version v1 is the only one.
  static std::optional<model::Error> check_version(const Document& document) {
    std::string served(group_of(document.object));
    served += served.empty() ? "v1" : "/v1";
    const std::string_view version = text_at(document.object, {"apiVersion"});
    if (version == served) return std::nullopt;
    return fail(document, std::string(text_at(document.object, {"kind"})) + ": apiVersion " +
                              manifest_quoted(version) + " must be " + served);
  }

  static std::string manifest_quoted(std::string_view text) {
    return json::serialize(json::value(text.substr(0, kSubdomainBytesMax)));
  }

  std::optional<model::Error> check_texts(const Document& document, const json::object& metadata) {
    constexpr std::array<const char*, 5> kTexts = {"name", "generateName", "namespace", "uid",
                                                   "creationTimestamp"};
    for (const char* const key : kTexts) {
      const json::value* value = find(metadata, {key});
      if (value == nullptr || value->is_string()) continue;
      return fail(document, std::string(text_at(document.object, {"kind"})) + ": metadata." + key +
                                " must be a string, not " + json::serialize(*value).substr(0, 64));
    }
    return std::nullopt;
  }

  // As kubectl create lets the server do it; always the same for the same order of creation.
  void generate_name(const json::object& object, json::object& metadata) {
    const std::string base(text_at(metadata, {"generateName"}));
    do {
      metadata["name"] = generated_name(base, generated_[base]++);
    } while (places_.contains(place_key(object)));
  }

  static std::optional<model::Error> check_created(const Document& document,
                                                   const json::object& metadata) {
    const std::string_view text = text_at(metadata, {"creationTimestamp"});
    if (text.empty()) return std::nullopt;
    if (model::parse_time(text)) return std::nullopt;
    return fail(document, called(document.object) + ": metadata.creationTimestamp " +
                              manifest_quoted(text) + " is no time");
  }

  static std::string place_key(const json::object& object) {
    std::string key(group_of(object));
    key.append("/").append(text_at(object, {"kind"})).append("/");
    key.append(text_at(object, {"metadata", "namespace"})).append("/");
    return key.append(text_at(object, {"metadata", "name"}));
  }

  std::optional<model::Error> check_first(const Document& document) {
    const json::object& object = document.object;
    if (text_at(object, {"metadata", "name"}).empty()) return std::nullopt;
    const auto [first, is_first] = places_.emplace(place_key(object), document.place());
    if (is_first) return std::nullopt;
    return fail(document, called(object) + " is already at " + first->second);
  }

  std::optional<model::Error> add_priority_class(const Document& document) {
    const json::object& object = document.object;
    const json::value* value = find(object, {"value"});
    const bool right = value != nullptr && value->is_int64() &&
                       value->get_int64() >= std::numeric_limits<std::int32_t>::min() &&
                       value->get_int64() <= std::numeric_limits<std::int32_t>::max();
    if (!right) {
      return fail(document, called(object) + ": value must be a whole number of 32 bits");
    }
    PriorityClass added{static_cast<std::int32_t>(value->get_int64()),
                        std::string(text_at(object, {"preemptionPolicy"}))};
    const std::string name(text_at(object, {"metadata", "name"}));
    const json::value* global = find(object, {"globalDefault"});
    if (global != nullptr && global->is_bool() && global->get_bool()) {
      // Of several, the lowest one counts (plugin/pkg/admission/priority).
      const auto& now = classes_.global_default;
      const auto key = std::pair(added.value, name);
      if (!now || key < std::pair(classes_.by_name.at(*now).value, *now)) {
        classes_.global_default = name;
      }
    }
    classes_.by_name.insert_or_assign(name, std::move(added));
    return std::nullopt;
  }

  void look_at_other(const json::object& object) {
    const std::string kind(text_at(object, {"kind"}));
    const json::value* spec = find(object, {"spec"});
    if (has_effect_elsewhere(kind)) {
      ignored_.emplace(kind + " objects have no effect in simulate");
    } else if (!is_record(kind) && spec != nullptr && holds_pod_template(*spec)) {
      cluster_.warnings.push_back(called(object) + ": pods that it makes are not simulated");
    }
  }

  // Second pass: pods, nodes and namespaces.
  std::optional<model::Error> place(Document& document) {
    const Role role = role_of(document.object);
    if (role == Role::kPod || role == Role::kWorkload) {
      const PodCheck check = check_pod(document.object);
      std::string unknown = check.unknown.empty() ? "" : "unknown fields: " + check.unknown;
      if (!check.problem.empty()) {
        if (!unknown.empty()) unknown = " (" + unknown + ")";
        return fail(document, called(document.object) + ": " + check.problem + unknown);
      }
      if (!unknown.empty()) cluster_.warnings.push_back(called(document.object) + ": " + unknown);
    }
    switch (role) {
      case Role::kNode:
        if (cluster_.nodes.size() == kNodesMax) {
          return fail(document, "more than " + std::to_string(kNodesMax) + " nodes");
        }
        cluster_.nodes.push_back(Object{std::move(document.object), document.place(), {}});
        return std::nullopt;
      case Role::kPod:
        if (budget_.pods == 0) {
          return fail(document, "more than " + std::to_string(kPodsMax) + " pods in all");
        }
        --budget_.pods;
        cluster_.pods.push_back(Object{std::move(document.object), document.place(), {}});
        return std::nullopt;
      case Role::kNamespace:
        if (cluster_.namespaces.size() == kNamespacesMax) {
          return fail(document, "more than " + std::to_string(kNamespacesMax) + " namespaces");
        }
        cluster_.namespaces.push_back(Object{std::move(document.object), document.place(), {}});
        return std::nullopt;
      case Role::kWorkload:
        return expand(document);
      default:
        return std::nullopt;
    }
  }

  std::optional<model::Error> expand(const Document& document) {
    if (const auto why = why_no_pods(document.object, existing_); !why.empty()) {
      cluster_.warnings.push_back(called(document.object).append(" ").append(why) +
                                  ": it makes no pods");
      return std::nullopt;
    }
    auto pods = missing_pods(document.object, existing_, budget_);
    if (!pods) return fail(document, called(document.object) + ": " + pods.error().message);
    const std::string_view created = text_at(document.object, {"metadata", "creationTimestamp"});
    for (json::object& pod : *pods) {
      json::object& metadata = pod["metadata"].get_object();
      const std::string name(text_at(metadata, {"name"}));
      if (!is_subdomain(name)) {
        return fail(document, called(document.object) + ": the name of its pod " +
                                  manifest_quoted(name) + " is too long");
      }
      metadata["uid"] = derived_uid("Pod", text_at(metadata, {"namespace"}), name);
      if (!created.empty()) metadata["creationTimestamp"] = created;
      cluster_.pods.push_back(Object{std::move(pod), document.place(), {}});
    }
    return std::nullopt;
  }

  std::optional<model::Error> check_uids() const {
    std::map<std::string, const Object*, std::less<>> seen;
    for (const Object& pod : cluster_.pods) {
      const std::string_view uid = text_at(pod.json, {"metadata", "uid"});
      const auto [first, is_first] = seen.emplace(uid, &pod);
      if (is_first) continue;
      return model::invalid(pod.place + ": Pod " + pod.full_name() + " has the uid of Pod " +
                            first->second->full_name() + " at " + first->second->place);
    }
    return std::nullopt;
  }

  void tell_ignored() {
    cluster_.warnings.insert(cluster_.warnings.end(), ignored_.begin(), ignored_.end());
  }

  void finish(Object& object) {
    json::object& metadata = object.json["metadata"].get_object();
    set_default(metadata, "creationTimestamp", json::value(model::format_time(cluster_.now)));
    object.created = model::parse_time(text_at(metadata, {"creationTimestamp"}));
    if (text_at(object.json, {"kind"}) == "Node") set_node_defaults(object.json);
  }

  // Every namespace has its name as a label (pkg/registry/core/namespace/strategy.go). Users may
  // leave their namespaces out: a pod's is there all the same.
  void finish_namespaces() {
    std::set<std::string> missing;
    for (const Object& pod : cluster_.pods) {
      missing.emplace(text_at(pod.json, {"metadata", "namespace"}));
    }
    for (const Object& given : cluster_.namespaces) missing.erase(given.name());
    for (const std::string& name : missing) {
      json::object made{{"kind", "Namespace"}, {"metadata", {{"name", name}}}};
      cluster_.namespaces.push_back(Object{std::move(made), "namespace " + name, {}});
    }
    for (Object& object : cluster_.namespaces) {
      const std::string name = object.name();
      json::object* labels = make_object(object.json["metadata"].get_object(), "labels");
      if (labels != nullptr) (*labels)["kubernetes.io/metadata.name"] = name;
    }
  }

  void finish_pod(Object& pod) {
    finish(pod);
    if (const auto unknown = set_pod_defaults(pod.json, classes_)) {
      cluster_.warnings.push_back("Pod " + pod.full_name() + ": there is no PriorityClass " +
                                  manifest_quoted(*unknown) + " in the input, priority 0");
    }
  }

  const std::optional<model::WallTime> given_now_;
  Cluster cluster_;
  PriorityClasses classes_;
  Existing existing_;
  Budget budget_{kPodsMax, kMadeBytesMax};
  std::map<std::string, std::string, std::less<>> places_;
  std::map<std::string, std::uint64_t, std::less<>> generated_;
  std::set<std::string> ignored_;
};

}  // namespace

std::string Object::name() const { return std::string(text_at(json, {"metadata", "name"})); }

std::string Object::full_name() const {
  const std::string_view namespace_name = text_at(json, {"metadata", "namespace"});
  return namespace_name.empty() ? name() : std::string(namespace_name) + '/' + name();
}

std::string derived_uid(std::string_view kind, std::string_view namespace_name,
                        std::string_view name) {
  std::string text(kind);
  text.append("/").append(namespace_name).append("/").append(name);
  boost::uuids::name_generator_sha1 generator{boost::uuids::uuid{}};
  return boost::uuids::to_string(generator(text));
}

model::Result<Cluster> make_cluster(std::vector<Document> documents,
                                    std::optional<model::WallTime> now) {
  return Builder(now).build(std::move(documents));
}

}  // namespace neuron_scheduler::simulate
