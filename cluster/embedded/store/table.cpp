#include "cluster/embedded/store/table.hpp"

#include <array>
#include <span>
#include <utility>

#include <boost/json/array.hpp>

#include "cluster/embedded/store/table_cells.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

struct Column {
  std::string_view name;
  std::string_view description;
  bool wide = false;  // Shown by `kubectl get -o wide` alone.
  std::string_view format{};
};

constexpr Column kName{"Name", "The object's name.", false, "name"};
constexpr Column kAge{"Age", "Time since the object was created."};

constexpr Column kOfPods[] = {
    kName,
    {"Ready", "Containers that are ready, of all."},
    {"Status", "What the pod's containers are doing."},
    {"Restarts", "How often containers were restarted, and when last."},
    kAge,
    {"IP", "The pod's address.", true},
    {"Node", "The node that it is bound to.", true},
    {"Nominated Node", "The node that it waits for after a preemption.", true},
    {"Readiness Gates", "Conditions of the pod's own that hold, of all.", true},
};
constexpr Column kOfNodes[] = {
    kName,
    {"Status", "Whether the node is ready and takes pods."},
    {"Roles", "The roles that its labels name."},
    kAge,
    {"Version", "The kubelet's version."},
    {"Internal-IP", "The first internal address.", true},
    {"External-IP", "The first external address.", true},
    {"OS-Image", "The operating system.", true},
    {"Kernel-Version", "Kernel and architecture.", true},
    {"Container-Runtime", "The container runtime's version.", true},
};
constexpr Column kOfNamespaces[] = {
    kName,
    {"Status", "Active, or Terminating while it is deleted."},
    kAge,
};
constexpr Column kOfEvents[] = {
    {"Last Seen", "Time since it happened last."},
    {"Type", "Normal or Warning."},
    {"Reason", "Why, in one word."},
    {"Object", "What it is about."},
    {"Subobject", "The part of the object that it is about.", true},
    {"Source", "Who says so.", true},
    {"Message", "What happened."},
    {"First Seen", "Time since it happened first.", true},
    {"Count", "How often it happened.", true},
    {"Name", "The event's name.", true, "name"},
};
constexpr Column kOfLeases[] = {
    kName,
    {"Holder", "Who holds the lease."},
    kAge,
};

std::span<const Column> columns_of(Face face) {
  switch (face) {
    case Face::kPods:
      return kOfPods;
    case Face::kNodes:
      return kOfNodes;
    case Face::kNamespaces:
      return kOfNamespaces;
    case Face::kCoreEvents:
    case Face::kEvents:
      return kOfEvents;
    case Face::kLeases:
      break;
  }
  return kOfLeases;
}

json::value definitions_of(Face face) {
  json::array definitions;
  for (const Column& column : columns_of(face)) {
    definitions.push_back({{"name", column.name},
                           {"type", "string"},
                           {"format", column.format},
                           {"description", column.description},
                           {"priority", column.wide ? 1 : 0}});
  }
  return definitions;
}

// A pod that has ended says so beside its cells.
json::array row_conditions(Face face, const json::object& object) {
  const auto* status = object_in(object, "status");
  if (face != Face::kPods || status == nullptr) return {};
  const std::string_view phase = text_in(*status, "phase");
  if (phase != "Succeeded" && phase != "Failed") return {};
  return {{{"type", "Completed"},
           {"status", "True"},
           {"reason", phase},
           {"message",
            phase == "Succeeded" ? "The pod has completed successfully." : "The pod failed."}}};
}

json::object row_of(Face face, const json::object& object, const TableOptions& options) {
  json::object row{{"cells", cells_of(face, object, options.now)}};
  json::array conditions = row_conditions(face, object);
  if (!conditions.empty()) row["conditions"] = std::move(conditions);
  switch (options.include) {
    case IncludeObject::kNone:
      row["object"] = nullptr;
      break;
    case IncludeObject::kMetadata:
      row["object"] = partial_metadata(object);
      break;
    case IncludeObject::kObject:
      row["object"] = object;
      break;
  }
  return row;
}

// One clause of an Accept header.
struct Clause {
  std::string_view type;
  std::string_view as;
  std::string_view version;
  std::string_view group;
};

Clause clause_of(std::string_view text) {
  const auto parts = split(text, ';');
  Clause clause{trimmed(parts.front()), {}, {}, {}};
  for (const std::string_view part : std::span(parts).subspan(1)) {
    const auto equal = part.find('=');
    if (equal == std::string_view::npos) continue;
    const std::string_view key = trimmed(part.substr(0, equal));
    const std::string_view value = trimmed(part.substr(equal + 1));
    if (key == "as") clause.as = value;
    if (key == "v") clause.version = value;
    if (key == "g") clause.group = value;
  }
  return clause;
}

bool is_json(std::string_view type) { return type == "application/json" || type == "*/*"; }

}  // namespace

Answer<Representation> negotiate(std::string_view accept) {
  if (trimmed(accept).empty()) return Representation::kObject;
  bool any = false;
  for (const std::string_view text : split(accept, ',')) {
    const Clause clause = clause_of(text);
    if (!is_json(clause.type)) continue;
    any = true;
    if (clause.as.empty()) return Representation::kObject;
    if (clause.group != "meta.k8s.io" || clause.version != "v1") continue;
    if (clause.as == "Table") return Representation::kTable;
    if (clause.as == "PartialObjectMetadata") return Representation::kPartial;
    if (clause.as == "PartialObjectMetadataList") return Representation::kPartialList;
  }
  return any ? not_acceptable_form() : not_acceptable();
}

Answer<IncludeObject> parse_include_object(std::string_view text) {
  if (text.empty() || text == "Metadata") return IncludeObject::kMetadata;
  if (text == "None") return IncludeObject::kNone;
  if (text == "Object") return IncludeObject::kObject;
  return bad_request("Unable to convert to Table as requested: includeObject: Invalid value: " +
                     quoted(text) + ": must be 'Metadata', 'Object', 'None', or empty");
}

json::object make_table(Face face, std::span<const json::object* const> objects,
                        json::object list_metadata, const TableOptions& options) {
  json::array rows;
  rows.reserve(objects.size());
  for (const json::object* const object : objects) {
    rows.emplace_back(row_of(face, *object, options));
  }
  return {{"kind", "Table"},
          {"apiVersion", "meta.k8s.io/v1"},
          {"metadata", std::move(list_metadata)},
          {"columnDefinitions", options.columns ? definitions_of(face) : json::value(nullptr)},
          {"rows", std::move(rows)}};
}

json::object partial_metadata(const json::object& object) {
  const auto* metadata = object_in(object, "metadata");
  return {{"kind", "PartialObjectMetadata"},
          {"apiVersion", "meta.k8s.io/v1"},
          {"metadata", metadata == nullptr ? json::object{} : *metadata}};
}

std::string human_duration(std::chrono::nanoseconds duration) {
  using std::chrono::duration_cast;
  const auto seconds = duration_cast<std::chrono::seconds>(duration).count();
  const auto minutes = seconds / 60;
  const auto hours = minutes / 60;
  const auto days = hours / 24;
  const auto years = days / 365;
  // The larger unit, and the smaller one unless it is 0.
  const auto two = [](std::int64_t large, std::string_view large_unit, std::int64_t small,
                      std::string_view small_unit) {
    std::string text = std::to_string(large).append(large_unit);
    if (small != 0) text.append(std::to_string(small)).append(small_unit);
    return text;
  };
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return std::to_string(minutes) + "m";
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return std::to_string(hours) + "h";
  if (days < 8) return two(days, "d", hours % 24, "h");
  if (years < 2) return std::to_string(days) + "d";
  if (years < 8) return two(years, "y", days % 365, "d");
  return std::to_string(years) + "y";
}

}  // namespace neuron_scheduler::embedded
