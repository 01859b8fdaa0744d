#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/embedded/api_fixture.hpp"

namespace neuron_scheduler::embedded::test {
namespace {

struct Case {
  std::string name;
  Sent sent;
  int status = 0;
  std::string reason;   // Empty: the Status has none.
  std::string message;  // A part of it.
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class ApiErrorTest : public ApiTest, public ::testing::WithParamInterface<Case> {
 protected:
  // What the requests find: an unbound, a bound, a gated, a terminating pod, and one held by a
  // finalizer; a node, a lease, an event and a namespace that goes.
  void SetUp() override {
    create_pod("free");
    create_pod("bound");
    bind("bound");
    create_pod("gated", "", R"(,"schedulingGates":[{"name":"a/b"}])");
    create_pod("going");
    bind("going");
    expect(200, {"DELETE", std::string{kPods} + "/going"});
    expect(201, {"POST", "/api/v1/nodes", R"({"metadata":{"name":"n1"}})"});
    expect(201, {"POST", std::string{kLeases}, R"({"metadata":{"name":"l"}})"});
    expect(201, {"POST", "/api/v1/namespaces", R"({"metadata":{"name":"leaving"}})"});
    expect(200, {"DELETE", "/api/v1/namespaces/leaving"});
  }
};

TEST_P(ApiErrorTest, IsAStatus) {
  const Case& c = GetParam();
  const std::uint64_t before = api().resource_version();
  const boost::json::value answer = expect(c.status, c.sent);
  EXPECT_EQ(answer.at("kind").as_string(), "Status");
  EXPECT_EQ(answer.at("status").as_string(), "Failure");
  EXPECT_EQ(answer.at("code").as_int64(), c.status);
  const auto* const reason = answer.as_object().if_contains("reason");
  EXPECT_EQ(reason == nullptr ? "" : std::string{reason->as_string()}, c.reason);
  EXPECT_NE(answer.at("message").as_string().find(c.message), std::string::npos)
      << answer.at("message");
  EXPECT_EQ(api().resource_version(), before) << "a failure changed something";
}

const std::string kP{kPods};
const std::string kN = "/api/v1/nodes";
const std::string kL{kLeases};
const std::string kMergeType{kMerge};

const Case kPathCases[] = {
    {"unknown_resource", {"GET", "/api/v1/frobs"}, 404, "NotFound", "could not find the requested"},
    {"unknown_in_namespace", {"GET", "/api/v1/namespaces/default/x"}, 404, "NotFound", "could not"},
    {"unknown_version",
     {"GET", "/apis/events.k8s.io/v9/events"},
     404,
     "NotFound",
     "could not find"},
    {"unknown_subresource", {"GET", kP + "/free/log"}, 404, "NotFound", "could not find"},
    {"below_subresource", {"GET", kP + "/free/status/x"}, 404, "NotFound", "could not find"},
    {"name_without_namespace", {"GET", "/api/v1/pods/x"}, 404, "NotFound", "could not find"},
    {"cluster_kind_in_namespace", {"GET", "/api/v1/namespaces/a/nodes"}, 404, "NotFound", "could"},
    {"empty_segment", {"GET", "/api/v1//nodes"}, 404, "NotFound", "could not find"},
    {"bad_escape", {"GET", "/api/v1/nodes/%zz"}, 400, "BadRequest", "invalid URL escape"},
    {"no_pod", {"GET", kP + "/x"}, 404, "NotFound", R"(pods "x" not found)"},
    {"no_event", {"GET", std::string{kEvents} + "/x"}, 404, "NotFound", "events.events.k8s.io"},
    {"post_item", {"POST", kP + "/free", "{}"}, 405, "MethodNotAllowed", "does not allow"},
    {"put_list", {"PUT", kP, "{}"}, 405, "MethodNotAllowed", "does not allow"},
    {"head", {"HEAD", kP + "/free"}, 405, "MethodNotAllowed", "does not allow"},
    {"post_everywhere", {"POST", "/api/v1/pods", "{}"}, 405, "MethodNotAllowed", "does not allow"},
    {"delete_everywhere", {"DELETE", "/api/v1/pods"}, 405, "MethodNotAllowed", "does not allow"},
    {"delete_namespaces", {"DELETE", "/api/v1/namespaces"}, 405, "MethodNotAllowed", "does not"},
    {"get_binding", {"GET", kP + "/free/binding"}, 405, "MethodNotAllowed", "does not allow"},
    {"delete_status", {"DELETE", kP + "/free/status"}, 405, "MethodNotAllowed", "does not allow"},
    {"accept", {"GET", kP, "", "", "text/plain"}, 406, "NotAcceptable", "application/json"},
};

const Case kBodyCases[] = {
    {"type", {"POST", kP, pod("a"), "text/plain"}, 415, "UnsupportedMediaType", "media types"},
    {"empty", {"POST", kP}, 400, "BadRequest", "unexpected end of JSON input"},
    {"not_json", {"POST", kP, "{bad"}, 400, "BadRequest", "must be of type Pod"},
    {"no_object", {"POST", kP, "[]"}, 400, "BadRequest", "must be of type Pod"},
    {"too_deep", {"POST", kP, std::string(100, '[')}, 400, "BadRequest", "must be of type Pod"},
    {"kind", {"POST", kP, R"({"kind":"Node","apiVersion":"v1"})"}, 400, "BadRequest", "as a Pod"},
    {"field_type", {"POST", kP, R"({"metadata":{"name":5}})"}, 400, "BadRequest", "metadata.name"},
    {"namespace",
     {"POST", kP, R"({"metadata":{"name":"a","namespace":"b"}})"},
     400,
     "BadRequest",
     "namespace of the provided object does not match"},
    {"too_large", {"POST", kP, std::string(4 << 20, ' ')}, 413, "RequestEntityTooLarge", "3145728"},
    {"no_name", {"POST", kP, R"({"spec":{}})"}, 422, "Invalid", "name or generateName is required"},
    {"strict",
     {"POST", kP + "?fieldValidation=Strict", pod("a", R"(,"foo":1)")},
     400,
     "BadRequest",
     R"(unknown field "metadata.foo")"},
    {"validation_option",
     {"POST", kP + "?fieldValidation=X", pod("a")},
     422,
     "Invalid",
     "CreateOptions"},
    {"dry_run_option", {"POST", kP + "?dryRun=X", pod("a")}, 422, "Invalid", "dryRun"},
    {"exists", {"POST", kP, pod("free")}, 409, "AlreadyExists", R"(pods "free" already exists)"},
    {"version_set",
     {"POST", kP, pod("a", R"(,"resourceVersion":"1")")},
     500,
     "",
     "resourceVersion should not be set"},
    {"no_namespace",
     {"POST", "/api/v1/namespaces/x/pods", pod("a")},
     404,
     "NotFound",
     R"(namespaces "x" not found)"},
    {"namespace_goes",
     {"POST", "/api/v1/namespaces/leaving/pods", pod("a")},
     403,
     "Forbidden",
     "because it is being terminated"},
    {"etcd_limit",
     {"POST", kN,
      R"({"metadata":{"name":"b"},"spec":{"providerID":")" + std::string(1600 * 1024, 'x') +
          R"("}})"},
     413,
     "RequestEntityTooLarge",
     "1572864"},
};

const Case kUpdateCases[] = {
    {"no_object", {"PUT", kN + "/x", R"({"metadata":{"name":"x"}})"}, 404, "NotFound", "nodes"},
    {"other_name",
     {"PUT", kN + "/n1", R"({"metadata":{"name":"x"}})"},
     400,
     "BadRequest",
     "(x) does not match the name on the URL (n1)"},
    {"no_name", {"PUT", kN + "/n1", "{}"}, 400, "BadRequest", "name must be provided"},
    {"old_version",
     {"PUT", kN + "/n1", R"({"metadata":{"name":"n1","resourceVersion":"1"}})"},
     409,
     "Conflict",
     "the object has been modified"},
    {"no_version",
     {"PUT", kL + "/l", R"({"metadata":{"name":"l"}})"},
     422,
     "Invalid",
     "must be specified for an update"},
    {"bad_version",
     {"PUT", kN + "/n1", R"({"metadata":{"name":"n1","resourceVersion":"x"}})"},
     500,
     "",
     "ParseUint"},
    {"other_uid",
     {"PUT", kN + "/n1", R"({"metadata":{"name":"n1","uid":"x"}})"},
     409,
     "Conflict",
     "UID in precondition: x"},
    {"patch_type", {"PATCH", kN + "/n1", "{}"}, 415, "UnsupportedMediaType", "Unsupported"},
    {"apply",
     {"PATCH", kN + "/n1", "{}", "application/apply-patch+yaml"},
     415,
     "UnsupportedMediaType",
     "Unsupported"},
    {"patch_no_object", {"PATCH", kN + "/x", "{}", kMergeType}, 404, "NotFound", "nodes"},
    {"patch_not_json",
     {"PATCH", kN + "/n1", "{bad", kMergeType},
     400,
     "BadRequest",
     "invalid JSON"},
    {"patch_old_version",
     {"PATCH", kN + "/n1", R"({"metadata":{"resourceVersion":"1"}})", kMergeType},
     409,
     "Conflict",
     "the object has been modified"},
    {"patch_name",
     {"PATCH", kN + "/n1", R"({"metadata":{"name":"x"}})", kMergeType},
     400,
     "BadRequest",
     "does not match the name on the URL"},
    {"patch_uid",
     {"PATCH", kN + "/n1", R"({"metadata":{"uid":"x"}})", kMergeType},
     422,
     "Invalid",
     "metadata.uid"},
    {"patch_deletion",
     {"PATCH", kN + "/n1", R"({"metadata":{"deletionTimestamp":"2001-01-01T00:00:00Z"}})",
      kMergeType},
     422,
     "Invalid",
     "metadata.deletionTimestamp"},
    {"patch_grace",
     {"PATCH", kN + "/n1", R"({"metadata":{"deletionGracePeriodSeconds":5}})", kMergeType},
     422,
     "Invalid",
     "metadata.deletionGracePeriodSeconds"},
    {"patch_field_type",
     {"PATCH", kN + "/n1", R"({"metadata":{"labels":5}})", kMergeType},
     422,
     "Invalid",
     "labels"},
    {"pod_node_name",
     {"PATCH", kP + "/free", R"({"spec":{"nodeName":"n1"}})", kMergeType},
     422,
     "Invalid",
     "pod updates may not change fields"},
};

const Case kBindingCases[] = {
    {"no_pod", {"POST", kP + "/x/binding", binding("x")}, 404, "NotFound", R"(pods "x")"},
    {"no_namespace",
     {"POST", "/api/v1/namespaces/x/pods/a/binding", binding("a")},
     404,
     "NotFound",
     R"(namespaces "x")"},
    {"name",
     {"POST", kP + "/free/binding", binding("x")},
     400,
     "BadRequest",
     "name in URL does not match name in Binding object"},
    {"kind",
     {"POST", kP + "/free/binding", R"({"kind":"Pod","apiVersion":"v1"})"},
     400,
     "BadRequest",
     "as a Binding"},
    {"target_kind",
     {"POST", kP + "/free/binding",
      R"({"metadata":{"name":"free"},"target":{"kind":"Pod","name":"n"}})"},
     500,
     "",
     "target.kind: Unsupported value"},
    {"no_target",
     {"POST", kP + "/free/binding", R"({"metadata":{"name":"free"}})"},
     500,
     "",
     "target.name: Required value"},
    {"uid",
     {"POST", kP + "/free/binding", binding("free", "n", R"(,"uid":"x")")},
     409,
     "Conflict",
     "Precondition failed: UID in precondition: x"},
    {"version",
     {"POST", kP + "/free/binding", binding("free", "n", R"(,"resourceVersion":"1")")},
     409,
     "Conflict",
     "ResourceVersion in precondition: 1"},
    {"bound",
     {"POST", kP + "/bound/binding", binding("bound", "n2")},
     409,
     "Conflict",
     R"(pod bound is already assigned to node "n1")"},
    {"gated",
     {"POST", kP + "/gated/binding", binding("gated")},
     409,
     "Conflict",
     "pod gated has non-empty .spec.schedulingGates"},
    {"going",
     {"POST", kP + "/going/binding", binding("going")},
     409,
     "Conflict",
     "pod going is being deleted, cannot be assigned to a host"},
};

const Case kDeleteCases[] = {
    {"no_object", {"DELETE", kN + "/x"}, 404, "NotFound", "nodes"},
    {"uid",
     {"DELETE", kP + "/bound", R"({"preconditions":{"uid":"x"}})"},
     409,
     "Conflict",
     "the UID in the precondition (x) does not match"},
    {"version",
     {"DELETE", kP + "/bound", R"({"preconditions":{"resourceVersion":"1"}})"},
     409,
     "Conflict",
     "the ResourceVersion in the precondition (1) does not match"},
    {"grace", {"DELETE", kP + "/bound?gracePeriodSeconds=x"}, 400, "BadRequest", "ParseInt"},
    {"propagation",
     {"DELETE", kP + "/bound", R"({"propagationPolicy":"X"})"},
     422,
     "Invalid",
     "propagationPolicy"},
    {"orphans_twice",
     {"DELETE", kP + "/bound", R"({"propagationPolicy":"Orphan","orphanDependents":true})"},
     422,
     "Invalid",
     "cannot be both set"},
    {"body", {"DELETE", kP + "/bound", "{bad"}, 400, "BadRequest", "json parse error"},
    {"body_kind",
     {"DELETE", kP + "/bound", R"({"kind":"Pod","apiVersion":"v1"})"},
     400,
     "BadRequest",
     "Pod"},
    {"immortal", {"DELETE", "/api/v1/namespaces/default"}, 403, "Forbidden", "may not be deleted"},
    {"namespace_uid",
     {"DELETE", "/api/v1/namespaces/leaving", R"({"preconditions":{"uid":"x"}})"},
     409,
     "Conflict",
     "UID in precondition: x"},
};

const Case kReadCases[] = {
    {"limit", {"GET", kP + "?limit=x"}, 400, "BadRequest", "ParseInt"},
    {"labels", {"GET", kP + "?labelSelector=a%3D%3D%3Db"}, 400, "BadRequest", "unable to parse"},
    {"fields", {"GET", kP + "?fieldSelector=spec.x%3Db"}, 400, "BadRequest", "field label not"},
    {"version", {"GET", kP + "?resourceVersion=x"}, 400, "BadRequest", "ParseUint"},
    {"item_version", {"GET", kP + "/free?resourceVersion=x"}, 500, "", "ParseUint"},
    {"future", {"GET", kP + "?resourceVersion=999"}, 504, "Timeout", "Too large resource version"},
    {"item_future", {"GET", kP + "/free?resourceVersion=999"}, 504, "Timeout", "Too large"},
    {"match", {"GET", kP + "?resourceVersionMatch=Exact"}, 422, "Invalid", "is provided"},
    {"match_text",
     {"GET", kP + "?resourceVersion=1&resourceVersionMatch=X"},
     422,
     "Invalid",
     "Unsupported value"},
    {"exact_zero",
     {"GET", kP + "?resourceVersion=0&resourceVersionMatch=Exact"},
     422,
     "Invalid",
     R"(forbidden for resourceVersion "0")"},
    {"list_streamed", {"GET", kP + "?sendInitialEvents=true"}, 422, "Invalid", "for list"},
    {"token_base64", {"GET", kP + "?continue=!"}, 400, "BadRequest", "illegal base64"},
    {"token_json", {"GET", kP + "?continue=abcd"}, 400, "BadRequest", "continue key is not valid"},
    {"token_version",
     {"GET", kP + "?resourceVersion=1&continue=abcd"},
     400,
     "BadRequest",
     "specifying resource version is not allowed"},
    {"watch_version", {"GET", kP + "?watch=1&resourceVersion=x"}, 500, "", "ParseUint"},
    {"watch_match",
     {"GET", kP + "?watch=1&resourceVersionMatch=NotOlderThan"},
     422,
     "Invalid",
     "forbidden for watch unless"},
    {"watch_streamed",
     {"GET", kP + "?watch=1&sendInitialEvents=true"},
     422,
     "Invalid",
     "requires setting resourceVersionMatch"},
    {"watch_timeout", {"GET", kP + "?watch=1&timeoutSeconds=x"}, 400, "BadRequest", "ParseInt"},
    {"include_object", {"GET", kP + "?includeObject=X"}, 400, "BadRequest", "X"},
};

std::string name_of(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Path, ApiErrorTest, ::testing::ValuesIn(kPathCases), name_of);
INSTANTIATE_TEST_SUITE_P(Body, ApiErrorTest, ::testing::ValuesIn(kBodyCases), name_of);
INSTANTIATE_TEST_SUITE_P(Update, ApiErrorTest, ::testing::ValuesIn(kUpdateCases), name_of);
INSTANTIATE_TEST_SUITE_P(Binding, ApiErrorTest, ::testing::ValuesIn(kBindingCases), name_of);
INSTANTIATE_TEST_SUITE_P(Delete, ApiErrorTest, ::testing::ValuesIn(kDeleteCases), name_of);
INSTANTIATE_TEST_SUITE_P(Read, ApiErrorTest, ::testing::ValuesIn(kReadCases), name_of);

TEST_F(ApiTest, UnknownPathsArePlainPages) {
  for (const std::string path : {"/foo", "/apis/foo/v1/bars", "/apis/x", "", "x"}) {
    const ApiAnswer answer = get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.body, "404 page not found\n") << path;
    EXPECT_EQ(answer.content_type, "text/plain; charset=utf-8") << path;
  }
}

TEST_F(ApiTest, AnswersAreUtf8WhateverIsSent) {
  for (const std::string bytes : {"\xC6\xDD", "\xED\xA0\x80", "\xC0\x80", "\xF8", "\xE2\x82"}) {
    EXPECT_NE(expect(400, {"POST", std::string{kPods}, "{\"" + bytes})
                  .at("message")
                  .as_string()
                  .find("\xEF\xBF\xBD"),
              std::string::npos);
    expect(404, {"GET", std::string{kPods} + "/" + bytes});
    expect(400, {"GET", std::string{kPods} + "?fieldSelector=" + bytes});
    expect(422, {"POST", std::string{kPods} + "?dryRun=" + bytes, pod("a")});
  }
}

}  // namespace
}  // namespace neuron_scheduler::embedded::test
