#include <string>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/event_faces.hpp"
#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validators.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::size_t kWordMax = 128;
constexpr std::size_t kNoteMax = 1024;

bool is_set(const json::object& event, std::string_view key) {
  return !text_in(event, key).empty();
}

void check_length(const json::object& event, std::string_view key, std::size_t max,
                  Causes& causes) {
  if (text_in(event, key).size() <= max) return;
  causes.invalid(Path(key), "\"\"", "can have at most " + std::to_string(max) + " characters");
}

// What both faces are asked for; event: as core/v1 shows it.
void check_legacy(Face face, const json::object& event, Causes& causes) {
  const std::string_view subject = text_in(part(event, "involvedObject"), "namespace");
  const std::string_view own = text_in(part(event, "metadata"), "namespace");
  const bool is_new = is_set(event, "eventTime");
  bool matches = subject == own;
  if (subject.empty()) {
    matches = own.empty() || own == "default" || (is_new && own == "kube-system");
  } else if (is_new) {
    matches = true;
  }
  if (!matches) {
    const Path path("involvedObject");
    causes.invalid(path.child("namespace"), quoted(subject), "does not match event.namespace");
  }
  if (!is_new) return;
  const Path controller(face == Face::kEvents ? "reportingController" : "reportingComponent");
  const std::string_view name = text_in(event, "reportingComponent");
  if (name.empty()) causes.required(controller);
  causes.complain(controller, name, check_label_key(name));
  for (const std::string_view key : {"reportingInstance", "action", "reason"}) {
    if (!is_set(event, key)) causes.required(Path(key));
    check_length(event, key, kWordMax, causes);
  }
  check_length(event, "message", kNoteMax, causes);
}

void check_series(const json::object& event, Causes& causes) {
  const auto* series = object_in(event, "series");
  if (series == nullptr) return;
  if (integer_in(*series, "count") < 2) {
    causes.invalid(Path("series.count"), "\"\"", "should be at least 2");
  }
  if (!is_set(*series, "lastObservedTime")) causes.required(Path("series.lastObservedTime"));
}

void check_strict(const json::object& event, Causes& causes) {
  check_metadata(event, true, check_dns_subdomain, causes);
  check_finalizer_names(event, causes);
  check_series(event, causes);
  if (!is_set(event, "eventTime")) causes.required(Path("eventTime"));
  const std::string_view type = text_in(event, "type");
  if (type != "Normal" && type != "Warning") {
    causes.invalid(Path("type"), "\"\"", "has invalid value: " + std::string(type));
  }
  for (const std::string_view key : {"firstTimestamp", "lastTimestamp"}) {
    if (is_set(event, key)) causes.invalid(Path(key), "\"\"", "needs to be unset");
  }
  if (integer_in(event, "count") != 0) {
    causes.invalid(Path("count"), "\"\"", "needs to be unset");
  }
  if (!part(event, "source").empty()) {
    causes.invalid(Path("source"), "\"\"", "needs to be unset");
  }
}

}  // namespace

void check_event(Face face, const json::object& event, Causes& causes) {
  const json::object core = face == Face::kEvents ? to_core_event(event) : event;
  check_legacy(face, core, causes);
  if (face == Face::kEvents) check_strict(core, causes);
}

void check_event_update(Face face, const json::object& next, const json::object& current,
                        Causes& causes) {
  const bool strict = face == Face::kEvents;
  const json::object event = strict ? to_core_event(next) : next;
  check_legacy(face, event, causes);
  if (!strict) return;
  const json::object now = to_core_event(current);
  if (part(event, "series") != part(now, "series")) check_series(event, causes);
  for (const std::string_view key :
       {"involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count",
        "type", "eventTime", "action", "related", "reportingComponent", "reportingInstance"}) {
    const auto* value = event.if_contains(key);
    const auto* value_now = now.if_contains(key);
    const bool same =
        value == nullptr || value_now == nullptr ? value == value_now : *value == *value_now;
    if (same) continue;
    const std::string shown = value == nullptr ? "\"\"" : json::serialize(*value);
    const std::string_view name = key == "reportingComponent" ? "reportingController" : key;
    causes.invalid(Path(name), shown, "field is immutable");
  }
}

}  // namespace neuron_scheduler::embedded
