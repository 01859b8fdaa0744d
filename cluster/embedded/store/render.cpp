#include "cluster/embedded/store/render.hpp"

#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

json::object to_json(const ListMetadata& metadata) {
  json::object object{{"resourceVersion", std::to_string(metadata.resource_version)}};
  if (!metadata.continuation.empty()) object["continue"] = metadata.continuation;
  if (metadata.remaining) object["remainingItemCount"] = *metadata.remaining;
  return object;
}

json::object table(const Core& core, const Call& call, std::span<const ObjectPtr> objects,
                   json::object metadata) {
  const Face face = call.face().face;
  std::vector<json::object> shown;
  shown.reserve(objects.size());
  for (const ObjectPtr& object : objects) shown.push_back(to_object(face, *object));
  std::vector<const json::object*> rows;
  rows.reserve(shown.size());
  for (const json::object& object : shown) rows.push_back(&object);
  return make_table(face, rows, std::move(metadata),
                    TableOptions{.include = call.include, .now = core.clock.wall()});
}

json::object partial_list(const Call& call, std::span<const ObjectPtr> objects,
                          json::object metadata) {
  json::array items;
  items.reserve(objects.size());
  for (const ObjectPtr& object : objects) {
    items.push_back(partial_metadata(to_object(call.face().face, *object)));
  }
  return {{"kind", "PartialObjectMetadataList"},
          {"apiVersion", "meta.k8s.io/v1"},
          {"metadata", std::move(metadata)},
          {"items", std::move(items)}};
}

}  // namespace

ApiAnswer json_answer(int status, const json::object& object) {
  ApiAnswer answer;
  answer.status = status;
  answer.body = json::serialize(object);
  answer.body += '\n';
  return answer;
}

ApiAnswer failure_answer(const Status& status) {
  ApiAnswer answer;
  answer.status = status.code;
  if (status.code == 404 && status.reason.empty()) {
    answer.content_type = "text/plain; charset=utf-8";
    answer.body = "404 page not found\n";
    return answer;
  }
  // Messages repeat what was sent, whatever it was.
  answer.body = valid_utf8(embedded::to_json(status));
  if (!answer.body.ends_with('\n')) answer.body += '\n';
  answer.retry_after = status.retry_after;
  return answer;
}

ApiAnswer object_answer(const Core& core, const Call& call, int status,
                        const StoredObject& object) {
  if (call.representation != Representation::kObject) {
    return object_answer(core, call, status, to_object(call.face().face, object));
  }
  ApiAnswer answer;
  answer.status = status;
  append_json(call.face().face, object, answer.body);
  answer.body += '\n';
  return answer;
}

ApiAnswer object_answer(const Core& core, const Call& call, int status,
                        const json::object& object) {
  if (call.representation == Representation::kObject) return json_answer(status, object);
  if (call.representation != Representation::kTable) {
    return json_answer(status, partial_metadata(object));
  }
  json::object metadata;
  if (const json::object* const own = object_in(object, "metadata")) {
    metadata["resourceVersion"] = text_in(*own, "resourceVersion");
  }
  const json::object* const row = &object;
  return json_answer(status,
                     make_table(call.face().face, {&row, 1}, std::move(metadata),
                                TableOptions{.include = call.include, .now = core.clock.wall()}));
}

ApiAnswer list_answer(const Core& core, const Call& call, std::span<const ObjectPtr> objects,
                      const ListMetadata& metadata) {
  json::object shown = to_json(metadata);
  if (call.representation == Representation::kTable) {
    return json_answer(200, table(core, call, objects, std::move(shown)));
  }
  if (call.representation != Representation::kObject) {
    return json_answer(200, partial_list(call, objects, std::move(shown)));
  }
  const FaceInfo& face = call.face();
  ApiAnswer answer;
  std::string& body = answer.body;
  std::size_t bytes = 256;
  for (const ObjectPtr& object : objects) bytes += object->json.size() + 1;
  body.reserve(bytes);
  body += R"({"kind":")" + std::string{face.kind} + R"(List","apiVersion":")" + api_version(face) +
          R"(","metadata":)" + json::serialize(shown) + R"(,"items":[)";
  for (const ObjectPtr& object : objects) {
    append_item(face.face, *object, body);
    body += ',';
  }
  if (body.back() == ',') body.pop_back();
  body += "]}\n";
  return answer;
}

}  // namespace neuron_scheduler::embedded
