#include "cluster/embedded/store/patch.hpp"

#include <utility>

#include <boost/json/serialize.hpp>

#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::string_view kJsonPatch = "application/json-patch+json";
constexpr std::string_view kMergePatch = "application/merge-patch+json";
constexpr std::string_view kStrategicPatch = "application/strategic-merge-patch+json";

std::string_view media_type(std::string_view content_type) {
  return trimmed(content_type.substr(0, content_type.find(';')));
}

Answer<void> object_patch(const json::value& patch, std::string_view prefix) {
  if (patch.is_object()) return {};
  std::string_view type = "bool";
  if (patch.is_array()) type = "array";
  if (patch.is_string()) type = "string";
  if (patch.is_number()) type = "number";
  return bad_request(std::string(prefix) + "json: cannot unmarshal " + std::string(type) +
                     " into Go value of type map[string]interface {}");
}

}  // namespace

void merge_patch(json::value& target, const json::value& patch) {
  const auto* changes = patch.if_object();
  if (changes == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object()) target.emplace_object();
  json::object& object = target.get_object();
  for (const auto& member : *changes) {
    if (member.value().is_null()) {
      object.erase(member.key());
    } else {
      merge_patch(object[member.key()], member.value());
    }
  }
}

Answer<json::object> apply_patch(Face face, std::string_view content_type,
                                 const json::object& current, const json::value& patch) {
  const std::string_view type = media_type(content_type);
  if (type == kStrategicPatch) {
    json::object target = current;
    if (patch.is_null()) return target;
    if (const auto valid = object_patch(patch, ""); !valid) return valid.error();
    const auto done = strategic_merge_patch(type_of(face), target, patch.get_object());
    if (!done) return done.error();
    // Of all patches, this one may say anything there: it is read into the kind's own struct.
    for (const std::string_view key : {"kind", "apiVersion"}) {
      if (const auto* value = current.if_contains(key)) target[key] = *value;
    }
    return target;
  }
  json::value target = current;
  if (type == kMergePatch) {
    if (patch.is_null()) return bad_request("Invalid JSON Patch");
    const auto valid = object_patch(patch, "error decoding patch: ");
    if (!valid) return valid.error();
    merge_patch(target, patch);
  } else if (type == kJsonPatch) {
    const auto done = json_patch(target, patch);
    if (!done) return done.error();
  } else {
    return unsupported_patch_type();
  }
  if (target.is_object()) return std::move(target.get_object());
  return invalid_patch("a patched object is an object", target);
}

Answer<void> decode_patched(Face face, FieldValidation validation, json::object& object,
                            std::vector<std::string>& warnings) {
  json::object before = object;
  const auto done = decode_object(face, validation, object, warnings);
  if (done) return {};
  const std::string message = done.error().message;  // error() gives a copy.
  std::string_view why = message;
  const std::string prefix = "cannot be handled as a " + std::string(info(face).kind) + ": ";
  if (const auto at = why.find(prefix); at != std::string_view::npos) {
    why.remove_prefix(at + prefix.size());
  }
  return invalid_patch(why, before);
}

Status invalid_patch(std::string_view why, const json::value& value) {
  Status status = unprocessable();
  Cause cause{"FieldValueInvalid",
              "Invalid value: " + quoted(json::serialize(value)) + ": " + std::string(why),
              "patch"};
  status.message = " \"\" is invalid: patch: " + cause.message;
  status.causes.push_back(std::move(cause));
  return status;
}

}  // namespace neuron_scheduler::embedded
