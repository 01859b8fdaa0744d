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
// The body is of another kind or version than the path.
[[nodiscard]] Status kind_mismatch(std::string_view api_version, std::string_view kind,
                                   const FaceInfo& face);
// --- 403: creating in a namespace that is being deleted.
[[nodiscard]] Status namespace_terminating(const FaceInfo& face, std::string_view name,
                                           std::string_view namespace_name);
// --- 404
[[nodiscard]] Status not_found(const FaceInfo& face, std::string_view name);
[[nodiscard]] Status namespace_not_found(std::string_view name);
// The path is known up to a resource that is not served.
[[nodiscard]] Status no_such_resource();
// --- 405, 406
[[nodiscard]] Status method_not_allowed();
[[nodiscard]] Status not_acceptable(std::string_view accepted_types);
// --- 409
[[nodiscard]] Status already_exists(const FaceInfo& face, std::string_view name);
[[nodiscard]] Status conflict(const FaceInfo& face, std::string_view name, std::string_view why);
[[nodiscard]] Status modified_conflict(const FaceInfo& face, std::string_view name);
[[nodiscard]] Status uid_conflict(const FaceInfo& face, std::string_view name,
                                  std::string_view precondition, std::string_view actual);
[[nodiscard]] Status resource_version_conflict(const FaceInfo& face, std::string_view name,
                                               std::string_view precondition,
                                               std::string_view actual);
// Binding a pod that cannot be bound (pkg/registry/core/pod/storage assignPod): "pods/binding".
[[nodiscard]] Status binding_conflict(std::string_view pod, std::string_view why);
// A POST that must be sent again (generateName collided too often).
[[nodiscard]] Status generate_name_conflict(const FaceInfo& face, std::string_view generated);
// --- 410: a list or watch from a resourceVersion that is forgotten, a page that has expired.
[[nodiscard]] Status expired_list();
[[nodiscard]] Status expired_watch(std::uint64_t asked, std::uint64_t oldest);
[[nodiscard]] Status expired_continue();
// --- 413, 415
[[nodiscard]] Status body_too_large(std::uint64_t limit);
[[nodiscard]] Status unsupported_media_type(std::string_view accepted_types);
// --- 422. invalid() wants at least one cause.
[[nodiscard]] Status invalid(const FaceInfo& face, std::string_view name,
                             std::vector<Cause> causes);
[[nodiscard]] Status invalid_options(std::string_view kind, std::string_view group,
                                     std::vector<Cause> causes);
[[nodiscard]] Status unprocessable(std::string_view why);  // A JSON patch that does not apply.
// --- 429, 500, 504
[[nodiscard]] Status too_many_requests(std::string message, std::chrono::seconds retry_after);
[[nodiscard]] Status internal_error(std::string_view why);
// A list or watch from a resourceVersion that is yet to come.
[[nodiscard]] Status too_large_resource_version(std::uint64_t asked, std::uint64_t current);

}  // namespace neuron_scheduler::embedded
