#include "cluster/embedded/store/discovery.hpp"

#include <string>

#include <boost/json.hpp>

#include "cluster/embedded/store/schema.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

const std::string kJson = "application/json";
const std::string kAggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

json::value get(const std::string& path, const std::string& accept = kJson) {
  const auto answer = discover(path, accept);
  EXPECT_TRUE(answer) << path;
  EXPECT_EQ(answer->status, 200) << path;
  return json::parse(answer->body);
}

TEST(Discovery, Groups) {
  EXPECT_EQ(json::serialize(get("/api")),
            R"({"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":)"
            R"([{"clientCIDR":"0.0.0.0/0","serverAddress":""}]})");
  EXPECT_EQ(json::serialize(get("/apis/events.k8s.io")),
            R"({"kind":"APIGroup","apiVersion":"v1","name":"events.k8s.io","versions":)"
            R"([{"groupVersion":"events.k8s.io/v1","version":"v1"}],"preferredVersion":)"
            R"({"groupVersion":"events.k8s.io/v1","version":"v1"}})");
  const json::value groups = get("/apis/");
  EXPECT_EQ(groups.at("groups").as_array().size(), 2U);
  EXPECT_FALSE(groups.at("groups").at(0).as_object().contains("kind"));
}

TEST(Discovery, ResourcesOfCore) {
  std::string names;
  const json::value list = get("/api/v1");
  for (const json::value& resource : list.at("resources").as_array()) {
    names += std::string(resource.at("name").as_string()) + " ";
    if (resource.at("name") == "pods") {
      EXPECT_EQ(json::serialize(resource),
                R"({"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":)"
                R"(["create","delete","deletecollection","get","list","patch","update","watch"],)"
                R"("shortNames":["po"],"categories":["all"]})");
    }
  }
  EXPECT_EQ(names,
            "bindings events namespaces namespaces/finalize namespaces/status nodes nodes/status "
            "pods pods/binding pods/status ");
}

TEST(Discovery, ResourcesOfAGroup) {
  EXPECT_EQ(json::serialize(get("/apis/coordination.k8s.io/v1")),
            R"({"kind":"APIResourceList","apiVersion":"v1","groupVersion":)"
            R"("coordination.k8s.io/v1","resources":[{"name":"leases","singularName":"lease",)"
            R"("namespaced":true,"kind":"Lease","verbs":["create","delete","deletecollection",)"
            R"("get","list","patch","update","watch"]}]})");
}

TEST(Discovery, AggregatedIfAsked) {
  const auto answer = discover("/api", kAggregated).value();
  EXPECT_EQ(answer.content_type,
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  const json::value list = json::parse(answer.body);
  const json::array& resources =
      list.at("items").at(0).at("versions").at(0).at("resources").as_array();
  ASSERT_EQ(resources.size(), 5U);
  EXPECT_EQ(json::serialize(resources[4].at("subresources")),
            R"([{"subresource":"binding","responseKind":{"group":"","version":"","kind":)"
            R"("Binding"},"verbs":["create"]},{"subresource":"status","responseKind":)"
            R"({"group":"","version":"","kind":"Pod"},"verbs":["get","patch","update"]}])");
  EXPECT_EQ(get("/apis", kAggregated).at("items").as_array().size(), 2U);
  EXPECT_EQ(get("/apis", "application/json," + kAggregated).at("kind"), "APIGroupList");
  EXPECT_EQ(get("/apis", "application/json;g=apidiscovery.k8s.io;v=v1;as=x,*/*").at("kind"),
            "APIGroupList");
}

TEST(Discovery, OthersAreNotAnswered) {
  for (const char* path :
       {"/foo", "/apis/foo", "/apis/events.k8s.io/v2", "/api/v1/pods", "/openapi/v3/apis/foo",
        "/healthz/foo", "/apis/events.k8s.io/v1/events"}) {
    EXPECT_FALSE(discover(path, kJson)) << path;
  }
}

TEST(Discovery, Health) {
  for (const char* path : {"/healthz", "/livez", "/readyz", "/readyz/ping", "/livez/"}) {
    const auto answer = discover(path, kJson).value();
    EXPECT_EQ(answer.body, "ok") << path;
    EXPECT_EQ(answer.content_type, "text/plain; charset=utf-8");
  }
  EXPECT_EQ(get("/version").at("minor"), "37");
}

// What kubectl looks for before it leaves validation to the server.
TEST(OpenApi, PatchesTakeFieldValidation) {
  const json::value index = get("/openapi/v3");
  for (const auto& [group, path] :
       {std::pair{"api/v1", "/api/v1/namespaces/{namespace}/pods"},
        {"apis/events.k8s.io/v1", "/apis/events.k8s.io/v1/namespaces/{namespace}/events"}}) {
    const std::string url(index.at("paths").at(group).at("serverRelativeURL").as_string());
    const json::value patch = get(url).at("paths").at(std::string(path) + "/{name}").at("patch");
    EXPECT_EQ(patch.at("parameters").at(2).at("name"), "fieldValidation");
    EXPECT_EQ(patch.at("x-kubernetes-group-version-kind").at("version"), "v1");
  }
}

void check_references(const json::value& value, const json::object& schemas) {
  if (const auto* object = value.if_object()) {
    if (const auto* reference = object->if_contains("$ref")) {
      const std::string text(reference->as_string());
      EXPECT_TRUE(schemas.contains(text.substr(text.rfind('/') + 1))) << text;
    }
    for (const auto& member : *object) check_references(member.value(), schemas);
  } else if (const auto* array = value.if_array()) {
    for (const json::value& item : *array) check_references(item, schemas);
  }
}

TEST(OpenApi, ReferencesLeadSomewhere) {
  const json::value third = get("/openapi/v3/api/v1");
  const json::object& schemas = third.at("components").at("schemas").as_object();
  EXPECT_EQ(schemas.size(), all_types().size());
  check_references(third, schemas);
  const json::value second = get("/openapi/v2");
  check_references(second, second.at("definitions").as_object());
  EXPECT_EQ(
      json::serialize(schemas.at("io.k8s.api.core.v1.PodStatus").at("properties").at("conditions")),
      R"({"type":"array","items":{"$ref":"#/components/schemas/)"
      R"(io.k8s.api.core.v1.PodCondition"},"x-kubernetes-patch-merge-key":"type",)"
      R"("x-kubernetes-patch-strategy":"merge"})");
}

TEST(OpenApi, ProtobufIsNotWritten) {
  const auto answer =
      discover("/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf");
  EXPECT_EQ(answer.value().status, 406);
}

}  // namespace
}  // namespace neuron_scheduler::embedded
