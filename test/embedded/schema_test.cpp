#include "cluster/embedded/store/schema.hpp"

#include <ostream>
#include <string>

#include <boost/json.hpp>

#include "cluster/embedded/store/quantity_text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

// What decode leaves of an object of a face, or the message of its failure.
std::string decoded(Face face, const std::string& text,
                    FieldValidation validation = FieldValidation::kIgnore) {
  json::object object = json::parse(text).as_object();
  std::vector<std::string> warnings;
  const auto done = decode_object(face, validation, object, warnings);
  if (!done) return done.error().message;
  std::string result = json::serialize(object);
  for (const std::string& warning : warnings) result += " " + warning;
  return result;
}

struct Case {
  std::string name;
  Face face;
  std::string text;
  std::string want;
  FieldValidation validation = FieldValidation::kIgnore;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class Decode : public testing::TestWithParam<Case> {};

TEST_P(Decode, Gives) {
  EXPECT_EQ(decoded(GetParam().face, GetParam().text, GetParam().validation), GetParam().want);
}

const std::string kPodHead = R"({"kind":"Pod","apiVersion":"v1","metadata":{},)";
const std::string kNotPod = "Pod in version \"v1\" cannot be handled as a Pod: ";

// The texts are those of a real kube-apiserver 1.37.2.
INSTANTIATE_TEST_SUITE_P(
    Rows, Decode,
    testing::Values(
        Case{"ordersFieldsAndDropsZeros", Face::kPods,
             R"({"spec":{"nodeName":"","hostNetwork":false,"priority":0,"tolerations":[],
                 "nodeSelector":{},"securityContext":{},"containers":[{"image":"i","name":"c"}]},
                 "metadata":{"name":"a","labels":null}})",
             R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":{"containers":[)"
             R"({"name":"c","image":"i","resources":{}}],"securityContext":{},"priority":0},)"
             R"("status":{}})"},
        Case{
            "canonicalQuantities", Face::kPods,
            R"({"spec":{"overhead":{"a":"1000m","b":1,"c":0.5,"d":"2048Mi","e":"1e3","f":" 4 "}}})",
            kPodHead + R"("spec":{"containers":null,"overhead":{"a":"1","b":"1","c":"500m",)"
                       R"("d":"2Gi","e":"1e3","f":"4"}},"status":{}})"},
        Case{"times", Face::kLeases,
             R"({"metadata":{"creationTimestamp":"2026-01-02T03:04:05+01:00"},
                 "spec":{"renewTime":"2026-01-02T03:04:05.123456Z"}})",
             R"({"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{)"
             R"("creationTimestamp":"2026-01-02T02:04:05Z"},)"
             R"("spec":{"renewTime":"2026-01-02T03:04:05.123456Z"}})"},
        Case{"unknownIsDropped", Face::kPods, R"({"bar":2,"spec":{"foo":1}})",
             kPodHead + R"("spec":{"containers":null},"status":{}})"},
        Case{"unknownIsWarnedAbout", Face::kPods, R"({"bar":2})",
             kPodHead + R"("spec":{"containers":null},"status":{}} unknown field "bar")",
             FieldValidation::kWarn},
        Case{"unknownIsRefused", Face::kPods,
             R"({"spec":{"containers":[{"name":"c","zed":3}],"foo":1},"bar":2})",
             kNotPod + "strict decoding error: unknown field \"spec.containers[0].zed\", "
                       "unknown field \"spec.foo\", unknown field \"bar\"",
             FieldValidation::kStrict},
        Case{"notABool", Face::kPods, R"({"spec":{"hostNetwork":"x"}})",
             kNotPod + "json: cannot unmarshal string into Go struct field "
                       "PodSpec.spec.hostNetwork of type bool"},
        Case{"notAList", Face::kPods, R"({"spec":{"containers":"x"}})",
             kNotPod + "json: cannot unmarshal string into Go struct field "
                       "PodSpec.spec.containers of type []v1.Container"},
        Case{"notAStruct", Face::kPods, R"({"spec":{"containers":[5]}})",
             kNotPod + "json: cannot unmarshal number into Go struct field "
                       "PodSpec.spec.containers of type v1.Container"},
        Case{"notAMap", Face::kPods, R"({"spec":{"nodeSelector":[]}})",
             kNotPod + "json: cannot unmarshal array into Go struct field "
                       "PodSpec.spec.nodeSelector of type map[string]string"},
        Case{"notAnInteger", Face::kPods, R"({"spec":{"priority":1.5}})",
             kNotPod + "json: cannot unmarshal number 1.5 into Go struct field "
                       "PodSpec.spec.priority of type int32"},
        Case{"tooLargeAnInteger", Face::kPods, R"({"spec":{"priority":1000000000000}})",
             kNotPod + "json: cannot unmarshal number 1000000000000 into Go struct field "
                       "PodSpec.spec.priority of type int32"},
        Case{"notAQuantity", Face::kPods, R"({"spec":{"overhead":{"cpu":"x"}}})",
             kNotPod + "quantities must match the regular expression "
                       "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
        Case{"notATime", Face::kPods, R"({"metadata":{"creationTimestamp":"x"}})",
             kNotPod + "parsing time \"x\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"x\" as "
                       "\"2006\""},
        Case{"anotherKind", Face::kPods, R"({"kind":"Pod","apiVersion":"v2"})",
             "Pod in version \"v2\" cannot be handled as a Pod: no kind \"Pod\" is registered for "
             "version \"v2\""}),
    [](const auto& row) { return row.param.name; });

TEST(Schema, EveryFieldIsOnceInItsType) {
  for (const TypeInfo* type : all_types()) {
    EXPECT_LE(type->fields.size(), 64U) << type->name;
    for (const FieldInfo& field : type->fields) {
      EXPECT_EQ(type->find(field.name), &field) << type->name << "." << field.name;
    }
  }
}

TEST(Schema, DecodingIsIdempotent) {
  const std::string once =
      decoded(Face::kNodes, R"({"metadata":{"name":"n"},"status":{"capacity":{"cpu":"1500m"}}})");
  EXPECT_EQ(decoded(Face::kNodes, once), once);
}

TEST(Quantity, IsWrittenInItsCanonicalForm) {
  const std::pair<const char*, const char*> rows[] = {
      {"0", "0"},
      {"0Ki", "0"},
      {"16", "16"},
      {"1000", "1k"},
      {"1500", "1500"},
      {"1500k", "1500k"},
      {"0.1", "100m"},
      {"1.5Gi", "1536Mi"},
      {"1Ki", "1Ki"},
      {"1000Ki", "1000Ki"},
      {"512", "512"},
      {"0.5Ki", "512"},
      {"1E", "1E"},
      {"1e-3", "1e-3"},
      {"12e6", "12e6"},
      {"123n", "123n"},
      {"-1500m", "-1500m"},
      {"-2000Mi", "-2000Mi"},
      {"1.0001Ki", "1024102400u"},
  };
  for (const auto& [text, want] : rows) {
    EXPECT_EQ(canonical_quantity(text).value_or("none"), want) << text;
  }
  EXPECT_FALSE(canonical_quantity("1 Gi"));
}

}  // namespace
}  // namespace neuron_scheduler::embedded
