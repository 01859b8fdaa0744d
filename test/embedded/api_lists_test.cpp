#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/embedded/api_fixture.hpp"

namespace neuron_scheduler::embedded::test {
namespace {

namespace json = boost::json;
using Strings = std::vector<std::string>;

const std::string kP{kPods};

class ApiListsTest : public ApiTest {
 protected:
  static std::string token(const json::value& list) {
    const auto* const found = list.at("metadata").as_object().if_contains("continue");
    return found == nullptr ? "" : std::string{found->as_string()};
  }
};

TEST_F(ApiListsTest, HasTheShapeOfAList) {
  create_pod("a");
  const json::value list = expect(200, {"GET", kP});
  EXPECT_EQ(list.at("kind"), "PodList");
  EXPECT_EQ(list.at("apiVersion"), "v1");
  EXPECT_EQ(list.at("metadata"), json::value({{"resourceVersion", version()}}));
  EXPECT_FALSE(list.at("items").at(0).as_object().contains("kind"));
  EXPECT_EQ(expect(200, {"GET", "/apis/coordination.k8s.io/v1/leases"}),
            json::value({{"kind", "LeaseList"},
                         {"apiVersion", "coordination.k8s.io/v1"},
                         {"metadata", {{"resourceVersion", version()}}},
                         {"items", json::array{}}}));
}

TEST_F(ApiListsTest, SelectsByNamespaceLabelsAndFields) {
  expect(201, {"POST", "/api/v1/namespaces", R"({"metadata":{"name":"other"}})"});
  expect(201, {"POST", "/api/v1/namespaces/other/pods", pod("z")});
  create_pod("a", R"(,"labels":{"x":"1"})");
  create_pod("b", R"(,"labels":{"x":"2"})");
  create_pod("c");
  bind("b", "n7");
  struct Row {
    std::string target;
    Strings want;
  };
  const Row rows[] = {
      {"/api/v1/pods", {"a", "b", "c", "z"}},
      {kP, {"a", "b", "c"}},
      {"/api/v1/namespaces/none/pods", {}},
      {kP + "?labelSelector=x", {"a", "b"}},
      {kP + "?labelSelector=x+in+(2,3)", {"b"}},
      {kP + "?labelSelector=!x", {"c"}},
      {"/api/v1/pods?fieldSelector=spec.nodeName%3Dn7", {"b"}},
      {"/api/v1/pods?fieldSelector=spec.nodeName%3D", {"a", "c", "z"}},
      {"/api/v1/pods?fieldSelector=metadata.name%3Da", {"a"}},
      {"/api/v1/pods?fieldSelector=metadata.namespace%3Dother", {"z"}},
      {kP + "?fieldSelector=metadata.name%3Dc,spec.nodeName%3D", {"c"}},
      {kP + "?fieldSelector=metadata.name%3Dz", {}},
      {"/api/v1/pods?fieldSelector=metadata.name%3Dz,metadata.namespace%3Dother", {"z"}},
      {"/api/v1/namespaces?fieldSelector=metadata.name%3Dother", {"other"}},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(names(expect(200, {"GET", row.target})), row.want) << row.target;
  }
}

TEST_F(ApiListsTest, PagesAreOfOneMoment) {
  for (const char* name : {"a", "b", "c", "d", "e"}) create_pod(name);
  const std::string at = version();
  json::value page = expect(200, {"GET", kP + "?limit=2"});
  EXPECT_EQ(names(page), (Strings{"a", "b"}));
  EXPECT_EQ(page.at("metadata").at("remainingItemCount"), 3);
  // What happens meanwhile is not seen.
  expect(200, {"DELETE", kP + "/c"});
  create_pod("bb");
  bind("d");
  page = expect(200, {"GET", kP + "?limit=2&continue=" + token(page)});
  EXPECT_EQ(names(page), (Strings{"c", "d"}));
  EXPECT_EQ(string_in(page.at("metadata").at("resourceVersion")), at);
  EXPECT_EQ(page.at("metadata").at("remainingItemCount"), 1);
  EXPECT_FALSE(page.at("items").at(1).at("spec").as_object().contains("nodeName"));
  page = expect(200, {"GET", kP + "?limit=2&continue=" + token(page)});
  EXPECT_EQ(names(page), Strings{"e"});
  EXPECT_EQ(token(page), "");
}

TEST_F(ApiListsTest, PagesOfASelectionHaveNoCount) {
  for (const char* name : {"a", "b", "c"}) create_pod(name, R"(,"labels":{"x":"1"})");
  const json::value page = expect(200, {"GET", kP + "?limit=1&labelSelector=x"});
  EXPECT_FALSE(page.at("metadata").as_object().contains("remainingItemCount"));
  const json::value last =
      expect(200, {"GET", kP + "?limit=5&labelSelector=x&continue=" + token(page)});
  EXPECT_EQ(names(last), (Strings{"b", "c"}));
}

TEST_F(ApiListsTest, ForgottenPagesGoOnWithNow) {
  for (const char* name : {"a", "b", "c"}) create_pod(name);
  const json::value page = expect(200, {"GET", kP + "?limit=1"});
  create_pod("bb");
  api().compact();
  const json::value gone = expect(410, {"GET", kP + "?limit=1&continue=" + token(page)});
  EXPECT_EQ(gone.at("reason"), "Expired");
  const std::string next{gone.at("metadata").at("continue").as_string()};
  EXPECT_EQ(names(expect(200, {"GET", kP + "?continue=" + next})), (Strings{"b", "bb", "c"}));
}

TEST_F(ApiListsTest, VersionsOfAList) {
  create_pod("a");
  const std::string old = version();
  create_pod("b");
  const auto at = [&](const std::string& query) {
    const json::value list = expect(200, {"GET", kP + "?" + query});
    return std::to_string(list.at("items").as_array().size()) + " at " +
           std::string{list.at("metadata").at("resourceVersion").as_string()};
  };
  EXPECT_EQ(at("resourceVersion=" + old), "2 at " + version());
  EXPECT_EQ(at("resourceVersion=0"), "2 at " + version());
  EXPECT_EQ(at("resourceVersion=0&limit=1"), "2 at " + version());
  EXPECT_EQ(at("resourceVersion=" + old + "&resourceVersionMatch=NotOlderThan"),
            "2 at " + version());
  EXPECT_EQ(at("resourceVersion=" + old + "&resourceVersionMatch=NotOlderThan&limit=1"),
            "1 at " + version());
  EXPECT_EQ(at("resourceVersion=" + old + "&resourceVersionMatch=Exact"), "1 at " + old);
  EXPECT_EQ(at("resourceVersion=" + old + "&limit=5"), "1 at " + old);
  api().compact();
  const json::value gone =
      expect(410, {"GET", kP + "?resourceVersion=" + old + "&resourceVersionMatch=Exact"});
  EXPECT_EQ(gone.at("reason"), "Expired");
}

TEST_F(ApiListsTest, OtherRepresentations) {
  create_pod("a");
  const std::string table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  const json::value rows = expect(200, {"GET", kP, "", "", table});
  EXPECT_EQ(rows.at("kind"), "Table");
  EXPECT_EQ(rows.at("rows").at(0).at("cells").at(0), "a");
  EXPECT_EQ(expect(200, {"GET", kP + "/a", "", "", table}).at("kind"), "Table");
  const std::string partial = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
  const json::value list = expect(200, {"GET", kP, "", "", partial});
  EXPECT_EQ(list.at("kind"), "PartialObjectMetadataList");
  EXPECT_FALSE(list.at("items").at(0).as_object().contains("spec"));
}

TEST_F(ApiListsTest, EveryClusterHasItsNamespaces) {
  EXPECT_EQ(names(expect(200, {"GET", "/api/v1/namespaces"})),
            (Strings{"default", "kube-node-lease", "kube-public", "kube-system"}));
}

}  // namespace
}  // namespace neuron_scheduler::embedded::test
