#include "cluster/embedded/store/route.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "cluster/embedded/store/query.hpp"

namespace neuron_scheduler::embedded {
namespace {

using Segments = std::span<const std::string>;

constexpr std::size_t kSegmentsMax = 16;

Status no_such_page() {
  Status status;
  status.code = 404;
  return status;
}

// As Go's router sees it: an escaped slash is a slash.
Answer<std::vector<std::string>> segments_of(std::string_view raw) {
  const auto decoded = percent_decoded(raw, Plus::kKept);
  if (!decoded) return bad_request("invalid URL escape in the path");
  std::string_view path = *decoded;
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
    if (segments.size() == kSegmentsMax) return no_such_page();
    segments.emplace_back(segment);
  }
  return segments;
}

// rest: what follows the resource: nothing, a name, a name and a subresource.
Answer<Route> below(const FaceInfo& face, std::string namespace_name, Segments rest) {
  Route route;
  route.face = &face;
  route.namespace_name = std::move(namespace_name);
  if (rest.empty()) return route;
  route.place = Route::Place::kItem;
  route.name = rest[0];
  if (route.name.empty() || rest.size() > 2) return no_such_resource();
  if (rest.size() == 1) return route;
  if (rest[1] == "status" && face.has_status) {
    route.place = Route::Place::kStatus;
  } else if (rest[1] == "binding" && face.face == Face::kPods) {
    route.place = Route::Place::kBinding;
  } else if (rest[1] == "finalize" && face.face == Face::kNamespaces) {
    route.place = Route::Place::kFinalize;
  } else {
    return no_such_resource();
  }
  return route;
}

// segments: what follows the version.
Answer<Route> in_version(std::string_view group, std::string_view version, Segments segments) {
  if (segments.empty()) return no_such_page();
  const bool namespaced = segments[0] == "namespaces" && segments.size() >= 3 &&
                          segments[2] != "status" && segments[2] != "finalize";
  if (!namespaced) {
    const FaceInfo* const face = find_face(group, version, segments[0]);
    if (face == nullptr || (face->namespaced && segments.size() > 1)) return no_such_resource();
    return below(*face, {}, segments.subspan(1));
  }
  const std::string& namespace_name = segments[1];
  if (namespace_name.empty()) return no_such_resource();
  if (group.empty() && segments[2] == "bindings" && segments.size() == 3) {
    auto route = below(info(Face::kPods), namespace_name, {});
    if (route.has_value()) route->place = Route::Place::kBinding;
    return route;
  }
  const FaceInfo* const face = find_face(group, version, segments[2]);
  if (face == nullptr || !face->namespaced) return no_such_resource();
  return below(*face, namespace_name, segments.subspan(3));
}

}  // namespace

Answer<Route> find_route(std::string_view path) {
  auto parsed = segments_of(path);
  if (parsed.has_error()) return parsed.error();
  Segments segments{*parsed};
  if (segments.size() < 2) return no_such_page();
  std::string group;
  if (segments[0] == "api") {
    if (segments[1] != "v1") return no_such_resource();
  } else if (segments[0] == "apis" && segments.size() >= 3) {
    group = segments[1];
    const bool known = !group.empty() && std::ranges::any_of(faces(), [&](const FaceInfo& face) {
      return face.group == group;
    });
    if (!known) return no_such_page();
    segments = segments.subspan(1);
  } else {
    return no_such_page();
  }
  const std::string version = segments[1];
  segments = segments.subspan(2);
  const bool watch = !segments.empty() && segments[0] == "watch";
  if (watch) segments = segments.subspan(1);
  auto route = in_version(group, version, segments);
  if (route.has_error() || !watch) return route;
  if (route->place != Route::Place::kCollection && route->place != Route::Place::kItem) {
    return no_such_resource();
  }
  route->watch = true;
  return route;
}

}  // namespace neuron_scheduler::embedded
