#include "cluster/embedded/store/validation.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "cluster/embedded/store/defaults.hpp"
#include "cluster/embedded/store/patch.hpp"
#include "cluster/embedded/store/schema.hpp"

// Decoding, defaulting, preparing and validating, beside what a real kube-apiserver 1.37.2 answered
// (recorded_writes.json, written by record_writes.py).
namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

struct Case {
  std::string name;
  Face face = Face::kPods;
  json::object object;
  json::value patch;  // Null: the creation is looked at.
  Part part = Part::kMain;
  json::value answer;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

Face face_of(const json::value& name) {
  static constexpr std::array<std::pair<std::string_view, Face>, 6> kNames = {{
      {"pods", Face::kPods},
      {"nodes", Face::kNodes},
      {"namespaces", Face::kNamespaces},
      {"coreevents", Face::kCoreEvents},
      {"events", Face::kEvents},
      {"leases", Face::kLeases},
  }};
  const std::string_view text(name.as_string().data(), name.as_string().size());
  const auto* found = std::ranges::find(kNames, text, &std::pair<std::string_view, Face>::first);
  return found->second;
}

std::vector<Case> recorded() {
  std::ifstream file("test/embedded/recorded_writes.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const json::value all = json::parse(text);
  std::vector<Case> rows;
  for (const json::value& value : all.as_array()) {
    const json::object& row = value.as_object();
    Case one{std::string(row.at("name").as_string()),
             face_of(row.at("face")),
             row.at("object").as_object(),
             nullptr,
             Part::kMain,
             row.at("answer")};
    if (const auto* patch = row.if_contains("patch")) one.patch = *patch;
    if (row.contains("part")) one.part = Part::kStatus;
    rows.push_back(std::move(one));
  }
  return rows;
}

// As record_writes.py keeps a failure.
json::value kept(Status status) {
  if (status.causes.empty()) return {{"code", status.code}, {"message", status.message}};
  for (Cause& cause : status.causes)
    cause.message = cause.message.substr(0, cause.message.find('\n'));
  std::ranges::sort(status.causes, {},
                    [](const Cause& cause) { return std::pair(cause.field, cause.message); });
  return {{"code", status.code}, {"causes", to_object(status).at("details").at("causes")}};
}

json::value kept(json::object object) {
  for (const std::string_view key : {"uid", "resourceVersion", "creationTimestamp"}) {
    object["metadata"].as_object().erase(key);
  }
  auto* status = object.if_contains("status");
  auto* conditions = status == nullptr ? nullptr : status->as_object().if_contains("conditions");
  if (conditions != nullptr) {
    for (json::value& condition : conditions->as_array()) {
      condition.as_object().erase("lastTransitionTime");
    }
  }
  return object;
}

// What the store does with a creation, without the store.
Answer<json::object> created(const Case& row) {
  json::object object = row.object;
  std::vector<std::string> warnings;
  const auto decoded = decode_object(row.face, FieldValidation::kWarn, object, warnings);
  if (!decoded) return decoded.error();
  json::object& metadata = object["metadata"].as_object();
  for (const std::string_view key : {"uid", "generation", "deletionTimestamp", "selfLink"}) {
    metadata.erase(key);
  }
  if (info(row.face).namespaced && !metadata.contains("namespace")) {
    metadata["namespace"] = "default";
  }
  metadata["uid"] = "u";
  metadata["creationTimestamp"] = "2026-11-24T00:00:00Z";
  const std::string name(metadata.contains("name") ? metadata["name"].as_string() : "");
  set_defaults(row.face, object);
  if (const auto admitted = prepare_create(row.face, object); !admitted) return admitted.error();
  auto causes = validate_create(row.face, object);
  if (!causes.empty()) return invalid(info(row.face), name, std::move(causes));
  return object;
}

Answer<json::object> updated(const Case& row) {
  const auto current = created(row);
  if (!current) return current.error();
  auto next = apply_patch(row.face, "application/merge-patch+json", *current, row.patch);
  if (!next) return next.error();
  std::vector<std::string> warnings;
  const auto decoded = decode_patched(row.face, FieldValidation::kWarn, *next, warnings);
  if (!decoded) return decoded.error();
  set_defaults(row.face, *next);
  prepare_update(row.face, row.part, *next, *current);
  auto causes = validate_update(row.face, row.part, *next, *current);
  if (!causes.empty()) return invalid(info(row.face), "x", std::move(causes));
  return *next;
}

class Writes : public testing::TestWithParam<Case> {};

TEST_P(Writes, AreAnsweredAsByTheRealServer) {
  const Case& row = GetParam();
  auto result = row.patch.is_null() ? created(row) : updated(row);
  const json::value answer = result ? kept(std::move(*result)) : kept(result.error());
  EXPECT_EQ(answer, row.answer) << json::serialize(answer) << "\nreal:\n"
                                << json::serialize(row.answer);
}

INSTANTIATE_TEST_SUITE_P(Recorded, Writes, testing::ValuesIn(recorded()),
                         [](const auto& row) { return row.param.name; });

TEST(Validation, Bindings) {
  const auto causes = [](const std::string& text) {
    std::string result;
    for (const Cause& cause : validate_binding(json::parse(text).as_object())) {
      result += cause.field + ": " + cause.message + ";";
    }
    return result;
  };
  EXPECT_EQ(causes(R"({"target":{"kind":"Node","name":"n"}})"), "");
  EXPECT_EQ(causes(R"({"target":{"name":"n"}})"), "");
  EXPECT_EQ(causes(R"({"target":{}})"), "target.name: Required value;");
  EXPECT_EQ(causes(R"({"target":{"kind":"Pod","name":"n"}})"),
            "target.kind: Unsupported value: \"Pod\": supported values: \"Node\", \"<empty>\";");
}

TEST(Validation, ListsNoMoreCausesThanItsBound) {
  json::array tolerations(1'000, json::object({{"key", "-"}, {"operator", "x"}}));
  json::object pod{{"metadata", {{"name", "p"}, {"namespace", "default"}}},
                   {"spec", {{"tolerations", std::move(tolerations)}}}};
  EXPECT_EQ(validate_create(Face::kPods, pod).size(), kCausesMax);
}

// A pod with so many of each that comparing them pair by pair takes longer than a test may.
json::object crowded(const std::string& prefix) {
  json::array tolerations;
  json::array constraints;
  json::array finalizers;
  for (int i = 0; i < 50'000; ++i) {
    const std::string name = prefix + std::to_string(i);
    tolerations.push_back({{"key", name}, {"operator", "Exists"}});
    constraints.push_back(
        {{"topologyKey", name}, {"whenUnsatisfiable", "DoNotSchedule"}, {"maxSkew", 1}});
    finalizers.emplace_back("x/" + name);
  }
  json::object pod = json::parse(R"({"metadata":{"name":"p","namespace":"default",
      "deletionTimestamp":"2026-11-24T00:00:00Z"},
      "spec":{"containers":[{"name":"c","image":"i"}]}})")
                         .as_object();
  set_defaults(Face::kPods, pod);
  pod["metadata"].as_object()["finalizers"] = std::move(finalizers);
  pod["spec"].as_object()["tolerations"] = std::move(tolerations);
  pod["spec"].as_object()["topologySpreadConstraints"] = std::move(constraints);
  return pod;
}

TEST(Validation, LongListsAreCheckedInTime) {
  const auto causes = validate_update(Face::kPods, Part::kMain, crowded("a"), crowded("b"));
  ASSERT_EQ(causes.size(), 3U);
  EXPECT_EQ(causes[0].field, "metadata.finalizers");
  EXPECT_EQ(causes[1].field, "spec.tolerations");
  EXPECT_EQ(causes[2].field, "spec");
}

TEST(Validation, RepeatedConstraintsAreDuplicates) {
  json::object pod = crowded("a");
  pod["metadata"].as_object().erase("finalizers");
  json::array& constraints = pod["spec"].as_object()["topologySpreadConstraints"].as_array();
  constraints.resize(3);
  constraints[2] = constraints[0];
  const auto causes = validate_create(Face::kPods, pod);
  ASSERT_EQ(causes.size(), 1U);
  EXPECT_EQ(causes[0].field, "spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}");
}

TEST(Validation, ManyControllersAreShownInBound) {
  json::array owners;
  for (int i = 0; i < 5'000; ++i) {
    const std::string name = "o" + std::to_string(i);
    owners.push_back({{"apiVersion", "v1"},
                      {"kind", "Node"},
                      {"name", name},
                      {"uid", name},
                      {"controller", true}});
  }
  json::object pod = crowded("a");
  pod["metadata"].as_object()["ownerReferences"] = std::move(owners);
  std::size_t bytes = 0;
  for (const Cause& cause : validate_create(Face::kPods, pod)) bytes += cause.message.size();
  EXPECT_GT(bytes, 0U);
  EXPECT_LT(bytes, std::size_t{4} * 1024 * 1024);
}

// The fields of the causes that a pod with this in its first or its first init container has.
std::string complaints(const std::string& container, const std::string& init) {
  json::object pod = json::parse(R"({"metadata":{"name":"p","namespace":"default"},"spec":{
      "containers":[{"name":"c","image":"i")" +
                                 container + R"(}],
      "initContainers":[{"name":"d","image":"i")" +
                                 init + "}]}}")
                         .as_object();
  std::vector<std::string> warnings;
  EXPECT_TRUE(decode_object(Face::kPods, FieldValidation::kWarn, pod, warnings));
  set_defaults(Face::kPods, pod);
  std::string result;
  for (const Cause& cause : validate_create(Face::kPods, pod)) {
    result += cause.field + ": " + cause.message + ";";
  }
  return result;
}

TEST(Validation, ExtendedResourcesAreIntegersOfAnySize) {
  const auto of = [](const std::string& amount) {
    return complaints(R"(,"resources":{"limits":{"aws.amazon.com/neuron":")" + amount + "\"}}", "");
  };
  EXPECT_EQ(of("9223372036854775807"), "");
  EXPECT_EQ(of("4Ei"), "");
  EXPECT_NE(of("1500m"), "");
}

TEST(Validation, AnEmptyRestartPolicyIsUnsupported) {
  EXPECT_EQ(complaints("", R"(,"restartPolicy":"")"),
            "spec.initContainers[0].restartPolicy: Unsupported value: \"\": supported values: "
            "\"Always\", \"Never\", \"OnFailure\";");
}

TEST(Defaults, AreIdempotent) {
  json::object pod = json::parse(R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c",
      "image":"r:5000/i@sha256:1","resources":{"limits":{"cpu":"1"}}}],"volumes":[{"name":"v"}]}})")
                         .as_object();
  set_defaults(Face::kPods, pod);
  const json::object once = pod;
  set_defaults(Face::kPods, pod);
  EXPECT_EQ(pod, once);
}

TEST(Defaults, PullPolicyFollowsTheTag) {
  const auto policy = [](const std::string& image) {
    json::object pod{{"spec", {{"containers", {{{"name", "c"}, {"image", image}}}}}}};
    set_defaults(Face::kPods, pod);
    return std::string(pod["spec"].at("containers").at(0).at("imagePullPolicy").as_string());
  };
  EXPECT_EQ(policy("i"), "Always");
  EXPECT_EQ(policy("i:latest"), "Always");
  EXPECT_EQ(policy("host:5000/i"), "Always");
  EXPECT_EQ(policy("host:5000/i:1"), "IfNotPresent");
  EXPECT_EQ(policy("i@sha256:0"), "IfNotPresent");
}

TEST(Defaults, QosClass) {
  const auto qos = [](const std::string& resources) {
    return std::string(qos_class(
        json::parse(R"({"spec":{"containers":[{"resources":)" + resources + "}]}}").as_object()));
  };
  EXPECT_EQ(qos("{}"), "BestEffort");
  EXPECT_EQ(qos(R"({"limits":{"aws.amazon.com/neuron":"1"}})"), "BestEffort");
  EXPECT_EQ(qos(R"({"requests":{"cpu":"1"}})"), "Burstable");
  EXPECT_EQ(qos(R"({"requests":{"cpu":"1","memory":"1Gi"},
                    "limits":{"cpu":"1000m","memory":"1024Mi"}})"),
            "Guaranteed");
}

}  // namespace
}  // namespace neuron_scheduler::embedded
