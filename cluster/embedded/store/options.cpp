#include "cluster/embedded/store/options.hpp"

#include <charconv>
#include <utility>
#include <vector>

#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

Cause forbidden_field(std::string_view field, std::string_view why) {
  return {"FieldValueForbidden", "Forbidden: " + std::string{why}, std::string{field}};
}

// meta/v1 FieldManagerMaxLength
constexpr std::size_t kFieldManagerMax = 128;

Cause unsupported_value(std::string_view field, std::string_view value,
                        std::string_view supported) {
  return {
      "FieldValueNotSupported",
      "Unsupported value: " + std::string{value} + ": supported values: " + std::string{supported},
      std::string{field}};
}

std::vector<Cause> list_causes(const Query& query) {
  std::vector<Cause> causes;
  const std::string_view match = query.get("resourceVersionMatch");
  if (!match.empty()) {
    constexpr std::string_view kField = "resourceVersionMatch";
    const std::string_view version = query.get("resourceVersion");
    if (version.empty()) {
      causes.push_back(forbidden_field(
          kField, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    }
    if (!query.get("continue").empty()) {
      causes.push_back(
          forbidden_field(kField, "resourceVersionMatch is forbidden when continue is provided"));
    }
    if (match != "Exact" && match != "NotOlderThan") {
      causes.push_back(unsupported_value(kField, quoted(match), R"("Exact", "NotOlderThan", "")"));
    }
    if (match == "Exact" && version == "0") {
      causes.push_back(forbidden_field(
          kField, R"(resourceVersionMatch "exact" is forbidden for resourceVersion "0")"));
    }
  }
  if (query.has("sendInitialEvents")) {
    causes.push_back(
        forbidden_field("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
  return causes;
}

std::vector<Cause> watch_causes(const Query& query, bool streamed_lists) {
  std::vector<Cause> causes;
  constexpr std::string_view kField = "resourceVersionMatch";
  const std::string_view match = query.get(kField);
  if (query.has("sendInitialEvents")) {
    if (match != "NotOlderThan") {
      causes.push_back(forbidden_field(
          kField, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
    }
    if (!streamed_lists) {
      causes.push_back(
          forbidden_field("sendInitialEvents",
                          "sendInitialEvents is forbidden for watch unless the WatchList feature "
                          "gate is enabled"));
    }
  }
  // A watch from no version is a streamed list (apimachinery SetListOptionsDefaults).
  const std::string_view version = query.get("resourceVersion");
  const bool implied = streamed_lists && match.empty() && !query.has("sendInitialEvents") &&
                       (version.empty() || version == "0");
  if (implied && !query.get("continue").empty()) {
    causes.push_back(
        forbidden_field(kField, "resourceVersionMatch is forbidden when continue is provided"));
  }
  if (!match.empty()) {
    if (!query.has("sendInitialEvents")) {
      causes.push_back(forbidden_field(
          kField,
          "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
    }
    if (match != "NotOlderThan") {
      causes.push_back(unsupported_value(kField, quoted(match), R"("NotOlderThan")"));
    }
    if (!query.get("continue").empty()) {
      causes.push_back(
          forbidden_field(kField, "resourceVersionMatch is forbidden when continue is provided"));
    }
  }
  return causes;
}

Answer<std::optional<std::uint64_t>> version_of(std::string_view text, ListUse use) {
  if (text.empty()) return std::optional<std::uint64_t>{};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) {
    return std::optional<std::uint64_t>{number};
  }
  const std::string why = "resourceVersion: Invalid value: " + quoted(text) +
                          ": strconv.ParseUint: parsing " + quoted(text) + ": invalid syntax";
  if (use != ListUse::kList) return plain_error(why);
  return bad_request("invalid resource version: " + why);
}

std::optional<Cause> dry_run_cause(std::string_view value) {
  if (value.empty() || value == "All") return std::nullopt;
  return unsupported_value("dryRun", "[" + quoted(value) + "]", R"("All")");
}

Answer<DeleteOptions> delete_options_of(const Query& query) {
  DeleteOptions options;
  const auto grace = query.integer("gracePeriodSeconds");
  if (grace.has_error()) return grace.error();
  options.grace_seconds = *grace;
  if (const auto cause = dry_run_cause(query.get("dryRun"))) {
    return invalid_options("DeleteOptions", {*cause});
  }
  options.dry_run = query.has("dryRun");
  return options;
}

std::vector<Cause> propagation_causes(const json::object& body) {
  const json::value* const policy = body.if_contains("propagationPolicy");
  if (policy == nullptr) return {};
  const std::string_view text = text_of(*policy);
  if (body.contains("orphanDependents")) {
    return {{"FieldValueInvalid",
             "Invalid value: " + quoted(text) +
                 ": orphanDependents and deletionPropagation cannot be both set",
             "propagationPolicy"}};
  }
  if (text == "Foreground" || text == "Background" || text == "Orphan") return {};
  return {unsupported_value("propagationPolicy", quoted(text),
                            R"("Foreground", "Background", "Orphan", "nil")")};
}

}  // namespace

Answer<std::optional<std::uint64_t>> read_resource_version(const Query& query, ListUse use) {
  return version_of(query.get("resourceVersion"), use);
}

Answer<ListOptions> read_list_options(const Query& query, ListUse use, bool streamed_lists) {
  ListOptions options;
  const auto limit = query.integer("limit");
  if (limit.has_error()) return limit.error();
  const auto timeout = query.integer("timeoutSeconds");
  if (timeout.has_error()) return timeout.error();
  auto causes = use == ListUse::kList ? list_causes(query) : watch_causes(query, streamed_lists);
  if (!causes.empty()) return invalid_options("ListOptions", std::move(causes));
  const auto version = read_resource_version(query, use);
  if (version.has_error()) return version.error();

  options.resource_version = *version;
  const std::string_view match = query.get("resourceVersionMatch");
  if (match == "Exact") options.match = ListOptions::Match::kExact;
  if (match == "NotOlderThan") options.match = ListOptions::Match::kNotOlderThan;
  if (limit->value_or(0) > 0) options.limit = static_cast<std::size_t>(**limit);
  options.continuation = query.get("continue");
  options.timeout_seconds = *timeout;
  options.bookmarks = query.flag("allowWatchBookmarks");
  if (query.has("sendInitialEvents")) {
    options.send_initial_events = query.flag("sendInitialEvents");
  }
  return options;
}

Answer<WriteOptions> read_write_options(const Query& query, std::string_view kind) {
  std::vector<Cause> causes;
  if (query.get("fieldManager").size() > kFieldManagerMax) {
    causes.push_back(
        {"FieldValueTooLong",
         "Too long: may not be more than " + std::to_string(kFieldManagerMax) + " bytes",
         "fieldManager"});
  }
  if (auto cause = dry_run_cause(query.get("dryRun"))) causes.push_back(std::move(*cause));
  const std::string_view validation = query.get("fieldValidation");
  WriteOptions options;
  if (validation == "Strict") {
    options.validation = FieldValidation::kStrict;
  } else if (validation == "Ignore") {
    options.validation = FieldValidation::kIgnore;
  } else if (!validation.empty() && validation != "Warn") {
    causes.push_back(unsupported_value("fieldValidation", quoted(validation),
                                       R"("", "Ignore", "Strict", "Warn")"));
  }
  if (!causes.empty()) return invalid_options(kind, std::move(causes));
  options.dry_run = !query.get("dryRun").empty();
  return options;
}

Answer<DeleteOptions> read_delete_options(const json::object& body, const Query& query) {
  if (body.empty()) return delete_options_of(query);
  DeleteOptions options;
  auto causes = propagation_causes(body);
  if (const json::array* const dry_run = array_in(body, "dryRun")) {
    for (const json::value& value : *dry_run) {
      if (auto cause = dry_run_cause(text_of(value))) causes.push_back(std::move(*cause));
    }
    options.dry_run = !dry_run->empty();
  }
  if (!causes.empty()) return invalid_options("DeleteOptions", std::move(causes));
  if (body.contains("gracePeriodSeconds")) {
    options.grace_seconds = integer_in(body, "gracePeriodSeconds");
  }
  if (const json::object* const preconditions = object_in(body, "preconditions")) {
    if (preconditions->contains("uid")) options.uid = text_in(*preconditions, "uid");
    if (preconditions->contains("resourceVersion")) {
      options.resource_version = text_in(*preconditions, "resourceVersion");
    }
  }
  return options;
}

}  // namespace neuron_scheduler::embedded
