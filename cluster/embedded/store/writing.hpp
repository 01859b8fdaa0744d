#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "cluster/embedded/store/core.hpp"
#include "cluster/embedded/store/status.hpp"
#include "cluster/model/time.hpp"

// What creating, updating, deleting and binding share.
namespace neuron_scheduler::embedded {

// The object's metadata, made if it has none.
[[nodiscard]] boost::json::object& metadata_of(boost::json::object& object);
[[nodiscard]] std::string time_text(model::WallTime time);

// Takes the namespace of the path where the body has none; 400 if it has another.
[[nodiscard]] Answer<void> settle_namespace(const FaceInfo& face, std::string_view namespace_name,
                                            boost::json::object& object);
// What may be created there: 404 without the namespace, 403 while it goes (admission plugin
// NamespaceLifecycle).
[[nodiscard]] Answer<void> check_namespace(const Core& core, const FaceInfo& face,
                                           std::string_view namespace_name, std::string_view name);
// Puts the object, at the next resourceVersion: 413 if it is larger than etcd takes, 500 if the
// store is full.
[[nodiscard]] Answer<ObjectPtr> commit(Core& core, Face face, boost::json::object object);

}  // namespace neuron_scheduler::embedded
