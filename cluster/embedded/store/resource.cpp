#include "cluster/embedded/store/resource.hpp"

#include <algorithm>

namespace neuron_scheduler::embedded {
namespace {

constexpr std::string_view kShortPods[] = {"po"};
constexpr std::string_view kShortNodes[] = {"no"};
constexpr std::string_view kShortNamespaces[] = {"ns"};
constexpr std::string_view kShortEvents[] = {"ev"};

// In the order of Face.
constexpr FaceInfo kFaces[] = {
    {Face::kPods, Resource::kPods, "", "v1", "pods", "pod", "Pod", true, kShortPods, true},
    {Face::kNodes, Resource::kNodes, "", "v1", "nodes", "node", "Node", false, kShortNodes, true},
    {Face::kNamespaces, Resource::kNamespaces, "", "v1", "namespaces", "namespace", "Namespace",
     false, kShortNamespaces, true},
    {Face::kCoreEvents, Resource::kEvents, "", "v1", "events", "event", "Event", true, kShortEvents,
     false},
    {Face::kEvents, Resource::kEvents, "events.k8s.io", "v1", "events", "event", "Event", true,
     kShortEvents, false},
    {Face::kLeases,
     Resource::kLeases,
     "coordination.k8s.io",
     "v1",
     "leases",
     "lease",
     "Lease",
     true,
     {},
     false},
};

std::string qualified(std::string_view name, std::string_view group) {
  std::string text(name);
  if (!group.empty()) text += "." + std::string(group);
  return text;
}

}  // namespace

std::span<const FaceInfo> faces() { return kFaces; }

const FaceInfo& info(Face face) { return kFaces[static_cast<std::size_t>(face)]; }

const FaceInfo* find_face(std::string_view group, std::string_view version,
                          std::string_view plural) {
  const auto* found = std::ranges::find_if(kFaces, [&](const FaceInfo& face) {
    return face.plural == plural && face.version == version && face.group == group;
  });
  return found == std::end(kFaces) ? nullptr : found;
}

std::string api_version(const FaceInfo& face) {
  if (face.group.empty()) return std::string(face.version);
  return std::string(face.group) + "/" + std::string(face.version);
}

std::string qualified_plural(const FaceInfo& face) { return qualified(face.plural, face.group); }

std::string qualified_kind(const FaceInfo& face) { return qualified(face.kind, face.group); }

}  // namespace neuron_scheduler::embedded
