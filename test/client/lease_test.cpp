#include "cluster/client/lease.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace neuron_scheduler::client {
namespace {

using std::chrono::seconds;

LeaseRecord record() {
  LeaseRecord made;
  made.holder = "host_1";
  made.duration = seconds{15};
  made.acquired = *model::parse_time("2026-11-29T12:00:00.123456Z");
  made.renewed = *model::parse_time("2026-11-29T12:00:10.000001Z");
  made.transitions = 3;
  return made;
}

const char* const kSpec =
    R"({"holderIdentity":"host_1","leaseDurationSeconds":15,)"
    R"("acquireTime":"2026-11-29T12:00:00.123456Z","renewTime":"2026-11-29T12:00:10.000001Z",)"
    R"("leaseTransitions":3})";

std::string lease_json(const std::string& spec) {
  return R"({"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"n",)"
         R"("resourceVersion":"7","labels":{"a":"b"},"managedFields":[{"manager":"x"}]},"spec":)" +
         spec + "}";
}

TEST(LeaseTest, TargetsAreEscaped) {
  EXPECT_EQ(lease_target("kube-system", "a/b"),
            "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/a%2Fb");
  EXPECT_EQ(leases_target("x"), "/apis/coordination.k8s.io/v1/namespaces/x/leases");
}

TEST(LeaseTest, IsWrittenAsClientGoDoes) {
  EXPECT_EQ(new_lease("ns", "n", record()),
            std::string(R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease",)"
                        R"("metadata":{"name":"n","namespace":"ns"},"spec":)") +
                kSpec + "}");
}

TEST(LeaseTest, IsReadBack) {
  const auto lease = decode_lease(lease_json(kSpec));
  ASSERT_TRUE(lease) << lease.error().message;
  EXPECT_EQ(lease->record, record());
}

TEST(LeaseTest, AnUpdateKeepsTheRestOfTheObject) {
  const auto lease = decode_lease(lease_json(R"({"holderIdentity":"x","strategy":"y"})"));
  ASSERT_TRUE(lease);
  const auto updated = boost::json::parse(lease_update(*lease, record()));
  EXPECT_EQ(updated.at("metadata"),
            boost::json::parse(R"({"name":"n","resourceVersion":"7","labels":{"a":"b"}})"));
  EXPECT_EQ(updated.at("spec"), boost::json::parse(kSpec));
  LeaseRecord free = record();
  free.holder.clear();
  EXPECT_EQ(boost::json::parse(lease_update(*lease, free)).at_pointer("/spec/holderIdentity"), "");
}

TEST(LeaseTest, WhatIsMissingIsEmpty) {
  for (const char* const spec : {"null", "{}", R"({"holderIdentity":null,"renewTime":null})"}) {
    const auto lease = decode_lease(lease_json(spec));
    ASSERT_TRUE(lease) << spec;
    EXPECT_EQ(lease->record, LeaseRecord{}) << spec;
  }
}

TEST(LeaseTest, NumbersAreBounded) {
  const auto lease =
      decode_lease(lease_json(R"({"leaseDurationSeconds":-5,"leaseTransitions":9000000000})"));
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->record.duration, seconds{0});
  EXPECT_EQ(lease->record.transitions, 2'147'483'647);
}

TEST(LeaseTest, WhatCannotBeReadIsNamed) {
  const std::pair<std::string, std::string> rows[] = {
      {"what", "Lease: not JSON: "},
      {"[]", "Lease: the answer must be an object"},
      {R"({"kind":"Pod"})", "Lease: kind must be \"Lease\""},
      {R"({"kind":"Lease"})", "Lease: metadata must be an object"},
      {R"({"kind":"Lease","metadata":{}})", "Lease: metadata.resourceVersion must be a text"},
      {lease_json("5"), "Lease: spec must be an object"},
      {lease_json(R"({"holderIdentity":5})"), "Lease: spec.holderIdentity must be a text"},
      {lease_json(R"({"leaseDurationSeconds":"5"})"),
       "Lease: spec.leaseDurationSeconds must be an integer"},
      {lease_json(R"({"leaseTransitions":1.5})"),
       "Lease: spec.leaseTransitions must be an integer"},
      {lease_json(R"({"acquireTime":"today"})"), "Lease: spec.acquireTime must be a time"},
      {lease_json(R"({"renewTime":{}})"), "Lease: spec.renewTime must be a time"},
      {std::string(100'000, '['), "Lease: not JSON: "},
  };
  for (const auto& [body, want] : rows) {
    const auto lease = decode_lease(body);
    ASSERT_FALSE(lease) << body.substr(0, 200);
    EXPECT_EQ(lease.error().message.substr(0, want.size()), want);
  }
}

}  // namespace
}  // namespace neuron_scheduler::client
