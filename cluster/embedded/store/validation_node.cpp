#include <set>
#include <string>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validators.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

// The real server, too, says metadata.taints.
void check_taints(const json::object& node, Causes& causes) {
  const Path metadata("metadata");
  const Path path = metadata.child("taints");
  std::set<std::pair<std::string_view, std::string_view>> seen;
  each_object(part(node, "spec"), "taints", [&](const json::object& taint, std::size_t i) {
    const Path at = path.index(i);
    const std::string_view key = text_in(taint, "key");
    const std::string_view value = text_in(taint, "value");
    const std::string_view effect = text_in(taint, "effect");
    causes.complain(at.child("key"), key, check_label_key(key));
    const Complaints complaints = check_label_value(value);
    if (!complaints.empty()) {
      causes.invalid(at.child("value"), quoted(value), join(complaints, ";"));
    }
    check_taint_effect(effect, at.child("effect"), causes);
    if (!seen.emplace(key, effect).second) {
      // As Go shows its own struct.
      const json::object shown{
          {"Key", key}, {"Value", value}, {"Effect", effect}, {"TimeAdded", nullptr}};
      causes.duplicate(at, json::serialize(shown), "taints must be unique by key and effect pair");
    }
  });
}

void check_amounts(const json::object& node, Causes& causes) {
  const Path path("status");
  for (const std::string_view key : {"capacity", "allocatable"}) {
    const Path at = path.child(key);
    for (const auto& member : part(part(node, "status"), key)) {
      const std::string_view resource(member.key().data(), member.key().size());
      check_amount(resource, text_of(member.value()), at.child(resource), causes);
    }
  }
}

}  // namespace

void check_node(const json::object& node, Causes& causes) {
  check_metadata(node, false, check_dns_subdomain, causes);
  check_finalizer_names(node, causes);
  check_taints(node, causes);
  check_amounts(node, causes);
}

void check_node_update(const json::object& next, const json::object& current, Causes& causes) {
  check_amounts(next, causes);
  std::set<std::string> addresses;
  const Path status("status");
  const Path path = status.child("addresses");
  each_object(part(next, "status"), "addresses", [&](const json::object& address, std::size_t i) {
    const std::string text = json::serialize(address);
    if (!addresses.insert(text).second) causes.duplicate(path.index(i), text);
  });
  const json::object& spec = part(next, "spec");
  const json::object& spec_now = part(current, "spec");
  const Path spec_path("spec");
  const auto* cidrs = spec.if_contains("podCIDRs");
  const auto* cidrs_now = spec_now.if_contains("podCIDRs");
  if (cidrs_now != nullptr && (cidrs == nullptr || *cidrs != *cidrs_now)) {
    causes.forbidden(spec_path.child("podCIDRs"),
                     "node updates may not change podCIDR except from \"\" to valid");
  }
  const std::string_view provider = text_in(spec, "providerID");
  const std::string_view provider_now = text_in(spec_now, "providerID");
  if (!provider_now.empty() && provider != provider_now) {
    causes.invalid(spec_path.child("providerID"), "null",
                   provider.empty() ? "field cannot be cleared once set"
                                    : "field cannot be modified once set");
  }
  if (text_in(spec, "externalID") != text_in(spec_now, "externalID")) {
    causes.forbidden(spec_path.child("externalID"), "may not be updated");
  }
  check_taints(next, causes);
}

}  // namespace neuron_scheduler::embedded
