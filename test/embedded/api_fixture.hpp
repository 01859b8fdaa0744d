#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "cluster/embedded/store/api.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::embedded::test {

inline constexpr std::string_view kPods = "/api/v1/namespaces/default/pods";
inline constexpr std::string_view kLeases =
    "/apis/coordination.k8s.io/v1/namespaces/default/leases";
inline constexpr std::string_view kEvents = "/apis/events.k8s.io/v1/namespaces/default/events";
inline constexpr std::string_view kCoreEvents = "/api/v1/namespaces/default/events";
inline constexpr std::string_view kMerge = "application/merge-patch+json";
inline constexpr std::string_view kStrategic = "application/strategic-merge-patch+json";

// A request as tables hold it.
struct Sent {
  std::string method;
  std::string target;
  std::string body{};
  std::string content_type = "application/json";
  std::string accept = "application/json";
};

// The metadata and spec of a pod with one container; the texts are added to each.
inline std::string pod(std::string_view name, std::string_view metadata = "",
                       std::string_view spec = "") {
  return R"({"metadata":{"name":")" + std::string{name} + '"' + std::string{metadata} +
         R"(},"spec":{"containers":[{"name":"c","image":"i"}])" + std::string{spec} + "}}";
}

inline std::string binding(std::string_view name, std::string_view node = "n1",
                           std::string_view metadata = "") {
  return R"({"metadata":{"name":")" + std::string{name} + '"' + std::string{metadata} +
         R"(},"target":{"kind":"Node","name":")" + std::string{node} + R"("}})";
}

// An Api on a clock that stands still.
class ApiTest : public ::testing::Test {
 protected:
  void make(const ApiOptions& options) { api_.emplace(clock_, options); }
  Api& api() {
    if (!api_) make({});
    return *api_;
  }

  ApiAnswer send(const Sent& sent) {
    return api().handle({.method = sent.method,
                         .target = sent.target,
                         .content_type = sent.content_type,
                         .accept = sent.accept,
                         .body = sent.body});
  }

  ApiAnswer get(std::string_view target) { return send({"GET", std::string{target}}); }

  // The answer's object; a failure of the test if the status is another.
  boost::json::value expect(int status, const Sent& sent) {
    const ApiAnswer answer = send(sent);
    EXPECT_EQ(answer.status, status) << sent.method << ' ' << sent.target << ' ' << answer.body;
    return boost::json::parse(answer.body);
  }

  void create_pod(std::string_view name, std::string_view metadata = "",
                  std::string_view spec = "") {
    expect(201, {"POST", std::string{kPods}, pod(name, metadata, spec)});
  }

  void bind(std::string_view name, std::string_view node = "n1") {
    expect(201, {"POST", std::string{kPods} + '/' + std::string{name} + "/binding",
                 binding(name, node)});
  }

  std::string version() { return std::to_string(api().resource_version()); }

  WatchId watch(std::string_view target, std::string_view accept = "application/json") {
    const ApiAnswer answer = send({"GET", std::string{target}, "", "", std::string{accept}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_TRUE(answer.watch.has_value());
    return answer.watch.value_or(0);
  }

  // What the watch has to say, as "TYPE name" (of an ERROR its code, of a BOOKMARK its version,
  // with ! where it ends what there was); "end" where it has ended.
  std::vector<std::string> read(WatchId id, std::size_t max_bytes = 1 << 20) {
    std::string text;
    const WatchState state = api().read_watch(id, max_bytes, text);
    std::vector<std::string> seen;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      EXPECT_NE(end, std::string::npos) << "a line that is not whole: " << text;
      seen.push_back(said(text.substr(0, end)));
      text.erase(0, end == std::string::npos ? end : end + 1);
    }
    if (state == WatchState::kEnded) seen.emplace_back("end");
    return seen;
  }

  static std::string said(const std::string& line) {
    const boost::json::value event = boost::json::parse(line);
    const std::string type{event.at("type").as_string()};
    const boost::json::object& object = event.at("object").as_object();
    if (type == "ERROR") return type + ' ' + std::to_string(object.at("code").as_int64());
    const boost::json::object& metadata = object.at("metadata").as_object();
    if (type != "BOOKMARK") return type + ' ' + std::string{metadata.at("name").as_string()};
    return type + ' ' + std::string{metadata.at("resourceVersion").as_string()} +
           (metadata.contains("annotations") ? "!" : "");
  }

  static std::string string_in(const boost::json::value& value) {
    return std::string{value.as_string()};
  }

  // The names of a list's items.
  static std::vector<std::string> names(const boost::json::value& list) {
    std::vector<std::string> found;
    for (const auto& item : list.at("items").as_array()) {
      found.emplace_back(item.at("metadata").at("name").as_string());
    }
    return found;
  }

  neuron_scheduler::test::SimClock clock_;
  std::optional<Api> api_;
};

}  // namespace neuron_scheduler::embedded::test
