#include "cluster/embedded/store/status.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/text.hpp"
#include "cluster/model/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

Status bare(int code, std::string_view reason, std::string message) {
  Status status;
  status.code = code;
  status.reason = reason;
  status.message = std::move(message);
  return status;
}

// With details that say nothing, as the router's own answers have.
Status empty_details(int code, std::string_view reason, std::string message) {
  Status status = bare(code, reason, std::move(message));
  status.has_details = true;
  return status;
}

// The package of a kind's form in memory there, as texts of its Go code show it.
std::string_view internal_group(const FaceInfo& face) {
  return face.face == Face::kLeases ? "coordination" : "core";
}

// What is invalid about an event is said of core's kind on both faces.
const FaceInfo& named(const FaceInfo& face) {
  return face.face == Face::kEvents ? info(Face::kCoreEvents) : face;
}

Status about(int code, std::string_view reason, const FaceInfo& face, std::string_view name,
             std::string message) {
  Status status = empty_details(code, reason, std::move(message));
  status.name = name;
  status.group = face.group;
  status.kind = face.plural;
  return status;
}

std::string resource_and_name(const FaceInfo& face, std::string_view name) {
  return qualified_plural(face) + " " + quoted(name);
}

// Causes that are worded alike are said once, as utilerrors.Aggregate does.
std::string joined(const std::vector<Cause>& causes) {
  std::vector<std::string> texts;
  for (const Cause& cause : causes) {
    std::string text = cause.field.empty() ? cause.message : cause.field + ": " + cause.message;
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
  }
  if (texts.size() == 1) return texts.front();
  return "[" + join(texts, ", ") + "]";
}

Status invalid_kind(std::string_view kind, std::string_view group, std::string_view name,
                    std::vector<Cause> causes) {
  const std::string qualified = std::string(kind) + (group.empty() ? "" : "." + std::string(group));
  Status status = empty_details(422, "Invalid",
                                qualified + " " + quoted(name) + " is invalid: " + joined(causes));
  status.name = name;
  status.group = group;
  status.kind = kind;
  status.causes = std::move(causes);
  return status;
}

// A precondition of a delete is answered with the kind where others have the resource.
Status delete_conflict(const FaceInfo& face, std::string_view name, std::string_view why) {
  Status status = about(409, "Conflict", face, name,
                        "Operation cannot be fulfilled on " + qualified_kind(face) + " " +
                            quoted(name) + ": " + std::string(why));
  status.kind = face.kind;
  return status;
}

boost::json::object details_of(const Status& status) {
  boost::json::object details;
  const auto set = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) details[key] = value;
  };
  set("name", status.name);
  set("group", status.group);
  set("kind", status.kind);
  set("uid", status.uid);
  if (!status.causes.empty()) {
    boost::json::array causes;
    for (const Cause& cause : status.causes) {
      boost::json::object one;
      if (!cause.reason.empty()) one["reason"] = cause.reason;
      one["message"] = cause.message;
      if (!cause.field.empty()) one["field"] = cause.field;
      causes.emplace_back(std::move(one));
    }
    details["causes"] = std::move(causes);
  }
  if (status.retry_after) details["retryAfterSeconds"] = status.retry_after->count();
  return details;
}

}  // namespace

void throw_exception_from_error(const Status& status, const boost::source_location& /*where*/) {
  throw std::runtime_error(status.message);
}

boost::json::object to_object(const Status& status) {
  boost::json::object object{{"kind", "Status"},
                             {"apiVersion", "v1"},
                             {"metadata", boost::json::object{}},
                             {"status", "Failure"},
                             {"message", status.message}};
  if (!status.reason.empty()) object["reason"] = status.reason;
  if (status.has_details) object["details"] = details_of(status);
  object["code"] = status.code;
  return object;
}

std::string to_json(const Status& status) { return boost::json::serialize(to_object(status)); }

boost::json::object deleted_status(const FaceInfo& face, std::string_view name,
                                   std::string_view uid) {
  boost::json::object details{{"name", name}};
  if (!face.group.empty()) details["group"] = face.group;
  details["kind"] = face.plural;
  details["uid"] = uid;
  return {{"kind", "Status"},
          {"apiVersion", "v1"},
          {"metadata", boost::json::object{}},
          {"status", "Success"},
          {"details", std::move(details)}};
}

Status bad_request(std::string message) { return bare(400, "BadRequest", std::move(message)); }

Status namespace_mismatch() {
  return bad_request(
      "the namespace of the provided object does not match the namespace sent on the request");
}

Status name_mismatch(std::string_view body_name, std::string_view path_name) {
  return bad_request("the name of the object (" + std::string(body_name) +
                     ") does not match the name on the URL (" + std::string(path_name) + ")");
}

Status kind_mismatch(std::string_view api_version, std::string_view kind, const FaceInfo& face) {
  const std::string_view shown_kind = kind.empty() ? face.kind : kind;
  const std::string expected = embedded::api_version(face);
  const std::string version(api_version.empty() ? expected : api_version);
  std::string message = std::string(shown_kind) + " in version " +
                        quoted(version.substr(version.find('/') + 1)) + " cannot be handled as a " +
                        std::string(face.kind) + ": ";
  const bool served = std::ranges::any_of(faces(), [&](const FaceInfo& other) {
    return other.kind == shown_kind && embedded::api_version(other) == version;
  });
  if (served) {
    message += "converting (v1." + std::string(shown_kind) + ") to (" +
               std::string(internal_group(face)) + "." + std::string(face.kind) +
               "): unknown conversion";
  } else {
    message += "no kind " + quoted(shown_kind) + " is registered for version " + quoted(version);
  }
  return bad_request(std::move(message));
}

Status unreadable_body(const FaceInfo& face, std::string_view why, std::string_view body) {
  return bad_request("the object provided is unrecognized (must be of type " +
                     std::string(face.kind) +
                     "): couldn't get version/kind; json parse error: " + std::string(why) + " (" +
                     (body.empty() ? "<empty>" : model::truncated(body, 64)) + ")");
}

Status forbidden(const FaceInfo& face, std::string_view name, std::string_view why) {
  return about(403, "Forbidden", face, name,
               resource_and_name(face, name) + " is forbidden: " + std::string(why));
}

Status namespace_terminating(const FaceInfo& face, std::string_view name,
                             std::string_view namespace_name) {
  const std::string text(namespace_name);
  Status status = forbidden(
      face, name,
      "unable to create new content in namespace " + text + " because it is being terminated");
  status.causes.push_back(
      {"NamespaceTerminating", "namespace " + text + " is being terminated", "metadata.namespace"});
  return status;
}

Status no_such_resource() {
  return empty_details(404, "NotFound", "the server could not find the requested resource");
}

Status not_found(const FaceInfo& face, std::string_view name) {
  return about(404, "NotFound", face, name, resource_and_name(face, name) + " not found");
}

Status method_not_allowed() {
  return empty_details(405, "MethodNotAllowed",
                       "the server does not allow this method on the requested resource");
}

Status not_acceptable() {
  return empty_details(406, "NotAcceptable",
                       "406: Not Acceptable\n\nAvailable representations: application/json, "
                       "application/json;stream=watch");
}

Status not_acceptable_form() {
  return bare(406, "NotAcceptable",
              "only the following media types are accepted: application/json, application/yaml");
}

Status already_exists(const FaceInfo& face, std::string_view name) {
  return about(409, "AlreadyExists", face, name, resource_and_name(face, name) + " already exists");
}

Status generate_name_conflict(const FaceInfo& face, std::string_view generated) {
  Status status = already_exists(face, generated);
  status.message += ", the server was not able to generate a unique name for the object";
  status.retry_after = std::chrono::seconds(1);
  return status;
}

Status conflict(const FaceInfo& face, std::string_view name, std::string_view why) {
  return about(409, "Conflict", face, name,
               "Operation cannot be fulfilled on " + resource_and_name(face, name) + ": " +
                   std::string(why));
}

Status modified_conflict(const FaceInfo& face, std::string_view name) {
  return conflict(face, name,
                  "the object has been modified; please apply your changes to the latest version "
                  "and try again");
}

Status uid_conflict(const FaceInfo& face, std::string_view namespace_name, std::string_view name,
                    std::string_view sent, std::string_view actual) {
  std::string key = "/registry/";
  if (face.resource == Resource::kNodes) {
    key += "minions";
  } else {
    key += face.plural;
  }
  if (!namespace_name.empty()) key += "/" + std::string(namespace_name);
  key += "/" + std::string(name);
  return conflict(face, name,
                  "StorageError: invalid object, Code: 4, Key: " + key +
                      ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in "
                      "precondition: " +
                      std::string(sent) + ", UID in object meta: " + std::string(actual));
}

Status delete_uid_conflict(const FaceInfo& face, std::string_view name, std::string_view sent,
                           std::string_view actual) {
  return delete_conflict(face, name,
                         "the UID in the precondition (" + std::string(sent) +
                             ") does not match the UID in record (" + std::string(actual) +
                             "). The object might have been deleted and then recreated");
}

Status delete_version_conflict(const FaceInfo& face, std::string_view name, std::string_view sent,
                               std::string_view actual) {
  return delete_conflict(face, name,
                         "the ResourceVersion in the precondition (" + std::string(sent) +
                             ") does not match the ResourceVersion in record (" +
                             std::string(actual) + "). The object might have been modified");
}

Status binding_conflict(std::string_view pod, std::string_view why) {
  Status status = bare(
      409, "Conflict",
      "Operation cannot be fulfilled on pods/binding " + quoted(pod) + ": " + std::string(why));
  status.has_details = true;
  status.name = pod;
  status.kind = "pods/binding";
  return status;
}

Status expired_list() {
  return bare(410, "Expired", "The resourceVersion for the provided list is too old.");
}

Status expired_watch(std::uint64_t asked, std::uint64_t oldest) {
  return bare(
      410, "Expired",
      "too old resource version: " + std::to_string(asked) + " (" + std::to_string(oldest) + ")");
}

Status expired_continue() {
  return bare(
      410, "Expired",
      "The provided continue parameter is too old to display a consistent list result. You "
      "can start a new list without the continue parameter, or use the continue token in "
      "this response to retrieve the remainder of the results. Continuing with the provided "
      "token results in an inconsistent list - objects that were created, modified, or "
      "deleted between the time the first chunk was returned and now may show up in the "
      "list.");
}

Status body_too_large(std::uint64_t limit_bytes) {
  return bare(413, "RequestEntityTooLarge",
              "Request entity too large: limit is " + std::to_string(limit_bytes));
}

Status unsupported_body_type() {
  return bare(415, "UnsupportedMediaType",
              "the body of the request was in an unknown format - accepted media types include: "
              "application/json, application/yaml");
}

Status unsupported_patch_type() {
  return empty_details(415, "UnsupportedMediaType", "415: Unsupported Media Type");
}

Status invalid(const FaceInfo& face, std::string_view name, std::vector<Cause> causes) {
  return invalid_kind(face.kind, named(face).group, name, std::move(causes));
}

Status invalid_options(std::string_view kind, std::vector<Cause> causes) {
  return invalid_kind(kind, "meta.k8s.io", "", std::move(causes));
}

Status invalid_binding(std::string_view pod, std::vector<Cause> causes) {
  return invalid_kind("Binding", "", pod, std::move(causes));
}

Status unprocessable() {
  return empty_details(422, "Invalid",
                       "the server rejected our request due to an error in our request");
}

Status too_many_requests(std::string message, std::chrono::seconds retry_after) {
  Status status = empty_details(429, "TooManyRequests", std::move(message));
  status.retry_after = retry_after;
  return status;
}

Status internal_error(std::string_view why) {
  Status status =
      empty_details(500, "InternalError", "Internal error occurred: " + std::string(why));
  status.causes.push_back({"", std::string(why), ""});
  return status;
}

Status plain_error(std::string message) { return bare(500, "", std::move(message)); }

Status too_large_resource_version(std::uint64_t asked, std::uint64_t current) {
  Status status = empty_details(504, "Timeout",
                                "Timeout: Too large resource version: " + std::to_string(asked) +
                                    ", current: " + std::to_string(current));
  status.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  status.retry_after = std::chrono::seconds(1);
  return status;
}

}  // namespace neuron_scheduler::embedded
