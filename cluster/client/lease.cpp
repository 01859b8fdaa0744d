#include "cluster/client/lease.hpp"

#include <algorithm>
#include <limits>

#include <boost/json.hpp>

#include "cluster/client/request_bodies.hpp"

namespace neuron_scheduler::client {
namespace {

namespace json = boost::json;

constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();

model::Error wrong(std::string_view field, std::string_view want) {
  return model::invalid("Lease: " + std::string(field) + " must be " + std::string(want));
}

// Null and missing are the same, as everywhere in the API.
const json::value* find(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

// Each false: the field has another type; what is missing leaves the target as it is.
bool read(const json::object& spec, std::string_view key, std::string& target) {
  const json::value* const value = find(spec, key);
  if (value == nullptr) return true;
  if (!value->is_string()) return false;
  target = std::string(value->get_string());
  return true;
}

bool read(const json::object& spec, std::string_view key, std::int32_t& target) {
  const json::value* const value = find(spec, key);
  if (value == nullptr) return true;
  if (!value->is_int64()) return false;
  target = static_cast<std::int32_t>(std::clamp<std::int64_t>(value->get_int64(), 0, kInt32Max));
  return true;
}

bool read(const json::object& spec, std::string_view key, model::WallTime& target) {
  std::string text;
  if (!read(spec, key, text)) return false;
  if (text.empty()) return true;
  const auto time = model::parse_time(text);
  if (time) target = *time;
  return time.has_value();
}

json::object spec_of(const LeaseRecord& record) {
  return {{"holderIdentity", record.holder},
          {"leaseDurationSeconds", record.duration.count()},
          {"acquireTime", model::format_micro_time(record.acquired)},
          {"renewTime", model::format_micro_time(record.renewed)},
          {"leaseTransitions", record.transitions}};
}

}  // namespace

std::string leases_target(std::string_view namespace_name) {
  return "/apis/coordination.k8s.io/v1/namespaces/" + escape_url(namespace_name) + "/leases";
}

std::string lease_target(std::string_view namespace_name, std::string_view name) {
  return leases_target(namespace_name) + "/" + escape_url(name);
}

model::Result<Lease> decode_lease(std::string_view body) {
  boost::system::error_code error;
  json::value root = json::parse(body, error);
  if (error) return model::invalid("Lease: not JSON: " + error.message());
  json::object* const object = root.if_object();
  if (object == nullptr) return wrong("the answer", "an object");
  const json::value* const kind = find(*object, "kind");
  if (kind == nullptr || *kind != "Lease") return wrong("kind", "\"Lease\"");
  json::value* const metadata = object->if_contains("metadata");
  if (metadata == nullptr || !metadata->is_object()) return wrong("metadata", "an object");
  std::string version;
  if (!read(metadata->get_object(), "resourceVersion", version) || version.empty()) {
    return wrong("metadata.resourceVersion", "a text");
  }
  // Long, and the server keeps it when it is not sent.
  metadata->get_object().erase("managedFields");

  Lease lease;
  if (const json::value* const spec = find(*object, "spec")) {
    if (!spec->is_object()) return wrong("spec", "an object");
    const json::object& fields = spec->get_object();
    std::int32_t seconds = 0;
    LeaseRecord& record = lease.record;
    if (!read(fields, "holderIdentity", record.holder)) {
      return wrong("spec.holderIdentity", "a text");
    }
    if (!read(fields, "leaseDurationSeconds", seconds)) {
      return wrong("spec.leaseDurationSeconds", "an integer");
    }
    if (!read(fields, "acquireTime", record.acquired)) return wrong("spec.acquireTime", "a time");
    if (!read(fields, "renewTime", record.renewed)) return wrong("spec.renewTime", "a time");
    if (!read(fields, "leaseTransitions", record.transitions)) {
      return wrong("spec.leaseTransitions", "an integer");
    }
    record.duration = std::chrono::seconds(seconds);
  }
  lease.json = json::serialize(root);
  return lease;
}

std::string new_lease(std::string_view namespace_name, std::string_view name,
                      const LeaseRecord& record) {
  return json::serialize(json::object{{"apiVersion", "coordination.k8s.io/v1"},
                                      {"kind", "Lease"},
                                      {"metadata", {{"name", name}, {"namespace", namespace_name}}},
                                      {"spec", spec_of(record)}});
}

std::string lease_update(const Lease& lease, const LeaseRecord& record) {
  json::object object = json::parse(lease.json).as_object();
  object["spec"] = spec_of(record);
  return json::serialize(object);
}

}  // namespace neuron_scheduler::client
