#include <algorithm>

#include <gtest/gtest.h>

#include "test/client/protobuf_writer.hpp"
#include "test/client/representation.hpp"

namespace neuron_scheduler::test {

std::string as_sent(const std::string& json) { return protobuf_body(json).value_or(json); }

std::string list_as_sent(const std::string& json, std::string_view kind) {
  return protobuf_list(json, kind).value_or(json);
}

std::string watch_as_sent(const std::string& lines) {
  std::string events;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    const auto event = protobuf_event(lines.substr(at, end - at));
    if (!event) return lines;
    events += *event;
    at = end + 1;
  }
  return events;
}

namespace {

TEST(RepresentationTest, WhatAServerCanSayIsProtobuf) {
  EXPECT_EQ(as_sent(R"({"kind":"Pod","metadata":{"name":"p"}})").substr(0, 3), "k8s");
  EXPECT_EQ(list_as_sent(R"({"metadata":{},"items":[{}]})", "Node").substr(0, 3), "k8s");
  EXPECT_EQ(watch_as_sent("{\"type\":\"ADDED\",\"object\":{\"kind\":\"Pod\"}}\n").front(), '\0');
  EXPECT_EQ(as_sent(R"({"kind":"Pod","metadata":7})"), R"({"kind":"Pod","metadata":7})");
}

}  // namespace
}  // namespace neuron_scheduler::test
