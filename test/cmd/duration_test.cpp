#include "cmd/neuron-scheduler/duration.hpp"

#include <string>

#include <gtest/gtest.h>

namespace neuron_scheduler::cmd {
namespace {

struct Case {
  std::string text;
  std::optional<std::chrono::nanoseconds> want;
};

TEST(DurationTest, IsReadAsGoWritesIt) {
  using namespace std::chrono_literals;
  const Case rows[] = {
      {"0", 0ns},
      {"15s", 15s},
      {"+15s", 15s},
      {"1m30s", 90s},
      {"1h1m1s1ms1us1ns", 3'661'001'001'001ns},
      {"1.5h", 90min},
      {".5s", 500ms},
      {"1.s", 1s},
      {"1.0000000019s", 1'000'000'001ns},
      {"2\u00b5s", 2us},
      {"2\u03bcs", 2us},
      {"9223372036854775807ns", 9223372036854775807ns},
      {"2562047h47m16.854775807s", 9223372036854775807ns},
      {"", {}},
      {"+", {}},
      {"15", {}},
      {"s", {}},
      {".s", {}},
      {"1.5", {}},
      {"-1s", {}},
      {"1d", {}},
      {"1 s", {}},
      {"1s ", {}},
      {"1,5s", {}},
      {"1e3s", {}},
      {"1s1", {}},
      {"9223372036854775808ns", {}},
      {"2562047h47m16.854775808s", {}},
      {"9999999999999999999999h", {}},
  };
  for (const Case& row : rows) EXPECT_EQ(parse_duration(row.text), row.want) << row.text;
}

}  // namespace
}  // namespace neuron_scheduler::cmd
