#include "cluster/client/request_bodies.hpp"

#include <string>

#include <gtest/gtest.h>

#include "test/support/builders.hpp"

namespace neuron_scheduler::client {
namespace {

using neuron_scheduler::test::PodBuilder;

// 2026-01-01T00:00:00Z and 1.5 µs
const model::WallTime kNow{std::chrono::nanoseconds{1'767'225'600'000'001'500}};

TEST(EscapeUrlTest, KeepsOnlyWhatIsSafe) {
  EXPECT_EQ(escape_url("aZ09-_.~"), "aZ09-_.~");
  EXPECT_EQ(escape_url("a/b?c=d&e%f g"), "a%2Fb%3Fc%3Dd%26e%25f%20g");
  EXPECT_EQ(escape_url(std::string("\0\xC3\xA9", 3)), "%00%C3%A9");
  EXPECT_EQ(pod_target("n s", "../x"), "/api/v1/namespaces/n%20s/pods/..%2Fx");
  EXPECT_EQ(events_target("ns"), "/apis/events.k8s.io/v1/namespaces/ns/events");
  EXPECT_EQ(event_target("ns", "p/x.1"), "/apis/events.k8s.io/v1/namespaces/ns/events/p%2Fx.1");
}

TEST(BindingBodyTest, CarriesIdentityAnnotationsAndTarget) {
  model::Binding binding;
  binding.namespace_name = model::Name("ns");
  binding.pod_name = "p";
  binding.pod_uid.text = "u-1";
  binding.node_name = model::Name("n1");
  EXPECT_EQ(binding_body(binding),
            R"({"apiVersion":"v1","kind":"Binding","metadata":{"namespace":"ns","name":"p",)"
            R"("uid":"u-1"},"target":{"apiVersion":"v1","kind":"Node","name":"n1"}})");
  binding.annotations = {{"AWS_NEURON_IDS", "0,1"}, {"a", "quote\" line\n"}};
  EXPECT_EQ(binding_body(binding),
            R"({"apiVersion":"v1","kind":"Binding","metadata":{"namespace":"ns","name":"p",)"
            R"("uid":"u-1","annotations":{"AWS_NEURON_IDS":"0,1","a":"quote\" line\n"}},)"
            R"("target":{"apiVersion":"v1","kind":"Node","name":"n1"}})");
}

TEST(NodeAnnotationPatchTest, SetsOrRemovesOneAnnotationOfThatNode) {
  EXPECT_EQ(node_target("n/1"), "/api/v1/nodes/n%2F1");
  EXPECT_EQ(node_annotation_patch({"u-1"}, "a/b", "x\"y"),
            R"({"metadata":{"uid":"u-1","annotations":{"a/b":"x\"y"}}})");
  EXPECT_EQ(node_annotation_patch({"u-1"}, "a/b", std::nullopt),
            R"({"metadata":{"uid":"u-1","annotations":{"a/b":null}}})");
}

TEST(UnscheduledPatchTest, KeepsTheTimeOfAnUnchangedStatus) {
  auto pod = *PodBuilder("p").uid("u-1").build();
  EXPECT_EQ(unscheduled_patch(pod, "Unschedulable", "0/3 nodes", kNow),
            R"({"metadata":{"uid":"u-1"},"status":{"conditions":[{"type":"PodScheduled",)"
            R"("status":"False","reason":"Unschedulable","message":"0/3 nodes",)"
            R"("lastProbeTime":null,"lastTransitionTime":"2026-01-01T00:00:00Z"}]}})");
  EXPECT_EQ(unscheduled_patch(pod, "SchedulerError", "x", std::nullopt),
            R"({"metadata":{"uid":"u-1"},"status":{"conditions":[{"type":"PodScheduled",)"
            R"("status":"False","reason":"SchedulerError","message":"x",)"
            R"("lastProbeTime":null}]}})");
  pod.generation = 3;
  EXPECT_NE(unscheduled_patch(pod, "Unschedulable", "x", kNow).find(R"("observedGeneration":3)"),
            std::string::npos);
}

model::PodEvent text() {
  model::PodEvent result;
  result.warning = true;
  result.reason = "FailedScheduling";
  result.action = "Scheduling";
  result.note = "no room";
  return result;
}

const EventReporter kReporter{"neuron-scheduler", "neuron-scheduler-host"};

TEST(EventBodyTest, IsAnEventAsKubeSchedulerWritesIt) {
  const auto pod = PodBuilder("p").uid("u-1").namespace_name("ns").resource_version("7").build();
  EXPECT_EQ(event_body(make_event(*pod, text(), kReporter, kNow)),
            R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":)"
            R"({"name":"p.18867251edfa05dc","namespace":"ns"},)"
            R"("eventTime":"2026-01-01T00:00:00.000001Z",)"
            R"("reportingController":"neuron-scheduler",)"
            R"("reportingInstance":"neuron-scheduler-host","action":"Scheduling",)"
            R"("reason":"FailedScheduling","regarding":{"kind":"Pod","namespace":"ns","name":"p",)"
            R"("uid":"u-1","apiVersion":"v1","resourceVersion":"7"},"note":"no room",)"
            R"("type":"Warning"})");
  model::PodEvent normal = text();
  normal.warning = false;
  EXPECT_NE(event_body(make_event(*pod, normal, kReporter, kNow)).find(R"("type":"Normal")"),
            std::string::npos);
}

TEST(EventBodyTest, ASeriesIsPatchedAndComesWithANewObject) {
  EventObject event = make_event(*PodBuilder("p").build(), text(), kReporter, kNow);
  event.series = EventSeries{3, kNow + std::chrono::seconds{1}};
  const std::string series = R"("series":{"count":3,"lastObservedTime":)"
                             R"("2026-01-01T00:00:01.000001Z"})";
  EXPECT_EQ(series_patch(*event.series), "{" + series + "}");
  const std::string body = event_body(event);
  EXPECT_NE(body.find(series), std::string::npos);
  EXPECT_NE(body.find(R"("eventTime":"2026-01-01T00:00:00.000001Z")"), std::string::npos);
}

TEST(EventBodyTest, FieldsFitTheServersBounds) {
  const EventReporter longer{"neuron-scheduler", std::string(127, 'i') + "\xC3\xA9"};
  const auto pod =
      PodBuilder(std::string(200, 'p') + std::string(35, '.') + "x" + std::string(17, 'q')).build();
  const std::string body = event_body(make_event(*pod, text(), longer, kNow));
  EXPECT_NE(body.find(R"("reportingInstance":")" + std::string(127, 'i') + "\""),
            std::string::npos);
  EXPECT_NE(body.find(R"("name":")" + std::string(200, 'p') + std::string(35, '.') +
                      "x.18867251edfa05dc\""),
            std::string::npos);
  const auto dots = PodBuilder(std::string(230, 'p') + std::string(20, '.') + "x").build();
  EXPECT_NE(event_body(make_event(*dots, text(), longer, kNow))
                .find(R"("name":")" + std::string(230, 'p') + ".18867251edfa05dc\""),
            std::string::npos);
}

TEST(CutNoteTest, CutsAsKubeSchedulerDoesButNeverInsideACharacter) {
  EXPECT_EQ(cut_note(std::string(1024, 'x')), std::string(1024, 'x'));
  EXPECT_EQ(cut_note(std::string(1025, 'x')), std::string(1020, 'x') + " ...");
  const std::string euro = "\xE2\x82\xAC";
  std::string note = std::string(1019, 'x');
  for (int i = 0; i < 9; ++i) note += euro;
  EXPECT_EQ(cut_note(note), std::string(1019, 'x') + " ...");
  note = std::string(1017, 'x');
  for (int i = 0; i < 9; ++i) note += euro;
  EXPECT_EQ(cut_note(note), std::string(1017, 'x') + euro + " ...");
}

}  // namespace
}  // namespace neuron_scheduler::client
