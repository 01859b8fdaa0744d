#include "cluster/embedded/store/discovery.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/embedded/store/openapi.hpp"
#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/status.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::string_view kAggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
constexpr std::array<std::string_view, 2> kGroups = {"events.k8s.io", "coordination.k8s.io"};

// A resource or subresource of a group and version.
struct Served {
  const FaceInfo* face;  // Null for bindings, which are no resource of their own.
  std::string_view subresource;
  std::string_view kind;
  std::vector<std::string_view> verbs;
};

json::array texts(const std::vector<std::string_view>& values) {
  json::array list;
  for (const std::string_view value : values) list.emplace_back(value);
  return list;
}

std::vector<std::string_view> verbs_of(const FaceInfo& face) {
  // Namespaces are deleted one by one.
  if (face.resource == Resource::kNamespaces) {
    return {"create", "delete", "get", "list", "patch", "update", "watch"};
  }
  return {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
}

std::vector<Served> served_in(std::string_view group) {
  std::vector<Served> all;
  if (group.empty()) all.push_back({nullptr, "", "Binding", {"create"}});
  std::vector<const FaceInfo*> sorted;
  for (const FaceInfo& face : faces()) {
    if (face.group == group) sorted.push_back(&face);
  }
  std::ranges::sort(sorted, {}, &FaceInfo::plural);
  for (const FaceInfo* const one : sorted) {
    const FaceInfo& face = *one;
    all.push_back({&face, "", face.kind, verbs_of(face)});
    if (face.face == Face::kPods) all.push_back({&face, "binding", "Binding", {"create"}});
    if (face.face == Face::kNamespaces) all.push_back({&face, "finalize", face.kind, {"update"}});
    if (face.has_status) {
      all.push_back({&face, "status", face.kind, {"get", "patch", "update"}});
    }
  }
  return all;
}

std::string group_version(std::string_view group) {
  return group.empty() ? "v1" : std::string(group) + "/v1";
}

void add_names(const Served& served, json::object& resource) {
  if (served.face == nullptr || !served.subresource.empty()) return;
  json::array short_names;
  for (const std::string_view name : served.face->short_names) short_names.emplace_back(name);
  if (!short_names.empty()) resource["shortNames"] = std::move(short_names);
  if (served.face->face == Face::kPods) resource["categories"] = json::array{"all"};
}

json::object resource_list(std::string_view group) {
  json::array resources;
  for (const Served& served : served_in(group)) {
    std::string name(served.face == nullptr ? "bindings" : served.face->plural);
    if (!served.subresource.empty()) name.append("/").append(served.subresource);
    std::string_view singular;
    if (served.subresource.empty()) {
      singular = served.face == nullptr ? "binding" : served.face->singular;
    }
    json::object resource{{"name", name},
                          {"singularName", singular},
                          {"namespaced", served.face == nullptr || served.face->namespaced},
                          {"kind", served.kind},
                          {"verbs", texts(served.verbs)}};
    add_names(served, resource);
    resources.emplace_back(std::move(resource));
  }
  json::object list{{"kind", "APIResourceList"}};
  if (!group.empty()) list["apiVersion"] = "v1";
  list["groupVersion"] = group_version(group);
  list["resources"] = std::move(resources);
  return list;
}

json::object response_kind(std::string_view kind) {
  return {{"group", ""}, {"version", ""}, {"kind", kind}};
}

json::object aggregated_resource(const Served& served) {
  const bool namespaced = served.face == nullptr || served.face->namespaced;
  json::object resource{
      {"resource", served.face == nullptr ? "bindings" : served.face->plural},
      {"responseKind", response_kind(served.kind)},
      {"scope", namespaced ? "Namespaced" : "Cluster"},
      {"singularResource", served.face == nullptr ? "binding" : served.face->singular},
      {"verbs", texts(served.verbs)}};
  add_names(served, resource);
  return resource;
}

json::object aggregated_group(std::string_view group) {
  json::array resources;
  for (const Served& served : served_in(group)) {
    if (served.subresource.empty()) {
      resources.emplace_back(aggregated_resource(served));
      continue;
    }
    // After the resource that it belongs to.
    json::object& owner = resources.back().get_object();
    if (!owner.contains("subresources")) owner["subresources"] = json::array{};
    owner["subresources"].get_array().push_back({{"subresource", served.subresource},
                                                 {"responseKind", response_kind(served.kind)},
                                                 {"verbs", texts(served.verbs)}});
  }
  json::object metadata;
  if (!group.empty()) metadata["name"] = group;
  json::object version{
      {"version", "v1"}, {"resources", std::move(resources)}, {"freshness", "Current"}};
  return {{"metadata", std::move(metadata)}, {"versions", json::array{std::move(version)}}};
}

json::object api_group(std::string_view group, bool in_list) {
  const json::object version{{"groupVersion", group_version(group)}, {"version", "v1"}};
  json::object object;
  if (!in_list) {
    object["kind"] = "APIGroup";
    object["apiVersion"] = "v1";
  }
  object["name"] = group;
  object["versions"] = json::array{version};
  object["preferredVersion"] = version;
  return object;
}

// The Accept header asks for aggregated discovery before it takes anything else.
bool wants_aggregated(std::string_view accept) {
  for (const std::string_view clause : split(accept, ',')) {
    std::vector<std::string_view> parts = split(clause, ';');
    std::ranges::transform(parts, parts.begin(), trimmed);
    const auto has = [&](std::string_view part) {
      return std::ranges::find(parts, part) != parts.end();
    };
    if (parts.front() != "application/json") continue;
    if (has("g=apidiscovery.k8s.io") && has("v=v2") && has("as=APIGroupDiscoveryList")) {
      return true;
    }
    if (std::ranges::none_of(parts,
                             [](std::string_view part) { return part.starts_with("as="); })) {
      return false;
    }
  }
  return false;
}

ApiAnswer answer_of(const json::object& object) {
  ApiAnswer answer;
  answer.body = json::serialize(object);
  return answer;
}

ApiAnswer aggregated(bool core) {
  json::array items;
  if (core) {
    items.emplace_back(aggregated_group(""));
  } else {
    for (const std::string_view group : kGroups) items.emplace_back(aggregated_group(group));
  }
  ApiAnswer answer = answer_of({{"kind", "APIGroupDiscoveryList"},
                                {"apiVersion", "apidiscovery.k8s.io/v2"},
                                {"metadata", json::object{}},
                                {"items", std::move(items)}});
  answer.content_type = kAggregated;
  return answer;
}

json::object version() {
  return {{"major", "1"},    {"minor", "37"},           {"gitVersion", "v1.37.2+embedded"},
          {"gitCommit", ""}, {"gitTreeState", "clean"}, {"buildDate", "1970-01-01T00:00:00Z"},
          {"goVersion", ""}, {"compiler", ""},          {"platform", "linux/amd64"}};
}

json::object root() {
  json::array paths;
  for (const std::string_view path :
       {"/api", "/api/v1", "/apis", "/apis/coordination.k8s.io", "/apis/coordination.k8s.io/v1",
        "/apis/events.k8s.io", "/apis/events.k8s.io/v1", "/healthz", "/livez", "/openapi/v2",
        "/openapi/v3", "/readyz", "/version"}) {
    paths.emplace_back(path);
  }
  return {{"paths", std::move(paths)}};
}

// /healthz, /livez, /readyz and the one check below them that does not depend on how a server is
// built.
bool is_health(std::string_view path) {
  if (path.ends_with("/ping")) path.remove_suffix(std::string_view("/ping").size());
  return path == "/healthz" || path == "/livez" || path == "/readyz";
}

std::optional<ApiAnswer> discover_groups(std::string_view path, std::string_view accept) {
  if (path == "/api") {
    if (wants_aggregated(accept)) return aggregated(true);
    return answer_of({{"kind", "APIVersions"},
                      {"versions", json::array{"v1"}},
                      {"serverAddressByClientCIDRs",
                       json::array{{{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", ""}}}}});
  }
  if (path == "/api/v1") return answer_of(resource_list(""));
  if (path == "/apis") {
    if (wants_aggregated(accept)) return aggregated(false);
    json::array groups;
    for (const std::string_view group : kGroups) groups.emplace_back(api_group(group, true));
    return answer_of(
        {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}});
  }
  for (const std::string_view group : kGroups) {
    const std::string base = "/apis/" + std::string(group);
    if (path == base) return answer_of(api_group(group, false));
    if (path == base + "/v1") return answer_of(resource_list(group));
  }
  return std::nullopt;
}

// Protobuf, which older kubectls want the second version in, is not written.
bool takes_json(std::string_view accept) {
  if (trimmed(accept).empty()) return true;
  return std::ranges::any_of(split(accept, ','), [](std::string_view clause) {
    const std::string_view type = trimmed(clause.substr(0, clause.find(';')));
    return type == "application/json" || type == "application/*" || type == "*/*";
  });
}

std::optional<ApiAnswer> discover_openapi(std::string_view path, std::string_view accept) {
  const std::string* document = openapi_document(path);
  if (document == nullptr) return std::nullopt;
  ApiAnswer answer;
  if (takes_json(accept)) {
    answer.body = *document;
  } else {
    answer.status = 406;
    answer.body = to_json(not_acceptable());
  }
  return answer;
}

}  // namespace

std::optional<ApiAnswer> discover(std::string_view path, std::string_view accept) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (is_health(path)) {
    ApiAnswer answer;
    answer.content_type = "text/plain; charset=utf-8";
    answer.body = "ok";
    return answer;
  }
  if (path == "/version") return answer_of(version());
  if (path == "/") return answer_of(root());
  if (path.starts_with("/openapi/")) return discover_openapi(path, accept);
  return discover_groups(path, accept);
}

}  // namespace neuron_scheduler::embedded
