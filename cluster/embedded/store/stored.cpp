#include "cluster/embedded/store/stored.hpp"

#include <utility>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/storage_ptr.hpp>

#include "cluster/embedded/store/body.hpp"
#include "cluster/embedded/store/event_faces.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

// No name or label value is longer, so nothing longer is ever selected by.
constexpr std::size_t kSelectableBytesMax = 256;
constexpr std::string_view kVersionField = "\"resourceVersion\":\"";

bool is_selectable(const json::value& value) {
  if (const auto* text = value.if_string()) return text->size() <= kSelectableBytesMax;
  return value.is_bool() || value.is_number();
}

json::object selectable_part(const json::object& object) {
  const auto storage = json::make_shared_resource<json::monotonic_resource>(std::size_t{1024});
  json::object part(storage);
  for (const auto& member : object) {
    const json::object* const below = member.value().if_object();
    if (below == nullptr) {
      if (is_selectable(member.value())) part.insert(member);
      continue;
    }
    json::object scalars(storage);
    for (const auto& field : *below) {
      const bool labels = member.key() == "metadata" && field.key() == "labels";
      if (labels || is_selectable(field.value())) scalars.insert(field);
    }
    if (!scalars.empty()) part.emplace(member.key(), std::move(scalars));
  }
  return part;
}

// metadata first, and what a server sets in it where ObjectMeta has it.
json::object in_order(json::object object, std::uint64_t resource_version) {
  constexpr std::string_view kOrder[] = {"name",
                                         "generateName",
                                         "namespace",
                                         "selfLink",
                                         "uid",
                                         "resourceVersion",
                                         "generation",
                                         "creationTimestamp",
                                         "deletionTimestamp",
                                         "deletionGracePeriodSeconds",
                                         "labels",
                                         "annotations",
                                         "ownerReferences",
                                         "finalizers"};
  json::object ordered(object.storage());
  ordered.reserve(object.size());
  json::object metadata(object.storage());
  if (json::object* const sent = object_in(object, "metadata")) {
    (*sent)["resourceVersion"] = std::to_string(resource_version);
    metadata.reserve(sent->size());
    for (const std::string_view key : kOrder) {
      if (json::value* const value = sent->if_contains(key)) {
        metadata.emplace(key, std::move(*value));
      }
    }
  }
  ordered.emplace("metadata", std::move(metadata));
  for (auto& member : object) {
    if (member.key() == "metadata" || member.key() == "kind" || member.key() == "apiVersion") {
      continue;
    }
    ordered.emplace(member.key(), std::move(member.value()));
  }
  return ordered;
}

bool is_own_face(Face face) { return face != Face::kEvents; }

}  // namespace

std::string object_key(std::string_view namespace_name, std::string_view name) {
  std::string key;
  key.reserve(namespace_name.size() + 1 + name.size());
  if (!namespace_name.empty()) {
    key += namespace_name;
    key += '/';
  }
  key += name;
  return key;
}

ObjectPtr make_stored(Face face, json::object object, std::uint64_t resource_version) {
  if (!is_own_face(face)) object = to_core_event(object);
  object = in_order(std::move(object), resource_version);
  auto stored = std::make_shared<StoredObject>();
  const json::object& metadata = *object_in(object, "metadata");
  stored->key = object_key(text_in(metadata, "namespace"), text_in(metadata, "name"));
  stored->resource_version = resource_version;
  stored->uid = text_in(metadata, "uid");
  stored->json = json::serialize(object);
  stored->selectable = selectable_part(object);
  return stored;
}

ObjectPtr at_version(const StoredObject& object, std::uint64_t resource_version) {
  auto copy = std::make_shared<StoredObject>();
  copy->key = object.key;
  copy->resource_version = resource_version;
  copy->uid = object.uid;
  copy->json = object.json;
  // The first one is metadata's: what comes before it holds no quote, and in a text it would be
  // escaped.
  const std::size_t begin = copy->json.find(kVersionField) + kVersionField.size();
  copy->json.replace(begin, copy->json.find('"', begin) - begin, std::to_string(resource_version));
  copy->selectable = object.selectable;
  return copy;
}

json::object to_object(Face face, const StoredObject& object) {
  const FaceInfo& own = info(is_own_face(face) ? face : Face::kCoreEvents);
  json::object tree(own_storage(object.json.size()));
  tree.emplace("kind", own.kind);
  tree.emplace("apiVersion", api_version(own));
  json::value parsed = json::parse(object.json, tree.storage(), stored_parse_options());
  for (auto& member : parsed.get_object()) {
    tree.emplace(member.key(), std::move(member.value()));
  }
  return is_own_face(face) ? tree : to_events_event(tree);
}

void append_json(Face face, const StoredObject& object, std::string& out) {
  if (!is_own_face(face)) {
    out += json::serialize(to_object(face, object));
    return;
  }
  const FaceInfo& shown = info(face);
  out += R"({"kind":")";
  out += shown.kind;
  out += R"(","apiVersion":")";
  if (!shown.group.empty()) {
    out += shown.group;
    out += '/';
  }
  out += shown.version;
  out += R"(",)";
  out += std::string_view{object.json}.substr(1);
}

void append_item(Face face, const StoredObject& object, std::string& out) {
  if (is_own_face(face)) {
    out += object.json;
    return;
  }
  json::object shown = to_object(face, object);
  shown.erase("kind");
  shown.erase("apiVersion");
  out += json::serialize(shown);
}

}  // namespace neuron_scheduler::embedded
