#include "cluster/embedded/store/writing.hpp"

#include <utility>

#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

// etcd --max-request-bytes
constexpr std::size_t kObjectBytesMax = std::size_t{1536} * 1024;

}  // namespace

json::object& metadata_of(json::object& object) {
  if (json::object* const metadata = object_in(object, "metadata")) return *metadata;
  return object["metadata"].emplace_object();
}

std::string time_text(model::WallTime time) { return model::format_time(time); }

Answer<void> settle_namespace(const FaceInfo& face, std::string_view namespace_name,
                              json::object& object) {
  json::object& metadata = metadata_of(object);
  if (!face.namespaced) {
    metadata.erase("namespace");
    return {};
  }
  const std::string_view sent = text_in(metadata, "namespace");
  if (!sent.empty() && sent != namespace_name) return namespace_mismatch();
  metadata["namespace"] = namespace_name;
  return {};
}

Answer<void> check_namespace(const Core& core, const FaceInfo& face,
                             std::string_view namespace_name, std::string_view name) {
  if (!face.namespaced) return {};
  const ObjectPtr there = core.store.find(Resource::kNamespaces, namespace_name);
  if (!there) return not_found(info(Face::kNamespaces), namespace_name);
  const json::object* const metadata = object_in(there->selectable, "metadata");
  if (metadata != nullptr && metadata->contains("deletionTimestamp")) {
    return namespace_terminating(face, name, namespace_name);
  }
  return {};
}

Answer<ObjectPtr> commit(Core& core, Face face, json::object object) {
  ObjectPtr stored = make_stored(face, std::move(object), core.store.next_version());
  if (stored->json.size() > kObjectBytesMax) return body_too_large(kObjectBytesMax);
  const Resource resource = info(face).resource;
  const bool full = core.store.objects_count() >= core.options.objects_max &&
                    !core.store.find(resource, stored->key);
  if (full || core.store.objects_bytes() + stored->json.size() > core.options.objects_bytes_max) {
    return plain_error("etcdserver: mvcc: database space exceeded");
  }
  core.put(resource, stored);
  return stored;
}

}  // namespace neuron_scheduler::embedded
