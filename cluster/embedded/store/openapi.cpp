#include "cluster/embedded/store/openapi.hpp"

#include <array>
#include <map>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/schema.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

enum class Edition : std::uint8_t { kV2, kV3 };

std::string full_name(const TypeInfo& type) {
  if (type.package == "meta") {
    return "io.k8s.apimachinery.pkg.apis.meta.v1." + std::string(type.name);
  }
  return "io.k8s.api." + std::string(type.package) + ".v1." + std::string(type.name);
}

json::object reference(Edition edition, const TypeInfo& type) {
  const std::string place = edition == Edition::kV2 ? "#/definitions/" : "#/components/schemas/";
  return {{"$ref", place + full_name(type)}};
}

json::object either(std::string_view other, std::string_view format, Edition edition) {
  if (edition == Edition::kV2) {
    json::object schema{{"type", "string"}};
    if (!format.empty()) schema["format"] = format;
    return schema;
  }
  json::object schema{{"oneOf", json::array{{{"type", other}}, {{"type", "string"}}}}};
  if (!format.empty()) schema["format"] = format;
  return schema;
}

json::object value_schema(Edition edition, const FieldInfo& field) {
  switch (field.kind) {
    case FieldKind::kString:
      return {{"type", "string"}};
    case FieldKind::kBool:
      return {{"type", "boolean"}};
    case FieldKind::kInt32:
      return {{"type", "integer"}, {"format", "int32"}};
    case FieldKind::kInt64:
      return {{"type", "integer"}, {"format", "int64"}};
    case FieldKind::kQuantity:
      return either("number", "", edition);
    case FieldKind::kIntOrString:
      return either("integer", "int-or-string", edition);
    case FieldKind::kTime:
    case FieldKind::kMicroTime:
      return {{"type", "string"}, {"format", "date-time"}};
    case FieldKind::kStruct:
      return reference(edition, *field.type);
    case FieldKind::kAny:
      break;
  }
  return {{"type", "object"}};
}

json::object field_schema(Edition edition, const FieldInfo& field) {
  json::object value = value_schema(edition, field);
  json::object schema;
  switch (field.shape) {
    case Shape::kOne:
      schema = std::move(value);
      break;
    case Shape::kList:
      schema = {{"type", "array"}, {"items", std::move(value)}};
      break;
    case Shape::kMap:
      schema = {{"type", "object"}, {"additionalProperties", std::move(value)}};
      break;
  }
  if (field.merge) {
    if (!field.merge_key.empty()) schema["x-kubernetes-patch-merge-key"] = field.merge_key;
    schema["x-kubernetes-patch-strategy"] = field.retain_keys ? "merge,retainKeys" : "merge";
  }
  return schema;
}

json::object kind_of(const FaceInfo& face) {
  return {{"group", face.group}, {"version", face.version}, {"kind", face.kind}};
}

json::object type_schema(Edition edition, const TypeInfo& type) {
  json::object properties;
  for (const FieldInfo& field : type.fields) {
    properties[field.name] = field_schema(edition, field);
  }
  json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
  for (const FaceInfo& face : faces()) {
    if (&type_of(face.face) == &type) {
      schema["x-kubernetes-group-version-kind"] = json::array{kind_of(face)};
    }
  }
  return schema;
}

json::object schemas(Edition edition) {
  json::object all;
  for (const TypeInfo* const type : all_types()) {
    all[full_name(*type)] = type_schema(edition, *type);
  }
  return all;
}

// Of a request that writes.
json::array parameters(Edition edition) {
  json::array list;
  for (const std::string_view name : {"dryRun", "fieldManager", "fieldValidation"}) {
    json::object parameter{{"name", name}, {"in", "query"}};
    if (edition == Edition::kV2) {
      parameter["type"] = "string";
    } else {
      parameter["schema"] = json::object{{"type", "string"}};
    }
    list.emplace_back(std::move(parameter));
  }
  return list;
}

json::object operation(Edition edition, const FaceInfo& face, std::string_view action) {
  json::object object;
  const bool writes = action == "post" || action == "put" || action == "patch";
  if (writes) object["parameters"] = parameters(edition);
  json::object ok{{"description", "OK"}};
  if (edition == Edition::kV2) {
    ok["schema"] = reference(edition, type_of(face.face));
  } else {
    json::object schema{{"schema", reference(edition, type_of(face.face))}};
    ok["content"] = json::object{{"application/json", std::move(schema)}};
  }
  object["responses"] = json::object{{"200", std::move(ok)}};
  object["x-kubernetes-action"] = action;
  object["x-kubernetes-group-version-kind"] = kind_of(face);
  return object;
}

void add_paths(Edition edition, const FaceInfo& face, json::object& paths) {
  std::string path = face.group.empty() ? "/api/v1" : "/apis/" + api_version(face);
  if (face.namespaced) path += "/namespaces/{namespace}";
  path.append("/").append(face.plural);
  json::object collection;
  for (const std::string_view verb : {"get", "post", "delete"}) {
    collection[verb] = operation(edition, face, verb);
  }
  json::object item;
  for (const std::string_view verb : {"get", "put", "patch", "delete"}) {
    item[verb] = operation(edition, face, verb);
  }
  paths[path] = std::move(collection);
  paths[path + "/{name}"] = std::move(item);
}

json::object title() { return {{"title", "Kubernetes"}, {"version", "1.37"}}; }

json::object second_edition() {
  json::object paths;
  for (const FaceInfo& face : faces()) add_paths(Edition::kV2, face, paths);
  return {{"swagger", "2.0"},
          {"info", title()},
          {"paths", std::move(paths)},
          {"definitions", schemas(Edition::kV2)}};
}

json::object third_edition(std::string_view group) {
  json::object paths;
  for (const FaceInfo& face : faces()) {
    if (face.group == group) add_paths(Edition::kV3, face, paths);
  }
  return {{"openapi", "3.0.0"},
          {"info", title()},
          {"paths", std::move(paths)},
          {"components", json::object{{"schemas", schemas(Edition::kV3)}}}};
}

using Documents = std::map<std::string, std::string, std::less<>>;

Documents make_documents() {
  Documents documents;
  documents["/openapi/v2"] = json::serialize(second_edition());
  json::object index;
  for (const std::string_view group : {"", "events.k8s.io", "coordination.k8s.io"}) {
    const std::string path = group.empty() ? "api/v1" : "apis/" + std::string(group) + "/v1";
    const std::string url = "/openapi/v3/" + path;
    index[path] = json::object{{"serverRelativeURL", url}};
    documents[url] = json::serialize(third_edition(group));
  }
  documents["/openapi/v3"] = json::serialize(json::object{{"paths", std::move(index)}});
  return documents;
}

}  // namespace

const std::string* openapi_document(std::string_view path) {
  static const Documents kDocuments = make_documents();
  const auto found = kDocuments.find(path);
  return found == kDocuments.end() ? nullptr : &found->second;
}

}  // namespace neuron_scheduler::embedded
