#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/status.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::embedded {

// How an answer is to be written (apiserver pkg/endpoints/handlers/negotiation).
enum class Representation : std::uint8_t {
  kObject,       // application/json
  kTable,        // ...;as=Table;v=v1;g=meta.k8s.io
  kPartial,      // ...;as=PartialObjectMetadata
  kPartialList,  // ...;as=PartialObjectMetadataList
};

// The first clause of the Accept header that can be served; an empty header takes all. 406 if none.
[[nodiscard]] Answer<Representation> negotiate(std::string_view accept);

enum class IncludeObject : std::uint8_t { kNone, kMetadata, kObject };
// The query parameter includeObject; empty is kMetadata. 400 for other texts.
[[nodiscard]] Answer<IncludeObject> parse_include_object(std::string_view text);

struct TableOptions {
  IncludeObject include = IncludeObject::kMetadata;
  // False in a watch after its first event: columnDefinitions is null then.
  bool columns = true;
  model::WallTime now;  // Ages are counted up to here.
};

// A meta.k8s.io/v1 Table of objects in the form of the face. list_metadata: the list's metadata
// (resourceVersion, continue, remainingItemCount), or of a single object its resourceVersion.
[[nodiscard]] boost::json::object make_table(Face face,
                                             std::span<const boost::json::object* const> objects,
                                             boost::json::object list_metadata,
                                             const TableOptions& options);

// A meta.k8s.io/v1 PartialObjectMetadata of one object.
[[nodiscard]] boost::json::object partial_metadata(const boost::json::object& object);

// A duration as kubectl's AGE column shows it (apimachinery pkg/util/duration HumanDuration).
[[nodiscard]] std::string human_duration(std::chrono::nanoseconds duration);

}  // namespace neuron_scheduler::embedded
