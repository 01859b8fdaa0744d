#pragma once

#include <string_view>

#include <boost/json/object.hpp>

#include "cluster/embedded/store/causes.hpp"
#include "cluster/embedded/store/resource.hpp"

// The parts of validation.hpp. Each looks at one thing of a decoded and defaulted object.
namespace neuron_scheduler::embedded {

// The member, or an empty object where it is missing.
[[nodiscard]] const boost::json::object& part(const boost::json::object& object,
                                              std::string_view key);
[[nodiscard]] std::size_t count_in(const boost::json::object& object, std::string_view key);

// One of the words, or not_supported (required where it is empty).
void check_word(std::string_view word, std::span<const std::string_view> words, const Path& path,
                Causes& causes);
void check_labels(const boost::json::object& labels, const Path& path, Causes& causes);
// A matchLabels and matchExpressions selector; null is fine.
void check_label_selector(const boost::json::object* selector, const Path& path, Causes& causes);
// A resource's amount: not negative, and whole where it is counted.
void check_amount(std::string_view resource, std::string_view amount, const Path& path,
                  Causes& causes);
void check_taint_effect(std::string_view effect, const Path& path, Causes& causes);

// Names without a domain are Kubernetes' own.
void check_finalizer_name(std::string_view name, const Path& path, Causes& causes);
void check_finalizer_names(const boost::json::object& object, Causes& causes);
void check_metadata(const boost::json::object& object, bool namespaced,
                    Complaints (*check_name)(std::string_view), Causes& causes);
// metadata of an update: what is immutable, and the forms of labels and the like.
void check_metadata_update(const boost::json::object& next, const boost::json::object& current,
                           Causes& causes);

void check_volumes(const boost::json::object& spec, const Path& path, Causes& causes);
void check_containers(const boost::json::object& spec, const Path& path, Causes& causes);
void check_resources(const boost::json::object& resources, const Path& path, Causes& causes);
void check_affinity(const boost::json::object& affinity, const Path& path, Causes& causes);
void check_tolerations(const boost::json::object& spec, const Path& path, Causes& causes);
void check_spread(const boost::json::object& spec, const Path& path, Causes& causes);
// Metadata and spec; with what creating asks besides.
void check_pod_fields(const boost::json::object& pod, Causes& causes);
void check_pod(const boost::json::object& pod, Causes& causes);
void check_pod_update(const boost::json::object& next, const boost::json::object& current,
                      Causes& causes);
void check_pod_status_update(const boost::json::object& next, const boost::json::object& current,
                             Causes& causes);

void check_node(const boost::json::object& node, Causes& causes);
void check_node_update(const boost::json::object& next, const boost::json::object& current,
                       Causes& causes);

// event: as the face shows it.
void check_event(Face face, const boost::json::object& event, Causes& causes);
void check_event_update(Face face, const boost::json::object& next,
                        const boost::json::object& current, Causes& causes);

}  // namespace neuron_scheduler::embedded
