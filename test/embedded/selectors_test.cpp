#include "cluster/embedded/store/selectors.hpp"

#include <ostream>
#include <string>

#include <boost/json.hpp>

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

// "yes" or "no" for the object, or the message of the 400.
std::string by_labels(const std::string& selector, const json::object& object) {
  const auto parsed = LabelSelector::parse(selector);
  if (!parsed) return parsed.error().message;
  return parsed->matches(object) ? "yes" : "no";
}

std::string by_fields(Face face, const std::string& selector, const json::object& object) {
  const auto parsed = FieldSelector::parse(face, selector);
  if (!parsed) return parsed.error().message;
  return parsed->matches(object) ? "yes" : "no";
}

struct Case {
  std::string name;
  std::string selector;
  std::string want;
  Face face = Face::kPods;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class Labels : public testing::TestWithParam<Case> {};

TEST_P(Labels, Select) {
  const json::object object =
      json::parse(R"({"metadata":{"labels":{"a":"b","n":"5","e":"","in":"notin"}}})").as_object();
  EXPECT_EQ(by_labels(GetParam().selector, object), GetParam().want);
}

const std::string kNamePart =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const std::string kUnable = "unable to parse requirement: ";

// The texts are those of a real kube-apiserver 1.37.2.
INSTANTIATE_TEST_SUITE_P(
    Rows, Labels,
    testing::Values(
        Case{"empty", "", "yes"}, Case{"equal", "a=b", "yes"}, Case{"doubleEqual", "a==b", "yes"},
        Case{"notEqual", "a!=b", "no"}, Case{"notEqualMissing", "z!=b", "yes"},
        Case{"in", "a in (x, b)", "yes"}, Case{"notIn", "a notin (x,b)", "no"},
        Case{"emptySet", "e in ()", "yes"}, Case{"emptyInSet", "e in (x,,y)", "yes"},
        Case{"emptyLast", "e in (x,)", "yes"}, Case{"exists", "a", "yes"},
        Case{"existsNot", "z", "no"}, Case{"absent", "!z", "yes"}, Case{"absentBlank", "! a", "no"},
        Case{"greater", "n>4", "yes"}, Case{"greaterNot", "n>5", "no"}, Case{"less", "n<6", "yes"},
        Case{"lessOfText", "a<6", "no"}, Case{"both", "a=b,n<3", "no"},
        Case{"keywordsAreNames", "in in (notin)", "yes"},
        Case{"keywordIsAValue", "in=notin", "yes"}, Case{"emptyValue", "e=", "yes"},
        Case{"emptyValueThenMore", "e=,a=b", "yes"},
        Case{"endsWithComma", "a=b,", "found '', expected: identifier after ','"},
        Case{"openEnd", "a in (b,c", kUnable + "found '', expected: ',' or ')'"},
        Case{"noParenthesis", "a in b", kUnable + "found 'b' expected: '('"},
        Case{"absentWithValue", "!a=b", "found '=', expected: ',' or 'end of string'"},
        Case{"notAnInteger", "a>x",
             kUnable + "values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must "
                       "be an integer"},
        Case{"noKey", "=b", "found '=', expected: !, identifier, or 'end of string'"},
        Case{"twoWords", "a=b c", "found 'c', expected: ',' or 'end of string'"},
        Case{"valueIsNoWord", "a=(b)", kUnable + "found '(', expected: identifier"},
        Case{"setIsNoWord", "a in (!)", kUnable + "found '!', expected: ',', ')' or identifier"},
        Case{"onlyComma", ",", "found ',', expected: !, identifier, or 'end of string'"},
        Case{"wrongKey", "-a=b", kUnable + "<nil>: Invalid value: \"-a\": " + kNamePart},
        Case{"longKey", std::string(64, 'x'),
             kUnable + "<nil>: Invalid value: \"" + std::string(64, 'x') +
                 "\": name part must be no more than 63 bytes"},
        Case{"longValue", "a=" + std::string(64, 'x'),
             kUnable + "values[0][a]: Invalid value: \"" + std::string(64, 'x') +
                 "\": must be no more than 63 bytes"},
        Case{"nothingAfterNot", "!", kUnable + "found '', expected: identifier"},
        Case{"unknownOperator", "a gt 5",
             kUnable + "found 'gt', expected: in, notin, =, ==, !=, gt, lt"}),
    [](const auto& row) { return row.param.name; });

class Fields : public testing::TestWithParam<Case> {};

TEST_P(Fields, Select) {
  const json::object object = json::parse(R"({"metadata":{"name":"a,b","namespace":"d"},
                      "spec":{"nodeName":"n","unschedulable":true},
                      "status":{"phase":"Pending"},"reason":"R","source":{},
                      "reportingComponent":"c","involvedObject":{"name":"p"}})")
                                  .as_object();
  EXPECT_EQ(by_fields(GetParam().face, GetParam().selector, object), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Fields,
    testing::Values(
        Case{"empty", "", "yes"}, Case{"commas", ",", "yes"},
        Case{"escapedName", "metadata.name=a\\,b", "yes"},
        Case{"notName", "metadata.name!=x", "yes"},
        Case{"both", "metadata.namespace==d,spec.nodeName=x", "no"},
        Case{"oldHost", "spec.host=n", "yes"}, Case{"flagUnset", "spec.hostNetwork=false", "yes"},
        Case{"missingIsEmpty", "status.nominatedNodeName=", "yes"},
        Case{"phase", "status.phase!=Running", "yes"}, Case{"noIps", "status.podIPs=1", "no"},
        Case{"unschedulable", "spec.unschedulable=true", "yes", Face::kNodes},
        Case{"namespaceName", "name=a\\,b", "yes", Face::kNamespaces},
        Case{"coreEvent", "involvedObject.name=p,reason=R", "yes", Face::kCoreEvents},
        Case{"sourceOfController", "source=c", "yes", Face::kCoreEvents},
        Case{"newEvent", "regarding.name=p,reportingController=c", "yes", Face::kEvents},
        Case{"coreNameOfNewEvent", "involvedObject.name=p",
             "field label not supported: involvedObject.name", Face::kEvents},
        Case{"newNameOfCoreEvent", "regarding.name=p", "field label not supported: regarding.name",
             Face::kCoreEvents},
        Case{"unknown", "spec.foo=a", "field label not supported: spec.foo"},
        Case{"blankIsPartOfTheName", "metadata.name =a",
             "field label not supported: metadata.name "},
        Case{"unknownOfLease", "spec.foo=1",
             "\"spec.foo\" is not a known field selector: only \"metadata.name\", "
             "\"metadata.namespace\"",
             Face::kLeases},
        Case{"noOperator", "metadata.name",
             "invalid selector: 'metadata.name'; can't understand 'metadata.name'"},
        Case{"unescaped", "metadata.name=a=b",
             "invalid field selector: unescaped character in value: 61"},
        Case{"wrongEscape", "metadata.name=a\\x",
             "invalid field selector: invalid escape sequence: \\x"},
        Case{"openEscape", "metadata.name=a\\",
             "invalid field selector: invalid escape sequence: \\"}),
    [](const auto& row) { return row.param.name; });

TEST(FieldSelector, SaysWhatIsFixed) {
  const auto selector =
      FieldSelector::parse(Face::kPods, "spec.nodeName=n,metadata.namespace!=x").value();
  EXPECT_EQ(selector.required("spec.nodeName"), "n");
  EXPECT_EQ(selector.required("metadata.namespace"), std::nullopt);
}

}  // namespace
}  // namespace neuron_scheduler::embedded
