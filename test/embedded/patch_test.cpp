#include "cluster/embedded/store/patch.hpp"

#include <ostream>
#include <string>

#include <boost/json.hpp>

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

const std::string kJson = "application/json-patch+json";
const std::string kMerge = "application/merge-patch+json; charset=utf-8";
const std::string kStrategic = "application/strategic-merge-patch+json";

struct Case {
  std::string name;
  std::string type;
  std::string before;
  std::string patch;
  std::string want;  // The object, or code and message.
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class Patch : public testing::TestWithParam<Case> {};

TEST_P(Patch, Gives) {
  const Case& row = GetParam();
  const json::object before = json::parse(row.before).as_object();
  const auto after = apply_patch(Face::kPods, row.type, before, json::parse(row.patch));
  if (!after) {
    EXPECT_EQ(std::to_string(after.error().code) + " " + after.error().message, row.want);
    return;
  }
  EXPECT_EQ(json::value(*after), json::parse(row.want)) << json::serialize(*after);
}

std::string name_of(const testing::TestParamInfo<Case>& row) { return row.param.name; }

const std::string kUnprocessable =
    "422 the server rejected our request due to an error in our request";
const std::string kLabels = R"({"metadata":{"labels":{"x":"y"},"finalizers":["a","b"]}})";

// What a real kube-apiserver 1.37.2 answers to the same.
INSTANTIATE_TEST_SUITE_P(
    Json, Patch,
    testing::Values(
        Case{"none", kJson, "{}", "[]", "{}"},
        Case{"add", kJson, kLabels, R"([{"op":"add","path":"/metadata/labels/a~1b","value":"1"}])",
             R"({"metadata":{"labels":{"x":"y","a/b":"1"},"finalizers":["a","b"]}})"},
        Case{"addToTheEnd", kJson, R"({"f":[1]})", R"([{"op":"add","path":"/f/-","value":2}])",
             R"({"f":[1,2]})"},
        Case{"addFromTheEnd", kJson, R"({"f":[1]})", R"([{"op":"add","path":"/f/-1","value":2}])",
             R"({"f":[1,2]})"},
        Case{"insert", kJson, R"({"f":[1]})", R"([{"op":"add","path":"/f/0","value":2}])",
             R"({"f":[2,1]})"},
        Case{"addWithoutValue", kJson, "{}", R"([{"op":"add","path":"/a"}])", R"({"a":null})"},
        Case{"replaceAddsToObjects", kJson, "{}", R"([{"op":"replace","path":"/a","value":1}])",
             R"({"a":1})"},
        Case{"replaceAll", kJson, kLabels, R"([{"op":"replace","path":"","value":{}}])", "{}"},
        Case{"remove", kJson, R"({"f":[1,2],"g":1})",
             R"([{"op":"remove","path":"/f/-1"},{"op":"remove","path":"/g"}])", R"({"f":[1]})"},
        Case{"move", kJson, R"({"a":1,"b":{}})", R"([{"op":"move","from":"/a","path":"/b/c"}])",
             R"({"b":{"c":1}})"},
        Case{"copy", kJson, R"({"a":{"b":1}})", R"([{"op":"copy","from":"/a","path":"/a/c"}])",
             R"({"a":{"b":1,"c":{"b":1}}})"},
        Case{"test", kJson, R"({"a":{"b":1}})", R"([{"op":"test","path":"/a","value":{"b":1}}])",
             R"({"a":{"b":1}})"},
        Case{"testMissingIsNull", kJson, "{}", R"([{"op":"test","path":"/a","value":null}])", "{}"},
        Case{"testFails", kJson, R"({"a":1})", R"([{"op":"test","path":"/a","value":2}])",
             kUnprocessable},
        Case{"removeMissing", kJson, "{}", R"([{"op":"remove","path":"/a"}])", kUnprocessable},
        Case{"removeAll", kJson, "{}", R"([{"op":"remove","path":""}])", kUnprocessable},
        Case{"noSuchPath", kJson, "{}", R"([{"op":"add","path":"/a/b","value":1}])",
             kUnprocessable},
        Case{"throughText", kJson, R"({"a":"x"})", R"([{"op":"add","path":"/a/b","value":1}])",
             kUnprocessable},
        Case{"noSlash", kJson, "{}", R"([{"op":"add","path":"a","value":1}])", kUnprocessable},
        Case{"beyondTheEnd", kJson, R"({"f":[1]})", R"([{"op":"add","path":"/f/2","value":1}])",
             kUnprocessable},
        Case{"copyWithoutFrom", kJson, "{}", R"([{"op":"copy","path":"/a"}])", kUnprocessable},
        Case{"unknownOperation", kJson, "{}", R"([{"op":"foo","path":"/a"}])", kUnprocessable},
        Case{"noPath", kJson, "{}", R"([{"op":"add"}])", kUnprocessable},
        Case{"notAList", kJson, "{}", "{}",
             "400 error decoding patch: json: cannot unmarshal object into Go value of type "
             "[]handlers.jsonPatchOp"},
        Case{"notAnOperation", kJson, "{}", "[5]",
             "400 error decoding patch: json: cannot unmarshal number into Go value of type "
             "handlers.jsonPatchOp"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Merge, Patch,
    testing::Values(
        Case{"mergeObjects", kMerge, kLabels, R"({"metadata":{"labels":{"x":null,"z":"1"}}})",
             R"({"metadata":{"labels":{"z":"1"},"finalizers":["a","b"]}})"},
        Case{"mergeReplacesLists", kMerge, kLabels, R"({"metadata":{"finalizers":["c"]}})",
             R"({"metadata":{"labels":{"x":"y"},"finalizers":["c"]}})"},
        Case{"mergeDropsNewNulls", kMerge, "{}", R"({"a":{"b":null,"c":1}})", R"({"a":{"c":1}})"},
        Case{"mergeNull", kMerge, "{}", "null", "400 Invalid JSON Patch"},
        Case{"mergeText", kMerge, "{}", "\"x\"",
             "400 error decoding patch: json: cannot unmarshal string into Go value of type "
             "map[string]interface {}"},
        Case{"unknownType", "application/apply-patch+yaml", "{}", "{}",
             "415 415: Unsupported Media Type"}),
    name_of);

const std::string kStatus =
    R"({"status":{"conditions":[{"type":"A","status":"True"},{"type":"B","status":"True"}]}})";
const std::string kContainers =
    R"({"spec":{"containers":[{"name":"c","image":"i","env":[{"name":"e","value":"v"}]},
                              {"name":"d","image":"j"}],
                "tolerations":[{"key":"a"},{"key":"b"}],
                "volumes":[{"name":"v","emptyDir":{"medium":"Memory"}}]}})";

INSTANTIATE_TEST_SUITE_P(
    Strategic, Patch,
    testing::Values(
        Case{"conditionChanges", kStrategic, kStatus,
             R"({"status":{"$setElementOrder/conditions":[{"type":"A"},{"type":"B"}],
                 "conditions":[{"type":"B","status":"False","reason":"R","x":null}]}})",
             R"({"status":{"conditions":[{"type":"A","status":"True"},
                 {"type":"B","status":"False","reason":"R"}]}})"},
        Case{"conditionIsNew", kStrategic, kStatus,
             R"({"status":{"conditions":[{"type":"C","status":"False"}]}})",
             R"({"status":{"conditions":[{"type":"C","status":"False"},
                 {"type":"A","status":"True"},{"type":"B","status":"True"}]}})"},
        Case{"conditionOfNothing", kStrategic, "{}",
             R"({"status":{"conditions":[{"type":"C","lastProbeTime":null}]}})",
             R"({"status":{"conditions":[{"type":"C"}]}})"},
        Case{"conditionGoes", kStrategic, kStatus,
             R"({"status":{"conditions":[{"type":"A","$patch":"delete"}]}})",
             R"({"status":{"conditions":[{"type":"B","status":"True"}]}})"},
        Case{"conditionsAreReplaced", kStrategic, kStatus,
             R"({"status":{"conditions":[{"$patch":"replace"},{"type":"Z"}]}})",
             R"({"status":{"conditions":[{"type":"Z"}]}})"},
        Case{"imageAndEnv", kStrategic, kContainers,
             R"({"spec":{"containers":[{"name":"c","image":"k","env":[{"name":"f"}]}],
                 "tolerations":[{"key":"z"}]}})",
             R"({"spec":{"containers":[{"name":"c","image":"k","env":[{"name":"f"},
                 {"name":"e","value":"v"}]},{"name":"d","image":"j"}],
                 "tolerations":[{"key":"z"}],
                 "volumes":[{"name":"v","emptyDir":{"medium":"Memory"}}]}})"},
        Case{"retainKeys", kStrategic, kContainers,
             R"({"spec":{"tolerations":null,"containers":null,"volumes":[{"$retainKeys":
                 ["name","hostPath"],"name":"v","hostPath":{"path":"/"}}]}})",
             R"({"spec":{"volumes":[{"name":"v","hostPath":{"path":"/"}}]}})"},
        Case{"setElementOrder", kStrategic, kContainers,
             R"({"spec":{"tolerations":null,"volumes":null,
                 "$setElementOrder/containers":[{"name":"d"},{"name":"c"}],
                 "containers":[{"name":"c","image":"k","env":null}]}})",
             R"({"spec":{"containers":[{"name":"d","image":"j"},{"name":"c","image":"k"}]}})"},
        Case{"setMerges", kStrategic, kLabels, R"({"metadata":{"finalizers":["c","a"]}})",
             R"({"metadata":{"labels":{"x":"y"},"finalizers":["c","a","b"]}})"},
        Case{"fromPrimitiveList", kStrategic, kLabels,
             R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}})",
             R"({"metadata":{"labels":{"x":"y"},"finalizers":["b"]}})"},
        Case{"mapIsReplaced", kStrategic, kLabels,
             R"({"metadata":{"finalizers":null,"labels":{"$patch":"replace","n":"m"}}})",
             R"({"metadata":{"labels":{"n":"m"}}})"},
        Case{"mapIsEmptied", kStrategic, kLabels, R"({"$patch":"delete"})", "{}"},
        Case{"null", kStrategic, "{}", "null", "{}"},
        Case{"noMergeKey", kStrategic, kContainers, R"({"spec":{"containers":[{"image":"x"}]}})",
             "500 map: {\"image\":\"x\"} does not contain declared merge key: name"},
        Case{"unknownDirective", kStrategic, "{}", R"({"$patch":"foo"})",
             "500 unknown patch type: foo in map: {\"$patch\":\"foo\"}"},
        Case{"retainKeysWithout", kStrategic, kContainers,
             R"({"spec":{"$retainKeys":["x"],"containers":[]}})",
             "400 invalid patch format of retainKeys"},
        Case{"orderOfNothingIsLeft", kStrategic, "{}", R"({"metadata":{"$setElementOrder/x":"y"}})",
             R"({"metadata":{"$setElementOrder/x":"y"}})"},
        Case{"orderOfExistingIsNoList", kStrategic, kLabels,
             R"({"metadata":{"$setElementOrder/finalizers":"x"}})",
             "500 expected a []interface {}, but received a string"},
        Case{"orderDoesNotFit", kStrategic, kContainers,
             R"({"spec":{"$setElementOrder/containers":[{"name":"z"}],
                 "containers":[{"name":"c","image":"n"}]}})",
             "500 The order in patch list:\n[{\"name\":\"c\",\"image\":\"n\"}]\n doesn't match "
             "$setElementOrder list:\n[{\"name\":\"z\"}]\n"},
        Case{"elementsDiffer", kStrategic, R"({"spec":{"containers":[{"name":"c"}]}})",
             R"({"spec":{"containers":[5]}})",
             "500 list element types are not identical: [[{\"name\":\"c\"}] [5]]"}),
    name_of);

TEST(PatchBounds, CopiesCannotGrowWithoutEnd) {
  json::array operations;
  for (int i = 0; i < 200; ++i) {
    operations.push_back({{"op", "copy"}, {"from", "/a"}, {"path", "/a/a"}});
  }
  json::value target = json::parse(R"({"a":{}})");
  EXPECT_EQ(json_patch(target, operations).error().code, 422);
}

json::array texts(std::size_t count) { return json::array(count, json::value("x")); }

TEST(PatchBounds, WhatIsMovedIsNotCopied) {
  const auto storage = json::make_shared_resource<json::monotonic_resource>();
  json::value target(json::object{{"a", texts(1'000)}, {"list", json::array{}}}, storage);
  const void* const before = target.at("a").as_array().data();
  const json::array operations{{{"op", "move"}, {"from", "/a"}, {"path", "/b"}},
                               {{"op", "move"}, {"from", "/b"}, {"path", "/list/-"}},
                               {{"op", "move"}, {"from", "/list/0"}, {"path", "/a"}}};
  ASSERT_TRUE(json_patch(target, operations));
  EXPECT_EQ(target.at("a").as_array().data(), before);
}

TEST(PatchBounds, MovesCannotWorkWithoutEnd) {
  json::array operations;
  for (int i = 0; i < 5'000; ++i) {
    operations.push_back({{"op", "move"}, {"from", "/a"}, {"path", "/b"}});
    operations.push_back({{"op", "move"}, {"from", "/b"}, {"path", "/a"}});
  }
  json::value target{{"a", texts(20'000)}};
  EXPECT_EQ(json_patch(target, operations).error().code, 422);
}

TEST(PatchBounds, ShiftsCannotWorkWithoutEnd) {
  const json::object operation{{"op", "move"}, {"from", "/a/0"}, {"path", "/a/-"}};
  json::value target{{"a", texts(20'000)}};
  EXPECT_EQ(json_patch(target, json::array(10'000, operation)).error().code, 422);
}

TEST(PatchBounds, LongListsCanBeTakenApart) {
  const json::object operation{{"op", "remove"}, {"path", "/a/0"}};
  json::value target{{"a", texts(10'000)}};
  ASSERT_TRUE(json_patch(target, json::array(10'000, operation)));
  EXPECT_TRUE(target.at("a").as_array().empty());
}

TEST(PatchBounds, TooManyOperations) {
  json::value target = json::object();
  const json::array operations(10'001, json::object({{"op", "add"}, {"path", "/a"}}));
  EXPECT_EQ(json_patch(target, operations).error().code, 413);
}

TEST(PatchBounds, LongListsMergeInTime) {
  json::array live;
  json::array change;
  for (int i = 0; i < 10'000; ++i) {
    live.push_back({{"type", "t" + std::to_string(i)}, {"status", "True"}});
    change.push_back({{"type", "t" + std::to_string(i * 2)}, {"status", "False"}});
  }
  json::object target{{"status", {{"conditions", live}}}};
  const json::object patch{{"status", {{"conditions", change}}}};
  ASSERT_TRUE(strategic_merge_patch(type_of(Face::kPods), target, patch));
  EXPECT_EQ(target["status"].at("conditions").as_array().size(), 15'000U);
}

TEST(DecodePatched, AnswersAsToAPatch) {
  json::object object = json::parse(R"({"kind":"Pod","spec":{"priority":"x"}})").as_object();
  std::vector<std::string> warnings;
  const auto done = decode_patched(Face::kPods, FieldValidation::kWarn, object, warnings);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, 422);
  EXPECT_TRUE(done.error().message.starts_with(" \"\" is invalid: patch: Invalid value: \"{"));
  EXPECT_TRUE(done.error().message.ends_with("PodSpec.spec.priority of type int32"));
}

}  // namespace
}  // namespace neuron_scheduler::embedded
