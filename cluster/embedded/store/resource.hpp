#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace neuron_scheduler::embedded {

// What the store keeps. Events have one store and two faces: core/v1 and events.k8s.io/v1.
enum class Resource : std::uint8_t { kPods, kNodes, kNamespaces, kEvents, kLeases };

// A resource as one group and version shows it.
enum class Face : std::uint8_t { kPods, kNodes, kNamespaces, kCoreEvents, kEvents, kLeases };

// The part of an object that a request writes.
enum class Part : std::uint8_t { kMain, kStatus };

struct FaceInfo {
  Face face;
  Resource resource;
  std::string_view group;  // Empty for core.
  std::string_view version;
  std::string_view plural;
  std::string_view singular;
  std::string_view kind;
  bool namespaced;
  std::span<const std::string_view> short_names;
  bool has_status;  // A subresource "status".
};

[[nodiscard]] std::span<const FaceInfo> faces();
[[nodiscard]] const FaceInfo& info(Face face);
// The face of a path's group (empty for core), version and plural; nullptr: not served.
[[nodiscard]] const FaceInfo* find_face(std::string_view group, std::string_view version,
                                        std::string_view plural);

// "v1" or "group/version".
[[nodiscard]] std::string api_version(const FaceInfo& face);
// "plural" or "plural.group", as in the texts of errors.
[[nodiscard]] std::string qualified_plural(const FaceInfo& face);
// "Kind" or "Kind.group", as in the texts of errors.
[[nodiscard]] std::string qualified_kind(const FaceInfo& face);

}  // namespace neuron_scheduler::embedded
