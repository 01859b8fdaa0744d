#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validators.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::size_t kAnnotationsBytesMax = std::size_t{256} * 1024;

std::string_view key_of(const json::key_value_pair& member) {
  return {member.key().data(), member.key().size()};
}

void check_annotations(const json::object& annotations, const Path& path, Causes& causes) {
  std::size_t bytes = 0;
  for (const auto& member : annotations) {
    const std::string_view key = key_of(member);
    bytes += key.size() + text_of(member.value()).size();
    std::string lower(key);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    causes.complain(path, key, check_label_key(lower));
  }
  if (bytes > kAnnotationsBytesMax) causes.too_long(path, kAnnotationsBytesMax);
}

void check_owners(const json::object& metadata, const Path& path, Causes& causes) {
  std::string controller;
  each_object(metadata, "ownerReferences", [&](const json::object& owner, std::size_t i) {
    const Path at = path.index(i);
    for (const std::string_view field : {"apiVersion", "kind", "name", "uid"}) {
      if (text_in(owner, field).empty()) causes.required(at.child(field), "must not be empty");
    }
    if (text_in(owner, "apiVersion") == "v1" && text_in(owner, "kind") == "Event") {
      causes.invalid(at, json::serialize(owner),
                     "/v1, Kind=Event is disallowed from being an owner");
    }
    if (!flag_in(owner, "controller")) return;
    const std::string name =
        std::string(text_in(owner, "kind")) + "/" + std::string(text_in(owner, "name"));
    if (controller.empty()) {
      controller = name;
      return;
    }
    if (causes.full()) return;
    causes.invalid(path, json::serialize(*array_in(metadata, "ownerReferences")),
                   "Only one reference can have Controller set to true. Found \"true\" in "
                   "references for " +
                       controller + " and " + name);
  });
}

void check_finalizers(const json::object& metadata, const Path& path, Causes& causes) {
  const auto* finalizers = array_in(metadata, "finalizers");
  if (finalizers == nullptr) return;
  for (const json::value& value : *finalizers) {
    const std::string_view name = text_of(value);
    causes.complain(path, name, check_label_key(name));
  }
}

// A name that is still to be completed may end with a dash.
Complaints check_prefix(std::string_view prefix, Complaints (*check_name)(std::string_view)) {
  std::string whole(prefix);
  if (whole.size() > 1 && whole.back() == '-') whole.back() = 'a';
  return check_name(whole);
}

void check_common(const json::object& metadata, const Path& path, Causes& causes) {
  check_labels(part(metadata, "labels"), path.child("labels"), causes);
  check_annotations(part(metadata, "annotations"), path.child("annotations"), causes);
  check_owners(metadata, path.child("ownerReferences"), causes);
}

}  // namespace

void check_labels(const json::object& labels, const Path& path, Causes& causes) {
  for (const auto& member : labels) {
    const std::string_view key = key_of(member);
    const std::string_view value = text_of(member.value());
    causes.complain(path, key, check_label_key(key));
    causes.complain(path, value, check_label_value(value));
  }
}

void check_finalizer_names(const json::object& object, Causes& causes) {
  const auto* finalizers = array_in(part(object, "metadata"), "finalizers");
  if (finalizers == nullptr) return;
  const Path metadata("metadata");
  const Path path = metadata.child("finalizers");
  for (std::size_t i = 0; i < finalizers->size(); ++i) {
    check_finalizer_name(text_of((*finalizers)[i]), path.index(i), causes);
  }
}

void check_finalizer_name(std::string_view name, const Path& path, Causes& causes) {
  const bool standard = name == "kubernetes" || name == "orphan" || name == "foregroundDeletion";
  if (standard || name.find('/') != std::string_view::npos) return;
  causes.invalid(path, quoted(name),
                 "name is neither a standard finalizer name nor is it fully qualified");
}

void check_metadata(const json::object& object, bool namespaced,
                    Complaints (*check_name)(std::string_view), Causes& causes) {
  const json::object& metadata = part(object, "metadata");
  const Path path("metadata");
  const std::string_view name = text_in(metadata, "name");
  const std::string_view prefix = text_in(metadata, "generateName");
  if (!prefix.empty()) {
    causes.complain(path.child("generateName"), prefix, check_prefix(prefix, check_name));
  }
  if (name.empty()) {
    causes.required(path.child("name"), "name or generateName is required");
  } else {
    causes.complain(path.child("name"), name, check_name(name));
  }
  const std::string_view namespace_name = text_in(metadata, "namespace");
  if (!namespaced) {
    if (!namespace_name.empty()) {
      causes.forbidden(path.child("namespace"), "not allowed on this type");
    }
  } else if (namespace_name.empty()) {
    causes.required(path.child("namespace"));
  } else {
    causes.complain(path.child("namespace"), namespace_name, check_dns_label(namespace_name));
  }
  check_common(metadata, path, causes);
  check_finalizers(metadata, path.child("finalizers"), causes);
}

void check_metadata_update(const json::object& next, const json::object& current, Causes& causes) {
  const json::object& metadata = part(next, "metadata");
  const json::object& metadata_now = part(current, "metadata");
  const Path path("metadata");
  const auto* finalizers = array_in(metadata, "finalizers");
  if (metadata_now.contains("deletionTimestamp") && finalizers != nullptr) {
    json::array added;
    std::set<std::string_view> existing;
    if (const auto* list = array_in(metadata_now, "finalizers")) {
      for (const json::value& one : *list) existing.insert(text_of(one));
    }
    for (const json::value& one : *finalizers) {
      if (!existing.contains(text_of(one))) added.push_back(one);
    }
    if (!added.empty()) {
      std::string shown = json::serialize(added);
      shown.front() = '{';
      shown.back() = '}';
      causes.forbidden(path.child("finalizers"),
                       "no new finalizers can be added if the object is being deleted, found new "
                       "finalizers []string" +
                           shown);
    }
  }
  for (const std::string_view key :
       {"name", "namespace", "uid", "creationTimestamp", "deletionTimestamp"}) {
    const std::string_view value = text_in(metadata, key);
    if (value == text_in(metadata_now, key)) continue;
    causes.invalid(path.child(key), quoted(value), "field is immutable");
  }
  constexpr std::string_view kGrace = "deletionGracePeriodSeconds";
  const auto* grace = metadata.if_contains(kGrace);
  const auto* grace_now = metadata_now.if_contains(kGrace);
  const bool same =
      grace == nullptr || grace_now == nullptr ? grace == grace_now : *grace == *grace_now;
  if (!same) {
    causes.invalid(path.child(kGrace), grace == nullptr ? "null" : json::serialize(*grace),
                   "field is immutable");
  }
  check_common(metadata, path, causes);
}

}  // namespace neuron_scheduler::embedded
