#pragma once

#include <memory>
#include <string>

#include "cluster/client/json_reader.hpp"
#include "cluster/model/effective_requests.hpp"
#include "cluster/model/namespace.hpp"
#include "cluster/model/node.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/selector.hpp"

// JSON objects to model objects; used by codec.cpp.
namespace neuron_scheduler::client::json {

// An error: not even uid, name (and namespace) can be read; of a namespace, its name. Anything else
// that is wrong is the object's decode_error. The document must have no problem yet, and has none
// of ours afterwards.
[[nodiscard]] model::Result<model::PodRef> decode_pod(Document& document, const Value& root,
                                                      const model::AnnotationFilter& filter);
[[nodiscard]] model::Result<model::NodeRef> decode_node(Document& document, const Value& root,
                                                        const model::AnnotationFilter& filter);
[[nodiscard]] model::Result<model::NamespaceRef> decode_namespace(
    Document& document, const Value& root, const model::AnnotationFilter& filter);

// --- What pods and nodes have in common
// -----------------------------------------------------------------------------

// A string of at most kNameBytesMax bytes; names of objects must be usable in a path: letters,
// digits, '-', '_', '.'.
[[nodiscard]] model::Name name_of(const Value& value);
[[nodiscard]] std::string object_name_of(const Value& value);

void read_labels(const Value& map, model::Labels& labels);
void read_annotations(const Value& map, const model::AnnotationFilter& filter,
                      model::Annotations& annotations);
[[nodiscard]] model::ResourceList resource_list(const Value& map);
// Those of a list that are extended resources.
[[nodiscard]] model::ResourceList extended_of(const model::ResourceList& list);
// nullopt and a problem if it is none of the three effects.
[[nodiscard]] std::optional<model::TaintEffect> taint_effect(const Value& value);

// --- Selectors and affinity of pods
// -----------------------------------------------------------------------------------

[[nodiscard]] model::RequiredNodeAffinity required_node_affinity(const Value& pod_spec);
// Those that can match and count.
[[nodiscard]] std::vector<model::PreferredNodeTerm> preferred_nodes(const Value& pod_spec);
// The required anti-affinity terms of a pod in this namespace.
[[nodiscard]] std::vector<model::AntiAffinityTerm> anti_affinity_terms(
    const Value& pod_spec, const model::Name& pod_namespace);

}  // namespace neuron_scheduler::client::json
