#include "cluster/embedded/server/server.hpp"

#include <chrono>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <vector>

#include "test/embedded/server_fixture.hpp"

namespace neuron_scheduler::embedded {
namespace {

using namespace std::chrono_literals;
using neuron_scheduler::test::body_of;
using neuron_scheduler::test::run_for;
using neuron_scheduler::test::status_of;
using neuron_scheduler::test::Visit;
using neuron_scheduler::test::without_chunks;
using test::kPods;
using test::pod_json;
using test::request;
using EmbeddedServerTest = test::ServerTest;

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

TEST_F(EmbeddedServerTest, CreatesReadsAndDeletes) {
  serve();
  const std::string created = call("POST", kPods, pod_json("a"));
  EXPECT_TRUE(created.starts_with("HTTP/1.1 201 Created\r\n")) << created;
  EXPECT_NE(created.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(created.find("\r\nConnection: close\r\n"), std::string::npos);
  const std::string path = std::string(kPods) + "/a";
  EXPECT_NE(call("GET", path).find("\"name\":\"a\""), std::string::npos);
  EXPECT_EQ(status("DELETE", path), "200");
  EXPECT_EQ(status("GET", path), "404");
}

TEST_F(EmbeddedServerTest, AnswersManyRequestsOnOneConnection) {
  serve();
  const std::string path = std::string(kPods) + "/";
  const auto seen = send(request("POST", kPods, pod_json("a")) + request("GET", path + "a") +
                         request("GET", path + "b") + request("DELETE", path + "a"));
  ASSERT_TRUE(run_until([&] { return count_of(seen->received, "HTTP/1.1 ") == 4; }));
  EXPECT_FALSE(seen->ended);
  std::vector<std::string> statuses;
  for (std::size_t at = 0; (at = seen->received.find("HTTP/1.1 ", at)) != std::string::npos; ++at) {
    statuses.push_back(seen->received.substr(at + 9, 3));
  }
  EXPECT_EQ(statuses, (std::vector<std::string>{"201", "200", "404", "200"}));
}

TEST_F(EmbeddedServerTest, ConvertsYaml) {
  ServerOptions options;
  options.yaml_to_json = [](std::string_view text) -> model::Result<std::string> {
    if (text != "name: y") return model::invalid("line 1: no such thing");
    return pod_json("y");
  };
  serve(options);
  const auto post = [&](const std::string& body) {
    return fetch("POST " + std::string(kPods) +
                 " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: Application/YAML; "
                 "charset=utf-8\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  EXPECT_EQ(status_of(post("name: y")), "201");
  const std::string refused = post("other");
  EXPECT_EQ(status_of(refused), "400");
  EXPECT_NE(refused.find("line 1: no such thing"), std::string::npos);
}

TEST_F(EmbeddedServerTest, LeavesYamlToTheApiIfNobodyConvertsIt) {
  serve();
  const std::string answer = fetch("POST " + std::string(kPods) +
                                   " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                                   "application/yaml\r\nContent-Length: 2\r\n\r\na:");
  EXPECT_EQ(status_of(answer), "415");
}

TEST_F(EmbeddedServerTest, RefusesProtobufAsAServerWithoutItWould) {
  serve();
  const std::string sent = fetch("POST " + std::string(kPods) +
                                 " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                                 "application/vnd.kubernetes.protobuf\r\nContent-Length: "
                                 "2\r\n\r\nab");
  EXPECT_EQ(status_of(sent), "415");
  const auto get = [&](const std::string& accept) {
    return fetch(request("GET", kPods, "", "Connection: close\r\nAccept: " + accept + "\r\n"));
  };
  EXPECT_EQ(status_of(get("application/vnd.kubernetes.protobuf")), "406");
  EXPECT_EQ(status_of(get("application/vnd.kubernetes.protobuf,application/json")), "200");
}

TEST_F(EmbeddedServerTest, AHeadRequestGetsNoBody) {
  serve();
  EXPECT_EQ(body_of(call("HEAD", kPods)), "");
}

TEST_F(EmbeddedServerTest, TellsTheClientToSendItsBody) {
  serve();
  const std::string body = pod_json("a");
  const auto seen = send("POST " + std::string(kPods) +
                         " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: "
                         "100-continue\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return !seen->received.empty(); }));
  EXPECT_EQ(seen->received, "HTTP/1.1 100 Continue\r\n\r\n");
  seen->send(body);
  EXPECT_TRUE(run_until([&] { return seen->has("HTTP/1.1 201 Created"); }));
}

struct HostileCase {
  std::string name;
  std::string bytes;
  std::string want;  // The status; empty: no answer.
};
std::ostream& operator<<(std::ostream& out, const HostileCase& c) { return out << c.name; }

class HostileClientTest : public EmbeddedServerTest,
                          public ::testing::WithParamInterface<HostileCase> {};

TEST_P(HostileClientTest, IsRefusedAndHarmsNobodyElse) {
  ServerOptions options;
  options.request_max = 50ms;
  options.idle_max = 50ms;
  options.header_bytes_max = 8'000;
  options.body_bytes_max = 10'000;
  serve(options);
  const std::string answer = fetch(GetParam().bytes);
  EXPECT_EQ(status_of(answer), GetParam().want) << answer;
  if (!answer.empty()) {
    EXPECT_NE(answer.find("\"kind\":\"Status\""), std::string::npos) << answer;
    EXPECT_NE(answer.find("\"code\":" + GetParam().want), std::string::npos) << answer;
  }
  EXPECT_EQ(status("GET", kPods), "200");
}

INSTANTIATE_TEST_SUITE_P(
    Clients, HostileClientTest,
    ::testing::Values(
        HostileCase{"SaysNothing", "", ""}, HostileCase{"HalfAHeader", "GET /api HT", ""},
        HostileCase{"HalfABody",
                    "POST /api/v1/nodes HTTP/1.1\r\nContent-Length: 90\r\n\r\n{\"kind\":", ""},
        HostileCase{"NotHttp", "\x16\x03\x01\x02 TLS hello\r\n\r\n", "400"},
        HostileCase{"LongHeader",
                    "GET /api HTTP/1.1\r\nA: " + std::string(20'000, 'x') + "\r\n\r\n", "431"},
        HostileCase{"EndlessHeader", "GET /" + std::string(500'000, 'x'), "431"},
        HostileCase{"LargeBody",
                    "POST /api/v1/nodes HTTP/1.1\r\nContent-Length: 900000\r\n\r\n" +
                        std::string(900'000, 'x'),
                    "413"},
        HostileCase{"LargeBodyToCome",
                    "POST /api/v1/nodes HTTP/1.1\r\nContent-Length: 10001\r\n\r\n", "413"},
        HostileCase{"LargeBodyInChunks",
                    "POST /api/v1/nodes HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4e20\r\n" +
                        std::string(20'000, 'x') + "\r\n",
                    "413"},
        HostileCase{"BadChunk",
                    "POST /api/v1/nodes HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    "400"},
        HostileCase{"BadLength", "GET /api HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
        HostileCase{"TwoLengths",
                    "POST /api/v1/nodes HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: "
                    "2\r\n\r\nab",
                    "400"}),
    [](const auto& row) { return row.param.name; });

TEST_F(EmbeddedServerTest, StreamsAWatch) {
  serve();
  const auto seen = watch_pods();
  EXPECT_TRUE(seen->received.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(seen->has("\r\nTransfer-Encoding: chunked\r\n"));
  call("POST", kPods, pod_json("a"));
  call("POST", kPods, pod_json("b"));
  ASSERT_TRUE(run_until([&] { return seen->has("\"name\":\"b\""); }));
  const std::string lines = without_chunks(body_of(seen->received));
  EXPECT_EQ(count_of(lines, "\"type\":\"ADDED\""), 2U) << lines;
  EXPECT_EQ(count_of(lines, "\n"), 2U);
  EXPECT_FALSE(seen->ended);
}

TEST_F(EmbeddedServerTest, StreamsMoreThanABufferHolds) {
  ServerOptions options;
  options.watch_bytes_max = 1'000;
  serve(options);
  for (int i = 0; i < 50; ++i) call("POST", kPods, pod_json("p" + std::to_string(i)));
  const auto seen = watch_pods("&resourceVersion=0");
  ASSERT_TRUE(run_until([&] { return count_of(seen->received, "\"type\":\"ADDED\"") == 50; }));
  EXPECT_EQ(count_of(without_chunks(body_of(seen->received)), "\n"), 50U);
}

TEST_F(EmbeddedServerTest, AConnectionIsUsedAgainAfterItsWatch) {
  serve();
  const auto seen = watch_pods();
  api_->end_watches();
  server_->poke();
  ASSERT_TRUE(run_until([&] { return seen->has("0\r\n\r\n"); }));
  seen->received.clear();
  seen->send(request("GET", kPods));
  EXPECT_TRUE(run_until([&] { return seen->has("HTTP/1.1 200 OK"); }));
  EXPECT_FALSE(seen->ended);
}

TEST_F(EmbeddedServerTest, ARequestBehindAWatchWaitsForItsEnd) {
  serve();
  const auto early = send(request("GET", "/api/v1/pods?watch=1") + request("GET", kPods));
  const auto later = watch_pods();
  later->send(request("GET", kPods));
  run_for(io_, 20ms);
  EXPECT_EQ(count_of(early->received, "HTTP/1.1"), 1U);
  api_->end_watches();
  server_->poke();
  for (const auto& seen : {early, later}) {
    EXPECT_TRUE(run_until([&] { return count_of(seen->received, "HTTP/1.1 200 OK") == 2; }));
  }
}

TEST_F(EmbeddedServerTest, AClientThatGoesGivesItsWatchBack) {
  ApiOptions api_options;
  api_options.watches_max = 1;
  make_api(api_options);
  serve();
  const auto first = watch_pods();
  EXPECT_NE(status("GET", "/api/v1/pods?watch=1&timeoutSeconds=1"), "200");
  first->close();
  run_for(io_, 20ms);
  const auto second = watch_pods();
  EXPECT_TRUE(second->received.starts_with("HTTP/1.1 200 OK"));
}

TEST_F(EmbeddedServerTest, AClientThatGoesAfterMoreBytesGivesItsWatchBack) {
  ApiOptions api_options;
  api_options.watches_max = 2;
  make_api(api_options);
  serve();
  const auto early = send(request("GET", "/api/v1/pods?watch=1") + "G");
  ASSERT_TRUE(run_until([&] { return early->has("\r\n\r\n"); }));
  const auto later = watch_pods();
  for (int i = 0; i < 3; ++i) {
    later->send("G");
    run_for(io_, 10ms);
  }
  early->close();
  later->close();
  run_for(io_, 20ms);
  for (int i = 0; i < 2; ++i) {
    const auto next = watch_pods();
    EXPECT_TRUE(next->received.starts_with("HTTP/1.1 200 OK"));
  }
}

TEST_F(EmbeddedServerTest, AClientThatSendsMuchLosesItsWatch) {
  ServerOptions options;
  options.header_bytes_max = 8'000;
  serve(options);
  const auto bearable = watch_pods();
  bearable->send(std::string(20'000, 'x'));
  const auto seen = watch_pods();
  seen->send(std::string(100'000, 'x'));
  EXPECT_TRUE(run_until([&] { return seen->ended; }));
  EXPECT_FALSE(bearable->ended);
}

// A pod of 200 kB; a few of them are more than socket buffers hold.
void create_large_pod(Api& api, const std::string& name) {
  const std::string body =
      pod_json(name, R"(,"annotations":{"a":")" + std::string(200'000, 'x') + "\"}");
  ApiRequest create;
  create.method = "POST";
  create.target = kPods;
  create.content_type = "application/json";
  create.body = body;
  ASSERT_EQ(api.handle(create).status, 201);
}

void write_much(Api& api, int pods) {
  for (int i = 0; i < pods; ++i) {
    create_large_pod(api, "p");
    ApiRequest remove;
    remove.method = "DELETE";
    remove.target = "/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0";
    ASSERT_EQ(api.handle(remove).status, 200);
  }
}

TEST_F(EmbeddedServerTest, AReaderThatStopsIsLetGo) {
  ServerOptions options;
  options.write_max = 50ms;
  ApiOptions api_options;
  api_options.watches_max = 1;
  make_api(api_options);
  serve(options);
  const auto seen = watch_pods();
  seen->pause();
  for (int i = 0; i < 5; ++i) {
    write_much(*api_, 10);
    server_->poke();
    run_for(io_, 20ms);
  }
  run_for(io_, 100ms);
  const auto second = watch_pods();
  EXPECT_TRUE(second->received.starts_with("HTTP/1.1 200 OK"));
}

void create_large_pods(Api& api, int pods) {
  for (int i = 0; i < pods; ++i) create_large_pod(api, "p" + std::to_string(i));
}

TEST_F(EmbeddedServerTest, AnswersThatNobodyReadsAreBoundedInSum) {
  make_api({});
  create_large_pods(*api_, 100);
  ServerOptions options;
  options.held_bytes_max = 30'000'000;
  options.write_max = 300ms;
  serve(options);
  const auto stopped = send(request("GET", kPods));
  stopped->pause();
  run_for(io_, 50ms);
  const std::string refused = call("GET", kPods);
  EXPECT_EQ(status_of(refused), "429");
  EXPECT_NE(refused.find("\r\nRetry-After: 1\r\n"), std::string::npos);
  EXPECT_EQ(status("GET", std::string(kPods) + "/p1"), "200") << "it fits";
  EXPECT_EQ(status("POST", kPods, pod_json("small")), "201");
  run_for(io_, 400ms);
  EXPECT_EQ(status("GET", kPods), "200") << "the reader was let go";
}

TEST_F(EmbeddedServerTest, AnAnswerLargerThanAllMayHoldIsServedAlone) {
  make_api({});
  create_large_pods(*api_, 100);
  ServerOptions options;
  options.held_bytes_max = 1'000'000;
  serve(options);
  const auto watch = watch_pods("&resourceVersion=" + std::to_string(api_->resource_version()));
  EXPECT_EQ(status("GET", kPods), "200");
  EXPECT_FALSE(watch->ended);
  const auto stopped = send(request("GET", kPods));
  stopped->pause();
  run_for(io_, 50ms);
  EXPECT_EQ(status("POST", kPods, pod_json("small")), "429");
  stopped->close();
  run_for(io_, 50ms);
  EXPECT_EQ(status("POST", kPods, pod_json("small")), "201");
}

TEST_F(EmbeddedServerTest, AReaderThatIsTooSlowForTheHistoryIsTold) {
  ApiOptions api_options;
  api_options.history_events_max = 20;
  make_api(api_options);
  serve();
  const auto seen = watch_pods();
  seen->pause();
  for (int i = 0; i < 10; ++i) {
    write_much(*api_, 10);
    server_->poke();
    run_for(io_, 10ms);
  }
  seen->resume();
  ASSERT_TRUE(run_until([&] { return seen->has("\r\n0\r\n\r\n"); }));
  const std::string lines = without_chunks(body_of(seen->received));
  const std::string last = lines.substr(lines.rfind('\n', lines.size() - 2) + 1);
  EXPECT_TRUE(last.starts_with("{\"type\":\"ERROR\"")) << last.substr(0, 200);
  EXPECT_NE(last.find("\"code\":410"), std::string::npos) << last.substr(0, 200);
  EXPECT_EQ(status("GET", kPods), "200");
}

TEST_F(EmbeddedServerTest, SendsBookmarksWhenTheyAreDue) {
  ApiOptions api_options;
  api_options.bookmark_interval = 10s;
  make_api(api_options);
  serve();
  const auto seen = watch_pods("&allowWatchBookmarks=true&resourceVersion=" +
                               std::to_string(api_->resource_version()));
  run_for(io_, 10ms);
  EXPECT_FALSE(seen->has("BOOKMARK"));
  clock_.advance(20s);
  // Another watch: the Api's timer is looked at again, and it is past by now.
  const auto other = watch_pods();
  EXPECT_TRUE(run_until([&] { return seen->has("\"type\":\"BOOKMARK\""); }));
}

TEST_F(EmbeddedServerTest, TheLongestIdleConnectionGivesWay) {
  ServerOptions options;
  options.connections_max = 3;
  serve(options);
  std::vector<std::shared_ptr<Visit>> visits;
  for (int i = 0; i < 3; ++i) {
    visits.push_back(send(request("GET", kPods)));
    ASSERT_TRUE(run_until([&] { return visits.back()->has("200 OK"); }));
  }
  EXPECT_EQ(status("GET", kPods), "200");
  EXPECT_TRUE(visits[0]->ended);
  EXPECT_FALSE(visits[1]->ended);
  EXPECT_FALSE(visits[2]->ended);
}

TEST_F(EmbeddedServerTest, OneMoreThanAllBusyIsToldToComeBack) {
  ServerOptions options;
  options.connections_max = 2;
  serve(options);
  const auto first = watch_pods();
  const auto second = watch_pods();
  const std::string answer = call("GET", kPods);
  EXPECT_EQ(status_of(answer), "429");
  EXPECT_NE(answer.find("\r\nRetry-After: 1\r\n"), std::string::npos);
  EXPECT_NE(body_of(answer).find("\"reason\":\"TooManyRequests\""), std::string::npos);
  EXPECT_FALSE(first->ended);
  EXPECT_FALSE(second->ended);
}

TEST_F(EmbeddedServerTest, DrainingEndsWatchesAndIdleConnections) {
  serve();
  const std::uint16_t port = server_->port();
  const auto idle = send(request("GET", kPods));
  ASSERT_TRUE(run_until([&] { return idle->has("200 OK"); }));
  const auto watch = watch_pods();
  bool done = false;
  server_->drain([&] { done = true; });
  ASSERT_TRUE(run_until([&] { return done; }));
  EXPECT_TRUE(run_until([&] { return idle->ended && watch->ended; }));
  EXPECT_TRUE(watch->received.ends_with("0\r\n\r\n"));
  const auto late = neuron_scheduler::test::visit(io_, port, request("GET", kPods));
  EXPECT_TRUE(run_until([&] { return late->ended; }));
  EXPECT_EQ(late->received, "");
}

TEST_F(EmbeddedServerTest, DestroyingItClosesItsConnections) {
  serve();
  const auto idle = send(request("GET", kPods));
  const auto half = send("GET /api");
  const auto watch = watch_pods();
  ASSERT_TRUE(run_until([&] { return idle->has("200 OK"); }));
  server_.reset();
  api_.reset();
  EXPECT_TRUE(run_until([&] { return idle->ended && half->ended && watch->ended; }));
}

TEST_F(EmbeddedServerTest, WhoeverTheApiBelongsToLooksAtItFirst) {
  ServerOptions options;
  int calls = 0;
  options.after_requests = [&] {
    if (++calls != 2) return;  // The first is for what was there before.
    ApiRequest create;
    create.method = "POST";
    create.target = kPods;
    create.content_type = "application/json";
    const std::string body = pod_json("by-the-way");
    create.body = body;
    EXPECT_EQ(api_->handle(create).status, 201);
  };
  serve(options);
  const auto seen = watch_pods();
  ASSERT_TRUE(run_until([&] { return calls > 0; }));
  call("GET", kPods);
  EXPECT_TRUE(run_until([&] { return seen->has("by-the-way"); }));
}

TEST_F(EmbeddedServerTest, WhatFailsBetweenRequestsIsTriedAgainAndHarmsNobody) {
  ServerOptions options;
  int calls = 0;
  std::vector<std::string> told;
  options.after_requests = [&calls] {
    if (++calls <= 2) throw std::bad_alloc();
  };
  options.on_failed_turn = [&told](const char* what) { told.emplace_back(what); };
  serve(options);
  const auto seen = watch_pods();
  EXPECT_EQ(status("POST", kPods, pod_json("a")), "201");
  EXPECT_TRUE(run_until([&] { return seen->has("\"name\":\"a\""); }));
  EXPECT_TRUE(run_until([&] { return calls > 2; }));
  EXPECT_EQ(told, (std::vector<std::string>{"std::bad_alloc", "std::bad_alloc"}));
}

TEST_F(EmbeddedServerTest, AFailureIsTriedAgainWithoutAnyRequest) {
  ServerOptions options;
  int calls = 0;
  options.after_requests = [&calls] {
    if (++calls <= 2) throw std::bad_alloc();
  };
  serve(options);
  EXPECT_TRUE(run_until([&] { return calls == 3; }));
  run_for(io_, 150ms);
  EXPECT_EQ(calls, 3);
}

TEST_F(EmbeddedServerTest, ATakenPortIsNamed) {
  serve();
  auto second = make_server(io_, *api_, clock_, "127.0.0.1", server_->port(), {});
  ASSERT_FALSE(second);
  EXPECT_EQ(
      second.error().message,
      "cannot listen on 127.0.0.1:" + std::to_string(server_->port()) + ": Address already in use");
}

}  // namespace
}  // namespace neuron_scheduler::embedded
