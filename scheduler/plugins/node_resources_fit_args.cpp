#include <limits>
#include <string>
#include <utility>

#include "cluster/model/name_rules.hpp"
#include "scheduler/plugins/node_resources_fit.hpp"

// NodeResourcesFitArgs (kube-scheduler.md §7.3), checked as kube-scheduler's validation does.
namespace neuron_scheduler::scheduler {
namespace {

constexpr std::int64_t kWeightMax = 100;
constexpr std::int64_t kUtilizationMax = 100;
constexpr std::int64_t kShapeScoreMax = 10;  // Stretched to 100.

std::int64_t any_integer(ArgsReader& args, std::string_view key) {
  return args.integer(key, 0, std::numeric_limits<std::int32_t>::min(),
                      std::numeric_limits<std::int32_t>::max());
}

std::string item(std::string_view list, std::size_t index) {
  return std::string(list) + '[' + std::to_string(index) + ']';
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

void check_label_keys(ArgsReader& args, std::string_view key,
                      const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const auto& complaint : model::check_label_key(names[i])) {
      args.error(item(key, i), "Invalid value: " + quoted(names[i]) + ": " + complaint);
    }
  }
}

NodeResourcesFit::Ignored read_ignored(ArgsReader& args) {
  constexpr std::string_view kResources = "ignoredResources";
  constexpr std::string_view kGroups = "ignoredResourceGroups";
  NodeResourcesFit::Ignored ignored;
  const auto resources = args.texts(kResources);
  check_label_keys(args, kResources, resources);
  for (const auto& name : resources) ignored.resources.emplace_back(name);
  ignored.groups = args.texts(kGroups);
  for (std::size_t i = 0; i < ignored.groups.size(); ++i) {
    if (ignored.groups[i].find('/') == std::string::npos) continue;
    args.error(item(kGroups, i), "Invalid value: " + quoted(ignored.groups[i]) +
                                     ": resource group name can't contain '/'");
  }
  check_label_keys(args, kGroups, ignored.groups);
  return ignored;
}

void check_range(ArgsReader& args, std::string_view key, std::int64_t value, std::int64_t max) {
  if (value < 0 || value > max) {
    args.invalid(key, "not in valid range [0, " + std::to_string(max) + "]");
  }
}

std::vector<FitScoring::Point> read_shape(ArgsReader& args) {
  std::vector<FitScoring::Point> shape;
  bool sorted = true;
  for (ArgsReader& entry : args.objects("shape")) {
    const std::int64_t utilization = any_integer(entry, "utilization");
    const std::int64_t score = any_integer(entry, "score");
    if (sorted && !shape.empty() && shape.back().utilization >= utilization) {
      entry.invalid("utilization", "values must be sorted in increasing order");
      sorted = false;
    }
    check_range(entry, "utilization", utilization, kUtilizationMax);
    check_range(entry, "score", score, kShapeScoreMax);
    shape.push_back({utilization, score * (ScorePlugin::kScoreMax / kShapeScoreMax)});
  }
  if (shape.empty()) args.error("shape", "Required value: at least one point must be specified");
  return shape;
}

FitScoring read_scoring(ArgsReader& args) {
  constexpr std::string_view kRatio = "requestedToCapacityRatio";
  FitScoring scoring;
  auto given = args.object("scoringStrategy");
  if (!given) return scoring;
  const std::string type =
      given->choice("type", "", {"LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"});
  scoring.resources = read_scored_resources(*given, kWeightMax,
                                            "resource weight of NAME not in valid range (0, 100]");
  auto ratio = given->object(kRatio);
  if (type == "RequestedToCapacityRatio") {
    scoring.strategy = FitScoring::Strategy::kRequestedToCapacityRatio;
    if (ratio) {
      scoring.shape = read_shape(*ratio);
    } else {
      given->error(kRatio,
                   "Required value: must be specified when type is "
                   "RequestedToCapacityRatio");
    }
    return scoring;
  }
  if (type == "MostAllocated") scoring.strategy = FitScoring::Strategy::kMostAllocated;
  if (ratio)
    given->error(kRatio, "Forbidden: must be nil when type is not RequestedToCapacityRatio");
  return scoring;
}

}  // namespace

std::unique_ptr<Plugin> NodeResourcesFit::from_args(std::vector<model::Name> owned_by_others,
                                                    ArgsReader& args) {
  Ignored ignored = read_ignored(args);
  FitScoring scoring = read_scoring(args);
  return std::make_unique<NodeResourcesFit>(std::move(owned_by_others), std::move(scoring),
                                            std::move(ignored));
}

}  // namespace neuron_scheduler::scheduler
