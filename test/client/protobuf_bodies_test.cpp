#include "cluster/client/protobuf_bodies.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <protozero/pbf_reader.hpp>

#include "test/support/builders.hpp"

namespace neuron_scheduler::client::protobuf {
namespace {

using neuron_scheduler::test::PodBuilder;

// 2026-01-01T00:00:00Z and 1.5 µs
const model::WallTime kNow{std::chrono::nanoseconds{1'767'225'600'000'001'500}};

// A path of field numbers with dots, in front of each that holds a message: "2.1." are the fields
// of field 1 of field 2. One line for each field of such a message that holds none.
std::string shown(std::string_view bytes, std::string_view messages, const std::string& at = "") {
  std::string lines;
  protozero::pbf_reader reader(bytes.data(), bytes.size());
  while (reader.next()) {
    const std::string path = at + std::to_string(reader.tag());
    if (reader.wire_type() == protozero::pbf_wire_type::varint) {
      lines += path + ' ' + std::to_string(reader.get_int64()) + '\n';
      continue;
    }
    const auto view = reader.get_view();
    const std::string_view value{view.data(), view.size()};
    if (messages.find(' ' + path + ' ') != std::string_view::npos) {
      lines += shown(value, messages, path + '.');
    } else {
      lines += path + ' ' + std::string(value) + '\n';
    }
  }
  return lines;
}

std::string shown_body(const std::string& body, std::string_view messages) {
  EXPECT_EQ(body.substr(0, 4), std::string_view("k8s\0", 4));
  return shown(std::string_view(body).substr(4), messages);
}

TEST(ProtobufBindingTest, CarriesIdentityAnnotationsAndTarget) {
  model::Binding binding;
  binding.namespace_name = model::Name("ns");
  binding.pod_name = "p";
  binding.pod_uid.text = "u-1";
  binding.node_name = model::Name("n1");
  constexpr std::string_view kMessages = " 1 2 2.1 2.1.12 2.2 ";
  constexpr std::string_view kTarget = "2.2.1 Node\n2.2.3 n1\n2.2.5 v1\n";
  const std::string identity = "1.1 v1\n1.2 Binding\n2.1.1 p\n2.1.3 ns\n2.1.5 u-1\n";
  EXPECT_EQ(shown_body(binding_body(binding), kMessages), identity + std::string(kTarget));
  binding.annotations = {{"AWS_NEURON_IDS", "0,1"}, {"a", ""}};
  EXPECT_EQ(shown_body(binding_body(binding), kMessages),
            identity + "2.1.12.1 AWS_NEURON_IDS\n2.1.12.2 0,1\n2.1.12.1 a\n2.1.12.2 \n" +
                std::string(kTarget));
}

EventObject event(bool warning) {
  model::PodEvent text;
  text.warning = warning;
  text.reason = "FailedScheduling";
  text.action = "Scheduling";
  text.note = "no room";
  const auto pod = PodBuilder("p").uid("u-1").namespace_name("ns").resource_version("7").build();
  return make_event(*pod, text, {"neuron-scheduler", "neuron-scheduler-host"}, kNow);
}

constexpr std::string_view kEventMessages = " 1 2 2.1 2.2 2.3 2.3.2 2.8 ";

TEST(ProtobufEventTest, HasEveryField) {
  EXPECT_EQ(shown_body(event_body(event(true)), kEventMessages),
            "1.1 events.k8s.io/v1\n1.2 Event\n"
            "2.1.1 p.18867251edfa05dc\n2.1.3 ns\n"
            "2.2.1 1767225600\n2.2.2 1000\n"
            "2.4 neuron-scheduler\n2.5 neuron-scheduler-host\n2.6 Scheduling\n"
            "2.7 FailedScheduling\n"
            "2.8.1 Pod\n2.8.2 ns\n2.8.3 p\n2.8.4 u-1\n2.8.5 v1\n2.8.6 7\n"
            "2.10 no room\n2.11 Warning\n");
  EXPECT_TRUE(shown_body(event_body(event(false)), kEventMessages).ends_with("2.11 Normal\n"));
}

TEST(ProtobufEventTest, MayHaveASeries) {
  EventObject repeated = event(true);
  repeated.series = EventSeries{3, kNow + std::chrono::seconds{1}};
  EXPECT_NE(shown_body(event_body(repeated), kEventMessages)
                .find("\n2.3.1 3\n2.3.2.1 1767225601\n2.3.2.2 1000\n2.4 "),
            std::string::npos);
}

}  // namespace
}  // namespace neuron_scheduler::client::protobuf
