#include "cmd/neuron-scheduler/options.hpp"

#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace neuron_scheduler::cmd {
namespace {

using testing::HasSubstr;

TEST(OptionsTest, DefaultsRunInTheCluster) {
  const auto parsed = parse_options({});
  ASSERT_TRUE(parsed.run) << parsed.output;
  EXPECT_EQ(parsed.options.kubeconfig, "");
  EXPECT_EQ(parsed.options.http_host, "127.0.0.1");
  EXPECT_EQ(parsed.options.http_port, 10251);
  EXPECT_EQ(parsed.options.verbosity, 0);
}

TEST(OptionsTest, TakesKubeSchedulersForms) {
  const auto parsed = parse_options({"--kubeconfig=/etc/k", "--leader-elect=false", "-v", "2",
                                     "--http-address", "[::1]:8080", "run"});
  ASSERT_TRUE(parsed.run) << parsed.output;
  EXPECT_EQ(parsed.options.kubeconfig, "/etc/k");
  EXPECT_EQ(parsed.options.http_host, "::1");
  EXPECT_EQ(parsed.options.http_port, 8080);
  EXPECT_EQ(parsed.options.verbosity, 2);
  EXPECT_EQ(parse_options({"run", "--v=4"}).options.verbosity, 4);
  EXPECT_EQ(parse_options({"-v=3"}).options.verbosity, 3);
}

TEST(OptionsTest, HelpAndVersionExitWell) {
  EXPECT_THAT(parse_options({"--help"}).output, HasSubstr("--kubeconfig"));
  EXPECT_EQ(parse_options({"--help"}).exit_code, kExitOk);
  EXPECT_THAT(parse_options({"--version"}).output, HasSubstr("neuron-scheduler 0."));
}

struct Bad {
  const char* name;
  std::vector<std::string> arguments;
  const char* want;
};

void PrintTo(const Bad& row, std::ostream* out) { *out << row.name; }

class BadOptions : public testing::TestWithParam<Bad> {};

TEST_P(BadOptions, AreNamedAndEndWithTwo) {
  const auto parsed = parse_options(GetParam().arguments);
  EXPECT_FALSE(parsed.run);
  EXPECT_EQ(parsed.exit_code, kExitUsage);
  EXPECT_THAT(parsed.output, HasSubstr(GetParam().want));
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, BadOptions,
    testing::Values(
        Bad{"UnknownFlag", {"--kube-config=x"}, "--kube-config"},
        Bad{"UnknownCommand", {"fly"}, "fly"},
        Bad{"LeaderElection", {"--leader-elect=true"}, "leader election is not built yet"},
        Bad{"LeaderElectionWord", {"--leader-elect=maybe"}, "must be true or false"},
        Bad{"VerbosityRange", {"-v", "11"}, "--v"}, Bad{"VerbosityWord", {"-v", "x"}, "--v"},
        Bad{"AddressNoPort", {"--http-address=localhost"}, "no port"},
        Bad{"AddressPortRange", {"--http-address=localhost:65536"}, "0 to 65535"},
        Bad{"AddressIpv6", {"--http-address=::1:80"}, "needs brackets"},
        Bad{"AddressBrackets", {"--http-address=[::1:80"}, "brackets do not match"},
        Bad{"Seed", {"--seed=-1"}, "--seed"},
        Bad{"MissingValue", {"--kubeconfig"}, "--kubeconfig"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::cmd
