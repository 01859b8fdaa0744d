#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "cluster/embedded/store/body.hpp"
#include "cluster/embedded/store/defaults.hpp"
#include "cluster/embedded/store/options.hpp"
#include "cluster/embedded/store/patch.hpp"
#include "cluster/embedded/store/render.hpp"
#include "cluster/embedded/store/schema.hpp"
#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validation.hpp"
#include "cluster/embedded/store/verbs.hpp"
#include "cluster/embedded/store/writing.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

// A name that is generated is tried again when it is taken (apiserver
// maxNameGenerationCreateAttempts).
constexpr int kNameTries = 8;
// apiserver pkg/storage/names maxGeneratedNameLength
constexpr std::size_t kGeneratedPrefixMax = 58;

bool creates_on_update(Resource resource) {
  return resource == Resource::kEvents || resource == Resource::kLeases;
}

// What only the server sets.
void wipe_system_fields(json::object& metadata) {
  for (const std::string_view key :
       {"resourceVersion", "uid", "creationTimestamp", "generation", "selfLink",
        "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields"}) {
    metadata.erase(key);
  }
}

// The name, generated if need be; empty if the object has neither.
Answer<std::string> pick_name(Core& core, const Call& call, const json::object& metadata) {
  const std::string_view name = text_in(metadata, "name");
  const std::string_view prefix = text_in(metadata, "generateName");
  if (!name.empty() || prefix.empty()) return std::string{name};
  std::string generated;
  for (int i = 0; i < kNameTries; ++i) {
    generated = std::string{prefix.substr(0, kGeneratedPrefixMax)} + core.names.suffix();
    const std::string key = object_key(call.route.namespace_name, generated);
    if (!core.store.find(call.resource(), key)) return generated;
  }
  return generate_name_conflict(call.face(), generated);
}

// Conditions that came with the object's creation changed then.
void date_conditions(json::object& object, model::WallTime now) {
  json::object* const status = object_in(object, "status");
  json::array* const conditions = status == nullptr ? nullptr : array_in(*status, "conditions");
  if (text_in(object, "kind") != "Pod" || conditions == nullptr) return;
  for (json::value& value : *conditions) {
    json::object* const condition = value.if_object();
    if (condition == nullptr || !text_in(*condition, "lastTransitionTime").empty()) continue;
    (*condition)["lastTransitionTime"] = time_text(now);
  }
}

// object: decoded.
Answer<ApiAnswer> create(Core& core, const Call& call, const WriteOptions& options,
                         json::object object) {
  const FaceInfo& face = call.face();
  if (const auto settled = settle_namespace(face, call.route.namespace_name, object);
      settled.has_error()) {
    return settled.error();
  }
  json::object& metadata = metadata_of(object);
  const std::string version{text_in(metadata, "resourceVersion")};
  wipe_system_fields(metadata);
  const auto name = pick_name(core, call, metadata);
  if (name.has_error()) return name.error();
  if (const auto allowed = check_namespace(core, face, call.route.namespace_name, *name);
      allowed.has_error()) {
    return allowed.error();
  }
  if (!name->empty()) metadata["name"] = *name;
  metadata["uid"] = core.names.uid();
  metadata["creationTimestamp"] = time_text(core.clock.wall());
  set_defaults(face.face, object);
  if (const auto admitted = prepare_create(face.face, object); admitted.has_error()) {
    return admitted.error();
  }
  date_conditions(object, core.clock.wall());
  if (auto causes = validate_create(face.face, object); !causes.empty()) {
    return invalid(face, *name, std::move(causes));
  }
  if (!version.empty() && version != "0") {
    return plain_error("resourceVersion should not be set on objects to be created");
  }
  if (const ObjectPtr there =
          core.store.find(call.resource(), object_key(call.route.namespace_name, *name))) {
    Status status = already_exists(face, *name);
    const json::object* const held = object_in(there->selectable, "metadata");
    if (held->contains("deletionTimestamp")) {
      status.message = "object is being deleted: " + status.message;
    }
    return status;
  }
  if (options.dry_run) return object_answer(core, call, 201, object);
  const auto stored = commit(core, face.face, std::move(object));
  if (stored.has_error()) return stored.error();
  return object_answer(core, call, 201, **stored);
}

// The resourceVersion that an update was made from.
Answer<void> check_version(const Call& call, const json::object& metadata,
                           const StoredObject& current) {
  const std::string_view text = text_in(metadata, "resourceVersion");
  if (text.empty() || text == "0") {
    if (call.resource() != Resource::kLeases) return {};
    const Cause cause{"FieldValueInvalid", "Invalid value: 0: must be specified for an update",
                      "metadata.resourceVersion"};
    Status status = invalid(call.face(), call.route.name, {cause});
    // A real server names the resource here where the kind belongs.
    status.kind = call.face().plural;
    status.message = qualified_plural(call.face()) + " " + quoted(call.route.name) +
                     " is invalid: " + cause.field + ": " + cause.message;
    return status;
  }
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return plain_error("strconv.ParseUint: parsing " + quoted(text) + ": invalid syntax");
  }
  if (version != current.resource_version) {
    return modified_conflict(call.face(), call.route.name);
  }
  return {};
}

// What an update cannot change stays as it is (apiserver pkg/registry/rest BeforeUpdate).
void keep_system_fields(json::object& next, const json::object& now) {
  next["resourceVersion"] = text_in(now, "resourceVersion");
  next.erase("managedFields");
  next.erase("selfLink");
  if (text_in(next, "uid").empty()) next["uid"] = text_in(now, "uid");
  for (const std::string_view key : {"creationTimestamp", "generation"}) {
    next.erase(key);
    if (const json::value* const value = now.if_contains(key)) next.emplace(key, *value);
  }
  // Set where there is none they are refused by validation.
  if (const json::value* const deleted = now.if_contains("deletionTimestamp")) {
    next["deletionTimestamp"] = *deleted;
  }
  constexpr std::string_view kGrace = "deletionGracePeriodSeconds";
  const json::value* const grace = now.if_contains(kGrace);
  if (grace != nullptr && !next.contains(kGrace)) next.emplace(kGrace, *grace);
}

// An object that was only held by its finalizers goes with the last of them.
bool is_released(const json::object& next, const json::object& now) {
  const json::object* const next_metadata = object_in(next, "metadata");
  const json::object* const metadata = object_in(now, "metadata");
  if (array_in(*next_metadata, "finalizers") != nullptr &&
      !array_in(*next_metadata, "finalizers")->empty()) {
    return false;
  }
  if (!metadata->contains("deletionTimestamp")) return false;
  if (integer_in(*metadata, "deletionGracePeriodSeconds") != 0) return false;
  const json::object* const spec = object_in(next, "spec");
  const bool held = text_in(next, "kind") == "Namespace" && spec != nullptr &&
                    array_in(*spec, "finalizers") != nullptr &&
                    !array_in(*spec, "finalizers")->empty();
  return !held;
}

void prepare(const Call& call, json::object& next, const json::object& now) {
  const Face face = call.face().face;
  set_defaults(face, next);
  if (call.route.place != Route::Place::kFinalize) {
    const bool status = call.route.place == Route::Place::kStatus;
    prepare_update(face, status ? Part::kStatus : Part::kMain, next, now);
    return;
  }
  next.erase("status");
  if (const json::value* const status = now.if_contains("status")) next.emplace("status", *status);
}

// next: decoded, with the names of the path.
Answer<ApiAnswer> write_over(Core& core, const Call& call, const WriteOptions& options,
                             json::object next, const ObjectPtr& current) {
  const FaceInfo& face = call.face();
  const json::object now = to_object(face.face, *current);
  json::object& metadata = metadata_of(next);
  if (const auto checked = check_version(call, metadata, *current); checked.has_error()) {
    return checked.error();
  }
  keep_system_fields(metadata, *object_in(now, "metadata"));
  prepare(call, next, now);
  const Part part = call.route.place == Route::Place::kStatus ? Part::kStatus : Part::kMain;
  if (auto causes = validate_update(face.face, part, next, now); !causes.empty()) {
    return invalid(face, call.route.name, std::move(causes));
  }
  if (is_released(next, now)) {
    if (!options.dry_run) core.remove(call.resource(), current->key);
    return object_answer(core, call, 200, next);
  }
  if (options.dry_run) return object_answer(core, call, 200, next);
  if (next == now) return object_answer(core, call, 200, *current);
  const auto stored = commit(core, face.face, std::move(next));
  if (stored.has_error()) return stored.error();
  return object_answer(core, call, 200, **stored);
}

Answer<void> settle_names(const Call& call, json::object& object) {
  auto settled = settle_namespace(call.face(), call.route.namespace_name, object);
  if (settled.has_error()) return settled;
  const std::string_view name = text_in(metadata_of(object), "name");
  if (name.empty()) {
    return bad_request("the name of the object (" + call.route.name +
                       " based on URL) was undeterminable: name must be provided");
  }
  if (name != call.route.name) return name_mismatch(name, call.route.name);
  return {};
}

bool is_patch_type(std::string_view content_type) {
  const std::string_view type = media_type(content_type);
  return type == "application/json-patch+json" || type == "application/merge-patch+json" ||
         type == "application/strategic-merge-patch+json";
}

Answer<ApiAnswer> with_warnings(Answer<ApiAnswer> answer, std::vector<std::string> warnings) {
  if (answer.has_value()) answer->warnings = std::move(warnings);
  return answer;
}

}  // namespace

Answer<ApiAnswer> create_object(Core& core, const Call& call) {
  const auto options = read_write_options(call.query, "CreateOptions");
  if (options.has_error()) return options.error();
  auto object = read_object(call.face(), call.request);
  if (object.has_error()) return object.error();
  std::vector<std::string> warnings;
  const auto decoded = decode_object(call.face().face, options->validation, *object, warnings);
  if (decoded.has_error()) return decoded.error();
  return with_warnings(create(core, call, *options, std::move(*object)), std::move(warnings));
}

Answer<ApiAnswer> update_object(Core& core, const Call& call) {
  const auto options = read_write_options(call.query, "UpdateOptions");
  if (options.has_error()) return options.error();
  auto object = read_object(call.face(), call.request);
  if (object.has_error()) return object.error();
  std::vector<std::string> warnings;
  const auto decoded = decode_object(call.face().face, options->validation, *object, warnings);
  if (decoded.has_error()) return decoded.error();
  if (const auto named = settle_names(call, *object); named.has_error()) return named.error();
  const ObjectPtr current = core.store.find(call.resource(), call.key());
  const bool creates =
      creates_on_update(call.resource()) && call.route.place == Route::Place::kItem;
  if (!current && !creates) return not_found(call.face(), call.route.name);
  const std::string_view uid = text_in(metadata_of(*object), "uid");
  const std::string_view actual = current ? std::string_view{current->uid} : "";
  if (!uid.empty() && uid != actual) {
    return uid_conflict(call.face(), call.route.namespace_name, call.route.name, uid, actual);
  }
  if (!current) {
    metadata_of(*object).erase("resourceVersion");
    return with_warnings(create(core, call, *options, std::move(*object)), std::move(warnings));
  }
  return with_warnings(write_over(core, call, *options, std::move(*object), current),
                       std::move(warnings));
}

Answer<ApiAnswer> patch_object(Core& core, const Call& call) {
  if (!is_patch_type(call.request.content_type)) return unsupported_patch_type();
  const auto options = read_write_options(call.query, "PatchOptions");
  if (options.has_error()) return options.error();
  const ObjectPtr current = core.store.find(call.resource(), call.key());
  if (!current) return not_found(call.face(), call.route.name);
  const auto patch = read_patch(call.request);
  if (patch.has_error()) return patch.error();
  const Face face = call.face().face;
  auto patched = apply_patch(face, call.request.content_type, to_object(face, *current), *patch);
  if (patched.has_error()) return patched.error();
  std::vector<std::string> warnings;
  const auto decoded = decode_patched(face, options->validation, *patched, warnings);
  if (decoded.has_error()) return decoded.error();
  if (const auto named = settle_names(call, *patched); named.has_error()) return named.error();
  return with_warnings(write_over(core, call, *options, std::move(*patched), current),
                       std::move(warnings));
}

}  // namespace neuron_scheduler::embedded
