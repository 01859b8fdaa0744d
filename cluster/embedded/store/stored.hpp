#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "cluster/embedded/store/resource.hpp"

// Objects as the store keeps them: their text, which answers and watches copy as it is, and what
// selectors look at. Who changes one parses its text; that costs no more than a copy of the tree.
namespace neuron_scheduler::embedded {

struct StoredObject {
  std::string key;  // "namespace/name", or "name" where there is no namespace.
  std::uint64_t resource_version = 0;
  std::string uid;
  // In the form of the resource's own face (events: core), without kind and apiVersion; metadata
  // comes first, in the order of ObjectMeta.
  std::string json;
  // metadata.labels, and the short scalars at the root and one level below, under their own names.
  boost::json::object selectable;
};
using ObjectPtr = std::shared_ptr<const StoredObject>;

[[nodiscard]] std::string object_key(std::string_view namespace_name, std::string_view name);

// object: as a face shows it. managedFields are dropped; kind and apiVersion are not kept.
[[nodiscard]] ObjectPtr make_stored(Face face, boost::json::object object,
                                    std::uint64_t resource_version);
// The same object at another time: what is told when it goes.
[[nodiscard]] ObjectPtr at_version(const StoredObject& object, std::uint64_t resource_version);

// As the face shows it, with kind and apiVersion.
[[nodiscard]] boost::json::object to_object(Face face, const StoredObject& object);
// Appends the same as text. Fast where the face is the resource's own.
void append_json(Face face, const StoredObject& object, std::string& out);
// Without kind and apiVersion: an item of a list.
void append_item(Face face, const StoredObject& object, std::string& out);

}  // namespace neuron_scheduler::embedded
