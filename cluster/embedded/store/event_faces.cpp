#include "cluster/embedded/store/event_faces.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/schema.hpp"

namespace neuron_scheduler::embedded {
namespace {

struct Names {
  std::string_view core;
  std::string_view events;
};

constexpr Names kNames[] = {
    {"involvedObject", "regarding"},
    {"message", "note"},
    {"source", "deprecatedSource"},
    {"firstTimestamp", "deprecatedFirstTimestamp"},
    {"lastTimestamp", "deprecatedLastTimestamp"},
    {"count", "deprecatedCount"},
    {"reportingComponent", "reportingController"},
};

std::string_view core_name(std::string_view events) {
  for (const Names& names : kNames) {
    if (names.events == events) return names.core;
  }
  return events;
}

std::string_view events_name(std::string_view core) {
  for (const Names& names : kNames) {
    if (names.core == core) return names.events;
  }
  return core;
}

// In the form of the face's own type: what one writes when it is unset, the other leaves out.
boost::json::object renamed(const boost::json::object& event, Face face,
                            std::string_view (*name_there)(std::string_view)) {
  boost::json::object result;
  for (const FieldInfo& field : type_of(face).fields) {
    if (const auto* value = event.if_contains(name_there(field.name))) {
      result.emplace(field.name, *value);
    }
  }
  result["apiVersion"] = api_version(info(face));
  std::vector<std::string> warnings;
  (void)decode(type_of(face), FieldValidation::kIgnore, result,
               warnings);  // It was decoded before.
  return result;
}

}  // namespace

boost::json::object to_core_event(const boost::json::object& event) {
  return renamed(event, Face::kCoreEvents, events_name);
}

boost::json::object to_events_event(const boost::json::object& event) {
  return renamed(event, Face::kEvents, core_name);
}

}  // namespace neuron_scheduler::embedded
