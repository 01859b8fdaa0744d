#include "cluster/client/protobuf_bodies.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

#include <protozero/pbf_builder.hpp>

#include "cluster/client/protobuf_json.hpp"
#include "cluster/model/time.hpp"

// The numbers are those of generated.proto in k8s.io/api/core/v1, k8s.io/api/events/v1 and
// k8s.io/apimachinery (1.37).
namespace neuron_scheduler::client::protobuf {
namespace {

using protozero::pbf_builder;

enum class OfUnknown : protozero::pbf_tag_type { kTypeMeta = 1, kRaw = 2 };
enum class OfTypeMeta : protozero::pbf_tag_type { kApiVersion = 1, kKind = 2 };
enum class OfObjectMeta : protozero::pbf_tag_type {
  kName = 1,
  kNamespace = 3,
  kUid = 5,
  kAnnotations = 12
};
enum class OfMapEntry : protozero::pbf_tag_type { kKey = 1, kValue = 2 };
enum class OfObjectReference : protozero::pbf_tag_type {
  kKind = 1,
  kNamespace = 2,
  kName = 3,
  kUid = 4,
  kApiVersion = 5,
  kResourceVersion = 6,
};
enum class OfBinding : protozero::pbf_tag_type { kMetadata = 1, kTarget = 2 };
enum class OfEvent : protozero::pbf_tag_type {
  kMetadata = 1,
  kEventTime = 2,
  kSeries = 3,
  kReportingController = 4,
  kReportingInstance = 5,
  kAction = 6,
  kReason = 7,
  kRegarding = 8,
  kNote = 10,
  kType = 11,
};
enum class OfEventSeries : protozero::pbf_tag_type { kCount = 1, kLastObservedTime = 2 };
enum class OfTimestamp : protozero::pbf_tag_type { kSeconds = 1, kNanos = 2 };

template <class Tag>
void add(pbf_builder<Tag>& builder, Tag tag, std::string_view text) {
  builder.add_string(tag, text.data(), text.size());
}

// To the microsecond, as JSON has it.
template <class Tag>
void add_time(pbf_builder<Tag>& builder, Tag tag, model::WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::floor<std::chrono::microseconds>(time) - seconds;
  pbf_builder<OfTimestamp> timestamp(builder, tag);
  timestamp.add_int64(OfTimestamp::kSeconds, seconds.time_since_epoch().count());
  timestamp.add_int32(OfTimestamp::kNanos,
                      static_cast<std::int32_t>(std::chrono::nanoseconds(rest).count()));
}

std::string enveloped(std::string_view api_version, std::string_view kind,
                      const std::string& message) {
  std::string body(kMagic);
  pbf_builder<OfUnknown> unknown(body);
  {
    pbf_builder<OfTypeMeta> type(unknown, OfUnknown::kTypeMeta);
    add(type, OfTypeMeta::kApiVersion, api_version);
    add(type, OfTypeMeta::kKind, kind);
  }
  unknown.add_bytes(OfUnknown::kRaw, message);
  return body;
}

}  // namespace

std::string binding_body(const model::Binding& binding) {
  std::string message;
  pbf_builder<OfBinding> builder(message);
  {
    pbf_builder<OfObjectMeta> metadata(builder, OfBinding::kMetadata);
    add(metadata, OfObjectMeta::kName, binding.pod_name);
    add(metadata, OfObjectMeta::kNamespace, binding.namespace_name.view());
    add(metadata, OfObjectMeta::kUid, binding.pod_uid.text);
    for (const auto& [key, value] : binding.annotations) {
      pbf_builder<OfMapEntry> entry(metadata, OfObjectMeta::kAnnotations);
      add(entry, OfMapEntry::kKey, key);
      add(entry, OfMapEntry::kValue, value);
    }
  }
  {
    pbf_builder<OfObjectReference> target(builder, OfBinding::kTarget);
    add(target, OfObjectReference::kKind, "Node");
    add(target, OfObjectReference::kName, binding.node_name.view());
    add(target, OfObjectReference::kApiVersion, "v1");
  }
  return enveloped("v1", "Binding", message);
}

std::string event_body(const EventObject& event) {
  std::string message;
  pbf_builder<OfEvent> builder(message);
  {
    pbf_builder<OfObjectMeta> metadata(builder, OfEvent::kMetadata);
    add(metadata, OfObjectMeta::kName, event.name);
    add(metadata, OfObjectMeta::kNamespace, event.namespace_name);
  }
  add_time(builder, OfEvent::kEventTime, event.time);
  if (event.series) {
    pbf_builder<OfEventSeries> series(builder, OfEvent::kSeries);
    series.add_int32(OfEventSeries::kCount, event.series->count);
    add_time(series, OfEventSeries::kLastObservedTime, event.series->last_observed);
  }
  add(builder, OfEvent::kReportingController, event.reporter.controller);
  add(builder, OfEvent::kReportingInstance, event.reporter.instance);
  add(builder, OfEvent::kAction, event.text.action);
  add(builder, OfEvent::kReason, event.text.reason);
  {
    pbf_builder<OfObjectReference> regarding(builder, OfEvent::kRegarding);
    add(regarding, OfObjectReference::kKind, "Pod");
    add(regarding, OfObjectReference::kNamespace, event.namespace_name);
    add(regarding, OfObjectReference::kName, event.pod_name);
    add(regarding, OfObjectReference::kUid, event.pod_uid);
    add(regarding, OfObjectReference::kApiVersion, "v1");
    add(regarding, OfObjectReference::kResourceVersion, event.pod_version);
  }
  add(builder, OfEvent::kNote, event.text.note);
  add(builder, OfEvent::kType, event.text.warning ? "Warning" : "Normal");
  return enveloped("events.k8s.io/v1", "Event", message);
}

}  // namespace neuron_scheduler::client::protobuf
