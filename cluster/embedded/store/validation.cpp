#include "cluster/embedded/store/validation.hpp"

#include <algorithm>
#include <array>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validators.hpp"
#include "cluster/model/quantity.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

void check_lease(const json::object& lease, Causes& causes) {
  const json::object& spec = part(lease, "spec");
  const Path path("spec");
  if (spec.contains("leaseDurationSeconds") && integer_in(spec, "leaseDurationSeconds") <= 0) {
    causes.invalid(path.child("leaseDurationSeconds"),
                   std::to_string(integer_in(spec, "leaseDurationSeconds")),
                   "must be greater than 0");
  }
  if (integer_in(spec, "leaseTransitions") < 0) {
    causes.invalid(path.child("leaseTransitions"),
                   std::to_string(integer_in(spec, "leaseTransitions")),
                   "must be greater than or equal to 0");
  }
}

void check_namespace(const json::object& object, Causes& causes) {
  check_metadata(object, false, check_dns_label, causes);
  check_finalizer_names(object, causes);
  const Path path("spec");
  const auto* finalizers = array_in(part(object, "spec"), "finalizers");
  if (finalizers == nullptr) return;
  for (const json::value& value : *finalizers) {
    const std::string_view name = text_of(value);
    causes.complain(path.child("finalizers"), name, check_label_key(name));
    check_finalizer_name(name, path.child("finalizers"), causes);
  }
}

void check_namespace_status(const json::object& next, Causes& causes) {
  const bool deleting = part(next, "metadata").contains("deletionTimestamp");
  const std::string_view phase = text_in(part(next, "status"), "phase");
  const std::string_view wanted = deleting ? "Terminating" : "Active";
  if (phase == wanted) return;
  causes.invalid(Path("status").child("Phase"), quoted(phase),
                 "may only be '" + std::string(wanted) + "' if `deletionTimestamp` is " +
                     (deleting ? "not empty" : "empty"));
}

}  // namespace

const json::object& part(const json::object& object, std::string_view key) {
  static const json::object kEmpty;
  const auto* found = object_in(object, key);
  return found == nullptr ? kEmpty : *found;
}

std::size_t count_in(const json::object& object, std::string_view key) {
  const auto* items = array_in(object, key);
  return items == nullptr ? 0 : items->size();
}

void check_word(std::string_view word, std::span<const std::string_view> words, const Path& path,
                Causes& causes) {
  if (word.empty()) {
    causes.required(path);
  } else if (std::ranges::find(words, word) == words.end()) {
    causes.not_supported(path, word, words);
  }
}

std::vector<Cause> validate_create(Face face, const json::object& object) {
  Causes causes;
  switch (face) {
    case Face::kPods:
      check_pod(object, causes);
      break;
    case Face::kNodes:
      check_node(object, causes);
      break;
    case Face::kNamespaces:
      check_namespace(object, causes);
      break;
    case Face::kCoreEvents:
    case Face::kEvents:
      check_event(face, object, causes);
      break;
    case Face::kLeases:
      check_metadata(object, true, check_dns_subdomain, causes);
      check_lease(object, causes);
      break;
  }
  // What every resource is asked for (apiserver pkg/registry/rest BeforeCreate).
  if (causes.empty()) check_metadata(object, info(face).namespaced, check_path_segment, causes);
  return causes.take();
}

std::vector<Cause> validate_update(Face face, Part what, const json::object& next,
                                   const json::object& current) {
  Causes causes;
  check_metadata_update(next, current, causes);
  const bool status = what == Part::kStatus;
  switch (face) {
    case Face::kPods:
      if (status) {
        check_pod_status_update(next, current, causes);
      } else {
        check_pod_update(next, current, causes);
      }
      break;
    case Face::kNodes:
      check_node_update(next, current, causes);
      break;
    case Face::kNamespaces:
      if (status) check_namespace_status(next, causes);
      break;
    case Face::kCoreEvents:
    case Face::kEvents:
      check_event_update(face, next, current, causes);
      break;
    case Face::kLeases:
      check_lease(next, causes);
      break;
  }
  return causes.take();
}

std::vector<Cause> validate_binding(const json::object& binding) {
  Causes causes;
  const json::object& target = part(binding, "target");
  const Path path("target");
  const std::string_view kind = text_in(target, "kind");
  const bool node = kind.empty() || kind == "Node";
  if (!node) {
    static constexpr std::array<std::string_view, 2> kKinds = {"Node", "<empty>"};
    causes.not_supported(path.child("kind"), kind, kKinds);
  }
  const std::string_view name = text_in(target, "name");
  if (name.empty()) {
    causes.required(path.child("name"));
  } else if (node) {
    causes.complain(path.child("name"), name, check_dns_subdomain(name));
  }
  return causes.take();
}

}  // namespace neuron_scheduler::embedded
