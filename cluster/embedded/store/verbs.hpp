#pragma once

#include "cluster/embedded/store/api.hpp"
#include "cluster/embedded/store/core.hpp"
#include "cluster/embedded/store/status.hpp"

// What requests do. Each takes a call whose route is one that its verb is for.
namespace neuron_scheduler::embedded {

[[nodiscard]] Answer<ApiAnswer> get_object(Core& core, const Call& call);
[[nodiscard]] Answer<ApiAnswer> list_objects(Core& core, const Call& call);
[[nodiscard]] Answer<ApiAnswer> open_watch(Core& core, const Call& call);
[[nodiscard]] Answer<ApiAnswer> create_object(Core& core, const Call& call);
// PUT and PATCH, of an object, its status or (PUT of a namespace) its finalizers.
[[nodiscard]] Answer<ApiAnswer> update_object(Core& core, const Call& call);
[[nodiscard]] Answer<ApiAnswer> patch_object(Core& core, const Call& call);
[[nodiscard]] Answer<ApiAnswer> delete_object(Core& core, const Call& call);
[[nodiscard]] Answer<ApiAnswer> delete_collection(Core& core, const Call& call);
[[nodiscard]] Answer<ApiAnswer> bind_pod(Core& core, const Call& call);

}  // namespace neuron_scheduler::embedded
