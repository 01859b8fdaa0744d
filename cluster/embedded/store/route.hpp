#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/status.hpp"

namespace neuron_scheduler::embedded {

// What a path leads to.
struct Route {
  enum class Place : std::uint8_t {
    kCollection,
    kItem,
    kStatus,
    kBinding,   // pods/{name}/binding, or bindings: then without a name.
    kFinalize,  // namespaces/{name}/finalize
  };

  const FaceInfo* face = nullptr;
  Place place = Place::kCollection;
  std::string namespace_name;  // Empty: cluster-scoped, or all namespaces.
  std::string name;
  bool watch = false;  // By the old form of path, /watch/...
};

// path: without its query, still percent-encoded. 400 if it cannot be decoded; 404 as a Status, or,
// with an empty reason, as a plain page, as a real server does below unknown groups.
[[nodiscard]] Answer<Route> find_route(std::string_view path);

}  // namespace neuron_scheduler::embedded
