#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cluster/client/codec.hpp"
#include "test/client/representation.hpp"

namespace neuron_scheduler::client {
namespace {

using model::Name;

model::AnnotationFilter filter() {
  model::AnnotationFilter result;
  result.keys = {"hami.io/device-cordon"};
  return result;
}

std::string node_json(const std::string& spec, const std::string& status,
                      const std::string& metadata = "") {
  return R"({"kind":"Node","metadata":{"name":"n1","uid":"u-9","resourceVersion":"5")" + metadata +
         R"(},"spec":{)" + spec + R"(},"status":{)" + status + "}}";
}

model::NodeRef node_of(const std::string& json) {
  auto node = make_node_codec(filter())->decode(test::as_sent(json));
  EXPECT_TRUE(node.has_value()) << (node.has_error() ? node.error().message : "");
  return node.has_value() ? *node : std::make_shared<model::Node>();
}

TEST(JsonNodeTest, EverythingThatDecisionsNeed) {
  const auto node = node_of(node_json(
      R"("unschedulable":true,"taints":[{"key":"k","value":"v","effect":"NoExecute"},
         {"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule","timeAdded":null}])",
      R"("capacity":{"cpu":"8","aws.amazon.com/neuron":"16","aws.amazon.com/neuroncore":"33500m"},
         "allocatable":{"cpu":"7910m","memory":"1Gi","ephemeral-storage":"5","pods":"110",
           "hugepages-2Mi":"0","aws.amazon.com/neuron":"15","other":"3"},
         "conditions":[{"type":"Ready","status":"True","reason":"KubeletReady"},
           {"type":"NeuronHealth","status":"Perhaps"}])",
      R"(,"labels":{"node.kubernetes.io/instance-type":"trn1.32xlarge"},
         "annotations":{"hami.io/device-cordon":"3","other":"x"})"));
  EXPECT_EQ(node->decode_error, "");
  EXPECT_EQ(node->name.view(), "n1");
  EXPECT_EQ(node->uid.text, "u-9");
  EXPECT_EQ(node->resource_version, "5");
  EXPECT_TRUE(node->unschedulable);
  ASSERT_EQ(node->taints.size(), 2U);
  EXPECT_EQ(node->taints[0].effect, model::TaintEffect::kNoExecute);
  EXPECT_EQ(node->taints[1].value.view(), "");
  EXPECT_EQ(node->labels.find(Name("node.kubernetes.io/instance-type"))->view(), "trn1.32xlarge");
  EXPECT_EQ(node->annotations.find(Name("hami.io/device-cordon")), "3");
  EXPECT_EQ(node->annotations.size(), 1U);
  EXPECT_EQ(node->allocatable.cpu_milli, 7910);
  EXPECT_EQ(node->allocatable.memory_bytes, 1 << 30);
  EXPECT_EQ(node->allocatable.ephemeral_storage_bytes, 5);
  EXPECT_EQ(node->allocatable_pods, 110);
  EXPECT_EQ(node->allocatable.scalar(Name("aws.amazon.com/neuron")), 15);
  EXPECT_EQ(node->allocatable.scalars.size(), 1U);
  ASSERT_EQ(node->extended_capacity.size(), 2U);
  EXPECT_FALSE(node->extended_capacity[1].second.is_integer());
  ASSERT_EQ(node->extended_allocatable.size(), 1U);
  EXPECT_EQ(node->extended_allocatable[0].second.value(), 15);
  ASSERT_EQ(node->conditions.size(), 2U);
  EXPECT_EQ(node->conditions[0].status, model::ConditionStatus::kTrue);
  EXPECT_EQ(node->conditions[1].status, model::ConditionStatus::kUnknown);
}

TEST(JsonNodeTest, ProblemsNameTheFieldAndLeaveTheIdentity) {
  const std::pair<std::string, std::string> rows[] = {
      {node_json(R"("taints":[{"key":"a"}])", ""), "spec.taints[0]: has no effect"},
      {node_json(R"("taints":[{"key":"a","effect":"Never"}])", ""),
       R"(spec.taints[0].effect: "Never" is not a taint effect)"},
      {node_json(R"("unschedulable":"yes")", ""), "spec.unschedulable: must be true or false"},
      {node_json("", R"("capacity":{"aws.amazon.com/neuron":"-x"})"),
       R"(status.capacity["aws.amazon.com/neuron"]: "-x" is not a quantity)"},
      {node_json("", R"("allocatable":[])"), "status.allocatable: must be an object"},
      {node_json("", R"("conditions":[{"type":1}])"),
       "status.conditions[0].type: must be a string"},
  };
  for (const auto& [json, want] : rows) {
    const auto node = node_of(json);
    EXPECT_EQ(node->decode_error, want);
    EXPECT_EQ(node->name.view(), "n1");
    EXPECT_TRUE(node->extended_capacity.empty());
  }
}

TEST(JsonNodeTest, ReportsAreKeptApartAndMayBeLong) {
  model::AnnotationFilter both = filter();
  both.reports = {"hami.io/node-register-aws-neuron"};
  both.value_bytes_max = 8;
  const auto node = make_node_codec(both)->decode(
      R"({"metadata":{"name":"n","uid":"u","annotations":{"hami.io/device-cordon":"3",)"
      R"("hami.io/node-register-aws-neuron":"0123456789"}}})");
  ASSERT_TRUE(node.has_value());
  EXPECT_EQ((*node)->decode_error, "");
  EXPECT_EQ((*node)->annotations.size(), 1U);
  ASSERT_EQ((*node)->reports.size(), 1U);
  EXPECT_EQ((*node)->reports.find(Name("hami.io/node-register-aws-neuron")),
            model::fingerprint("0123456789"));
}

TEST(JsonNodeTest, ImagesAreNamedOnceAndWhatIsTooMuchIsLeftOut) {
  std::string images = R"({"names":["a:1","a@sha256:0","a:1"],"sizeBytes":7},
      {"names":["a:1","",")" +
                       std::string(1025, 'x') +
                       R"("],"sizeBytes":9},{"names":null},{},{"names":["neg"],"sizeBytes":-5},
      {"names":["1","2","3","4","5","6"],"sizeBytes":1})";
  for (int i = 0; i < 200; ++i) images += R"(,{"names":["more)" + std::to_string(i) + "\"]}";
  const auto node = node_of(node_json("", R"("images":[)" + images + "]"));
  ASSERT_EQ(node->decode_error, "");
  using model::NodeImage;
  ASSERT_EQ(node->images.size(), 8U + 94U);
  EXPECT_EQ(node->images[0], (NodeImage{Name("a:1"), 7}));
  EXPECT_EQ(node->images[1], (NodeImage{Name("a@sha256:0"), 7}));
  EXPECT_EQ(node->images[2], (NodeImage{Name("neg"), 0}));
  EXPECT_EQ(node->images[7], (NodeImage{Name("5"), 1}));
  EXPECT_EQ(node->images.back(), (NodeImage{Name("more93"), 0}));
}

TEST(JsonNodeTest, NegativeAmountsReachTheGeometryAndCountAsNothing) {
  const auto node = node_of(node_json("", R"("allocatable":{"aws.amazon.com/neuron":"-4"})"));
  EXPECT_TRUE(node->extended_allocatable[0].second.is_negative());
  EXPECT_EQ(node->allocatable.scalar(Name("aws.amazon.com/neuron")), 0);
}

TEST(JsonNodeTest, WithoutIdentityItIsAnError) {
  const auto node = make_node_codec(filter())->decode(R"({"metadata":{"name":"n"}})");
  ASSERT_TRUE(node.has_error());
  EXPECT_EQ(node.error().message, "a node without metadata.name or metadata.uid");
}

TEST(JsonNamespaceTest, NameAndLabelsAreRead) {
  struct Row {
    const char* name;
    std::string json;
    std::string problem;  // Of the object, or with "!" instead of one.
    std::string team = "";
  };
  const auto labelled = [](const std::string& labels) {
    return R"({"kind":"Namespace","metadata":{"name":"a","resourceVersion":"7","labels":)" +
           labels + R"(,"annotations":{"x":5}},"spec":{"finalizers":"odd"}})";
  };
  const Row rows[] = {
      {"Labels", labelled(R"({"team":"red","x":""})"), "", "red"},
      {"NoLabels", labelled("null"), ""},
      {"OddLabels", labelled(R"(["team"])"), "metadata.labels: must be an object"},
      {"OddLabel", labelled(R"({"team":"red","x":1})"), "metadata.labels[\"x\"]: must be a string"},
      {"LongLabel", labelled(R"({"team":")" + std::string(5000, 'y') + "\"}"),
       "metadata.labels[\"team\"]: is longer than 4096 bytes"},
      {"NoName", R"({"metadata":{"labels":{}}})", "! a namespace without metadata.name"},
      {"AnotherKind", R"({"kind":"Node","metadata":{"name":"a"}})",
       "! an object of kind \"Node\" instead of Namespace"},
  };
  for (const Row& row : rows) {
    const auto read = make_namespace_codec()->decode(test::as_sent(row.json));
    const std::string problem =
        read.has_error() ? "! " + read.error().message : (*read)->decode_error;
    EXPECT_EQ(problem, row.problem) << row.name;
    if (read.has_error()) continue;
    EXPECT_EQ((*read)->name.view(), "a") << row.name;
    EXPECT_EQ((*read)->resource_version, "7") << row.name;
    const Name* team = (*read)->labels.find(Name("team"));
    EXPECT_EQ(team == nullptr ? "" : team->str(), row.team) << row.name;
  }
}

// "pod names | resourceVersion", or "names ! error".
std::string list_of(const std::string& bytes, std::size_t piece) {
  auto codec = make_pod_codec(filter());
  const auto reader = codec->list_reader();
  std::string names;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string part = bytes.substr(at, piece);
    reader->feed(part);
    while (true) {
      const auto next = reader->next();
      if (next.has_error()) return names + "! " + next.error().message;
      if (*next == nullptr) break;
      names += (*next)->name + ((*next)->decode_error.empty() ? "" : "(bad)") + " ";
    }
    if (!reader->resource_version().empty()) return names + "| " + reader->resource_version();
  }
  return names + "...";
}

std::string item(const std::string& name, const std::string& more = "") {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"ns","uid":"u-)" + name + "\"}" +
         more + "}";
}

struct ListCase {
  std::string name;
  std::string bytes;
  std::string want;
};
std::ostream& operator<<(std::ostream& out, const ListCase& c) { return out << c.name; }

class JsonListReaderTest : public testing::TestWithParam<ListCase> {};

TEST_P(JsonListReaderTest, SameWhateverThePieces) {
  for (const std::size_t piece : {1U, 7U, 64U, 100'000U}) {
    EXPECT_EQ(list_of(test::list_as_sent(GetParam().bytes, "Pod"), piece), GetParam().want)
        << "pieces of " << piece;
  }
}

const ListCase kLists[] = {
    {"two",
     R"({"kind":"PodList","metadata":{"resourceVersion":"9"},"items":[)" + item("a") + "," +
         item("b") + "]}",
     "a b | 9"},
    {"empty", R"({"metadata":{"resourceVersion":"9","remainingItemCount":null},"items":[]})",
     "| 9"},
    {"bad_object_does_not_stop_the_others",
     R"({"metadata":{"resourceVersion":"9"},"items":[)" + item("a", R"(,"spec":{"priority":"x"})") +
         "," + item("b") + "]}",
     "a(bad) b | 9"},
    {"items_with_kind",
     R"({"metadata":{"resourceVersion":"9"},"items":[)" + item("a", R"(,"kind":"Pod")") + "]}",
     "a | 9"},
    {"wrong_kind",
     R"({"metadata":{"resourceVersion":"9"},"items":[)" + item("a") + "," +
         item("b", R"(,"kind":"Node")") + "]}",
     "a ! an object of kind \"Node\" instead of Pod"},
    {"without_uid", R"({"items":[{"metadata":{"name":"a","namespace":"b"}}]})",
     "! a pod without metadata.namespace, metadata.name or metadata.uid"},
    {"damaged_item", R"({"items":[{"metadata":}]})",
     "! not JSON: The JSON document has an improper structure: missing or superfluous commas, "
     "braces, missing keys, etc."},
    {"status", R"({"kind":"Status","code":500,"message":"no"})", "! no list: it has no items"},
    {"no_version", R"({"metadata":{},"items":[]})", "! a list without metadata.resourceVersion"},
    {"no_metadata", R"({"items":[]})", "! a list without metadata"},
    {"version_is_a_number", R"({"metadata":{"resourceVersion":9},"items":[]})",
     "! a list without metadata.resourceVersion"},
    {"pages", R"({"metadata":{"resourceVersion":"9","continue":"abc"},"items":[]})",
     "! a list in pages, which nobody asked for"},
    {"cut", R"({"metadata":{"resourceVersion":"9"},"items":[)" + item("a") + ",", "a ..."},
};
INSTANTIATE_TEST_SUITE_P(Lists, JsonListReaderTest, testing::ValuesIn(kLists),
                         [](const auto& row) { return row.param.name; });

std::string text_of(const WatchEvent<model::Pod>& event) {
  static constexpr std::string_view kTypes[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK",
                                                "ERROR"};
  std::string text(kTypes[static_cast<std::size_t>(event.type)]);
  if (event.type == EventType::kError) {
    return text + " " + std::to_string(event.status.code) + " " + event.status.reason;
  }
  return text + "@" + event.resource_version + (event.object ? " " + event.object->name : "");
}

// Events separated by blanks and a comma, then what stopped it.
std::string events_of(const std::string& bytes, std::size_t piece) {
  auto codec = make_pod_codec(filter());
  const auto reader = codec->watch_reader();
  std::string events;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string part = bytes.substr(at, piece);
    reader->feed(part);
    while (true) {
      const auto next = reader->next();
      if (next.has_error()) return events + "! " + next.error().message;
      if (!next->has_value()) break;
      events += text_of(**next) + ", ";
    }
  }
  return events + (reader->cut() ? "cut" : "");
}

std::string line(const std::string& type, const std::string& metadata) {
  return R"({"type":")" + type + R"(","object":{"kind":"Pod","metadata":{)" + metadata + "}}}\n";
}

const std::string kPodA = R"("name":"a","namespace":"ns","uid":"u","resourceVersion":"11")";

struct WatchCase {
  std::string name;
  std::string bytes;
  std::string want;
};
std::ostream& operator<<(std::ostream& out, const WatchCase& c) { return out << c.name; }

class JsonWatchReaderTest : public testing::TestWithParam<WatchCase> {};

TEST_P(JsonWatchReaderTest, SameWhateverThePieces) {
  for (const std::size_t piece : {1U, 7U, 64U, 100'000U}) {
    EXPECT_EQ(events_of(test::watch_as_sent(GetParam().bytes), piece), GetParam().want)
        << "pieces of " << piece;
  }
}

const WatchCase kWatches[] = {
    {"all_types",
     line("ADDED", kPodA) + line("MODIFIED", kPodA) + line("DELETED", kPodA) +
         line("BOOKMARK", R"("resourceVersion":"12","creationTimestamp":null)") +
         R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}})"
         "\n",
     "ADDED@11 a, MODIFIED@11 a, DELETED@11 a, BOOKMARK@12, ERROR 410 Expired, "},
    {"unknown_type", line("ADDED", kPodA) + line("SHOUTED", kPodA) + line("ADDED", kPodA),
     "ADDED@11 a, ! a watch event of type \"SHOUTED\""},
    {"no_object", "{\"type\":\"ADDED\"}\n", "! a watch event of type \"ADDED\" without an object"},
    {"no_type", "{\"object\":{}}\n", "! a watch event of type \"\""},
    {"not_json", line("ADDED", kPodA) + "what?\n",
     "ADDED@11 a, ! not JSON: The JSON document has an improper structure: missing or superfluous "
     "commas, braces, missing keys, etc."},
    {"no_version", line("ADDED", R"("name":"a","namespace":"ns","uid":"u")"),
     "! a watch event without metadata.resourceVersion"},
    {"no_uid", line("ADDED", R"("name":"a","namespace":"ns","resourceVersion":"1")"),
     "! a pod without metadata.namespace, metadata.name or metadata.uid"},
    {"wrong_kind",
     R"({"type":"ADDED","object":{"kind":"Node","metadata":{"resourceVersion":"1"}}})"
     "\n",
     "! an object of kind \"Node\" instead of Pod"},
    {"cut", line("ADDED", kPodA) + R"({"type":"ADDED","object":{"me)", "ADDED@11 a, cut"},
};
INSTANTIATE_TEST_SUITE_P(Watches, JsonWatchReaderTest, testing::ValuesIn(kWatches),
                         [](const auto& row) { return row.param.name; });

TEST(JsonWatchReaderTest, ALineOf50MebibytesIsAnErrorInBoundedMemory) {
  auto codec = make_pod_codec(filter());
  const auto reader = codec->watch_reader();
  const std::string part(64 * 1024, 'x');
  std::string error;
  for (int i = 0; i < 800 && error.empty(); ++i) {
    reader->feed(part);
    const auto next = reader->next();
    if (next.has_error()) error = next.error().message;
  }
  EXPECT_EQ(error, "a watch event is longer than 16777216 bytes");
}

TEST(DecodeStatusTest, ReadsWhatTheServerSays) {
  const ApiStatus status = decode_status(
      422, test::as_sent(
               R"({"kind":"Status","status":"Failure","message":"bad","reason":"Invalid","code":422,
      "details":{"retryAfterSeconds":3,"causes":[{"field":"spec.x","message":"no"},
      {"message":"why"}]}})"));
  EXPECT_EQ(status.code, 422);
  EXPECT_EQ(status.reason, "Invalid");
  EXPECT_EQ(status.message, "bad");
  EXPECT_EQ(status.causes, (std::vector<std::string>{"spec.x: no", "why"}));
  EXPECT_EQ(status.retry_after, std::chrono::seconds{3});
}

TEST(DecodeStatusTest, AnythingElseIsShown) {
  EXPECT_EQ(decode_status(502, "<html>\nBad Gateway</html>").message,
            "HTTP 502 \"<html>?Bad Gateway</html>\"");
  EXPECT_EQ(decode_status(500, "").message, "HTTP 500");
  EXPECT_EQ(decode_status(500, "a\xFF\xC3").message, "HTTP 500 \"a??\"");
  EXPECT_EQ(decode_status(503, R"({"kind":"Pod"})").code, 503);
  const ApiStatus odd = decode_status(500, R"({"kind":"Status","code":"x","message":7,
      "details":{"retryAfterSeconds":99999999999,"causes":"none"}})");
  EXPECT_EQ(odd.code, 500);
  EXPECT_EQ(odd.message, "");
  EXPECT_EQ(odd.retry_after, std::chrono::seconds{3600});
}

}  // namespace
}  // namespace neuron_scheduler::client
