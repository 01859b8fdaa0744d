#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "cluster/model/result.hpp"
#include "cluster/model/time.hpp"
#include "cmd/manifest/manifest.hpp"

// What simulate makes of its input before anything is scheduled (design.md §9).
namespace neuron_scheduler::simulate {

inline constexpr std::size_t kPodsMax = 100'000;
inline constexpr std::size_t kNodesMax = 20'000;
inline constexpr std::size_t kNamespacesMax = 20'000;
inline constexpr std::size_t kMadeBytesMax = std::size_t{256} * 1024 * 1024;

// A pod, node or namespace as an API server would hold it after it was created.
struct Object {
  boost::json::object json;
  std::string place;  // FILE:LINE; of the object that makes it, if it is made.
  std::optional<model::WallTime> created;

  [[nodiscard]] std::string name() const;       // metadata.name
  [[nodiscard]] std::string full_name() const;  // namespace/name, or the name
};

struct Cluster {
  // In order of creation, then of the input; made ones where their maker is.
  std::vector<Object> nodes;
  std::vector<Object> pods;
  std::vector<Object> namespaces;  // Those of the input, and those that pods are in.
  std::vector<std::string> warnings;
  model::WallTime now;
};

// now: as --now gives it; nullopt: the latest creationTimestamp of the input, or 1970 if there is
// none. Whatever has no creationTimestamp was created now. Error: "FILE:LINE: reason".
[[nodiscard]] model::Result<Cluster> make_cluster(std::vector<manifest::Document> documents,
                                                  std::optional<model::WallTime> now);

// The uid of an object that came without one: always the same for the same names.
[[nodiscard]] std::string derived_uid(std::string_view kind, std::string_view namespace_name,
                                      std::string_view name);

}  // namespace neuron_scheduler::simulate
