#include "cmd/demo-cluster/objects.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/text.hpp"
#include "cmd/manifest/manifest.hpp"

namespace neuron_scheduler::demo {
namespace {

namespace json = boost::json;
using embedded::FaceInfo;

// The reason it was refused; nullopt: created.
std::optional<std::string> post(embedded::Api& api, const std::string& path,
                                const json::object& object) {
  constexpr int kFirstFailure = 300;
  const std::string body = json::serialize(object);
  embedded::ApiRequest request;
  request.method = "POST";
  request.target = path;
  request.content_type = "application/json";
  request.accept = "application/json";
  request.body = body;
  const embedded::ApiAnswer answer = api.handle(request);
  if (answer.status < kFirstFailure) return std::nullopt;
  json::error_code error;
  const json::value status = json::parse(answer.body, error);
  if (error || !status.is_object()) return "status " + std::to_string(answer.status);
  return std::string(embedded::text_in(status.get_object(), "message"));
}

const FaceInfo* find_face(const json::object& object) {
  const std::string_view version = embedded::text_in(object, "apiVersion");
  const std::string_view kind = embedded::text_in(object, "kind");
  for (const FaceInfo& face : embedded::faces()) {
    if (face.kind == kind && embedded::api_version(face) == version) return &face;
  }
  return nullptr;
}

std::string served_kinds() {
  std::string names;
  for (const FaceInfo& face : embedded::faces()) {
    if (!names.empty()) names += ", ";
    names.append(face.kind).append(" of ").append(embedded::api_version(face));
  }
  return names;
}

std::string collection_path(const FaceInfo& face, const json::object& object) {
  std::string path = (face.group.empty() ? "/api/" : "/apis/") + embedded::api_version(face);
  if (face.namespaced) {
    const json::object* const metadata = embedded::object_in(object, "metadata");
    std::string_view where = metadata == nullptr ? "" : embedded::text_in(*metadata, "namespace");
    if (where.empty()) where = "default";
    path.append("/namespaces/").append(where);
  }
  return path.append("/").append(face.plural);
}

std::optional<model::Error> create(embedded::Api& api, const manifest::Document& document) {
  const std::string_view kind = embedded::text_in(document.object, "kind");
  const FaceInfo* const face = find_face(document.object);
  if (face == nullptr) {
    return model::invalid(document.place() + ": " + std::string(kind) + " of " +
                          std::string(embedded::text_in(document.object, "apiVersion")) +
                          " is not served here; there is " + served_kinds());
  }
  const auto problem = post(api, collection_path(*face, document.object), document.object);
  if (!problem) return std::nullopt;
  const json::object* const metadata = embedded::object_in(document.object, "metadata");
  const std::string_view name = metadata == nullptr ? "" : embedded::text_in(*metadata, "name");
  return model::invalid(document.place() + ": " + std::string(kind) + " " + std::string(name) +
                        ": " + *problem);
}

}  // namespace

std::optional<model::Error> create_nodes(embedded::Api& api, const std::vector<NodeGroup>& groups,
                                         model::WallTime now) {
  for (const NodeGroup& group : groups) {
    for (std::size_t number = 0; number < group.count; ++number) {
      if (const auto problem = post(api, "/api/v1/nodes", make_node(group, number, now))) {
        return model::invalid("node " + group.prefix + "-" + std::to_string(number) + ": " +
                              *problem);
      }
    }
  }
  return std::nullopt;
}

std::optional<model::Error> create_objects(embedded::Api& api,
                                           const std::vector<std::string>& paths,
                                           std::istream& standard_input) {
  std::vector<manifest::Document> documents;
  std::size_t bytes_left = manifest::kInputBytesMax;
  for (const std::string& path : paths) {
    auto read = manifest::read_path(path, standard_input, bytes_left);
    if (!read) return read.error();
    std::move(read->begin(), read->end(), std::back_inserter(documents));
  }
  std::stable_partition(documents.begin(), documents.end(), [](const manifest::Document& each) {
    return embedded::text_in(each.object, "kind") == "Namespace";
  });
  for (const manifest::Document& document : documents) {
    if (auto error = create(api, document)) return error;
  }
  return std::nullopt;
}

}  // namespace neuron_scheduler::demo
