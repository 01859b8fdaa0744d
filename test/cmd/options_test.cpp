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
  const LeaderElectOptions& election = parsed.options.leader_elect;
  EXPECT_TRUE(election.enabled);
  EXPECT_EQ(election.resource_name, "neuron-scheduler");
  EXPECT_EQ(election.resource_namespace, "kube-system");
  EXPECT_EQ(election.timing.lease_duration, std::chrono::seconds{15});
  EXPECT_EQ(election.timing.renew_deadline, std::chrono::seconds{10});
  EXPECT_EQ(election.timing.retry_period, std::chrono::seconds{2});
}

TEST(OptionsTest, LeaderElectionHasKubeSchedulersFlags) {
  const auto parsed = parse_options(
      {"--leader-elect", "--leader-elect-lease-duration=1m30s", "--leader-elect-renew-deadline",
       "1.5s", "--leader-elect-retry-period=300ms", "--leader-elect-resource-lock=leases",
       "--leader-elect-resource-name=n", "--leader-elect-resource-namespace=ns", "run"});
  ASSERT_TRUE(parsed.run) << parsed.output;
  const LeaderElectOptions& election = parsed.options.leader_elect;
  EXPECT_TRUE(election.enabled);
  EXPECT_EQ(election.resource_name, "n");
  EXPECT_EQ(election.resource_namespace, "ns");
  EXPECT_EQ(election.timing.lease_duration, std::chrono::seconds{90});
  EXPECT_EQ(election.timing.renew_deadline, std::chrono::milliseconds{1500});
  EXPECT_EQ(election.timing.retry_period, std::chrono::milliseconds{300});
  EXPECT_FALSE(parse_options({"--leader-elect=false"}).options.leader_elect.enabled);
  // Without an election its times mean nothing.
  EXPECT_TRUE(parse_options({"--leader-elect=false", "--leader-elect-retry-period=0"}).run);
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

TEST(OptionsTest, SimulateHasItsOwn) {
  const auto parsed =
      parse_options({"simulate", "-f", "a", "--filename=b", "-f", "-", "--all-pods", "--seed=7",
                     "--now", "2026-11-24T12:00:00+01:00", "-o", "yaml", "--fail-on-pending"});
  EXPECT_FALSE(parsed.run);
  ASSERT_TRUE(parsed.simulate) << parsed.output;
  EXPECT_EQ(parsed.simulate->files, (std::vector<std::string>{"a", "b", "-"}));
  EXPECT_TRUE(parsed.simulate->all_pods);
  EXPECT_TRUE(parsed.simulate->fail_on_pending);
  EXPECT_EQ(parsed.simulate->seed, 7U);
  EXPECT_EQ(model::format_time(*parsed.simulate->now), "2026-11-24T11:00:00Z");
  EXPECT_EQ(parsed.simulate->format, simulate::Format::kYaml);
  const auto plain = parse_options({"--seed=18446744073709551615", "simulate", "-f", "a"});
  ASSERT_TRUE(plain.simulate) << plain.output;
  EXPECT_EQ(plain.simulate->seed, 18446744073709551615U);
  EXPECT_FALSE(plain.simulate->now);
  EXPECT_EQ(plain.simulate->format, simulate::Format::kTable);
  EXPECT_FALSE(parse_options({"run"}).simulate);
  EXPECT_THAT(parse_options({"simulate", "--help"}).output, HasSubstr("--fail-on-pending"));
  EXPECT_EQ(parse_options({"simulate", "--help"}).exit_code, kExitOk);
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
  EXPECT_FALSE(parsed.run || parsed.simulate);
  EXPECT_EQ(parsed.exit_code, kExitUsage);
  EXPECT_THAT(parsed.output, HasSubstr(GetParam().want));
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, BadOptions,
    testing::Values(
        Bad{"UnknownFlag", {"--kube-config=x"}, "--kube-config"},
        Bad{"UnknownCommand", {"fly"}, "fly"},
        Bad{"LeaseWord", {"--leader-elect-lease-duration=15"}, "no duration like 15s"},
        Bad{"RetryNegative", {"--leader-elect-retry-period=-2s"}, "must be greater than zero"},
        Bad{"LeaseShort",
            {"--leader-elect-lease-duration=10s"},
            "the lease duration must be greater than the renew deadline"},
        Bad{"LeaseLock", {"--leader-elect-resource-lock=endpoints"}, "must be leases"},
        Bad{"LeaseName", {"--leader-elect-resource-name", ""}, "must not be empty"},
        Bad{"LeaseNameForm",
            {"--leader-elect-resource-name=a/b"},
            "--leader-elect-resource-name: \"a/b\": a lowercase RFC 1123 subdomain"},
        Bad{"LeaseNamespaceForm",
            {"--leader-elect-resource-namespace=a.b"},
            "--leader-elect-resource-namespace: \"a.b\": must not contain dots"},
        Bad{"LeaseFraction",
            {"--leader-elect-lease-duration=1900ms", "--leader-elect-renew-deadline=1s",
             "--leader-elect-retry-period=300ms"},
            "the lease duration must be a whole number of seconds"},
        Bad{"LeaseOfSimulate",
            {"simulate", "-f", "a", "--leader-elect-retry-period=2s"},
            "--leader-elect-retry-period has no meaning for simulate"},
        Bad{"LeaderElectionWord", {"--leader-elect=maybe"}, "must be true or false"},
        Bad{"VerbosityRange", {"-v", "11"}, "--v"}, Bad{"VerbosityWord", {"-v", "x"}, "--v"},
        Bad{"AddressNoPort", {"--http-address=localhost"}, "no port"},
        Bad{"AddressPortRange", {"--http-address=localhost:65536"}, "0 to 65535"},
        Bad{"AddressIpv6", {"--http-address=::1:80"}, "needs brackets"},
        Bad{"AddressBrackets", {"--http-address=[::1:80"}, "brackets do not match"},
        Bad{"Seed", {"--seed=-1"}, "--seed"},
        Bad{"SeedWord", {"--seed=1x"}, "must be a whole number from 0 to 18446744073709551615"},
        Bad{"NoFile", {"simulate"}, "--filename is required"},
        Bad{"Config", {"simulate", "-f", "a", "--config="}, "--config"},
        Bad{"Now", {"simulate", "-f", "a", "--now", "today"}, "\"today\" is no time like"},
        Bad{"Format", {"simulate", "-f", "a", "-o", "wide"}, "must be table, json or yaml"},
        Bad{"SimulateSeed", {"simulate", "-f", "a", "--seed=-1"}, "--seed"},
        Bad{"RunOption",
            {"simulate", "-f", "a", "--kubeconfig=b"},
            "--kubeconfig has no meaning for simulate"},
        Bad{"RunOptionBefore",
            {"-v", "2", "simulate", "-f", "a"},
            "-v has no meaning for simulate"},
        Bad{"SimulateOptionOfRun", {"run", "-f", "a"}, "-f"},
        Bad{"MissingValue", {"--kubeconfig"}, "--kubeconfig"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::cmd
