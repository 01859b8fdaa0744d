#include "metrics/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

namespace neuron_scheduler::metrics {
namespace {

using testing::Eq;
using testing::Optional;

// A made-up /proc.
class ProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ / "self" / "fd");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / name) << text;
  }
  [[nodiscard]] ProcessStats read() const {
    return read_process_stats(root_ / "self", root_ / "stat");
  }

  const std::filesystem::path root_ =
      std::filesystem::path(testing::TempDir()) /
      ("proc-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

constexpr const char* kStat =
    "42 (odd) name) S 1 42 42 0 -1 4194304 9 8 7 6 250 50 3 2 20 0 1 0 12345 999 77 18446744\n";

TEST_F(ProcessTest, ReadsWhatTheKernelWrites) {
  write("self/stat", kStat);
  write("stat", "cpu  1 2 3\nctxt 7\nbtime 1700000000\nprocesses 5\n");
  write("self/status",
        "Name:\todd\nVmPeak:\t    9000 kB\nVmSize:\t    8000 kB\nVmRSS:\t     100 kB\n");
  write("self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        "Max open files            1024                 524288               files     \n");
  for (const char* fd : {"0", "1", "7"}) write(std::string("self/fd/") + fd, "");

  const ProcessStats stats = read();
  EXPECT_THAT(stats.cpu_seconds, Optional(Eq(3.0)));
  EXPECT_THAT(stats.start_time_seconds, Optional(Eq(1700000123.45)));
  EXPECT_THAT(stats.virtual_bytes, Optional(Eq(8000U * 1024)));
  EXPECT_THAT(stats.resident_bytes, Optional(Eq(100U * 1024)));
  EXPECT_THAT(stats.open_fds, Optional(Eq(3U)));
  EXPECT_THAT(stats.max_fds, Optional(Eq(1024U)));
}

TEST_F(ProcessTest, LeavesOutWhatIsNotThere) {
  std::filesystem::remove_all(root_);
  const ProcessStats stats = read();
  EXPECT_FALSE(stats.cpu_seconds);
  EXPECT_FALSE(stats.start_time_seconds);
  EXPECT_FALSE(stats.virtual_bytes);
  EXPECT_FALSE(stats.resident_bytes);
  EXPECT_FALSE(stats.open_fds);
  EXPECT_FALSE(stats.max_fds);
}

TEST_F(ProcessTest, LeavesOutWhatIsDamaged) {
  write("self/stat", "42 (short) S 1 2 3\n");
  write("stat", "btime soon\n");
  write("self/status", "VmSize:\nVmRSS: many kB\n");
  write("self/limits", "Max open files            -1  1  files\n");
  const ProcessStats stats = read();
  EXPECT_FALSE(stats.cpu_seconds);
  EXPECT_FALSE(stats.start_time_seconds);
  EXPECT_FALSE(stats.virtual_bytes);
  EXPECT_FALSE(stats.resident_bytes);
  EXPECT_THAT(stats.open_fds, Optional(Eq(0U)));
  EXPECT_FALSE(stats.max_fds);
}

TEST_F(ProcessTest, KnowsTheCpuTimeWithoutTheTimeOfBooting) {
  write("self/stat", kStat);
  EXPECT_THAT(read().cpu_seconds, Optional(Eq(3.0)));
  EXPECT_FALSE(read().start_time_seconds);
}

TEST_F(ProcessTest, UnlimitedIsTheLargestNumber) {
  write("self/limits",
        "Max open files            unlimited            unlimited            files\n");
  EXPECT_THAT(read().max_fds, Optional(Eq(std::numeric_limits<std::uint64_t>::max())));
}

TEST(ProcessOfThisTest, IsReadWhole) {
  const ProcessStats stats = read_process_stats("/proc/self", "/proc/stat");
  EXPECT_TRUE(stats.cpu_seconds);
  EXPECT_THAT(stats.start_time_seconds, Optional(testing::Gt(1.6e9)));
  EXPECT_THAT(stats.virtual_bytes, Optional(testing::Gt(1U << 20)));
  EXPECT_THAT(stats.resident_bytes, Optional(testing::Gt(1U << 16)));
  EXPECT_THAT(stats.open_fds, Optional(testing::Gt(2U)));
  EXPECT_THAT(stats.max_fds, Optional(testing::Gt(2U)));
}

}  // namespace
}  // namespace neuron_scheduler::metrics
