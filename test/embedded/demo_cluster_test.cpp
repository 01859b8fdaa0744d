#include "cmd/demo-cluster/process.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/client/kubeconfig.hpp"
#include "cmd/demo-cluster/kubeconfig.hpp"
#include "cmd/demo-cluster/objects.hpp"
#include "cmd/demo-cluster/options.hpp"
#include "test/support/builders.hpp"
#include "test/support/loopback.hpp"

namespace neuron_scheduler::demo {
namespace {

namespace json = boost::json;

TEST(DemoClusterOptionsTest, HaveDefaults) {
  const ParsedOptions parsed = parse_options({});
  ASSERT_TRUE(parsed.run) << parsed.output;
  EXPECT_EQ(parsed.options.host, "127.0.0.1");
  EXPECT_EQ(parsed.options.port, 0);
  EXPECT_TRUE(parsed.options.kubelet);
  EXPECT_TRUE(parsed.options.streamed_lists);
  EXPECT_FALSE(parsed.options.faults);
}

TEST(DemoClusterOptionsTest, AreTaken) {
  const ParsedOptions parsed =
      parse_options({"--listen", "[::1]:6443", "--kubeconfig", "k", "--nodes", "trn1.32xlarge=2",
                     "trn2.48xlarge:lnc1=1", "plain=3", "-f", "a.yaml", "b", "--no-kubelet",
                     "--no-streamed-lists", "--allow-faults", "--seed", "7", "--history", "9"});
  ASSERT_TRUE(parsed.run) << parsed.output;
  EXPECT_EQ(parsed.options.host, "::1");
  EXPECT_EQ(parsed.options.port, 6443);
  EXPECT_EQ(parsed.options.kubeconfig, "k");
  ASSERT_EQ(parsed.options.nodes.size(), 3U);
  EXPECT_EQ(parsed.options.nodes[1].prefix, "trn2-48xlarge-lnc1");
  EXPECT_EQ(parsed.options.nodes[1].lnc, 1);
  EXPECT_EQ(parsed.options.nodes[2].count, 3U);
  EXPECT_EQ(parsed.options.files, (std::vector<std::string>{"a.yaml", "b"}));
  EXPECT_FALSE(parsed.options.kubelet);
  EXPECT_FALSE(parsed.options.streamed_lists);
  EXPECT_TRUE(parsed.options.faults);
  EXPECT_EQ(parsed.options.seed, 7U);
  EXPECT_EQ(parsed.options.history_events_max, 9U);
}

struct MistakeCase {
  std::string name;
  std::vector<std::string> arguments;
  std::string want;  // Part of what is said.
};
std::ostream& operator<<(std::ostream& out, const MistakeCase& c) { return out << c.name; }

class DemoClusterMistakeTest : public ::testing::TestWithParam<MistakeCase> {};

TEST_P(DemoClusterMistakeTest, IsExplained) {
  const ParsedOptions parsed = parse_options(GetParam().arguments);
  EXPECT_FALSE(parsed.run);
  EXPECT_EQ(parsed.exit_code, cmd::kExitUsage);
  EXPECT_TRUE(parsed.output.starts_with("demo-cluster: ")) << parsed.output;
  EXPECT_NE(parsed.output.find(GetParam().want), std::string::npos) << parsed.output;
}

INSTANTIATE_TEST_SUITE_P(
    Options, DemoClusterMistakeTest,
    ::testing::Values(
        MistakeCase{"Remote", {"--listen", "0.0.0.0:80"}, "add --allow-remote"},
        MistakeCase{"AllAddresses", {"--listen", ":80"}, "there is no authentication"},
        MistakeCase{"NoPort", {"--listen", "127.0.0.1"}, "is no HOST:PORT"},
        MistakeCase{"UnknownType", {"--nodes", "p5.48xlarge=1"}, "no such type; there are plain, "},
        MistakeCase{"NoCount", {"--nodes", "trn1.32xlarge"}, "must be TYPE=N"},
        MistakeCase{"ZeroNodes", {"--nodes", "plain=0"}, "the number must be 1 to 100000"},
        MistakeCase{"TooMany", {"--nodes", "plain=99999", "inf2.xlarge=2"}, "more than 100000"},
        MistakeCase{
            "Twice", {"--nodes", "plain=1", "plain=2"}, "two groups would be named plain-0"},
        MistakeCase{"LncOfTrn1", {"--nodes", "trn1.32xlarge:lnc1=1"}, "only trn2 and trn3"},
        MistakeCase{"BadLnc", {"--nodes", "trn2.3xlarge:lnc3=1"}, "must be lnc1 or lnc2"},
        MistakeCase{"NoHistory", {"--history", "0"}, "--history"},
        MistakeCase{"NegativeSeed",
                    {"--seed", "-1"},
                    "must be a whole number from 0 to 18446744073709551615, not \"-1\""},
        MistakeCase{"Unknown", {"--nodse", "plain=1"}, "--nodse"}),
    [](const auto& row) { return row.param.name; });

TEST(DemoClusterOptionsTest, RemoteIsAllowedOnDemand) {
  EXPECT_TRUE(parse_options({"--listen", "0.0.0.0:0", "--allow-remote"}).run);
}

TEST(DemoClusterOptionsTest, SayTheVersionAndTheHelp) {
  EXPECT_TRUE(parse_options({"--version"}).output.starts_with("demo-cluster "));
  const ParsedOptions help = parse_options({"--help"});
  EXPECT_EQ(help.exit_code, cmd::kExitOk);
  EXPECT_NE(help.output.find("--allow-faults"), std::string::npos);
}

struct GroupCase {
  std::string name;
  std::string text;
  std::string neuron;  // Capacity; empty: no such resource.
  std::string cores;
};
std::ostream& operator<<(std::ostream& out, const GroupCase& c) { return out << c.name; }

class NodeGroupTest : public ::testing::TestWithParam<GroupCase> {
 protected:
  static std::string at(const json::object& node, const std::string& part,
                        const std::string& resource) {
    const json::object& resources = node.at("status").at(part).as_object();
    const json::value* const found = resources.if_contains(resource);
    return found == nullptr ? "" : std::string(found->as_string());
  }
};

TEST_P(NodeGroupTest, HasItsDevices) {
  const neuron_scheduler::test::SimClock clock;
  const json::object node = make_node(*parse_node_group(GetParam().text), 0, clock.wall());
  for (const char* const part : {"capacity", "allocatable"}) {
    EXPECT_EQ(at(node, part, "aws.amazon.com/neuron"), GetParam().neuron) << part;
    EXPECT_EQ(at(node, part, "aws.amazon.com/neuroncore"), GetParam().cores) << part;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Types, NodeGroupTest,
    ::testing::Values(GroupCase{"Inf1", "inf1.6xlarge=1", "4", "16"},
                      GroupCase{"Inf2", "inf2.48xlarge=1", "12", "24"},
                      GroupCase{"Trn1", "trn1.32xlarge=1", "16", "32"},
                      GroupCase{"Trn2", "trn2.48xlarge=1", "16", "64"},
                      GroupCase{"Trn2Lnc1", "trn2.48xlarge:lnc1=1", "16", "128"},
                      GroupCase{"Trn2Lnc2", "trn2.48xlarge:lnc2=1", "16", "64"},
                      GroupCase{"Trn3", "trn3e.24xlarge=1", "4", "16"},
                      GroupCase{"Plain", "plain=1", "", ""}),
    [](const auto& row) { return row.param.name; });

class DemoClusterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "demo-cluster-").string();
    pattern += std::string(6, 'X');  // What mkdtemp wants to replace.
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }

  static std::string text_of(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  int get(DemoCluster& cluster, const std::string& target) {
    embedded::ApiRequest request;
    request.method = "GET";
    request.target = target;
    return cluster.api().handle(request).status;
  }

  std::filesystem::path folder_;
  boost::asio::io_context io_;
  neuron_scheduler::test::SimClock clock_;
};

TEST_F(DemoClusterTest, EveryTypeIsAValidNode) {
  embedded::Api api(clock_, {});
  std::vector<NodeGroup> groups{*parse_node_group("plain=2")};
  for (const InstanceType& type : instance_types()) {
    groups.push_back(*parse_node_group(std::string(type.name) + "=2"));
  }
  const auto error = create_nodes(api, groups, clock_.wall());
  EXPECT_FALSE(error) << error->message;
}

TEST_F(DemoClusterTest, ServesWhatItWasToldTo) {
  Options options;
  options.nodes = {*parse_node_group("inf2.xlarge=2")};
  options.files = {write("a.yaml",
                         "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: team}\n"
                         "spec: {containers: [{name: c, image: i}]}\n---\n"
                         "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n")};
  options.kubeconfig = (folder_ / "config").string();
  auto cluster = make_demo_cluster(io_, clock_, options);
  ASSERT_TRUE(cluster) << cluster.error().message;
  EXPECT_EQ(get(**cluster, "/api/v1/nodes/inf2-xlarge-1"), 200);
  EXPECT_EQ(get(**cluster, "/api/v1/namespaces/team/pods/p"), 200);

  const auto access = client::load_kubeconfig(options.kubeconfig);
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ((*cluster)->url(), "http://" + access->authority());
  EXPECT_EQ(std::filesystem::status(options.kubeconfig).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto seen = neuron_scheduler::test::visit(io_, (*cluster)->server().port(),
                                                  "GET /api/v1/nodes HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(neuron_scheduler::test::run_until(io_, [&] { return seen->has("inf2-xlarge-0"); }));
}

TEST_F(DemoClusterTest, RunsPodsByItself) {
  Options options;
  options.nodes = {*parse_node_group("plain=1")};
  options.files = {write("a.yaml",
                         "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
                         "spec: {nodeName: plain-0, containers: [{name: c, image: i}]}\n")};
  auto cluster = make_demo_cluster(io_, clock_, options);
  ASSERT_TRUE(cluster) << cluster.error().message;
  neuron_scheduler::test::run_for(io_, std::chrono::milliseconds(20));
  clock_.advance(std::chrono::seconds(1));
  const std::string get_pod = "GET /api/v1/namespaces/default/pods/p HTTP/1.1\r\nHost: x\r\n\r\n";
  const auto seen = neuron_scheduler::test::visit(io_, (*cluster)->server().port(), get_pod);
  EXPECT_TRUE(neuron_scheduler::test::run_until(io_, [&] { return seen->has("\r\n\r\n"); }));
  seen->send(get_pod);
  EXPECT_TRUE(
      neuron_scheduler::test::run_until(io_, [&] { return seen->has("\"phase\":\"Running\""); }));
}

struct BadFileCase {
  std::string name;
  std::string yaml;
  std::string want;  // After the path.
};
std::ostream& operator<<(std::ostream& out, const BadFileCase& c) { return out << c.name; }

class DemoClusterFileTest : public DemoClusterTest,
                            public ::testing::WithParamInterface<BadFileCase> {};

TEST_P(DemoClusterFileTest, IsNamedWithLineAndReason) {
  Options options;
  options.files = {write("a.yaml", GetParam().yaml)};
  const auto cluster = make_demo_cluster(io_, clock_, options);
  ASSERT_FALSE(cluster);
  const std::string& message = cluster.error().message;
  EXPECT_TRUE(message.starts_with(options.files[0] + GetParam().want)) << message;
}

INSTANTIATE_TEST_SUITE_P(
    Files, DemoClusterFileTest,
    ::testing::Values(
        BadFileCase{"UnknownKind", "\n\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}",
                    ":3: Deployment of apps/v1 is not served here; there is Pod of v1, "},
        BadFileCase{"Refused",
                    "apiVersion: v1\nkind: Pod\nmetadata: {name: UPPER}\n"
                    "spec: {containers: [{name: c, image: i}]}",
                    ":1: Pod UPPER: Pod \"UPPER\" is invalid: metadata.name: "},
        BadFileCase{"NoNamespace",
                    "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: lost}\n"
                    "spec: {containers: [{name: c, image: i}]}",
                    ":1: Pod p: namespaces \"lost\" not found"},
        BadFileCase{"NotYaml", "a: [", ":"}),
    [](const auto& row) { return row.param.name; });

TEST_F(DemoClusterTest, AKubeconfigThatCannotBeWrittenIsNamed) {
  Options options;
  options.kubeconfig = (folder_ / "no" / "config").string();
  const auto cluster = make_demo_cluster(io_, clock_, options);
  ASSERT_FALSE(cluster);
  EXPECT_EQ(cluster.error().message,
            "cannot write " + options.kubeconfig + ": No such file or directory");
}

TEST_F(DemoClusterTest, AFileIsReplacedAsAWhole) {
  const std::string path = write("config", "old");
  EXPECT_FALSE(write_file(path, "new"));
  EXPECT_EQ(text_of(path), "new");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    files += entry.exists() ? 1 : 0;
  }
  EXPECT_EQ(files, 1U);
  EXPECT_TRUE(write_file(folder_.string(), "x")) << "a folder is no file";
}

TEST_F(DemoClusterTest, ATakenPortIsNamed) {
  auto first = make_demo_cluster(io_, clock_, {});
  ASSERT_TRUE(first);
  Options options;
  options.port = (*first)->server().port();
  const auto second = make_demo_cluster(io_, clock_, options);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("Address already in use"), std::string::npos);
}

}  // namespace
}  // namespace neuron_scheduler::demo
