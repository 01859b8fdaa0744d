#include "cluster/client/node_pods.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/client/fakes.hpp"

namespace neuron_scheduler::client {
namespace {

using std::chrono::seconds;

const std::string kPod =
    R"({"metadata":{"name":"p","namespace":"ns","uid":"u","resourceVersion":"7"},)"
    R"("spec":{"nodeName":"n/1"}})";
const std::string kList =
    R"({"kind":"PodList","metadata":{"resourceVersion":"9"},"items":[)" + kPod + "]}";

class NodePodsTest : public testing::Test {
 protected:
  void read() {
    reader->read(model::Name("n/1"), [this](NodePods found) { ends.push_back(std::move(found)); });
    ASSERT_TRUE(ends.empty());
    ASSERT_NE(http.open_stream(), nullptr);
  }
  // How the one reading ended.
  std::string problem() {
    EXPECT_EQ(ends.size(), 1U);
    EXPECT_EQ(http.open_stream(), nullptr);
    EXPECT_EQ(timers.active(), 0U);
    return ends.empty() ? "" : ends.front().problem;
  }

  test::FakeHttp http;
  test::FakeTimers timers;
  std::unique_ptr<Codec<model::Pod>> codec = make_pod_codec({});
  std::unique_ptr<NodePodsReader> reader = make_node_pods_reader(http, timers, *codec);
  std::vector<NodePods> ends;
};

TEST_F(NodePodsTest, ReadsConsistentlyWhatIsBoundThere) {
  read();
  EXPECT_EQ(http.open_stream()->request.target,
            "/api/v1/pods?fieldSelector=spec.nodeName%3Dn%2F1%2Cstatus.phase%21%3DSucceeded%2C"
            "status.phase%21%3DFailed");
  EXPECT_EQ(http.open_stream()->request.deadline, seconds{10});
  EXPECT_EQ(timers.delay(), seconds{10});
  http.header(200);
  http.data(kList, 7);
  EXPECT_EQ(problem(), "");
  ASSERT_EQ(ends.front().pods.size(), 1U);
  EXPECT_EQ(ends.front().pods.front()->full_name(), "ns/p");
  EXPECT_EQ(ends.front().resource_version, "9");
}

TEST_F(NodePodsTest, EveryOtherEndIsAProblem) {
  using Do = std::function<void()>;
  const std::pair<Do, std::string> rows[] = {
      {[this] {
         http.header(403);
         http.data(R"({"kind":"Status","message":"pods is forbidden"})");
         http.end();
       },
       "403 pods is forbidden"},
      {[this] {
         http.header(503);
         http.data(std::string(100'000, 'x'));
         http.end();
       },
       "503 HTTP 503 \"xx"},
      {[this] { http.cut(HttpFailure::kNotSent, "refused"); }, "refused"},
      {[this] {
         http.header(200);
         http.data(kList.substr(0, kList.size() - 1));
         http.end();
       },
       "the list ends early"},
      {[this] {
         http.header(200);
         http.data("what?");
       },
       "not a list of objects in JSON"},
      {[this] { timers.fire(); }, "no whole list within 10000 ms"},
  };
  for (const auto& [act, want] : rows) {
    ends.clear();
    read();
    act();
    EXPECT_EQ(problem().substr(0, want.size()), want);
    EXPECT_TRUE(ends.front().pods.empty());
  }
}

TEST_F(NodePodsTest, AnEndMayBeginTheNextReadingOrDestroyTheReader) {
  reader->read(model::Name("a"), [this](const NodePods&) {
    reader->read(model::Name("b"), [this](const NodePods&) { reader.reset(); });
  });
  http.cut(HttpFailure::kNotSent);
  ASSERT_NE(http.open_stream(), nullptr);
  http.cut(HttpFailure::kNotSent);
  EXPECT_EQ(reader, nullptr);
  EXPECT_EQ(timers.active(), 0U);
}

TEST_F(NodePodsTest, DestroyingItCancels) {
  read();
  reader.reset();
  EXPECT_EQ(http.open_stream(), nullptr);
  EXPECT_EQ(timers.active(), 0U);
  EXPECT_TRUE(ends.empty());
}

}  // namespace
}  // namespace neuron_scheduler::client
