#include "test/placement/trace.hpp"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

namespace neuron_scheduler::placement {
namespace {

constexpr const char* kHeader = "name,cpu_milli,memory_mib,num_gpu,gpu_milli\n";

// The shapes of a trace by their names, or what is wrong with it.
std::string text_of(const std::variant<Trace, std::string>& read) {
  if (const auto* problem = std::get_if<std::string>(&read)) return *problem;
  std::string text;
  for (const std::size_t shape : std::get<Trace>(read)) {
    text += std::string(kShapes[shape].name) + ';';
  }
  return text;
}

struct TraceCase {
  const char* name;
  std::string csv;
  const char* want;
};
void PrintTo(const TraceCase& row, std::ostream* out) { *out << row.name; }

class ReadTrace : public testing::TestWithParam<TraceCase> {};

TEST_P(ReadTrace, Gives) {
  std::istringstream csv(GetParam().csv);
  EXPECT_EQ(text_of(read_trace(csv)), GetParam().want);
}

std::string pods(const std::string& rows) { return kHeader + rows; }

INSTANTIATE_TEST_SUITE_P(
    Rows, ReadTrace,
    testing::Values(
        TraceCase{"SmallShare", pods("a,1,1,1,500\n"), "neuroncore: 1;"},
        TraceCase{"BigShare", pods("a,1,1,1,501\n"), "neuroncore: 2;"},
        TraceCase{"NearlyWhole", pods("a,1,1,1,999\n"), "neuroncore: 2;"},
        TraceCase{"Whole", pods("a,1,1,1,1000\n"), "neuron: 1;"},
        TraceCase{"Several", pods("a,1,1,2,1000\nb,1,1,4,1000\nc,1,1,8,1000\n"),
                  "neuron: 2;neuron: 4;neuron: 8;"},
        TraceCase{"NoGpuIsLeftOut", pods("a,1,1,0,0\nb,1,1,1,1000\n"), "neuron: 1;"},
        TraceCase{"MoreColumnsInAnyOrder", "gpu_milli,num_gpu,qos\r\n1000,1,LS\r\n", "neuron: 1;"},
        TraceCase{"Empty", "", "the file is empty"},
        TraceCase{"NoColumns", "name,cpu\na,1\n", "no columns num_gpu and gpu_milli"},
        TraceCase{"ShortRow", pods("a,1,1,1\n"), "line 2: too few fields"},
        TraceCase{"NoNumber", pods("a,1,1,1,1000\nb,1,1,one,1000\n"),
                  "line 3: num_gpu or gpu_milli is no number"},
        TraceCase{"Negative", pods("a,1,1,-1,1000\n"), "line 2: num_gpu or gpu_milli is no number"},
        TraceCase{"OddNumber", pods("a,1,1,3,1000\n"), "line 2: no shape for 3 GPUs"},
        TraceCase{"NoPods", pods("a,1,1,0,0\n"), "no pod asks for a GPU"}),
    [](const auto& row) { return row.param.name; });

TEST(ReadTraceOfEights, MakesEveryTenthASixteen) {
  std::string csv = kHeader;
  for (int i = 0; i < 25; ++i) csv += "a,1,1,8,1000\nb,1,1,1,100\n";
  std::istringstream in(csv);
  const auto trace = std::get<Trace>(read_trace(in));
  ASSERT_EQ(trace.size(), 50u);
  for (std::size_t i = 0; i < trace.size(); i += 2) {
    EXPECT_EQ(kShapes[trace[i]].devices, i == 18 || i == 38 ? 16 : 8) << i;
  }
}

TEST(Arrivals, AreTheShuffledTraceAndThenMoreOfIt) {
  Trace trace(100, 0);
  trace.insert(trace.end(), 50, 2);
  const Trace some = arrivals(trace, 42, 150);
  const Trace more = arrivals(trace, 42, 1000);
  int asked = 0;
  for (const std::size_t shape : more) asked += kShapes[shape].asked_cores();
  EXPECT_GE(asked, 1000);
  EXPECT_LE(asked, 1001);
  EXPECT_TRUE(std::equal(some.begin(), some.end(), more.begin()));
  EXPECT_EQ(std::count(more.begin(), more.begin() + 150, 2u), 50);
  EXPECT_NE(some, arrivals(trace, 43, 150));
}

TEST(Random, HasTheMeansItPromises) {
  Random random(1);
  double exponential = 0;
  double log_normal = 0;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    exponential += random.exponential(3) / kCount;
    log_normal += random.log_normal(1) / kCount;
  }
  EXPECT_NEAR(exponential, 3, 0.05);
  EXPECT_NEAR(log_normal, 1, 0.02);
}

TEST(SyntheticTrace, HasAllShapes) {
  for (const double share : mix_of(synthetic_trace())) EXPECT_GT(share, 0);
}

}  // namespace
}  // namespace neuron_scheduler::placement
