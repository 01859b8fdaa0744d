#include "cluster/embedded/store/status.hpp"

#include <ostream>
#include <string>

#include <boost/json.hpp>

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

const FaceInfo& pods() { return info(Face::kPods); }
const FaceInfo& namespaces() { return info(Face::kNamespaces); }
const FaceInfo& leases() { return info(Face::kLeases); }

struct Case {
  std::string name;
  Status status;
  int code;
  std::string reason;
  std::string message;
  std::string details;  // JSON; empty: none.
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class Statuses : public testing::TestWithParam<Case> {};

TEST_P(Statuses, AreWordedAsByTheRealServer) {
  const Case& row = GetParam();
  json::object want{{"kind", "Status"},
                    {"apiVersion", "v1"},
                    {"metadata", json::object{}},
                    {"status", "Failure"},
                    {"message", row.message}};
  if (!row.reason.empty()) want["reason"] = row.reason;
  if (!row.details.empty()) want["details"] = json::parse(row.details);
  want["code"] = row.code;
  EXPECT_EQ(to_json(row.status), json::serialize(want));
}

const std::string kPodDetails = R"({"name":"a","kind":"pods"})";
const std::string kLeaseDetails = R"({"name":"a","group":"coordination.k8s.io","kind":"leases"})";
const std::string kPodConflict = "Operation cannot be fulfilled on pods \"a\": ";

// The texts are those of a real kube-apiserver 1.37.2.
INSTANTIATE_TEST_SUITE_P(
    Rows, Statuses,
    testing::Values(
        Case{"badRequest", bad_request("m"), 400, "BadRequest", "m", ""},
        Case{"otherNamespace", namespace_mismatch(), 400, "BadRequest",
             "the namespace of the provided object does not match the namespace sent on the "
             "request",
             ""},
        Case{"otherName", name_mismatch("a", "b"), 400, "BadRequest",
             "the name of the object (a) does not match the name on the URL (b)", ""},
        Case{"emptyBody", unreadable_body(pods(), "unexpected end of JSON input", ""), 400,
             "BadRequest",
             "the object provided is unrecognized (must be of type Pod): couldn't get "
             "version/kind; json parse error: unexpected end of JSON input (<empty>)",
             ""},
        Case{"forbidden", forbidden(namespaces(), "default", "this namespace may not be deleted"),
             403, "Forbidden",
             "namespaces \"default\" is forbidden: this namespace may not be deleted",
             R"({"name":"default","kind":"namespaces"})"},
        Case{"noSuchResource", no_such_resource(), 404, "NotFound",
             "the server could not find the requested resource", "{}"},
        Case{"notFound", not_found(pods(), "a"), 404, "NotFound", "pods \"a\" not found",
             kPodDetails},
        Case{"notFoundInAGroup", not_found(leases(), "a"), 404, "NotFound",
             "leases.coordination.k8s.io \"a\" not found", kLeaseDetails},
        Case{"methodNotAllowed", method_not_allowed(), 405, "MethodNotAllowed",
             "the server does not allow this method on the requested resource", "{}"},
        Case{"alreadyExists", already_exists(pods(), "a"), 409, "AlreadyExists",
             "pods \"a\" already exists", kPodDetails},
        Case{"modified", modified_conflict(pods(), "a"), 409, "Conflict",
             kPodConflict + "the object has been modified; please apply your changes to the latest "
                            "version and try again",
             kPodDetails},
        Case{"otherUid", uid_conflict(pods(), "default", "a", "x", "y"), 409, "Conflict",
             kPodConflict + "StorageError: invalid object, Code: 4, Key: /registry/pods/default/a, "
                            "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in "
                            "precondition: x, UID in object meta: y",
             kPodDetails},
        Case{"deleteOtherUid", delete_uid_conflict(pods(), "a", "x", "y"), 409, "Conflict",
             "Operation cannot be fulfilled on Pod \"a\": the UID in the precondition (x) does not "
             "match the UID in record (y). The object might have been deleted and then recreated",
             R"({"name":"a","kind":"Pod"})"},
        Case{"deleteOtherVersion", delete_version_conflict(pods(), "a", "1", "2"), 409, "Conflict",
             "Operation cannot be fulfilled on Pod \"a\": the ResourceVersion in the precondition "
             "(1) does not match the ResourceVersion in record (2). The object might have been "
             "modified",
             R"({"name":"a","kind":"Pod"})"},
        Case{"bindingConflict", binding_conflict("a", "pod a is already assigned to node \"n\""),
             409, "Conflict",
             "Operation cannot be fulfilled on pods/binding \"a\": pod a is already assigned to "
             "node \"n\"",
             R"({"name":"a","kind":"pods/binding"})"},
        Case{"expiredWatch", expired_watch(1, 100), 410, "Expired",
             "too old resource version: 1 (100)", ""},
        Case{"bodyTooLarge", body_too_large(3145728), 413, "RequestEntityTooLarge",
             "Request entity too large: limit is 3145728", ""},
        Case{"patchType", unsupported_patch_type(), 415, "UnsupportedMediaType",
             "415: Unsupported Media Type", "{}"},
        Case{"invalidOnce",
             invalid(pods(), "a", {{"FieldValueRequired", "Required value", "spec.containers"}}),
             422, "Invalid", "Pod \"a\" is invalid: spec.containers: Required value",
             R"({"name":"a","kind":"Pod","causes":[{"reason":"FieldValueRequired",)"
             R"("message":"Required value","field":"spec.containers"}]})"},
        Case{"invalidTwice", invalid(leases(), "", {{"R", "m", "f"}, {"R", "n", "g"}}), 422,
             "Invalid", "Lease.coordination.k8s.io \"\" is invalid: [f: m, g: n]",
             R"({"group":"coordination.k8s.io","kind":"Lease","causes":[{"reason":"R",)"
             R"("message":"m","field":"f"},{"reason":"R","message":"n","field":"g"}]})"},
        Case{"invalidAlikeIsSaidOnce", invalid(pods(), "a", {{"R", "m", "f"}, {"S", "m", "f"}}),
             422, "Invalid", "Pod \"a\" is invalid: f: m",
             R"({"name":"a","kind":"Pod","causes":[{"reason":"R","message":"m","field":"f"},)"
             R"({"reason":"S","message":"m","field":"f"}]})"},
        Case{"tooManyRequests", too_many_requests("m", std::chrono::seconds(2)), 429,
             "TooManyRequests", "m", R"({"retryAfterSeconds":2})"},
        Case{"internalError", internal_error("w"), 500, "InternalError",
             "Internal error occurred: w", R"({"causes":[{"message":"w"}]})"},
        Case{"plainError", plain_error("m"), 500, "", "m", ""},
        Case{"tooLargeVersion", too_large_resource_version(9, 2), 504, "Timeout",
             "Timeout: Too large resource version: 9, current: 2",
             R"({"causes":[{"reason":"ResourceVersionTooLarge",)"
             R"("message":"Too large resource version"}],"retryAfterSeconds":1})"}),
    [](const auto& row) { return row.param.name; });

TEST(Statuses, AQuotedNameIsEscaped) {
  EXPECT_EQ(not_found(pods(), "a\"\n\x01\xff\xc3\xa4").message,
            "pods \"a\\\"\\n\\x01\\xff\xc3\xa4\" not found");
}

TEST(Statuses, Deleted) {
  EXPECT_EQ(json::serialize(deleted_status(leases(), "a", "u")),
            R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":)"
            R"({"name":"a","group":"coordination.k8s.io","kind":"leases","uid":"u"}})");
}

}  // namespace
}  // namespace neuron_scheduler::embedded
