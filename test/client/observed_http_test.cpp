#include "cluster/client/observed_http.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/client/fakes.hpp"
#include "test/client/recording_observer.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::client {
namespace {

using std::chrono::milliseconds;
using Strings = std::vector<std::string>;

class Handler final : public HttpStreamHandler {
 public:
  void on_header(int status, std::optional<std::chrono::seconds> /*retry_after*/) override {
    seen.push_back("header " + std::to_string(status));
  }
  void on_data(std::string_view bytes) override { seen.push_back("data " + std::string(bytes)); }
  void on_end(std::optional<HttpFailure> failure, const std::string& error) override {
    seen.push_back(failure ? "cut " + error : "end");
  }
  Strings seen;
};

class ObservedHttpTest : public testing::Test {
 protected:
  test::FakeHttp inner;
  neuron_scheduler::test::SimClock clock;
  test::RecordingObserver observer;
  std::unique_ptr<HttpClient> http = make_observed_http(inner, observer, clock, "api:6443");
};

TEST_F(ObservedHttpTest, CountsCallsByStatusAndTime) {
  std::vector<int> statuses;
  const auto send = [&](const std::string& method) {
    HttpRequest request;
    request.method = method;
    http->call(request, [&](const HttpOutcome& outcome) {
      statuses.push_back(outcome.answer ? outcome.answer->status : -1);
    });
  };
  send("POST");
  clock.advance(milliseconds{7});
  inner.answer(201);
  send("PATCH");
  inner.fail(HttpFailure::kUnknown);
  EXPECT_EQ(statuses, (std::vector<int>{201, -1}));
  EXPECT_EQ(observer.take(), (Strings{"request [POST] [201] [api:6443] [7ms]",
                                      "request [PATCH] [<error>] [api:6443] [0ms]"}));
}

TEST_F(ObservedHttpTest, CountsStreamsOnceByTheirHeader) {
  Handler handler;
  HttpRequest request;
  request.method = "GET";
  auto stream = http->stream(request, handler);
  clock.advance(milliseconds{3});
  inner.header(200);
  inner.data("x");
  clock.advance(milliseconds{1000});
  inner.end();
  EXPECT_EQ(handler.seen, (Strings{"header 200", "data x", "end"}));
  EXPECT_EQ(observer.take(), Strings{"request [GET] [200] [api:6443] [3ms]"});
  stream = http->stream(request, handler);
  inner.cut(HttpFailure::kNotSent, "refused");
  EXPECT_EQ(observer.take(), Strings{"request [GET] [<error>] [api:6443] [0ms]"});
  EXPECT_NE(inner.open_stream(), nullptr);
  stream.reset();
  EXPECT_EQ(inner.open_stream(), nullptr);
}

}  // namespace
}  // namespace neuron_scheduler::client
