#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include "cluster/embedded/store/resource.hpp"

// Failures as a real API server words them (apimachinery pkg/api/errors, apiserver pkg/endpoints).
namespace neuron_scheduler::embedded {

// One thing wrong with one field (field.Error): field may be empty.
struct Cause {
  std::string reason;  // FieldValueRequired, FieldValueInvalid, ...
  std::string message;
  std::string field;

  friend bool operator==(const Cause&, const Cause&) = default;
};

// A v1 Status with status Failure.
struct Status {
  int code = 500;
  std::string reason;
  std::string message;
  // details
  bool has_details = false;
  std::string name;
  std::string group;
  std::string kind;  // The plural, except for Invalid.
  std::string uid;
  std::vector<Cause> causes;
  std::optional<std::chrono::seconds> retry_after;
};

template <class T>
using Answer = boost::system::result<T, Status>;

// Found by argument-dependent lookup; code that checks first never comes here.
[[noreturn]] void throw_exception_from_error(const Status& status,
                                             const boost::source_location& where);

[[nodiscard]] boost::json::object to_object(const Status& status);
[[nodiscard]] std::string to_json(const Status& status);
// {"kind":"Status",...,"status":"Success","details":{name,group,kind,uid}}: a delete that is done.
[[nodiscard]] boost::json::object deleted_status(const FaceInfo& face, std::string_view name,
                                                 std::string_view uid);

// --- 400
[[nodiscard]] Status bad_request(std::string message);
// The body names another namespace or name than the path.
[[nodiscard]] Status namespace_mismatch();
[[nodiscard]] Status name_mismatch(std::string_view body_name, std::string_view path_name);
// The body is of another kind or version than the path. Empty ones in the body are the path's.
[[nodiscard]] Status kind_mismatch(std::string_view api_version, std::string_view kind,
                                   const FaceInfo& face);
// The body is not a JSON object: `why` is the parser's word.
[[nodiscard]] Status unreadable_body(const FaceInfo& face, std::string_view why,
                                     std::string_view body);
// --- 403
[[nodiscard]] Status forbidden(const FaceInfo& face, std::string_view name, std::string_view why);
// Creating in a namespace that is being deleted.
[[nodiscard]] Status namespace_terminating(const FaceInfo& face, std::string_view name,
                                           std::string_view namespace_name);
// --- 404. Below /api and /apis a path whose group and version are known; all others are answered
// with a plain "404 page not found".
[[nodiscard]] Status no_such_resource();
[[nodiscard]] Status not_found(const FaceInfo& face, std::string_view name);
// --- 405, 406
[[nodiscard]] Status method_not_allowed();
// No type that can be written; JSON, but in no form (as=...) that there is.
[[nodiscard]] Status not_acceptable();
[[nodiscard]] Status not_acceptable_form();
// --- 409
[[nodiscard]] Status already_exists(const FaceInfo& face, std::string_view name);
// A POST that must be sent again: generateName collided too often.
[[nodiscard]] Status generate_name_conflict(const FaceInfo& face, std::string_view generated);
[[nodiscard]] Status conflict(const FaceInfo& face, std::string_view name, std::string_view why);
[[nodiscard]] Status modified_conflict(const FaceInfo& face, std::string_view name);
// metadata.uid of an update, or a Binding, is not the object's.
[[nodiscard]] Status uid_conflict(const FaceInfo& face, std::string_view namespace_name,
                                  std::string_view name, std::string_view sent,
                                  std::string_view actual);
// preconditions.uid or .resourceVersion of DeleteOptions.
[[nodiscard]] Status delete_uid_conflict(const FaceInfo& face, std::string_view name,
                                         std::string_view sent, std::string_view actual);
[[nodiscard]] Status delete_version_conflict(const FaceInfo& face, std::string_view name,
                                             std::string_view sent, std::string_view actual);
// A pod that cannot be bound: "pods/binding".
[[nodiscard]] Status binding_conflict(std::string_view pod, std::string_view why);
// --- 410: a list from a resourceVersion that is forgotten, a watch, a page.
[[nodiscard]] Status expired_list();
[[nodiscard]] Status expired_watch(std::uint64_t asked, std::uint64_t oldest);
[[nodiscard]] Status expired_continue();
// --- 413, 415
[[nodiscard]] Status body_too_large(std::uint64_t limit_bytes);
[[nodiscard]] Status unsupported_body_type();
[[nodiscard]] Status unsupported_patch_type();
// --- 422. invalid() wants at least one cause.
[[nodiscard]] Status invalid(const FaceInfo& face, std::string_view name,
                             std::vector<Cause> causes);
// Of ListOptions, CreateOptions, DeleteOptions, ...
[[nodiscard]] Status invalid_options(std::string_view kind, std::vector<Cause> causes);
// Of a Binding; a JSON patch that does not apply.
[[nodiscard]] Status invalid_binding(std::string_view pod, std::vector<Cause> causes);
[[nodiscard]] Status unprocessable();
// --- 429, 500, 504
[[nodiscard]] Status too_many_requests(std::string message, std::chrono::seconds retry_after);
[[nodiscard]] Status internal_error(std::string_view why);
// 500 without a reason: what a real server says where an error is not a Status (a resourceVersion
// that is no number, or is set on an object to be created).
[[nodiscard]] Status plain_error(std::string message);
// A list or watch from a resourceVersion that is yet to come.
[[nodiscard]] Status too_large_resource_version(std::uint64_t asked, std::uint64_t current);

}  // namespace neuron_scheduler::embedded
